//! Map assignments, attachments and settings: carried out at install time, checked here.

use super::Session;
use super::constant::Constant;
use super::convert::Type;
use super::globals::{Global, Object};
use crate::diagnostics::{configuration, names, syntactic, values};
use crate::hir::{Attachment, Configuration, Device, MapAssignment, MapEntry, Setting, XdpMode};
use crate::lex::literal;
use crate::packages::SymbolKind;
use crate::source::Span;
use crate::syntax::{Arg, Entry, Expr, ExprKind, Ident, Stmt, StmtKind};
use hike_format::signature::MapInfo;
use std::rc::Rc;

impl<'s> Session<'_, 's> {
    /// All configuration of a script.
    pub fn configuration(&mut self, items: &[Stmt<'s>]) -> Configuration {
        let mut config = Configuration::default();
        for item in items {
            match &item.kind {
                StmtKind::MapAssign {
                    owner,
                    map,
                    entries,
                } => config
                    .maps
                    .extend(self.map_assignment(*owner, *map, entries)),
                StmtKind::Expr(expr) => self.top_level_expr(expr, &mut config),
                _ => {}
            }
        }
        config
    }

    fn map_assignment(
        &mut self,
        owner: Ident<'s>,
        map: Ident<'s>,
        entries: &[Entry<'s>],
    ) -> Option<MapAssignment> {
        let object = self.owner(owner, "has no maps")?;
        let maps = &object.signature.maps;
        let Some(info) = maps.iter().find(|info| info.name == map.text) else {
            let known: Vec<&str> = maps.iter().map(|info| info.name.as_str()).collect();
            return self.fail(configuration::unknown_map(
                map.span, owner.text, map.text, &known,
            ));
        };
        let done = entries.iter().map(|entry| self.map_entry(entry, info));
        let done: Vec<_> = done.collect::<Vec<_>>().into_iter().flatten().collect();
        self.duplicate_keys(&done);
        Some(MapAssignment {
            owner: object.callee.symbol.clone(),
            map: map.text.to_owned(),
            entries: done,
            span: map.span,
        })
    }

    fn map_entry(&mut self, entry: &Entry<'s>, info: &MapInfo) -> Option<MapEntry> {
        let key = self.data(entry.key, &info.key);
        let value = self.data(entry.value, &info.value);
        Some(MapEntry {
            key: key?,
            value: value?,
            span: entry.key.span.to(entry.value.span),
        })
    }

    fn duplicate_keys(&mut self, entries: &[MapEntry]) {
        let mut order: Vec<&MapEntry> = entries.iter().collect();
        order.sort_by(|a, b| a.key.cmp(&b.key).then(a.span.cmp(&b.span)));
        for pair in order.windows(2) {
            if pair[0].key == pair[1].key {
                self.report(configuration::duplicate_key(pair[1].span, pair[0].span));
            }
        }
    }

    /// The program or loader that a configuration line is about.
    fn owner(&mut self, name: Ident<'s>, otherwise: &str) -> Option<Rc<Object>> {
        match self
            .globals
            .lookup(name.text)
            .map(|found| found.global.clone())
        {
            Some(Global::Program(object) | Global::Loader(object)) => Some(object),
            Some(Global::Poisoned) => None,
            Some(other) => {
                let what = format!("is {} and {otherwise}", other.describe());
                self.fail(configuration::not_configurable(name.span, name.text, &what))
            }
            None if self.globals.doubtful.contains(name.text) => None,
            None => {
                let kinds = [SymbolKind::Loader, SymbolKind::Program];
                let problem = names::not_imported(name.span, name.text, false);
                if let Some(problem) = self.with_import(problem, name, &kinds) {
                    return self.fail(problem);
                }
                let candidates = self.globals.iter().map(|(name, _)| name);
                let near = self.nearest(name.text, candidates);
                self.fail(names::unknown(name.span, name.text, near))
            }
        }
    }

    fn top_level_expr(&mut self, expr: &Expr<'s>, config: &mut Configuration) {
        match &expr.kind {
            ExprKind::String(_) => {}
            ExprKind::Call(call) if call.path.len() == 2 => {
                self.method(call.path[0], call.path[1], call.args, expr.span, config);
            }
            _ => self.expression_at_top_level(expr),
        }
    }

    /// A chain cannot be started from the script: a packet does that.
    fn expression_at_top_level(&mut self, expr: &Expr<'s>) {
        let problem = syntactic::not_allowed_here(expr.span, "an expression", "at top level");
        let chain = match &expr.kind {
            ExprKind::Call(call) => call.path.first().filter(|name| {
                let global = self.globals.peek(name.text).map(|found| &found.global);
                call.path.len() == 1 && matches!(global, Some(Global::Chain(_)))
            }),
            _ => None,
        };
        self.report(match chain {
            Some(chain) => problem.help(format!(
                "a packet starts a chain, through a loader: `LOADER[MAP] = {{ (0): ({}) }}`",
                chain.text
            )),
            None => problem.help("statements that run belong in a chain: `def NAME():`"),
        });
    }

    fn method(
        &mut self,
        owner: Ident<'s>,
        method: Ident<'s>,
        args: &[Arg<'s>],
        span: Span,
        config: &mut Configuration,
    ) {
        let Some(object) = self.owner(owner, "cannot be configured") else {
            return;
        };
        let is_loader = object.callee.symbol.0.starts_with("loaders.");
        match method.text {
            "attach" if is_loader => config.attachments.extend(self.attach(&object, args, span)),
            "config" => {
                let settings: Vec<_> = args
                    .iter()
                    .filter_map(|arg| self.setting(owner, &object, arg))
                    .collect();
                config.settings.extend(settings);
            }
            other => {
                let known = if is_loader {
                    &["attach", "config"][..]
                } else {
                    &["config"]
                };
                let near = hike_format::nearest(other, known.iter().copied());
                let problem = configuration::unknown_method(method.span, owner.text, other, near);
                self.report(problem);
            }
        }
    }

    fn attach(&mut self, loader: &Object, args: &[Arg<'s>], span: Span) -> Option<Attachment> {
        let (device, mode) = match args {
            [device] => (device, None),
            [device, mode] => (device, Some(mode)),
            _ => {
                let message = format!(
                    "expected a device and a mode, found {} arguments",
                    args.len()
                );
                return self.fail(configuration::invalid_attach(span, message, None));
            }
        };
        let device = self.device(device.value);
        let mode = mode.map_or(Some(XdpMode::Xdp), |mode| self.mode(mode.value));
        Some(Attachment {
            loader: loader.callee.symbol.clone(),
            device: device?,
            mode: mode?,
            span,
        })
    }

    /// A device: given by `-D`, left open when it is a name in capitals, or itself.
    fn device(&mut self, expr: &Expr<'s>) -> Option<Device> {
        let Some((text, quoted)) = word(expr) else {
            let message = "expected the name of a device".into();
            return self.fail(configuration::invalid_attach(expr.span, message, None));
        };
        if let Some(value) = self.options.defines.get(&text) {
            return Some(Device::Name(value.clone()));
        }
        let open = !quoted || !text.contains(|c: char| !c.is_ascii_uppercase() && c != '_');
        Some(match open {
            true => Device::Variable(text),
            false => Device::Name(text),
        })
    }

    fn mode(&mut self, expr: &Expr<'s>) -> Option<XdpMode> {
        let names = XdpMode::ALL.map(XdpMode::name);
        let text = word(expr).map(|(text, _)| text).unwrap_or_default();
        let text = self.options.defines.get(&text).cloned().unwrap_or(text);
        if let Some(mode) = XdpMode::from_name(&text) {
            return Some(mode);
        }
        let near = hike_format::nearest(&text, names);
        let message = format!("expected one of {}, found `{text}`", names.join(", "));
        self.fail(configuration::invalid_attach(expr.span, message, near))
    }

    fn setting(&mut self, owner: Ident<'s>, object: &Object, arg: &Arg<'s>) -> Option<Setting> {
        let variables = &object.signature.config;
        let Some(name) = arg.name else {
            let known: Vec<&str> = variables.iter().map(|known| known.name.as_str()).collect();
            let problem = configuration::unnamed_setting(arg.value.span, owner.text, &known);
            return self.fail(problem);
        };
        let Some(variable) = variables.iter().find(|variable| variable.name == name.text) else {
            let known: Vec<&str> = variables
                .iter()
                .map(|variable| variable.name.as_str())
                .collect();
            let problem = configuration::unknown_setting(name.span, owner.text, name.text, &known);
            return self.fail(problem);
        };
        let value = self.constant_expr(arg.value, "a setting")?;
        if !value.fits(variable.ty) {
            let problem =
                values::out_of_range(arg.value.span, value.value(), variable.ty, name.text);
            return self.fail(without_advice(problem));
        }
        self.stored_setting(object, name, value, Type::Int(variable.ty), arg.value.span)
    }

    fn stored_setting(
        &mut self,
        object: &Object,
        name: Ident<'s>,
        value: Constant,
        ty: Type,
        span: Span,
    ) -> Option<Setting> {
        Some(Setting {
            owner: object.callee.symbol.clone(),
            name: name.text.to_owned(),
            value: value.truncated(ty.int()).bits(),
            span: name.span.to(span),
        })
    }
}

/// The type is the program's: advice to change it would not help.
fn without_advice(mut problem: crate::diagnostic::Diagnostic) -> crate::diagnostic::Diagnostic {
    problem.helps.clear();
    problem
}

/// A string or a single name, and whether it was a string.
fn word(expr: &Expr<'_>) -> Option<(String, bool)> {
    match &expr.kind {
        ExprKind::String(text) => Some((literal::string(text), true)),
        ExprKind::Path(path) if path.len() == 1 => Some((path[0].text.to_owned(), false)),
        _ => None,
    }
}
