//! Random scripts as text: every operator, width and sign, loops that end, calls, packets.
//!
//! What is generated compiles: variables have values before they are read, constants fit
//! where they are stored, divisors are not the constant 0.

use crate::random::Random;
use std::fmt::Write;

mod expression;
mod statement;

/// What may occur in a script.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// About how many statements a chain has.
    pub size: u32,
    /// Whether chains call programs that only tests have.
    pub programs: bool,
}

/// The chain that starts.
pub const FIRST: &str = "main";

const TYPES: [&str; 8] = ["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"];

/// A chain that others may call: its name and number of parameters.
#[derive(Clone, Debug)]
struct Callee {
    name: String,
    params: usize,
    /// Ends its recursion by its first parameter.
    recursive: bool,
}

/// A script of three chains.
pub fn script(seed: u64, options: Options) -> String {
    let mut random = Random::new(seed);
    let mut text = String::new();
    text += "from programs.t import nop";
    if options.programs {
        text += ", none, one, two, five, drop, redirect";
    }
    text += "\nconst LIMIT = 1 << 40\nMASK = -16\n";
    let mut callees = Vec::new();
    for name in ["low", "middle", FIRST] {
        let callee = Callee {
            name: name.to_owned(),
            params: if name == FIRST {
                2
            } else {
                random.below(6) as usize
            },
            recursive: false,
        };
        let recursive = name == "low" && callee.params > 0 && random.below(3) == 0;
        let callee = Callee {
            recursive,
            ..callee
        };
        let mut chain = Chain::new(&mut random, options, &callees);
        chain.write(&callee);
        text += &chain.text;
        callees.push(callee);
    }
    text
}

/// A variable in reach.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    ty: String,
    /// Only its loop changes it.
    frozen: bool,
}

/// A chain under construction.
struct Chain<'r> {
    random: &'r mut Random,
    options: Options,
    callees: &'r [Callee],
    text: String,
    variables: Vec<Variable>,
    names: u32,
    indent: usize,
    loops: usize,
    /// Statements that may still come.
    left: i32,
}

impl<'r> Chain<'r> {
    fn new(random: &'r mut Random, options: Options, callees: &'r [Callee]) -> Self {
        Self {
            random,
            options,
            callees,
            text: String::new(),
            variables: Vec::new(),
            names: 0,
            indent: 1,
            loops: 0,
            left: options.size as i32,
        }
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.random.below(chances) == 0
    }

    fn line(&mut self, line: &str) {
        let indent = self.indent * 4;
        let _ = writeln!(self.text, "{:indent$}{line}", "");
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A type; `bool` is rarer.
    fn ty(&mut self) -> String {
        match self.one_in(12) {
            true => "bool".to_owned(),
            false => self.random.pick(&TYPES).to_owned(),
        }
    }

    fn declare(&mut self, name: &str, ty: &str) {
        self.variables.push(Variable {
            name: name.to_owned(),
            ty: ty.to_owned(),
            frozen: false,
        });
    }

    fn write(&mut self, chain: &Callee) {
        let params: Vec<String> = (0..chain.params)
            .map(|index| self.param(index, chain))
            .collect();
        let result = match self.one_in(2) && chain.name != FIRST {
            true => format!(" -> {}", self.ty()),
            false => String::new(),
        };
        let params = params.join(", ");
        self.text += &format!("\ndef {}({params}){result}:\n", chain.name);
        if self.one_in(4) {
            self.line("\"\"\"What it does is anybody's guess.\"\"\"");
        }
        self.first_variables();
        if chain.recursive {
            self.recursion(chain);
        }
        self.statements();
        let all = self.fold_variables();
        self.line(&format!("return {all}"));
    }

    fn param(&mut self, index: usize, chain: &Callee) -> String {
        let name = format!("p{index}");
        let (written, ty) = match self.random.below(4) {
            _ if chain.name == FIRST || (chain.recursive && index == 0) => {
                (format!("u64 : {name}"), "u64".to_owned())
            }
            0 => (name.clone(), "u64".to_owned()),
            1 => {
                let ty = self.ty();
                (format!("{name}: {ty}"), ty)
            }
            _ => {
                let ty = self.ty();
                (format!("{ty} : {name}"), ty)
            }
        };
        self.declare(&name, &ty);
        written
    }

    /// Variables of the whole chain; now and then more than there are registers.
    fn first_variables(&mut self) {
        let count = match self.one_in(6) {
            true => 8 + self.random.below(4),
            false => 1 + self.random.below(4),
        };
        for _ in 0..count {
            self.declaration();
        }
        if self.one_in(4) {
            self.line("PASS=0; DROP = 1; ERROR = -1;");
            for name in ["PASS", "DROP", "ERROR"] {
                self.variables.push(Variable {
                    name: name.to_owned(),
                    ty: String::new(),
                    frozen: true,
                });
            }
        }
    }

    fn recursion(&mut self, chain: &Callee) {
        let mut args = vec!["p0 - 1".to_owned()];
        for _ in 1..chain.params {
            let arg = self.argument(1);
            args.push(arg);
        }
        self.line("if p0 > 0 and p0 < 4:");
        let call = format!("{}({})", chain.name, args.join(", "));
        match self.one_in(2) {
            true => self.line(&format!("    return {call} + p0")),
            false => self.line(&format!("    p0 = {call}")),
        }
    }

    /// Everything that the chain has computed, in one number.
    fn fold_variables(&mut self) -> String {
        let names: Vec<String> = self.variables.iter().map(|it| it.name.clone()).collect();
        let fold = |sum: String, name: &String| format!("({sum} * 31 ^ {name})");
        names.iter().fold("7".to_owned(), fold)
    }
}
