//! Random expressions.

use super::Chain;

/// An expression as text.
pub struct Text {
    /// With what it takes to stand as an operand.
    pub text: String,
    /// Whether it may be constant, so that it has to fit where it is stored.
    pub constant: bool,
}

impl Text {
    fn varying(text: String) -> Self {
        Self {
            text,
            constant: false,
        }
    }
}

const ARITHMETIC: [&str; 11] = ["+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "0x7f",
    "0x80",
    "255",
    "256",
    "0xffff",
    "0x7fff_ffff",
    "0x8000_0000",
    "0xffff_ffff",
    "0x1_0000_0000",
    "0x8000_0000_0000_0000",
    "0xffff_ffff_ffff_ffff",
];

impl Chain<'_> {
    /// An expression with at most so many operators in one another.
    pub fn expr(&mut self, depth: u32) -> Text {
        if depth == 0 {
            return self.leaf();
        }
        match self.random.below(16) {
            0..=5 => self.arithmetic(depth),
            6 => Text::varying(self.comparison(depth)),
            7 => self.logical(depth),
            8 => self.unary(depth),
            9 => self.cast(depth),
            10 => self.conditional(depth),
            11 => self.extreme(depth),
            12 => self.call(depth),
            13 => self.packet_read(depth),
            _ => self.leaf(),
        }
    }

    /// An expression as an argument: a constant that fits any parameter, or none.
    pub fn argument(&mut self, depth: u32) -> String {
        let value = self.expr(depth);
        match value.constant {
            true => self.random.below(2).to_string(),
            false => value.text,
        }
    }

    /// An expression that is not constant.
    pub fn varying(&mut self, depth: u32) -> String {
        let value = self.expr(depth);
        match value.constant {
            true => self.any_variable(),
            false => value.text,
        }
    }

    fn any_variable(&mut self) -> String {
        let mut named = self.variables.iter().filter(|it| !it.ty.is_empty());
        let count = named.clone().count() as u64;
        let index = self.random.below(count.max(1)) as usize;
        let found = named.nth(index).map(|it| it.name.clone());
        found.unwrap_or_else(|| "Packet.readU8(3)".to_owned())
    }

    fn leaf(&mut self) -> Text {
        match self.random.below(8) {
            0 | 1 => Text {
                text: self.number(),
                constant: true,
            },
            2 => Text {
                text: self
                    .random
                    .pick(&["true", "False", "LIMIT", "MASK"])
                    .to_owned(),
                constant: true,
            },
            3 if !self.variables.is_empty() => {
                let index = self.random.below(self.variables.len() as u64) as usize;
                let variable = &self.variables[index];
                Text {
                    text: variable.name.clone(),
                    constant: variable.ty.is_empty(),
                }
            }
            _ => Text::varying(self.any_variable()),
        }
    }

    fn number(&mut self) -> String {
        match self.random.below(3) {
            0 => self.random.pick(&NUMBERS).to_owned(),
            1 => self.random.below(300).to_string(),
            _ => {
                let bits = 1 + self.random.below(63);
                format!("{:#x}", self.random.draw() >> bits)
            }
        }
    }

    fn arithmetic(&mut self, depth: u32) -> Text {
        let op = self.random.pick(&ARITHMETIC);
        let left = self.expr(depth - 1);
        let right = match op {
            // A constant divisor must not be 0; a varying one may.
            "/" | "//" | "%" => self.divisor(depth - 1),
            _ => self.expr(depth - 1),
        };
        Text {
            text: format!("({} {op} {})", left.text, right.text),
            constant: left.constant && right.constant,
        }
    }

    fn divisor(&mut self, depth: u32) -> Text {
        let divisor = self.expr(depth);
        match divisor.constant {
            true => Text {
                text: self
                    .random
                    .pick(&["1", "2", "3", "7", "8", "-1", "-3", "0x8000_0000_0000_0000"])
                    .to_owned(),
                constant: true,
            },
            false => divisor,
        }
    }

    /// A comparison, often of more than two operands, never only of constants.
    pub fn comparison(&mut self, depth: u32) -> String {
        let mut text = self.varying(depth - 1);
        let links = match self.random.below(4) {
            0 => 2,
            1 if depth > 1 => 3,
            _ => 1,
        };
        for _ in 0..links {
            let op = self.random.pick(&COMPARISONS);
            let next = self.expr(depth - 1).text;
            text = format!("{text} {op} {next}");
        }
        format!("({text})")
    }

    fn logical(&mut self, depth: u32) -> Text {
        let op = self.random.pick(&["and", "or"]);
        let left = self.expr(depth - 1);
        let right = self.varying(depth - 1);
        let not = if self.one_in(3) { "not " } else { "" };
        Text {
            text: format!("({not}({} {op} {right}))", left.text),
            constant: left.constant,
        }
    }

    fn unary(&mut self, depth: u32) -> Text {
        let value = self.expr(depth - 1);
        let op = match self.random.pick(&["-", "~", "+", "not "]) {
            // A literal below -2^63 is an error.
            "-" if value.text.starts_with(|c: char| c.is_ascii_digit()) => "~",
            op => op,
        };
        Text {
            text: format!("({op}{})", value.text),
            constant: value.constant,
        }
    }

    fn cast(&mut self, depth: u32) -> Text {
        let ty = self.ty();
        let value = self.expr(depth - 1);
        Text {
            text: format!("{ty}({})", value.text),
            constant: value.constant,
        }
    }

    fn conditional(&mut self, depth: u32) -> Text {
        let cond = match self.one_in(2) {
            true => self.comparison(depth),
            false => self.varying(depth - 1),
        };
        let (then, other) = (self.expr(depth - 1), self.expr(depth - 1));
        let text = format!("({} if {cond} else {})", then.text, other.text);
        Text::varying(text)
    }

    fn extreme(&mut self, depth: u32) -> Text {
        let name = self.random.pick(&["min", "max"]);
        let mut args = vec![self.varying(depth - 1)];
        for _ in 0..1 + self.random.below(2) {
            let arg = self.expr(depth - 1).text;
            args.push(arg);
        }
        Text::varying(format!("{name}({})", args.join(", ")))
    }

    /// A call that gives a value.
    pub fn call(&mut self, depth: u32) -> Text {
        let programs = self.options.programs && self.one_in(2);
        if programs {
            let (name, args) =
                self.random
                    .pick(&[("none", 0), ("one", 1), ("two", 2), ("five", 5)]);
            return self.call_of(name, args, depth);
        }
        let index = self.random.below(self.callees.len() as u64 + 1) as usize;
        match self.callees.get(index).cloned() {
            Some(callee) => self.call_of(&callee.name, callee.params, depth),
            None => self.call_of("nop", 0, depth),
        }
    }

    fn call_of(&mut self, name: &str, args: usize, depth: u32) -> Text {
        let args: Vec<String> = (0..args).map(|_| self.argument(depth - 1)).collect();
        Text::varying(format!("{name}({})", args.join(", ")))
    }

    /// An offset: mostly inside the packet, seldom not.
    pub fn offset(&mut self, depth: u32) -> String {
        match self.random.below(32) {
            0 => self.argument(depth),
            1..=9 => format!("{} & 31", self.varying(depth)),
            _ => self.random.below(48).to_string(),
        }
    }

    fn packet_read(&mut self, depth: u32) -> Text {
        let function = self
            .random
            .pick(&["readU8", "readU16", "readU32", "readU64", "read_u16"]);
        let offset = self.offset(depth - 1);
        Text::varying(format!("Packet.{function}({offset})"))
    }
}
