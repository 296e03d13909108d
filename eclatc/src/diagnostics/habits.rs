//! Messages about what is right in Python or another language.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// `if x = 1:`
pub fn assignment_as_condition(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0108,
        span,
        "expected a condition, found an assignment",
    )
    .here("`=` assigns")
    .help("`==` compares")
    .suggest(span, "==")
}

/// A header without its `:`; the place is empty, or that of the word in its stead.
pub fn missing_colon(span: Span, colon: &str) -> Diagnostic {
    Diagnostic::new(Code::E0109, span, "expected `:` before the block")
        .here("`:` belongs here")
        .help("the line before a block ends in `:`")
        .suggest(span, colon)
}

/// `&&` and `||`; all places of the operator in the line are changed.
pub fn logical_operator(span: Span, word: &str, places: &[Span]) -> Diagnostic {
    let problem = Diagnostic::new(
        Code::E0110,
        span,
        format!("the logical operator is `{word}`"),
    )
    .here("no operator");
    let problem = match word {
        "and" => problem.help("write `a and b`; a single `&` works on bits"),
        "or" => problem.help("write `a or b`; a single `|` works on bits"),
        _ => problem.help("write `not a`; `~` inverts bits"),
    };
    let blanks = if word == "not" {
        "not ".to_owned()
    } else {
        word.to_owned()
    };
    places.iter().fold(problem, |problem, place| {
        problem.suggest(*place, blanks.clone())
    })
}

/// `x++`, `x--`
pub fn increment(span: Span, operator: &str) -> Diagnostic {
    let doubled = if operator == "+=" { "++" } else { "--" };
    Diagnostic::new(
        Code::E0111,
        span,
        format!("there is no operator `{doubled}`"),
    )
    .here("an operand is missing")
    .help(format!("write `{operator} 1`"))
    .suggest(span, format!(" {operator} 1"))
}

/// `else if`, `elseif`, or an `else` with a condition.
pub fn else_if(span: Span, certain: bool) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0112, span, "`else` with a condition is `elif`")
        .here("expected `elif`");
    match certain {
        true => problem
            .help("write `elif CONDITION:`")
            .suggest(span, "elif"),
        false => problem.help("write `elif CONDITION:`, or `else:` alone"),
    }
}

/// `import x`, `from x import y`
pub fn import_form(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0113,
        span,
        "an import names a kind, a package and names",
    )
    .here("expected `from programs.PACKAGE import NAME`")
    .help("kinds are `programs`, `loaders`, `chains` and `std`")
}

/// `from x.y import *`
pub fn import_all(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0113,
        span,
        "an import lists its names, there is no `*`",
    )
    .here("expected a name")
    .help("a bundle holds exactly the programs that a script names")
}

/// A line that begins with a statement this language does not have.
pub fn other_statement(span: Span, word: &str) -> Option<Diagnostic> {
    let (code, help) = match word {
        "class" | "struct" | "enum" => (
            Code::E0116,
            "chains share numbers: pass them as arguments, name them as constants",
        ),
        "try" | "except" | "finally" | "raise" | "throw" | "catch" => (
            Code::E0115,
            "what goes wrong is a number: compare the result of the call, negative is an error",
        ),
        "global" | "nonlocal" => (
            Code::E0117,
            "keep a value between packets in a program such as `app_cfg_store`",
        ),
        "assert" => (
            Code::E0118,
            "decide what happens to the packet: `if not CONDITION: hike_drop()`",
        ),
        "match" | "switch" | "case" | "default" => (Code::E0114, "write `if`, `elif` and `else`"),
        "with" | "async" | "await" | "yield" => (
            Code::E0114,
            "a chain runs from its first to its last line for every packet",
        ),
        "del" | "delete" => (Code::E0114, "a variable ends with its chain"),
        "do" | "loop" | "until" | "repeat" => (
            Code::E0114,
            "write `while CONDITION:`, and `break` to leave a loop",
        ),
        "goto" | "exec" | "unless" => (Code::E0114, "write `if`, `while` or `for`"),
        _ => return None,
    };
    let problem = Diagnostic::new(code, span, format!("there is no statement `{word}`"));
    Some(problem.here("not in this language").help(help))
}

/// `lambda x: x`
pub fn lambda(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0119,
        span,
        "chains are no values, there is no `lambda`",
    )
    .here("expected an expression")
    .help("write a chain, `def NAME(x):`, and call it")
}

/// `x ** 2`
pub fn power(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0120, span, "there is no operator `**`")
        .here("expected an operator")
        .help("write `x * x`, or `1 << n` for a power of two")
}

/// `[1, 2]`, and comprehensions.
pub fn list(span: Span, comprehension: bool) -> Diagnostic {
    let what = if comprehension {
        "comprehensions"
    } else {
        "lists"
    };
    Diagnostic::new(Code::E0121, span, format!("there are no {what}"))
        .here("expected a number")
        .note("a value of a chain is a number of at most 64 bits")
        .help("count with `for i in range(...)`, keep sets and tables in programs with maps")
}

/// `{...}` as a value.
pub fn dict(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0122, span, "there are no dictionaries in chains")
        .here("expected a number")
        .help(
            "at top level, `PROGRAM[MAP] = { (KEY): (VALUE) }` fills a map; a chain asks a program",
        )
}

/// `x[i]`
pub fn index(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0123,
        span,
        "numbers have no elements, there is no `[...]`",
    )
    .here("nothing to index")
    .help("read the packet with `Packet.readU8(OFFSET)`, bits with `(x >> 8) & 0xff`")
}

/// `OWNER[MAP] =` without braces.
pub fn map_form(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0138, span, "a map is assigned keys with values")
        .here("expected `{`")
        .help("write `OWNER[MAP] = { (KEY): (VALUE) }`, at top level")
}

/// `x := 1`
pub fn walrus(span: Span, statement: bool) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0124, span, "an assignment is no expression")
        .here("there is no `:=`");
    match statement {
        true => problem.help("write `=`").suggest(span, "="),
        false => problem.help("assign in the line before, then use the name"),
    }
}

/// `a is b`, `a is not b`
pub fn identity(span: Span, negated: bool) -> Diagnostic {
    let operator = if negated { "!=" } else { "==" };
    Diagnostic::new(
        Code::E0125,
        span,
        "numbers have no identity, there is no `is`",
    )
    .here("expected an operator")
    .help(format!("`{operator}` compares"))
    .suggest(span, operator)
}

/// `a in b`, `a not in b`
pub fn membership(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0126, span, "there are no sets to look into")
        .here("`in` belongs to `for`")
        .help("write `x == 1 or x == 2`, or `1 <= x < 10`; a program with a map knows large sets")
}

/// `def f(a=1):`
pub fn default_argument(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0127, span, "parameters have no default values")
        .here("expected `,` or `)`")
        .help("give the value in each call, or write a second chain that calls this one")
}

/// `*args`, `**kw`
pub fn starred(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0128, span, "the number of arguments is fixed")
        .here("there is no `*` here")
        .help("name each parameter, at most five")
}

/// `@name` before a definition.
pub fn decorator(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0129, span, "there are no decorators")
        .here("expected a statement")
        .help(
            "a loader starts a chain that a map assignment names: `LOADER[MAP] = { (0): (CHAIN) }`",
        )
}

/// `f"..."` and its like.
pub fn prefixed_string(span: Span, prefix: &str) -> Diagnostic {
    let formats = prefix.contains(['f', 'F']);
    let problem = Diagnostic::new(Code::E0130, span, "strings have no prefix")
        .here(format!("`{prefix}` before a string"));
    match formats {
        true => {
            problem.help("a chain has no texts; `hike_verbose(NUMBER)` shows a number in the trace")
        }
        false => problem.help("remove it").suggest(span, ""),
    }
}

/// `c ? a : b`
pub fn ternary(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0131, span, "there is no operator `?`")
        .here("expected an operator")
        .help("write `A if CONDITION else B`")
}

/// A block in braces.
pub fn braces(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0132, span, "blocks are indented, not in braces")
        .here("expected `:`")
        .help("end the line with `:` and indent the lines below it")
}

/// `// text`
pub fn comment(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0133, span, "a comment begins with `#`")
        .here("expected `#`")
        .suggest(span, "#")
        .help("write `#`")
}

/// `int x`, `let x`, `u64 x`; `change` is the place of what to write instead.
pub fn declaration_form(span: Span, change: Span, replacement: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0134,
        span,
        "a declaration has a `:` between type and name",
    )
    .here("expected `TYPE : NAME`")
    .help("write `u64 : x = 1`; without a type a variable is a `u64`")
    .suggest(change, replacement)
}

/// `function f()`, `void f()`
pub fn definition_form(span: Span, word: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0135,
        span,
        format!("a chain is defined with `def`, not `{word}`"),
    )
    .here("expected `def`")
    .help("write `def NAME(PARAMETERS):`")
    .suggest(span, "def")
}

/// `def f:`
pub fn missing_parameters(span: Span, end: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0135,
        span,
        "a definition has parentheses, also without parameters",
    )
    .here("expected `(` after the name")
    .help("write `()`")
    .suggest(end, "()")
}

/// `a, b`
pub fn several_values(span: Span, returned: bool) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0136, span, "expected one value, found several")
        .here("one too many from here on");
    match returned {
        true => problem.help("pack two numbers into one: `(a << 32) | b`"),
        false => problem.help("write one assignment a line"),
    }
}

/// `print x`; with the places of the two parentheses when it is clear.
pub fn missing_parentheses(span: Span, name: &str, places: Option<(Span, Span)>) -> Diagnostic {
    let problem = Diagnostic::new(
        Code::E0137,
        span,
        format!("expected an operator or `(` after `{name}`"),
    )
    .here("nothing joins this with the name before")
    .help(format!("a call has parentheses: `{name}(...)`"));
    match places {
        Some((open, close)) => problem.suggest(open, "(").suggest(close, ")"),
        None => problem,
    }
}

/// `for (i = 0; ...)` and other forms of `for`.
pub fn for_form(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0139, span, "`for` has one name and a range")
        .here("expected `for NAME in range(...)`")
        .help("write `for i in range(10):`")
}

/// A type of another language, or none.
pub fn unknown_type(span: Span, name: &str, near: Option<&str>) -> Diagnostic {
    Diagnostic::new(Code::E0140, span, format!("unknown type `{name}`"))
        .here("types are u8 to u64, s8 to s64 and bool")
        .did_you_mean(span, near)
}

/// `===`, `=<`
pub fn misspelt_operator(span: Span, right: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0141,
        span,
        format!("this operator is written `{right}`"),
    )
    .here("no operator")
    .help(format!("write `{right}`"))
    .suggest(span, right)
}

/// A keyword in capitals or with a slip.
pub fn misspelt_keyword(span: Span, found: &str, near: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0142,
        span,
        format!("expected a statement, found the name `{found}`"),
    )
    .here("looks like a keyword")
    .did_you_mean(span, Some(near))
}

/// Characters that word processors put in the place of others.
pub fn typographic(span: Span, replacement: &str) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0008, span, "typographic character in the code")
        .here("looks like another character");
    match replacement {
        " " => problem.help("write a plain blank").suggest(span, " "),
        plain => problem.help(format!("write {plain}")).suggest(span, plain),
    }
}

/// A letter that is not of ASCII.
pub fn foreign_letter(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0009,
        span,
        "names are of the letters a to z, digits and `_`",
    )
    .here("not a letter of these")
    .help("text in other letters belongs in a comment or doc string")
}

/// `$x`
pub fn sigil(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0143, span, "variables have no `$`")
        .here("a name is enough")
        .suggest(span, "")
        .help("remove it")
}

/// A function of Python's that needs no import there.
pub fn other_function(span: Span, name: &str) -> Option<Diagnostic> {
    let (help, replacement) = match name {
        "print" | "printf" | "log" | "echo" | "println" => (
            "`hike_verbose(NUMBER)` writes to the trace, `monitor(NUMBER)` counts; both are in `programs.hike_default`",
            None,
        ),
        "int" | "long" => ("`s64(x)` and its like convert", Some("s64")),
        "abs" => ("write `x if x >= 0 else -x`", None),
        "pow" => ("write `x * x`, or `1 << n` for a power of two", None),
        "divmod" => ("write `x / y` and `x % y`", None),
        "len" => (
            "read the length from the packet's headers: `Packet.readU16(18)` in IPv6",
            None,
        ),
        "exit" | "quit" | "sys_exit" => (
            "`return` ends the chain; `hike_drop()` and `hike_pass()` decide the packet",
            None,
        ),
        "input" | "open" | "read" | "write" => (
            "read the packet with `Packet.readU8(OFFSET)`; a chain has no files",
            None,
        ),
        "str" | "chr" | "ord" | "hex" | "bin" | "oct" | "format" | "repr" | "float" | "round"
        | "list" | "dict" | "set" | "tuple" | "sum" | "any" | "all" | "sorted" | "reversed"
        | "enumerate" | "zip" | "map" | "filter" | "iter" | "next" | "type" | "isinstance"
        | "id" | "hash" | "super" | "getattr" | "setattr" => (
            "a chain computes with whole numbers; `min`, `max` and casts such as `u8(x)` need no import",
            None,
        ),
        "sleep" | "time" => ("a chain cannot wait: it runs once for every packet", None),
        _ => return None,
    };
    let problem = Diagnostic::new(Code::E0212, span, format!("there is no function `{name}`"))
        .here("not in this language")
        .help(help);
    Some(match replacement {
        Some(replacement) => problem.suggest(span, replacement),
        None => problem,
    })
}

/// `None` and its like.
pub fn none(span: Span, name: &str) -> Option<Diagnostic> {
    let known = [
        "None",
        "none",
        "null",
        "NULL",
        "nil",
        "nullptr",
        "undefined",
        "NaN",
    ];
    known.contains(&name).then(|| {
        Diagnostic::new(
            Code::E0213,
            span,
            format!("every value is a number, there is no `{name}`"),
        )
        .here("expected a number")
        .help("0 often stands for nothing, and programs give negative numbers for failures")
    })
}

/// `x.append(1)`
pub fn no_methods(span: Span, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0408, span, format!("`{name}` has no functions"))
        .here(format!("this is {what}"))
        .help("values are numbers; only the packet has functions: `Packet.readU8(OFFSET)`")
}

/// `x.y`
pub fn no_members(span: Span, name: &str, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0409, span, format!("`{name}` has no members"))
        .here(format!("this is {what}"))
        .help("values are numbers; headers of the standard library have fields: `from std.ipv6 import ipv6`")
}

/// `def` in a chain.
pub fn nested_chain(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0144, span, "a chain in a chain")
        .here("`def` stands at top level")
        .help("move it out, without indentation, and pass what it needs as arguments")
}
