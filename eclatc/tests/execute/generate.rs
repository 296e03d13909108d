//! Random scripts as typed trees: every construct, loops that end, variables that are
//! assigned before they are read.

use crate::world::{CHAINS, PROGRAMS};
use eclatc::hir::*;
use eclatc::source::{FileId, Span};
use hike_abi::Helper;
use hike_format::signature::IntType;
use std::collections::BTreeSet;

/// A script of two chains; the first may call the second.
pub fn script(seed: u64, size: u32) -> Script {
    let mut random = Random(seed | 1);
    Script {
        package: "t".into(),
        file: FileId(0),
        doc: String::new(),
        chains: (0..2)
            .map(|index| chain(&mut random, index, size))
            .collect(),
        externs: Vec::new(),
        called: BTreeSet::from([Symbol::new(CHAINS[1])]),
        config: Configuration::default(),
    }
}

/// xorshift64
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: u32) -> u32 {
        ((self.next() >> 32) % u64::from(bound.max(1))) as u32
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }
}

fn chain(random: &mut Random, index: usize, size: u32) -> Chain {
    let mut generator = Generator {
        random,
        index,
        locals: Vec::new(),
        budget: size as i32,
        loops: 0,
        frozen: Vec::new(),
    };
    for param in 0..3 {
        generator.local(&format!("p{param}"));
    }
    let mut body = Block::new();
    for variable in 0..1 + generator.random.below(4) {
        let local = generator.local(&format!("x{variable}"));
        body.push(generator.assign(local));
    }
    body.extend(generator.block(0));
    if generator.random.below(3) > 0 {
        let value = generator.expr(2);
        body.push(generator.stmt(StmtKind::Return(Some(value))));
    }
    Chain {
        name: CHAINS[index].rsplit('.').next().unwrap_or_default().into(),
        symbol: Symbol::new(CHAINS[index]),
        doc: String::new(),
        params: 3,
        locals: generator.locals,
        body,
        span: span(),
    }
}

fn span() -> Span {
    Span::new(FileId(0), 1, 2)
}

struct Generator<'a> {
    random: &'a mut Random,
    index: usize,
    locals: Vec<Local>,
    budget: i32,
    loops: u32,
    /// Counters of loops, which only the loop changes.
    frozen: Vec<LocalId>,
}

impl Generator<'_> {
    fn local(&mut self, name: &str) -> LocalId {
        let types = [8, 16, 32, 64].map(|bits| (bits, self.random.below(2) == 0));
        let (bits, signed) = self.random.pick(&types);
        self.typed_local(name, IntType { bits, signed })
    }

    fn typed_local(&mut self, name: &str, ty: IntType) -> LocalId {
        self.locals.push(Local {
            name: name.into(),
            ty,
            span: span(),
        });
        LocalId(self.locals.len() as u32 - 1)
    }

    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: span() }
    }

    fn make(&self, kind: ExprKind) -> Expr {
        Expr {
            kind,
            ty: U64,
            span: span(),
        }
    }

    /// A variable that may be changed here.
    fn variable(&mut self) -> LocalId {
        let named = |local: &Local| !local.name.starts_with('%');
        let all = 0..self.locals.len() as u32;
        let free: Vec<_> = all
            .map(LocalId)
            .filter(|id| !self.frozen.contains(id) && named(&self.locals[id.index()]))
            .collect();
        self.random.pick(&free)
    }

    fn assign(&mut self, local: LocalId) -> Stmt {
        let value = self.expr(3);
        let ty = self.locals[local.index()].ty;
        let value = Expr {
            ty,
            ..self.make(ExprKind::Convert(Box::new(value)))
        };
        self.stmt(StmtKind::Assign { local, value })
    }

    fn block(&mut self, depth: u32) -> Block {
        let length = 1 + self.random.below(4);
        let mut block = Block::new();
        for _ in 0..length {
            self.budget -= 1;
            if self.budget < 0 {
                break;
            }
            self.any_stmt(depth, &mut block);
        }
        block
    }

    fn any_stmt(&mut self, depth: u32, block: &mut Block) {
        let kind = match self.random.below(14) {
            0..5 => {
                let local = self.variable();
                block.push(self.assign(local));
                return;
            }
            5 | 6 => StmtKind::Expr(self.call()),
            7..10 if depth < 4 => {
                let cond = self.expr(2);
                let then = self.block(depth + 1);
                let otherwise = match self.random.below(2) {
                    0 => Block::new(),
                    _ => self.block(depth + 1),
                };
                StmtKind::If {
                    cond,
                    then,
                    otherwise,
                }
            }
            10 | 11 if depth < 3 && self.loops < 2 => return self.counted_loop(depth, block),
            12 if self.loops > 0 => self
                .random
                .pick(&[0, 1])
                .eq(&0)
                .then_some(())
                .map_or(StmtKind::Continue, |()| StmtKind::Break),
            13 if depth > 0 && self.random.below(3) == 0 => {
                let value = self.expr(1);
                StmtKind::Return((self.random.below(2) == 0).then_some(value))
            }
            _ => StmtKind::Expr(self.expr(2)),
        };
        block.push(self.stmt(kind));
    }

    /// `counter = 0; while counter < n [and condition]: ...; counter += 1`
    fn counted_loop(&mut self, depth: u32, block: &mut Block) {
        let counter = self.typed_local(&format!("i{}", self.locals.len()), U64);
        let zero = self.make(ExprKind::Const(0));
        block.push(self.stmt(StmtKind::Assign {
            local: counter,
            value: zero,
        }));
        self.frozen.push(counter);
        self.loops += 1;
        let read = || Box::new(self.make(ExprKind::Local(counter)));
        let (left, right) = (read(), read());
        let bound = self.random.below(5).into();
        let bound = Box::new(self.make(ExprKind::Const(bound)));
        let mut cond = self.make(ExprKind::Compare(CompareOp::LtU, left, bound));
        if self.random.below(2) == 0 {
            let also = Box::new(self.expr(2));
            cond = self.make(ExprKind::And(Box::new(cond), also));
        }
        let body = self.block(depth + 1);
        let one = Box::new(self.make(ExprKind::Const(1)));
        let value = self.make(ExprKind::Binary(BinaryOp::Add, right, one));
        let step = self.stmt(StmtKind::Assign {
            local: counter,
            value,
        });
        self.loops -= 1;
        block.push(self.stmt(StmtKind::Loop {
            cond,
            body,
            step: vec![step],
        }));
    }

    fn expr(&mut self, depth: u32) -> Expr {
        if depth == 0 || self.random.below(4) == 0 {
            return self.leaf();
        }
        let kind = match self.random.below(13) {
            0..5 => {
                let op = self.random.pick(&BINARY);
                ExprKind::Binary(op, self.boxed(depth), self.boxed(depth))
            }
            5 => {
                let op = self.random.pick(&[UnaryOp::Neg, UnaryOp::Invert]);
                ExprKind::Unary(op, self.boxed(depth))
            }
            6 => ExprKind::Not(self.boxed(depth)),
            7 => {
                let op = self.random.pick(&COMPARE);
                ExprKind::Compare(op, self.boxed(depth), self.boxed(depth))
            }
            8 => ExprKind::And(self.boxed(depth), self.boxed(depth)),
            9 => ExprKind::Or(self.boxed(depth), self.boxed(depth)),
            10 => return self.convert(depth),
            11 => ExprKind::Select {
                cond: self.boxed(depth),
                then: self.boxed(depth),
                otherwise: self.boxed(depth),
            },
            _ => return self.rare(depth),
        };
        self.make(kind)
    }

    fn boxed(&mut self, depth: u32) -> Box<Expr> {
        Box::new(self.expr(depth - 1))
    }

    fn convert(&mut self, depth: u32) -> Expr {
        let bits = self.random.pick(&[8, 16, 32, 64]);
        let signed = self.random.below(2) == 0;
        let value = self.boxed(depth);
        Expr {
            ty: IntType { bits, signed },
            ..self.make(ExprKind::Convert(value))
        }
    }

    fn rare(&mut self, depth: u32) -> Expr {
        if self.random.below(2) == 0 {
            return self.call();
        }
        let local = self.typed_local("%t", U64);
        let value = self.boxed(depth);
        let read = Box::new(self.make(ExprKind::Local(local)));
        let other = self.boxed(depth);
        let body = self.make(ExprKind::Binary(BinaryOp::Xor, read, other));
        self.make(ExprKind::Let {
            local,
            value,
            body: Box::new(body),
        })
    }

    fn leaf(&mut self) -> Expr {
        let kind = match self.random.below(5) {
            0 | 1 => ExprKind::Const(self.constant()),
            _ => {
                let named = self.locals.iter().enumerate();
                let named = named.filter(|(_, local)| !local.name.starts_with('%'));
                let ids: Vec<_> = named.map(|(id, _)| LocalId(id as u32)).collect();
                ExprKind::Local(self.random.pick(&ids))
            }
        };
        self.make(kind)
    }

    fn constant(&mut self) -> u64 {
        let round: u64 = self
            .random
            .pick(&[0, 1, 2, 8, 63, 255, 256, 0xffff, 0xffff_ffff]);
        match self.random.below(6) {
            0 => self.random.next(),
            1 => self.random.next() >> 32,
            2 => round.wrapping_neg(),
            3 => 1 << self.random.below(64),
            _ => round,
        }
    }

    fn call(&mut self) -> Expr {
        let (callee, arguments, ends_chain) = match self.random.below(8) {
            0 if self.index == 0 => (Callee::Chain(Symbol::new(CHAINS[1])), 3, false),
            1 | 2 => return self.helper(),
            _ => {
                let unlikely = self.random.below(6) > 0;
                let choice = if unlikely { &PROGRAMS[..4] } else { &PROGRAMS };
                let (name, arguments, ends_chain) = self.random.pick(choice);
                (Callee::Program(Symbol::new(name)), arguments, ends_chain)
            }
        };
        let args = (0..arguments).map(|_| self.expr(1)).collect();
        self.make(ExprKind::Call(Box::new(Call {
            callee,
            args,
            ends_chain,
        })))
    }

    fn helper(&mut self) -> Expr {
        let helper = self.random.pick(&Helper::ALL[..9]);
        let offset = self.random.below(62).into();
        let mut args = vec![self.make(ExprKind::Const(offset))];
        match helper as u32 {
            1..=4 => {}
            5..=8 => args.push(self.expr(1)),
            _ => args.clear(),
        }
        self.make(ExprKind::Call(Box::new(Call {
            callee: Callee::Helper(helper),
            args,
            ends_chain: false,
        })))
    }
}

const BINARY: [BinaryOp; 13] = [
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::DivU,
    BinaryOp::DivS,
    BinaryOp::ModU,
    BinaryOp::ModS,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Shl,
    BinaryOp::ShrU,
    BinaryOp::ShrS,
];

const COMPARE: [CompareOp; 10] = [
    CompareOp::Eq,
    CompareOp::Ne,
    CompareOp::LtU,
    CompareOp::LeU,
    CompareOp::GtU,
    CompareOp::GeU,
    CompareOp::LtS,
    CompareOp::LeS,
    CompareOp::GtS,
    CompareOp::GeS,
];
