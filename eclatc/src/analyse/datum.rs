//! Keys and values of maps, checked against the types that the map's object declares.

use super::Session;
use super::constant::{Constant, range};
use super::globals::Global;
use crate::diagnostics::configuration;
use crate::hir::Datum;
use crate::lex::literal;
use crate::syntax::{Expr, ExprKind, UnaryOp};
use hike_format::signature::{IntType, TypeInfo};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A datum before its type is known.
enum Given {
    Number(i128),
    /// More than 127 bits.
    Huge(u128),
    Text(String),
    Chain(crate::hir::Symbol),
}

impl<'s> Session<'_, 's> {
    /// The parts of a key or value: one, or one for each field of a struct.
    pub fn data(&mut self, expr: &Expr<'s>, ty: &TypeInfo) -> Option<Vec<Datum>> {
        let parts = match &expr.kind {
            ExprKind::Tuple(items) => items,
            _ => std::slice::from_ref(expr),
        };
        let types = parts_of(ty);
        if parts.len() != types.len() {
            let shape =
                configuration::wrong_shape(expr.span, types.len(), parts.len(), &describe(ty));
            return self.fail(shape);
        }
        let data: Vec<_> = parts
            .iter()
            .zip(types)
            .map(|(part, ty)| self.datum(part, ty))
            .collect();
        data.into_iter().collect()
    }

    fn datum(&mut self, expr: &Expr<'s>, ty: &TypeInfo) -> Option<Datum> {
        if let Some(name) = self.chain_in_disguise(expr, ty) {
            return self.fail(configuration::chain_by_name(expr.span, &name));
        }
        let given = self.given(expr)?;
        let given = numeric_text(given, ty);
        match fit(given, ty) {
            Ok(datum) => Some(datum),
            Err(found) => self.fail(configuration::wrong_type(expr.span, &describe(ty), &found)),
        }
    }

    /// The chain that `'NAME'` or `NAME()` stands for, where a chain is wanted.
    fn chain_in_disguise(&mut self, expr: &Expr<'s>, ty: &TypeInfo) -> Option<String> {
        let name = match &expr.kind {
            ExprKind::String(text) => literal::string(text),
            ExprKind::Call(call) if call.path.len() == 1 => call.path[0].text.to_owned(),
            _ => return None,
        };
        let found = self.globals.peek(&name).map(|found| &found.global);
        let is_chain = matches!(found, Some(Global::Chain(_))) && *ty == TypeInfo::Chain;
        let replaced = self.options.defines.contains_key(&name);
        (is_chain && !replaced).then(|| {
            self.globals.lookup(&name);
            name
        })
    }

    fn given(&mut self, expr: &Expr<'s>) -> Option<Given> {
        match &expr.kind {
            ExprKind::Number(value) => Some(match i128::try_from(*value) {
                Ok(value) => Given::Number(value),
                Err(_) => Given::Huge(*value),
            }),
            ExprKind::String(text) => Some(self.text(literal::string(text))),
            ExprKind::Path(path) if path.len() == 1 => self.named(expr, path[0].text),
            ExprKind::Unary(UnaryOp::Minus, inner) => match inner.kind {
                ExprKind::Number(value) => Some(Given::Number(
                    i128::try_from(value).map_or(i128::MIN, |value| -value),
                )),
                _ => self.computed(expr),
            },
            _ => self.computed(expr),
        }
    }

    /// A text, replaced by `-D` when it is exactly a name given there.
    fn text(&self, text: String) -> Given {
        Given::Text(self.options.defines.get(&text).cloned().unwrap_or(text))
    }

    fn named(&mut self, expr: &Expr<'s>, name: &str) -> Option<Given> {
        if self.options.defines.contains_key(name) {
            return Some(self.text(name.to_owned()));
        }
        match self.globals.lookup(name).map(|found| found.global.clone()) {
            Some(Global::Chain(chain)) => Some(Given::Chain(chain.symbol.clone())),
            _ => self.computed(expr),
        }
    }

    fn computed(&mut self, expr: &Expr<'s>) -> Option<Given> {
        let value = self.constant_expr(expr, "a key or value of a map")?;
        Some(Given::Number(value.value()))
    }
}

/// A text that is a number, where the type wants one: `-D` gives texts.
fn numeric_text(given: Given, ty: &TypeInfo) -> Given {
    match (&given, ty) {
        (Given::Text(text), TypeInfo::Int(_) | TypeInfo::NetworkInt(_) | TypeInfo::Interface) => {
            let number = literal::number(text)
                .ok()
                .and_then(|value| i128::try_from(value).ok());
            number.map_or(given, Given::Number)
        }
        _ => given,
    }
}

fn parts_of(ty: &TypeInfo) -> Vec<&TypeInfo> {
    match ty {
        TypeInfo::Struct { fields, .. } => fields.iter().map(|field| &field.ty).collect(),
        TypeInfo::Array(element, count) => vec![element.as_ref(); *count as usize],
        ty => vec![ty],
    }
}

/// The datum if the type takes it, else what was found instead.
fn fit(given: Given, ty: &TypeInfo) -> Result<Datum, String> {
    match ty {
        TypeInfo::Int(ty) => number(given, *ty),
        TypeInfo::NetworkInt(bytes) => number(given, unsigned(bytes.saturating_mul(8).min(64))),
        TypeInfo::Ipv6 => address(given, 128, |text| text.parse::<Ipv6Addr>().is_ok()),
        TypeInfo::Ipv4 => address(given, 32, |text| text.parse::<Ipv4Addr>().is_ok()),
        TypeInfo::Mac => address(given, 48, is_mac),
        TypeInfo::Interface => match given {
            Given::Text(text) => Ok(Datum::Text(text)),
            given => number(given, unsigned(32)),
        },
        TypeInfo::Chain => match given {
            Given::Chain(symbol) => Ok(Datum::Chain(symbol)),
            given => Err(found(&given)),
        },
        TypeInfo::Array(..) | TypeInfo::Struct { .. } => Err(found(&given)),
    }
}

fn unsigned(bits: u8) -> IntType {
    IntType {
        bits,
        signed: false,
    }
}

fn number(given: Given, ty: IntType) -> Result<Datum, String> {
    let Given::Number(value) = given else {
        return Err(found(&given));
    };
    let (low, high) = range(ty);
    match Constant::new(value) {
        Some(constant) if (low..=high).contains(&value) => {
            let bits = u128::from(constant.bits());
            Ok(Datum::Number(bits & ((1 << ty.bits) - 1)))
        }
        _ => Err(found(&given)),
    }
}

/// An address as number or text. A text in capitals is a name that `-D` gives at install time.
fn address(given: Given, bits: u32, is_valid: impl Fn(&str) -> bool) -> Result<Datum, String> {
    match given {
        Given::Number(value) if value >= 0 && (bits == 128 || value < 1 << bits) => {
            Ok(Datum::Number(value.unsigned_abs()))
        }
        Given::Huge(value) if bits == 128 => Ok(Datum::Number(value)),
        Given::Text(text) if is_valid(&text) || is_placeholder(&text) => Ok(Datum::Text(text)),
        given => Err(found(&given)),
    }
}

fn is_placeholder(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn is_mac(text: &str) -> bool {
    let byte = |part: &str| part.len() == 2 && u8::from_str_radix(part, 16).is_ok();
    text.split(':').count() == 6 && text.split(':').all(byte)
}

fn found(given: &Given) -> String {
    match given {
        Given::Number(value) => format!("the number {value}"),
        Given::Huge(value) => format!("the number {value:#x}"),
        Given::Text(text) => format!("the text `{text}`"),
        Given::Chain(symbol) => format!("the chain `{symbol}`"),
    }
}

/// A type in a sentence.
fn describe(ty: &TypeInfo) -> String {
    match ty {
        TypeInfo::Int(ty) => {
            let (low, high) = range(*ty);
            format!("a number from {low} to {high}")
        }
        TypeInfo::NetworkInt(bytes) => format!("a number of {bytes} bytes"),
        TypeInfo::Ipv6 => "an IPv6 address".into(),
        TypeInfo::Ipv4 => "an IPv4 address".into(),
        TypeInfo::Mac => "an Ethernet address".into(),
        TypeInfo::Chain => "a chain".into(),
        TypeInfo::Interface => "an interface".into(),
        TypeInfo::Array(_, count) => format!("{count} elements"),
        TypeInfo::Struct { name, fields, .. } => {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            format!("the struct `{name}` with {}", names.join(", "))
        }
    }
}
