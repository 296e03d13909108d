//! Lines to blocks, by indentation.

use super::depth::{self, MAX_OPERATORS};
use super::direct::Direct;
use super::error::{Expected, ParseError, Tokens};
use super::habits;
use super::line::{Header, Line, line};
use super::tokens::{Extra, span_of};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::{Code, lexical, syntactic};
use crate::lex::{self, Kind, Token};
use crate::source::Span;
use crate::syntax::{Arena, Arm, Block, Broken, Def, Layout, Script, Stmt, StmtKind};
use chumsky::{Boxed, Parser};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// `if` and `elif`s that belong together; a chain has little room for more.
const MAX_ARMS: usize = 128;

/// Reads a whole script.
pub fn script<'s>(tokens: &lex::Tokens<'s>, arena: &'s Arena) -> (Script<'s>, Vec<Diagnostic>) {
    let mut reader = Reader {
        direct: Direct::new(tokens, arena),
        arena,
        spare: Vec::new(),
        thorough: OnceCell::new(),
        problems: Vec::new(),
        begun: BTreeSet::new(),
    };
    let mut items = Vec::new();
    while !reader.at_end() {
        reader.statements(&mut items);
        reader.skip_stray_dedent();
    }
    (Script { items }, reader.problems)
}

type LineParser<'s, 'p> = Boxed<'s, 'p, Tokens<'s, 's>, Line<'s>, Extra>;

struct Reader<'t, 's, 'p> {
    /// Where reading is, and how lines are read that are right.
    direct: Direct<'t, 's>,
    arena: &'s Arena,
    /// Lists for blocks that are being read, used again.
    spare: Vec<Block<'s>>,
    /// For lines that do not fit, made when the first one comes.
    thorough: OnceCell<LineParser<'s, 'p>>,
    problems: Vec<Diagnostic>,
    /// Reported words that later lines may follow from: statements of other languages, and
    /// keywords that were to be names.
    begun: BTreeSet<&'s str>,
}

impl<'s: 'p, 'p> Reader<'_, 's, 'p> {
    fn kind(&self) -> Kind {
        self.direct.kind()
    }

    fn skip(&mut self) {
        self.direct.go_to(self.direct.at() + 1);
    }

    fn at_end(&self) -> bool {
        self.kind() == Kind::EndOfFile
    }

    fn skip_stray_dedent(&mut self) {
        if self.kind() == Kind::Dedent {
            self.skip();
        }
    }

    /// Statements up to the end of the block or file.
    fn statements(&mut self, out: &mut Block<'s>) {
        while !matches!(self.kind(), Kind::Dedent | Kind::EndOfFile) {
            if self.kind() == Kind::Indent {
                self.unexpected_block(out);
            } else {
                self.statement(out);
            }
        }
    }

    /// A block where none belongs: reported, and read as if it belonged to the code around.
    fn unexpected_block(&mut self, out: &mut Block<'s>) {
        let next = self.direct.span_ahead(1);
        self.problems.push(syntactic::unexpected_indent(next));
        out.extend(self.indented());
    }

    /// A block that begins with an `Indent`; it takes as much room as it has statements.
    fn indented(&mut self) -> Block<'s> {
        let mut list = self.spare.pop().unwrap_or_default();
        self.skip();
        self.statements(&mut list);
        self.skip_stray_dedent();
        let mut block = Block::with_capacity(list.len());
        block.append(&mut list);
        self.spare.push(list);
        block
    }

    fn statement(&mut self, out: &mut Block<'s>) {
        let (start, before) = (self.direct.at(), out.len());
        match self.direct.line(out) {
            Some(None) => {}
            Some(Some((header, inline))) => {
                let span = self.direct.span_of_line(start);
                self.compound(header, inline, span, out);
            }
            None => {
                out.truncate(before);
                self.direct.go_to(start);
                self.statement_thoroughly(out);
            }
        }
    }

    /// A line that does not fit, or is very long.
    fn statement_thoroughly(&mut self, out: &mut Block<'s>) {
        let tokens = self.direct.take_line();
        let span = span_of(without_newline(tokens));
        match self.read_line(tokens) {
            Some(Line::Simple(statements)) => out.extend(statements),
            Some(Line::Header(header, inline)) => self.compound(header, inline, span, out),
            None => {
                let names = names_in(tokens);
                let body = self.block_of_broken();
                out.push(Stmt {
                    kind: StmtKind::Broken(Broken { body, names }),
                    span,
                });
            }
        }
    }

    fn read_line(&mut self, tokens: &'s [Token<'s>]) -> Option<Line<'s>> {
        if tokens.iter().any(|token| token.kind == Kind::Error) {
            return None;
        }
        if let Some(span) = depth::too_deep(tokens) {
            let problem = lexical::nested_too_deeply(span, "operators", MAX_OPERATORS);
            self.problems.push(problem);
            return None;
        }
        let thorough = self.thorough.get_or_init(|| line(self.arena).boxed());
        let (line, errors) = thorough.parse(tokens).into_output_errors();
        let consequence = |error: &&ParseError| self.is_consequence(tokens, error);
        if let Some(error) = errors.first().filter(|error| !consequence(error)) {
            let known = habits::recognise(tokens, error);
            let problem = known.unwrap_or_else(|| syntactic::unexpected(tokens, error));
            self.remember(tokens, &problem);
            self.problems.push(problem);
        }
        line
    }

    /// Whether a line is wrong because of another that has been reported: it uses a keyword
    /// that was to be a name, or goes on with a statement of another language.
    fn is_consequence(&self, line: &[Token<'s>], error: &ParseError) -> bool {
        let found = line.get(error.at).map_or("", |token| token.text);
        self.begun.contains(found) && error.expects(Expected::Expression)
            || self.follows_broken(line)
    }

    /// Remembers what later lines may follow from.
    fn remember(&mut self, line: &[Token<'s>], problem: &Diagnostic) {
        let text = |token: &Token<'s>| (token.span == problem.span()).then_some(token.text);
        match problem.code {
            Code::E0146 => self.begun.extend(line.iter().find_map(text)),
            Code::E0114 | Code::E0115 => self.begun.extend(line.first().map(|token| token.text)),
            _ => {}
        }
    }

    /// Whether a line goes on with a statement of another language that has been reported:
    /// `case` of a `switch`, `except` of a `try`, `while` of a `do`.
    fn follows_broken(&self, line: &[Token<'s>]) -> bool {
        let word = line.first().map_or("", |token| token.text);
        let begun: &[&str] = match word {
            "case" | "default" => &["switch", "match", "select"],
            "except" | "finally" | "catch" | "else" => &["try"],
            "while" | "until" => &["do", "repeat"],
            _ => return false,
        };
        begun.iter().any(|word| self.begun.contains(word))
    }

    /// The block below a line that could not be read.
    fn block_of_broken(&mut self) -> Block<'s> {
        match self.kind() {
            Kind::Indent => self.indented(),
            _ => Vec::new(),
        }
    }

    /// The block of a header: on its line, or indented below.
    fn block(&mut self, inline: Vec<Stmt<'s>>, header: Span, is_def: bool) -> Block<'s> {
        if !inline.is_empty() {
            return inline;
        }
        match self.kind() {
            Kind::Indent => self.indented(),
            Kind::Error => Vec::new(),
            _ => {
                self.problems.push(syntactic::missing_block(header));
                let mut body = vec![Stmt {
                    kind: StmtKind::Broken(Broken::default()),
                    span: header,
                }];
                while is_def && self.next_runs() {
                    self.statement(&mut body);
                }
                body
            }
        }
    }

    /// Whether the next line can only stand in a chain: behind a `def` without a block it was
    /// to be that block.
    fn next_runs(&self) -> bool {
        let next = self.direct.kind_ahead(1);
        match self.kind() {
            Kind::Name => next == Kind::LeftParen,
            Kind::If | Kind::While | Kind::For | Kind::Return | Kind::Pass => true,
            _ => false,
        }
    }

    fn compound(
        &mut self,
        header: Header<'s>,
        inline: Vec<Stmt<'s>>,
        span: Span,
        out: &mut Block<'s>,
    ) {
        if let Header::Test = header {
            return self.test(inline, span, out);
        }
        let body = self.block(inline, span, matches!(header, Header::Def(..)));
        let kind = match header {
            Header::Elif(cond) => return self.elif(Arm { cond, body, span }, out),
            Header::Else => return self.otherwise(body, span, out),
            Header::If(cond) => StmtKind::If {
                arms: vec![Arm { cond, body, span }],
                otherwise: None,
            },
            Header::While(cond) => StmtKind::While(Arm { cond, body, span }),
            Header::For(name, iterable) => StmtKind::For {
                name,
                iterable,
                body,
            },
            Header::Def(name, params, result) => StmtKind::Def(Def {
                name,
                params,
                result,
                body,
            }),
            Header::Layout(name, offset) => StmtKind::Layout(Layout {
                name,
                offset,
                fields: body,
            }),
            Header::Test => StmtKind::Test,
        };
        out.push(Stmt { kind, span });
    }

    /// A `test` block: its lines are left alone, they are of another language level.
    fn test(&mut self, inline: Vec<Stmt<'s>>, span: Span, out: &mut Block<'s>) {
        if inline.is_empty() && self.kind() == Kind::Indent {
            self.skip_block();
        }
        out.push(Stmt {
            kind: StmtKind::Test,
            span,
        });
    }

    fn skip_block(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.kind() {
                Kind::Indent => depth += 1,
                Kind::Dedent => depth = depth.saturating_sub(1),
                Kind::EndOfFile => return,
                _ => {}
            }
            self.skip();
            if depth == 0 {
                return;
            }
        }
    }

    fn elif(&mut self, arm: Arm<'s>, out: &mut Block<'s>) {
        match open_if(out) {
            Some((arms, _)) if arms.len() < MAX_ARMS => arms.push(arm),
            Some((arms, _)) if arms.len() == MAX_ARMS => {
                let span = arm.span;
                arms.push(arm);
                let problem = lexical::nested_too_deeply(span, "`elif`s", MAX_ARMS);
                self.problems.push(problem);
            }
            Some(_) => {}
            None => {
                let span = arm.span;
                self.without_if(span, "elif", arm.body, out);
            }
        }
    }

    fn otherwise(&mut self, body: Block<'s>, span: Span, out: &mut Block<'s>) {
        match open_if(out) {
            Some((_, otherwise)) => *otherwise = Some(body),
            None => self.without_if(span, "else", body, out),
        }
    }

    fn without_if(&mut self, span: Span, word: &str, body: Block<'s>, out: &mut Block<'s>) {
        if !matches!(out.last(), Some(last) if matches!(last.kind, StmtKind::Broken(_))) {
            let help = out.last().and_then(|before| no_else_behind(&before.kind));
            let problem = syntactic::else_without_if(span, word);
            self.problems
                .push(problem.maybe_help(help.map(str::to_owned)));
        }
        let names = BTreeSet::new();
        let kind = StmtKind::Broken(Broken { body, names });
        out.push(Stmt { kind, span });
    }
}

/// The names in a line, those in what a string without end has swallowed as well.
fn names_in<'s>(line: &[Token<'s>]) -> BTreeSet<&'s str> {
    let texts = line
        .iter()
        .filter(|token| matches!(token.kind, Kind::Name | Kind::Error));
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = texts.flat_map(|token| token.text.split(move |c: char| !is_part(c)));
    words
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .collect()
}

/// Why `else` or `elif` cannot stand behind a statement.
fn no_else_behind(before: &StmtKind<'_>) -> Option<&'static str> {
    match before {
        StmtKind::For { .. } | StmtKind::While(_) => Some("loops have no `else`"),
        StmtKind::If { .. } => Some("`else` is the last part of an `if`, once"),
        _ => None,
    }
}

type OpenIf<'b, 's> = (&'b mut Vec<Arm<'s>>, &'b mut Option<Block<'s>>);

/// The `if` that an `elif` or `else` can belong to: the statement before, still without `else`.
fn open_if<'b, 's>(block: &'b mut Block<'s>) -> Option<OpenIf<'b, 's>> {
    match &mut block.last_mut()?.kind {
        StmtKind::If { arms, otherwise } if otherwise.is_none() => Some((arms, otherwise)),
        _ => None,
    }
}

fn without_newline<'t, 's>(line: &'t [Token<'s>]) -> &'t [Token<'s>] {
    match line {
        [words @ .., last] if last.kind == Kind::Newline && !words.is_empty() => words,
        line => line,
    }
}
