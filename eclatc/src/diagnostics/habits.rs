//! Messages about what is right in Python or another language.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::lex::Kind;
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

/// `&&`, `||` and `!`; all places of these in the line are changed.
pub fn logical_operator(span: Span, word: &str, places: &[(Span, &str)]) -> Diagnostic {
    let message = format!("the logical operator is `{}`", word.trim());
    let problem = Diagnostic::new(Code::E0110, span, message).here("no operator");
    let problem = match word {
        "and" => problem.help("write `a and b`; a single `&` works on bits"),
        "or" => problem.help("write `a or b`; a single `|` works on bits"),
        _ => problem.help("write `not a`; `~` inverts bits"),
    };
    places.iter().fold(problem, |problem, (place, word)| {
        problem.suggest(*place, *word)
    })
}

/// `x++`, `x--`; alone or in an expression.
pub fn increment(span: Span, operator: &str, alone: bool) -> Diagnostic {
    let doubled = if operator == "+=" { "++" } else { "--" };
    let message = format!("there is no operator `{doubled}`");
    let problem = Diagnostic::new(Code::E0111, span, message).here("an operand is missing");
    match alone {
        true => problem
            .help(format!("write `{operator} 1`"))
            .suggest(span, format!(" {operator} 1")),
        false => problem.help(format!(
            "an assignment is a statement: write `{operator} 1` on a line of its own"
        )),
    }
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

/// An import without its `import`, or with another sign where `.` or `,` belongs.
pub fn import_part(span: Span, place: Span, missing: &str) -> Diagnostic {
    let message = format!("expected `{missing}` in the import");
    let text = if missing == "import" {
        " import"
    } else {
        missing
    };
    Diagnostic::new(Code::E0113, span, message)
        .here(format!("expected `{missing}` before this"))
        .help("write `from programs.PACKAGE import NAME, NAME`")
        .suggest(place, text)
}

/// A keyword where a name is defined.
pub fn keyword_as_name(span: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` is a keyword and cannot be a name");
    Diagnostic::new(Code::E0146, span, message)
        .here("expected a name")
        .help(format!("choose another one, such as `{word}_`"))
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
pub fn dict(span: Span, set: bool) -> Diagnostic {
    let what = if set { "sets" } else { "dictionaries" };
    Diagnostic::new(Code::E0122, span, format!("there are no {what} in chains"))
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

/// `OWNER[MAP] =` without braces; with what to write instead, and where, when that is clear.
pub fn map_form(span: Span, change: Option<(Span, String)>) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0138, span, "a map is assigned keys with values")
        .here("expected `{`")
        .help("write `OWNER[MAP] = { (KEY): (VALUE) }`, at top level");
    match change {
        Some((place, text)) => problem.suggest(place, text),
        None => problem,
    }
}

/// `{` on the line after its `=`; `gap` is what lies between them.
pub fn map_on_next_line(span: Span, gap: Span) -> Diagnostic {
    Diagnostic::new(Code::E0138, span, "`{` stands on the line of its `=`")
        .here("expected a new statement on a new line")
        .help("inside of `{ }` line ends do not count")
        .suggest(gap, " ")
}

/// `OWNER['MAP']`
pub fn quoted_map(span: Span, text: &str) -> Diagnostic {
    let name = text.trim_matches(['"', '\'']);
    Diagnostic::new(Code::E0138, span, "the name of a map has no quotes")
        .here("expected a name")
        .help(format!("write `{name}`"))
        .suggest(span, name)
}

/// An element of a map that is no `KEY: VALUE`.
pub fn map_entry(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0138, span, "a map is assigned keys with values")
        .here("expected `:` and a value before this")
        .help("write `{ (KEY): (VALUE), (KEY): (VALUE) }`")
}

/// An element of a map with another sign in the place of its `:`.
pub fn map_sign(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0138, span, "`:` stands between key and value")
        .here("expected `:`")
        .help("write `{ (KEY): (VALUE) }`")
        .suggest(span, ":")
}

/// Two elements of a map without a comma between them.
pub fn missing_comma(span: Span, place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0138,
        span,
        "expected `,` between two elements of a map",
    )
    .here("expected `,` before this")
    .suggest(place, ",")
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

/// `a is b`, `a is not b`; `none` is the place of an `is None`.
pub fn identity(span: Span, negated: bool, none: Option<Span>) -> Diagnostic {
    let operator = if negated { "!=" } else { "==" };
    let message = "numbers have no identity, there is no `is`";
    let problem = Diagnostic::new(Code::E0125, span, message).here("expected an operator");
    match none {
        Some(place) => problem
            .help(format!("0 often stands for nothing: `{operator} 0`"))
            .suggest(place, format!("{operator} 0")),
        None => problem
            .help(format!("`{operator}` compares"))
            .suggest(span, operator),
    }
}

/// `a in b`, `a not in b`; with what to write instead, and where, when that is clear.
pub fn membership(span: Span, rewritten: Option<(Span, String)>) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0126, span, "there are no sets to look into")
        .here("`in` belongs to `for`");
    match rewritten {
        Some((place, text)) => problem.help(format!("write `{text}`")).suggest(place, text),
        None => problem.help(
            "write `x == 1 or x == 2`, or `1 <= x < 10`; a program with a map knows large sets",
        ),
    }
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
        .help("end the line with `:`, indent the lines below it, and leave `}` out")
}

/// `// text`
pub fn comment(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0133, span, "a comment begins with `#`")
        .here("expected `#`")
        .suggest(span, "#")
        .help("write `#`")
}

/// `/* text */`; `last` when nothing follows on its line.
pub fn block_comment(span: Span, text: &str, last: bool) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0133, span, "a comment begins with `#`")
        .here("expected `#`")
        .help("write `#` before each line of it");
    let inner = text.trim_start_matches("/*").trim_end_matches("*/");
    let lines = inner
        .lines()
        .map(|line| line.trim().trim_start_matches("* "));
    let lines: Vec<String> = lines.map(|line| format!("# {line}")).collect();
    match last {
        true => problem.suggest(span, lines.join("\n")),
        false => problem.suggest(span, ""),
    }
}

/// `int x`, `let x`, `u64 x`; `change` is the place of the words before the name.
pub fn declaration_form(span: Span, change: Span, ty: Option<&str>, name: &str) -> Diagnostic {
    match ty {
        Some(ty) => Diagnostic::new(
            Code::E0134,
            span,
            "a declaration has a `:` between type and name",
        )
        .here("expected `TYPE : NAME`")
        .help(format!("write `{ty} : {name}`"))
        .suggest(change, format!("{ty} : ")),
        None => Diagnostic::new(
            Code::E0134,
            span,
            "a variable is declared by its first value",
        )
        .here("expected `NAME = VALUE`")
        .help(format!(
            "write `{name} = ...`; with a type, `u8 : {name} = ...`"
        ))
        .suggest(change, ""),
    }
}

/// `x u64`; `place` is behind the name.
pub fn declaration_reversed(span: Span, place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0134,
        span,
        "a declaration has a `:` between name and type",
    )
    .here("expected `:` before the type")
    .suggest(place, ":")
}

/// `const u8 X`; `change` is the place of the words before the name.
pub fn declared_constant(span: Span, change: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0134, span, "a constant has no type")
        .here("expected `const NAME`")
        .help(format!("write `const {name} = ...`"))
        .suggest(change, "const ")
}

/// `-> None`; `change` is the place of both.
pub fn no_result_type(span: Span, change: Span, word: &str) -> Diagnostic {
    Diagnostic::new(Code::E0140, span, format!("there is no type `{word}`"))
        .here("types are u8 to u64, s8 to s64 and bool")
        .help("leave it out: a chain without `return` gives 0")
        .suggest(change, "")
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

/// `def my-name`
pub fn name_with_sign(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0135, span, "a name has no `-`")
        .here("expected `(` or `_`")
        .help("write `_`")
        .suggest(span, "_")
}

/// `a, b`
pub fn several_values(span: Span, first: Kind) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0136, span, "expected one value, found several")
        .here("one too many from here on");
    match first {
        Kind::Return => problem.help("pack two numbers into one: `(a << 32) | b`"),
        Kind::If | Kind::Elif | Kind::While => problem.help("`and` or `or` joins two conditions"),
        _ => problem.help("write one assignment a line"),
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

/// `for (i = 0; ...)` and other forms of `for`; with what to write behind `for`, and where.
pub fn for_form(span: Span, counting: Option<(Span, String)>) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0139, span, "`for` has one name and a range")
        .here("expected `for NAME in range(...)`");
    match counting {
        Some((place, text)) => problem
            .help(format!("write `for {text}:`"))
            .suggest(place, text),
        None => problem.help("write `for i in range(10):`"),
    }
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
        format!("expected a keyword, found the name `{found}`"),
    )
    .here("looks like a keyword")
    .did_you_mean(span, Some(near))
}

/// Characters that word processors put in the place of others.
pub fn typographic(span: Span, found: &str, replacement: &str) -> Diagnostic {
    let number = found.chars().next().map_or(0, u32::from);
    let problem = Diagnostic::new(Code::E0008, span, "typographic character in the code")
        .here(format!("U+{number:04X} only looks like what is meant"));
    let help = match replacement {
        "" => format!("remove it: nothing is seen of U+{number:04X}"),
        blank if blank.trim().is_empty() => "write a plain blank".into(),
        plain => format!("write `{plain}`"),
    };
    problem.help(help).suggest(span, replacement)
}

/// A string in typographic quotes; `ends` are the places of the two.
pub fn typographic_quotes(span: Span, quote: &str, ends: [Span; 2]) -> Diagnostic {
    let problem = Diagnostic::new(Code::E0008, span, "typographic quotes around a string")
        .here("these are not the quotes of strings")
        .help(format!("write {quote} on both sides"));
    let change = |problem: Diagnostic, end| problem.suggest(end, quote);
    ends.into_iter().fold(problem, change)
}

/// A word with letters that only look like Latin ones.
pub fn look_alike(span: Span, plain: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0008,
        span,
        "letters that only look like those of a name",
    )
    .here("of another alphabet, in part or all")
    .help(format!("write `{plain}`"))
    .suggest(span, plain)
}

/// A word with letters that are not of ASCII.
pub fn foreign_letter(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0009,
        span,
        "names are of the letters a to z, digits and `_`",
    )
    .here("not only of these")
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
