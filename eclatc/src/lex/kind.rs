//! The kinds of tokens, and the text of each that has only one.

use logos::Logos;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[logos(skip r"[ \t\x0c]+")]
#[logos(skip r"\\[ \t]*(\r\n|\n|\r)")]
#[logos(skip(r"#[^\r\n]*", allow_greedy = true))]
#[repr(u8)]
pub enum Kind {
    /// End of a logical line.
    #[regex(r"\r\n|\n|\r")]
    Newline,
    /// A block begins.
    Indent,
    /// A block ends.
    Dedent,
    /// The end of the text.
    EndOfFile,
    /// Something wrong that has been reported.
    #[token("/*", super::raw::block_comment)]
    #[regex(
        "[\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}`]",
        super::raw::typographic_string
    )]
    Error,

    /// A name.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Name,
    /// A whole number, well formed and within 128 bits.
    #[regex(r"[0-9][0-9A-Za-z_]*")]
    Number,
    /// A number with a point; always reported. `0..` begins a range of other languages.
    #[regex(r"[0-9][0-9_]*\.([0-9][0-9A-Za-z_]*([eE][+-][0-9]+)?)?")]
    #[regex(r"\.[0-9][0-9A-Za-z_]*")]
    #[regex(r"[0-9][0-9_]*\.\.[.=<]?")]
    Float,
    /// A string with its quotes.
    #[token("'''", super::raw::triple_quoted)]
    #[token("\"\"\"", super::raw::triple_quoted)]
    #[token("'", super::raw::quoted)]
    #[token("\"", super::raw::quoted)]
    String,
    /// A type, `u8` to `s64` or `bool`.
    #[regex("u8|u16|u32|u64|s8|s16|s32|s64|bool")]
    Type,

    /// `def`
    #[token("def")]
    Def,
    /// `if`
    #[token("if")]
    If,
    /// `elif`
    #[token("elif")]
    Elif,
    /// `else`
    #[token("else")]
    Else,
    /// `while`
    #[token("while")]
    While,
    /// `for`
    #[token("for")]
    For,
    /// `in`
    #[token("in")]
    In,
    /// `from`
    #[token("from")]
    From,
    /// `import`
    #[token("import")]
    Import,
    /// `pass`
    #[token("pass")]
    Pass,
    /// `return`
    #[token("return")]
    Return,
    /// `break`
    #[token("break")]
    Break,
    /// `continue`
    #[token("continue")]
    Continue,
    /// `and`
    #[token("and")]
    And,
    /// `or`
    #[token("or")]
    Or,
    /// `not`
    #[token("not")]
    Not,
    /// `true` or `True`
    #[token("true")]
    #[token("True")]
    True,
    /// `false` or `False`
    #[token("false")]
    #[token("False")]
    False,
    /// `const`
    #[token("const")]
    Const,

    /// `(`
    #[token("(")]
    LeftParen,
    /// `)`
    #[token(")")]
    RightParen,
    /// `[`
    #[token("[")]
    LeftBracket,
    /// `]`
    #[token("]")]
    RightBracket,
    /// `{`
    #[token("{")]
    LeftBrace,
    /// `}`
    #[token("}")]
    RightBrace,
    /// `,`
    #[token(",")]
    Comma,
    /// `:`
    #[token(":")]
    Colon,
    /// `;`
    #[token(";")]
    Semicolon,
    /// `.`
    #[token(".")]
    Dot,
    /// `->`
    #[token("->")]
    Arrow,
    /// `=`
    #[token("=")]
    Assign,
    /// `+=`
    #[token("+=")]
    AddAssign,
    /// `-=`
    #[token("-=")]
    SubAssign,
    /// `*=`
    #[token("*=")]
    MulAssign,
    /// `/=` or `//=`
    #[token("/=")]
    #[token("//=")]
    DivAssign,
    /// `%=`
    #[token("%=")]
    ModAssign,
    /// `&=`
    #[token("&=")]
    AndAssign,
    /// `|=`
    #[token("|=")]
    OrAssign,
    /// `^=`
    #[token("^=")]
    XorAssign,
    /// `<<=`
    #[token("<<=")]
    ShlAssign,
    /// `>>=`
    #[token(">>=")]
    ShrAssign,
    /// `==`
    #[token("==")]
    Equal,
    /// `!=`
    #[token("!=")]
    NotEqual,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    LessEqual,
    /// `>`
    #[token(">")]
    Greater,
    /// `>=`
    #[token(">=")]
    GreaterEqual,
    /// `|`
    #[token("|")]
    Pipe,
    /// `^`
    #[token("^")]
    Caret,
    /// `&`
    #[token("&")]
    Ampersand,
    /// `<<`
    #[token("<<")]
    ShiftLeft,
    /// `>>`
    #[token(">>")]
    ShiftRight,
    /// `+`
    #[token("+")]
    Plus,
    /// `-`
    #[token("-")]
    Minus,
    /// `*`
    #[token("*")]
    Star,
    /// `/` or `//`
    #[token("/")]
    #[token("//")]
    Slash,
    /// `%`
    #[token("%")]
    Percent,
    /// `~`
    #[token("~")]
    Tilde,
    /// `!`, which is `not` elsewhere; fits nowhere.
    #[token("!")]
    Bang,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 69] = [
        Self::Newline,
        Self::Indent,
        Self::Dedent,
        Self::EndOfFile,
        Self::Error,
        Self::Name,
        Self::Number,
        Self::Float,
        Self::String,
        Self::Type,
        Self::Def,
        Self::If,
        Self::Elif,
        Self::Else,
        Self::While,
        Self::For,
        Self::In,
        Self::From,
        Self::Import,
        Self::Pass,
        Self::Return,
        Self::Break,
        Self::Continue,
        Self::And,
        Self::Or,
        Self::Not,
        Self::True,
        Self::False,
        Self::Const,
        Self::LeftParen,
        Self::RightParen,
        Self::LeftBracket,
        Self::RightBracket,
        Self::LeftBrace,
        Self::RightBrace,
        Self::Comma,
        Self::Colon,
        Self::Semicolon,
        Self::Dot,
        Self::Arrow,
        Self::Assign,
        Self::AddAssign,
        Self::SubAssign,
        Self::MulAssign,
        Self::DivAssign,
        Self::ModAssign,
        Self::AndAssign,
        Self::OrAssign,
        Self::XorAssign,
        Self::ShlAssign,
        Self::ShrAssign,
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Pipe,
        Self::Caret,
        Self::Ampersand,
        Self::ShiftLeft,
        Self::ShiftRight,
        Self::Plus,
        Self::Minus,
        Self::Star,
        Self::Slash,
        Self::Percent,
        Self::Tilde,
        Self::Bang,
    ];

    /// Its name in messages, `an indented block` or `` `(` ``.
    pub fn description(self) -> &'static str {
        DESCRIPTIONS[self as usize]
    }
}

/// The descriptions of all kinds, in the order of their numbers.
const DESCRIPTIONS: [&str; Kind::ALL.len()] = [
    "the end of the line",
    "an indented block",
    "the end of the block",
    "the end of the file",
    "a wrong token",
    "a name",
    "a number",
    "a fraction",
    "a string",
    "a type",
    "`def`",
    "`if`",
    "`elif`",
    "`else`",
    "`while`",
    "`for`",
    "`in`",
    "`from`",
    "`import`",
    "`pass`",
    "`return`",
    "`break`",
    "`continue`",
    "`and`",
    "`or`",
    "`not`",
    "`true`",
    "`false`",
    "`const`",
    "`(`",
    "`)`",
    "`[`",
    "`]`",
    "`{`",
    "`}`",
    "`,`",
    "`:`",
    "`;`",
    "`.`",
    "`->`",
    "`=`",
    "`+=`",
    "`-=`",
    "`*=`",
    "`/=`",
    "`%=`",
    "`&=`",
    "`|=`",
    "`^=`",
    "`<<=`",
    "`>>=`",
    "`==`",
    "`!=`",
    "`<`",
    "`<=`",
    "`>`",
    "`>=`",
    "`|`",
    "`^`",
    "`&`",
    "`<<`",
    "`>>`",
    "`+`",
    "`-`",
    "`*`",
    "`/`",
    "`%`",
    "`~`",
    "`!`",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_numbered_as_they_are_listed() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
        }
        assert_eq!(Kind::Bang.description(), "`!`");
        assert_eq!(Kind::Def.description(), "`def`");
    }
}
