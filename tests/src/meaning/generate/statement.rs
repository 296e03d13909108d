//! Random statements.

use super::{Chain, Variable};

const AUGMENTED: [&str; 10] = ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];

impl Chain<'_> {
    /// Statements until no more may come.
    pub fn statements(&mut self) {
        while self.left > 0 {
            self.statement();
        }
    }

    /// A block: its own variables end with it.
    fn block(&mut self) {
        let before = self.variables.len();
        self.indent += 1;
        let count = 1 + self.random.below(3);
        self.line("pass");
        for _ in 0..count {
            self.statement();
        }
        self.indent -= 1;
        self.variables.truncate(before);
    }

    fn statement(&mut self) {
        self.left -= 1;
        let nested = self.indent < 4 && self.left > 0;
        match self.random.below(20) {
            0..=1 => self.declaration(),
            2..=6 => self.assignment(),
            7..=8 => self.augmented(),
            9..=11 if nested => self.choice(),
            12..=13 if nested && self.loops < 2 => self.range_loop(),
            14 if nested && self.loops < 2 => self.while_loop(),
            15..=16 => self.packet_write(),
            17 => self.call_statement(),
            18 => self.leave(),
            _ => self.several(),
        }
    }

    /// A value that may be stored in a type.
    fn storable(&mut self, ty: &str) -> String {
        let value = self.expr(3);
        match value.constant {
            true => format!("{ty}({})", value.text),
            false => value.text,
        }
    }

    /// A new variable with a value, in one of three spellings.
    pub fn declaration(&mut self) {
        let name = self.fresh("v");
        let ty = self.ty();
        match self.random.below(3) {
            0 => {
                let value = self.storable("u64");
                self.line(&format!("{name} = {value}"));
                return self.declare(&name, "u64");
            }
            1 => {
                let value = self.storable(&ty);
                self.line(&format!("{ty} : {name} = {value}"));
            }
            _ => {
                let value = self.storable(&ty);
                self.line(&format!("{name}: {ty} = {value}"));
            }
        }
        self.declare(&name, &ty);
    }

    /// A variable that may be changed here.
    fn target(&mut self) -> Option<Variable> {
        let mut free = self.variables.iter().filter(|it| !it.frozen);
        let count = free.clone().count() as u64;
        let index = self.random.below(count.max(1)) as usize;
        free.nth(index).cloned()
    }

    fn assignment(&mut self) {
        let Some(target) = self.target() else {
            return self.declaration();
        };
        let value = self.storable(&target.ty);
        self.line(&format!("{} = {value}", target.name));
    }

    fn augmented(&mut self) {
        let Some(target) = self.target() else {
            return self.declaration();
        };
        let op = self.random.pick(&AUGMENTED);
        let value = self.varying(2);
        self.line(&format!("{} {op} {value}", target.name));
    }

    fn several(&mut self) {
        let (Some(a), Some(b)) = (self.target(), self.target()) else {
            return self.declaration();
        };
        let value = self.varying(2);
        self.line(&format!("{} = {} = {value}", a.name, b.name));
    }

    fn condition(&mut self) -> String {
        match self.one_in(3) {
            true => self.varying(2),
            false => self.comparison(2),
        }
    }

    fn choice(&mut self) {
        let cond = self.condition();
        self.line(&format!("if {cond}:"));
        self.block();
        if self.one_in(3) {
            let cond = self.condition();
            self.line(&format!("elif {cond}:"));
            self.block();
        }
        if self.one_in(2) {
            self.line("else:");
            self.block();
        }
    }

    /// `for`, with bounds that keep the number of turns small.
    fn range_loop(&mut self) {
        let name = self.fresh("i");
        let range = self.range();
        match self.one_in(3) {
            true => {
                let ty = self.ty();
                self.line(&format!("{ty} : {name} = 0"));
                self.declare(&name, &ty);
            }
            false => {
                self.line(&format!("{name} = 0"));
                self.declare(&name, "u64");
            }
        }
        self.line(&format!("for {name} in {range}:"));
        self.turn();
    }

    fn turn(&mut self) {
        self.loops += 1;
        self.block();
        self.loops -= 1;
    }

    fn range(&mut self) -> String {
        let small = self.varying(1);
        match self.random.below(8) {
            0 => format!("range({})", self.random.below(5)),
            1 => format!("range({small} & 3)"),
            2 => format!("range({small}, {small} + 3)"),
            3 => format!("range(5, {} & 7, -2)", small),
            4 => "range(0, LIMIT, 0x60_0000_0000)".to_owned(),
            5 => format!("range({small} | 0xffff_ffff_ffff_fff0, 0xffff_ffff_ffff_ffff, 7)"),
            6 => format!("range({small} % 4, -5, -3)"),
            _ => format!("range(-2, {} & 3)", small),
        }
    }

    /// `while`, with a counter of its own.
    fn while_loop(&mut self) {
        let counter = self.fresh("n");
        self.line(&format!("{counter} = {}", self.indent));
        self.variables.push(Variable {
            name: counter.clone(),
            ty: "u64".to_owned(),
            frozen: true,
        });
        let cond = self.condition();
        match self.one_in(2) {
            true => self.line(&format!("while {counter} > 0 and {cond}:")),
            false => self.line(&format!("while {counter} < 5:")),
        }
        let down = self
            .text
            .trim_end()
            .contains(&format!("while {counter} > 0"));
        let step = if down { "-= 1" } else { "+= 1" };
        self.line(&format!("    {counter} {step}"));
        self.turn();
    }

    fn packet_write(&mut self) {
        let (function, ty) = self.random.pick(&[
            ("writeU8", "u8"),
            ("writeU16", "u16"),
            ("writeU32", "u32"),
            ("write_u64", "u64"),
        ]);
        let offset = self.offset(1);
        let value = self.storable(ty);
        self.line(&format!("packet.{function}({offset}, {value})"));
    }

    fn call_statement(&mut self) {
        if self.options.programs && self.one_in(8) {
            let cond = self.condition();
            let call = match self.one_in(2) {
                true => "drop()".to_owned(),
                false => format!("redirect({})", self.argument(1)),
            };
            return self.line(&format!("if {cond}: {call}"));
        }
        let call = self.call(2).text;
        self.line(&call);
    }

    fn leave(&mut self) {
        let cond = self.condition();
        let way = match (self.loops, self.random.below(4)) {
            (0, 0) | (_, 0) => {
                let value = self.varying(1);
                format!("return {value}")
            }
            (0, _) => "pass".to_owned(),
            (_, 1) => "break".to_owned(),
            _ => "continue".to_owned(),
        };
        self.line(&format!("if {cond}: {way}"));
    }
}
