//! The table of codes.

use crate::diagnostic::Severity;
use std::fmt;

macro_rules! codes {
    ($($code:ident $name:literal,)*) => {
        /// What identifies a kind of message: `E0201` is an error, `W0601` a warning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $name] $code,)*
        }

        impl Code {
            /// All codes in order.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// A short name in kebab case, by which warnings are allowed or denied.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// The page that explains it, Markdown.
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(
                        concat!("../../../docs/diagnostics/", stringify!($code), ".md")
                    ),)*
                }
            }

            fn text(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }
        }
    };
}

codes! {
    E0001 "unknown-character",
    E0002 "unterminated-string",
    E0003 "malformed-number",
    E0004 "no-floats",
    E0005 "number-too-big",
    E0006 "not-utf8",
    E0007 "source-too-large",
    E0008 "typographic-character",
    E0009 "foreign-letter",
    E0010 "mixed-indentation",
    E0011 "unmatched-unindent",
    E0012 "unclosed-bracket",
    E0013 "unmatched-bracket",
    E0014 "nested-too-deeply",
    E0015 "unquoted-address",
    E0101 "unexpected-token",
    E0102 "missing-block",
    E0103 "unexpected-indent",
    E0104 "else-without-if",
    E0105 "statement-not-allowed-here",
    E0106 "not-in-a-loop",
    E0107 "not-supported-yet",
    E0108 "assignment-as-condition",
    E0109 "missing-colon",
    E0110 "logical-operator",
    E0111 "no-increment",
    E0112 "else-if",
    E0113 "import-form",
    E0114 "no-such-statement",
    E0115 "no-exceptions",
    E0116 "no-classes",
    E0117 "no-global-variables",
    E0118 "no-assert",
    E0119 "no-lambda",
    E0120 "no-power",
    E0121 "no-lists",
    E0122 "no-dictionaries",
    E0123 "no-indexing",
    E0124 "no-walrus",
    E0125 "no-identity",
    E0126 "no-membership",
    E0127 "no-default-arguments",
    E0128 "no-starred-arguments",
    E0129 "no-decorators",
    E0130 "no-string-prefix",
    E0131 "no-ternary",
    E0132 "no-braces",
    E0133 "comment-form",
    E0134 "declaration-form",
    E0135 "definition-form",
    E0136 "several-values",
    E0137 "missing-parentheses",
    E0138 "map-form",
    E0139 "for-form",
    E0140 "unknown-type",
    E0141 "misspelt-operator",
    E0142 "misspelt-keyword",
    E0143 "no-sigils",
    E0144 "nested-chain",
    E0145 "header-form",
    E0146 "keyword-as-name",
    E0201 "unknown-name",
    E0202 "unknown-callee",
    E0203 "defined-twice",
    E0204 "constant-rebound",
    E0205 "maybe-unassigned",
    E0206 "unknown-package",
    E0207 "not-in-package",
    E0208 "ambiguous-import",
    E0209 "not-assignable",
    E0210 "unknown-kind-of-import",
    E0211 "not-a-value",
    E0212 "no-such-function",
    E0213 "no-none",
    E0214 "unknown-field",
    E0301 "constant-out-of-range",
    E0302 "division-by-zero",
    E0303 "text-as-value",
    E0304 "not-constant",
    E0305 "conflicting-types",
    E0307 "invalid-range",
    E0401 "wrong-argument-count",
    E0402 "argument-out-of-range",
    E0403 "result-of-final-program",
    E0404 "not-callable",
    E0405 "too-many-parameters",
    E0406 "unknown-packet-function",
    E0407 "unexpected-keyword-argument",
    E0408 "no-methods",
    E0409 "no-members",
    E0501 "unknown-map",
    E0502 "wrong-map-type",
    E0503 "wrong-map-shape",
    E0504 "invalid-attach",
    E0505 "unknown-setting",
    E0506 "duplicate-key",
    E0507 "not-configurable",
    E0701 "cannot-generate",
    E0702 "limit-exceeded",
    E0703 "cannot-link",
    W0601 "unused-import",
    W0602 "unused-variable",
    W0603 "unreachable-code",
    W0604 "no-verdict",
    W0605 "mixed-sign-comparison",
    W0606 "constant-comparison",
    W0607 "possible-excess",
    W0608 "missing-return",
    W0609 "truth-as-number",
    W0610 "no-effect",
    W0611 "repeated-sign",
    W0612 "shift-too-far",
    W0613 "constant-operand",
}

impl Code {
    /// Whether messages of this code are errors.
    pub fn severity(self) -> Severity {
        if self.text().starts_with('W') {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// Whether a warning of this code holds only when nothing in the script is wrong.
    pub fn needs_whole_script(self) -> bool {
        matches!(
            self,
            Self::W0601 | Self::W0602 | Self::W0603 | Self::W0604 | Self::W0608
        )
    }

    /// The code with this text or name, in any case: `e0201`, `unused-import`.
    pub fn parse(text: &str) -> Option<Self> {
        let matches = |code: &&Self| {
            code.text().eq_ignore_ascii_case(text) || code.name().eq_ignore_ascii_case(text)
        };
        Self::ALL.iter().find(matches).copied()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
