//! The same words, badly laid out.

use eclatc::lex::{Kind, Token, lex};
use eclatc::source::FileId;

/// Whether comments are put between the words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// All are left out.
    None,
    /// Many are put in, where any can stand.
    Many,
}

/// xorshift64
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// Lays a script without syntax errors out anew.
pub fn scramble(text: &str, seed: u64, comments: Comments) -> String {
    let (tokens, _) = lex(text, FileId(0));
    let tokens: Vec<Token<'_>> = tokens.iter().collect();
    let mut scrambler = Scrambler {
        random: Random(seed.wrapping_mul(2) | 1),
        comments: comments == Comments::Many,
        out: String::new(),
        blocks: vec![String::new()],
        brackets: 0,
        last: None,
    };
    tokens.iter().for_each(|token| scrambler.token(token));
    scrambler.out
}

struct Scrambler<'t> {
    random: Random,
    comments: bool,
    out: String,
    /// Indentation of the open blocks.
    blocks: Vec<String>,
    brackets: usize,
    /// The word before on the logical line.
    last: Option<&'t Token<'t>>,
}

impl<'t> Scrambler<'t> {
    fn token(&mut self, token: &'t Token<'t>) {
        match token.kind {
            Kind::Newline => return self.end_line(),
            Kind::Indent => {
                let width = 1 + self.random.below(7) as usize;
                let block = format!(
                    "{}{}",
                    self.blocks[self.blocks.len() - 1],
                    " ".repeat(width)
                );
                return self.blocks.push(block);
            }
            Kind::Dedent => return drop(self.blocks.pop()),
            Kind::EndOfFile => return,
            _ => {}
        }
        match self.last {
            None => self.out += &self.blocks[self.blocks.len() - 1],
            Some(last) => self.space(last, token),
        }
        self.out += token.text;
        match token.kind {
            Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace => self.brackets += 1,
            Kind::RightParen | Kind::RightBracket | Kind::RightBrace => self.brackets -= 1,
            _ => {}
        }
        self.last = Some(token);
    }

    fn end_line(&mut self) {
        self.last = None;
        if self.comments && self.random.one_in(3) {
            self.out += self.random.pick(&["#c", "  #  c  ", "\t# c\t"]);
        }
        self.out += self.random.pick(&["\n", "\n", "\r\n", "  \n"]);
        while self.comments && self.random.one_in(3) {
            let column = self.random.below(16) as usize;
            self.out += &" ".repeat(column);
            self.out += self
                .random
                .pick(&["# own line\n", "#own line\n\n", "\n", "\n\n\n"]);
        }
    }

    fn space(&mut self, last: &Token<'_>, next: &Token<'_>) {
        if self.brackets > 0 && self.random.one_in(4) {
            return self.break_in_brackets();
        }
        if self.random.one_in(20) {
            self.out += self.random.pick(&["\\\n", " \\ \n  "]);
            return;
        }
        let is_word =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let words = is_word(last.text.chars().last()) && is_word(next.text.chars().next());
        let signs = |c: Option<char>| c.is_some_and(|c| "=<>-/!\"'".contains(c));
        let merge = signs(last.text.chars().last()) && signs(next.text.chars().next());
        self.out += match words || merge || last.text == "/" {
            true => self.random.pick(&[" ", "  ", "\t"]),
            false => self.random.pick(&["", " ", "   "]),
        };
    }

    fn break_in_brackets(&mut self) {
        if self.comments && self.random.one_in(2) {
            self.out += self.random.pick(&["# behind", "  #behind"]);
        }
        self.out += "\n";
        while self.comments && self.random.one_in(4) {
            self.out += self.random.pick(&["  # before\n", "\n"]);
        }
        self.out += &" ".repeat(self.random.below(9) as usize);
    }
}
