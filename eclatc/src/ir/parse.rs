//! Reads the text form of the IR back; a `;` starts a comment.

use super::*;
use hike_abi::Helper;
use smallvec::{Array, SmallVec};
use std::fmt;

/// A line that is not IR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: u32,
    /// What was expected there.
    pub expected: &'static str,
    /// The rest of the line where it was expected.
    pub found: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            expected,
            found,
        } = self;
        write!(f, "line {line}: expected {expected}, found `{found}`")
    }
}

impl std::error::Error for ParseError {}

type Parsed<T> = Result<T, ParseError>;

/// Parses a module.
///
/// # Errors
/// At the first line that is not of the text form. Whether the module makes sense is for
/// [`super::verify`] to say.
pub fn module(text: &str) -> Parsed<Module> {
    let mut lines = Lines::new(text);
    let mut module = Module::default();
    while lines.peek().is_some() {
        module.functions.push(function(&mut lines)?);
    }
    Ok(module)
}

/// The lines that hold something, with their numbers.
struct Lines<'a> {
    rest: Vec<Cursor<'a>>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let lines = text.lines().zip(1..).map(|(line, number)| Cursor {
            line: number,
            rest: line.split(';').next().unwrap_or_default().trim(),
        });
        let mut rest: Vec<_> = lines.filter(|line| !line.rest.is_empty()).collect();
        rest.reverse();
        Self { rest }
    }

    fn peek(&self) -> Option<&Cursor<'a>> {
        self.rest.last()
    }

    fn next(&mut self) -> Parsed<Cursor<'a>> {
        self.rest.pop().ok_or(ParseError {
            line: 0,
            expected: "`}`",
            found: "end of text".into(),
        })
    }
}

/// What is left of a line.
#[derive(Clone)]
struct Cursor<'a> {
    line: u32,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn fail<T>(&self, expected: &'static str) -> Parsed<T> {
        Err(ParseError {
            line: self.line,
            expected,
            found: self.rest.into(),
        })
    }

    /// Takes `token` and the blanks after it if the line goes on with it.
    fn accept(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &'static str) -> Parsed<()> {
        if self.accept(token) {
            return Ok(());
        }
        self.fail(token)
    }

    /// Letters, digits, `_`, `-` and `.`.
    fn word(&mut self) -> &'a str {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    fn parse<T>(&mut self, expected: &'static str, from: impl Fn(&str) -> Option<T>) -> Parsed<T> {
        let mut ahead = self.clone();
        let word = ahead.word();
        let Some(value) = from(word) else {
            return self.fail(expected);
        };
        *self = ahead;
        Ok(value)
    }

    fn end(&self) -> Parsed<()> {
        match self.rest {
            "" => Ok(()),
            _ => self.fail("end of line"),
        }
    }
}

fn numbered(word: &str, letter: &str) -> Option<u32> {
    word.strip_prefix(letter)?.parse().ok()
}

fn value(cursor: &mut Cursor) -> Parsed<ValueId> {
    cursor.parse("a value such as `v1`", |word| {
        numbered(word, "v").map(ValueId)
    })
}

fn block_id(cursor: &mut Cursor) -> Parsed<BlockId> {
    cursor.parse("a block such as `b1`", |word| {
        numbered(word, "b").map(BlockId)
    })
}

fn constant(word: &str) -> Option<u64> {
    if let Some(digits) = word.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok();
    }
    let signed = word.parse::<i64>().map(|number| number as u64);
    signed.or_else(|_| word.parse()).ok()
}

fn operand(cursor: &mut Cursor) -> Parsed<Operand> {
    cursor.parse("a value or a constant", |word| {
        let value = numbered(word, "v").map(|id| Operand::Value(ValueId(id)));
        value.or_else(|| constant(word).map(Operand::Const))
    })
}

/// `(item, item)`; `()` is the empty list.
fn list<A: Array>(
    cursor: &mut Cursor,
    item: fn(&mut Cursor) -> Parsed<A::Item>,
) -> Parsed<SmallVec<A>> {
    let mut items = SmallVec::new();
    cursor.expect("(")?;
    if cursor.accept(")") {
        return Ok(items);
    }
    loop {
        items.push(item(cursor)?);
        if cursor.accept(")") {
            return Ok(items);
        }
        cursor.expect(",")?;
    }
}

/// A list that may be left out when it is empty.
fn optional_list<A: Array>(
    cursor: &mut Cursor,
    item: fn(&mut Cursor) -> Parsed<A::Item>,
) -> Parsed<SmallVec<A>> {
    match cursor.rest.starts_with('(') {
        true => list(cursor, item),
        false => Ok(SmallVec::new()),
    }
}

/// ` @start..end`, ` @fileN:start..end` or nothing.
fn place(cursor: &mut Cursor, usual: FileId) -> Parsed<Span> {
    if !cursor.accept("@") {
        return Ok(Span::new(usual, 0, 0));
    }
    let mut file = usual;
    if cursor.rest.starts_with("file") {
        file = cursor.parse("a file such as `file0`", |word| {
            numbered(word, "file").map(FileId)
        })?;
        cursor.expect(":")?;
    }
    cursor.parse("a range such as `3..7`", |word| {
        let (start, end) = word.split_once("..")?;
        Some(Span::new(file, start.parse().ok()?, end.parse().ok()?))
    })
}

fn symbol(cursor: &mut Cursor) -> Parsed<Symbol> {
    cursor.parse("a symbol such as `chains.a.b`", |word| {
        word.contains('.').then(|| Symbol::new(word))
    })
}

fn function(lines: &mut Lines) -> Parsed<Function> {
    let mut head = lines.next()?;
    head.expect("chain")?;
    let symbol = symbol(&mut head)?;
    let span = place(&mut head, FileId(0))?;
    head.expect("{")?;
    head.end()?;
    let mut function = Function {
        symbol,
        span,
        blocks: Vec::new(),
        values: 0,
    };
    while lines.peek().is_none_or(|line| line.rest != "}") {
        let next = block(lines, BlockId(function.blocks.len() as u32), span.file)?;
        function.blocks.push(next);
    }
    lines.next()?;
    function.values = highest_value(&function);
    Ok(function)
}

/// One more than the number of the last value that is defined.
fn highest_value(function: &Function) -> u32 {
    let blocks = function.blocks.iter();
    blocks
        .flat_map(|block| {
            let results = block.insts.iter().filter_map(|inst| inst.result);
            block.params.iter().copied().chain(results)
        })
        .map(|value| value.0.saturating_add(1))
        .max()
        .unwrap_or(0)
}

fn block(lines: &mut Lines, id: BlockId, file: FileId) -> Parsed<Block> {
    let mut head = lines.next()?;
    if block_id(&mut head.clone()) != Ok(id) {
        return head.fail("the next block in the order of their numbers");
    }
    block_id(&mut head)?;
    let params = optional_list(&mut head, value)?;
    head.expect(":")?;
    head.end()?;
    let mut insts = Vec::new();
    loop {
        let mut line = lines.next()?;
        if let Some(end) = terminator(&mut line)? {
            let end_span = place(&mut line, file)?;
            line.end()?;
            return Ok(Block {
                params,
                insts,
                end,
                end_span,
            });
        }
        insts.push(inst(&mut line, file)?);
        line.end()?;
    }
}

fn inst(line: &mut Cursor, file: FileId) -> Parsed<Inst> {
    let mut result = None;
    if line.rest.contains('=') {
        result = Some(value(line)?);
        line.expect("=")?;
    }
    let op = op(line)?;
    let span = place(line, file)?;
    Ok(Inst { result, op, span })
}

fn op(line: &mut Cursor) -> Parsed<Op> {
    let mut ahead = line.clone();
    let name = ahead.word();
    let parsed = if name == "const" {
        Op::Const(ahead.parse("a constant", constant)?)
    } else if name == "call" {
        call(&mut ahead).map(|(callee, args)| Op::Call(callee, args))?
    } else if let Some(op) = UnaryOp::from_name(name) {
        Op::Unary(op, operand(&mut ahead)?)
    } else if let Some(op) = BinaryOp::from_name(name) {
        let left = operand(&mut ahead)?;
        ahead.expect(",")?;
        Op::Binary(op, left, operand(&mut ahead)?)
    } else {
        return line.fail("an instruction or a terminator");
    };
    *line = ahead;
    Ok(parsed)
}

fn call(line: &mut Cursor) -> Parsed<(Callee, Operands)> {
    let callee = line.parse("a program, a chain or a helper", callee)?;
    Ok((callee, list(line, operand)?))
}

fn callee(word: &str) -> Option<Callee> {
    if word.starts_with("programs.") {
        return Some(Callee::Program(Symbol::new(word)));
    }
    if word.starts_with("chains.") {
        return Some(Callee::Chain(Symbol::new(word)));
    }
    let mut helpers = Helper::ALL.into_iter();
    helpers
        .find(|helper| helper.name() == word)
        .map(Callee::Helper)
}

fn terminator(line: &mut Cursor) -> Parsed<Option<Terminator>> {
    let mut ahead = line.clone();
    let end = match ahead.word() {
        "jump" => Terminator::Jump(target(&mut ahead)?),
        "branch" => branch(&mut ahead)?,
        "return" => Terminator::Return(operand(&mut ahead)?),
        "finish" => call(&mut ahead).map(|(callee, args)| Terminator::Finish(callee, args))?,
        _ => return Ok(None),
    };
    *line = ahead;
    Ok(Some(end))
}

fn target(line: &mut Cursor) -> Parsed<Target> {
    Ok(Target {
        block: block_id(line)?,
        args: optional_list(line, operand)?,
    })
}

fn branch(line: &mut Cursor) -> Parsed<Terminator> {
    let condition = line.parse("a condition such as `eq`", Condition::from_name)?;
    let left = operand(line)?;
    line.expect(",")?;
    let right = operand(line)?;
    line.expect(",")?;
    let then = target(line)?;
    line.expect(",")?;
    Ok(Terminator::Branch {
        condition,
        left,
        right,
        then,
        otherwise: target(line)?,
    })
}
