//! Calls of programs and chains.

use super::Session;
use super::constant::Constant;
use super::convert::wide;
use super::globals::{Global, Object};
use super::packet::{function_names, is_packet};
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::diagnostics::{calls, habits, names, syntactic};
use crate::hir::{self, Call, Callee, ExprKind, Extern};
use crate::packages::SymbolKind;
use crate::source::Span;
use crate::syntax::{self, Arg, Ident};
use hike_format::signature::ResultKind;
use std::rc::Rc;

/// Functions that need no import.
const BUILTINS: [&str; 3] = ["min", "max", "range"];

impl<'s> Session<'_, 's> {
    /// A call; `value` tells whether its result is used.
    pub fn call(
        &mut self,
        call: &syntax::Call<'s>,
        span: Span,
        scope: &mut Scope<'s>,
        value: bool,
    ) -> Option<hir::Expr> {
        let syntax::Call { path, args } = *call;
        match path {
            [name] => self.plain_call(*name, args, span, scope, value),
            [object, method] if is_packet(object.text) => {
                self.packet_call(*method, args, span, scope)
            }
            _ => self.method_in_chain(path, span, scope),
        }
    }

    fn method_in_chain(
        &mut self,
        path: &[Ident<'s>],
        span: Span,
        scope: &Scope<'s>,
    ) -> Option<hir::Expr> {
        let object = path[0];
        if let ([_, field], Some(layout)) = (path, self.header(object.text, scope)) {
            let whole = object.span.to(field.span);
            self.field_value(&layout, object, *field)?;
            let arguments = Span::new(whole.file, whole.end, span.end);
            let name = format!("{}.{}", object.text, field.text);
            return self.fail(calls::field_called(whole, arguments, &name));
        }
        if let Some(what) = scope.describe(object.text) {
            return self.fail(habits::no_methods(span, object.text, what));
        }
        let Some(definition) = self.globals.lookup(object.text) else {
            let of_packet = function_names().any(|name| name == path[1].text);
            let problem = match of_packet {
                true => Some(names::unknown(object.span, object.text, Some("Packet"))),
                false => self.qualified(path),
            };
            return match problem.filter(|_| !self.is_doubtful(object.text, scope)) {
                Some(problem) => self.fail(problem),
                None => self.unknown_name(object, scope),
            };
        };
        match definition.global {
            Global::Poisoned => None,
            _ => {
                let problem = syntactic::not_allowed_here(span, "configuration", "in a chain");
                self.fail(problem.help("move it to top level, without indentation"))
            }
        }
    }

    fn plain_call(
        &mut self,
        name: Ident<'s>,
        args: &[Arg<'s>],
        span: Span,
        scope: &mut Scope<'s>,
        value: bool,
    ) -> Option<hir::Expr> {
        if let Some(what) = scope.describe(name.text) {
            self.check_arguments_alone(args, scope);
            return self.fail(calls::not_callable(name.span, name.text, what));
        }
        match self
            .globals
            .lookup(name.text)
            .map(|found| found.global.clone())
        {
            Some(Global::Program(program)) => {
                self.program_call(name, &program, args, (span, value), scope)
            }
            Some(Global::Chain(chain)) => self.chain_call(name, &chain, args, (span, value), scope),
            Some(Global::Poisoned) => {
                self.check_arguments_alone(args, scope);
                None
            }
            Some(other) => self.fail(calls::not_callable(name.span, name.text, other.describe())),
            None if name.text == "min" || name.text == "max" => {
                self.extreme(name, args, span, scope)
            }
            None => self.unknown_callee(name, args, scope),
        }
    }

    /// Arguments of a call that is wrong: only what is wrong in themselves is of interest.
    fn check_arguments_alone(&mut self, args: &[Arg<'s>], scope: &mut Scope<'s>) {
        for arg in args {
            self.expr(arg.value, scope);
        }
    }

    fn unknown_callee(
        &mut self,
        name: Ident<'s>,
        args: &[Arg<'s>],
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let before = self.problems.len();
        self.check_arguments_alone(args, scope);
        self.forget_misuses(before);
        if self.globals.doubtful.contains(name.text) {
            return None;
        }
        if name.text == "range" {
            let what = "the sequence of a `for`";
            return self.fail(calls::not_callable(name.span, name.text, what));
        }
        if let Some(problem) = habits::other_function(name.span, name.text) {
            return self.fail(problem);
        }
        let problem = names::not_imported(name.span, name.text, true);
        if let Some(problem) = self.with_import(problem, name, &[SymbolKind::Program]) {
            return self.fail(problem);
        }
        let callable = self.globals.iter().filter(|(_, definition)| {
            matches!(definition.global, Global::Program(_) | Global::Chain(_))
        });
        let candidates = callable.map(|(name, _)| name).chain(BUILTINS);
        let near = self.nearest(name.text, candidates);
        self.fail(names::unknown_callee(name.span, name.text, near))
    }

    fn program_call(
        &mut self,
        name: Ident<'s>,
        program: &Rc<Object>,
        args: &[Arg<'s>],
        (span, value): (Span, bool),
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let callee = &program.callee;
        let args = self.arguments(name.text, callee, args, span, scope)?;
        let ends_chain = callee.result == ResultKind::Final;
        if ends_chain && value {
            return self.fail(calls::result_of_final(span, name.text));
        }
        if !program.called.replace(true) {
            self.extern_used(callee);
        }
        let called = Callee::Program(callee.symbol.clone());
        Some(call_expr(called, args, callee.result, span))
    }

    fn chain_call(
        &mut self,
        name: Ident<'s>,
        chain: &Rc<Extern>,
        args: &[Arg<'s>],
        (span, value): (Span, bool),
        scope: &mut Scope<'s>,
    ) -> Option<hir::Expr> {
        let args = self.arguments(name.text, chain, args, span, scope)?;
        match self.is_own(&chain.symbol, name.text) {
            true => {
                self.called.insert(chain.symbol.clone());
            }
            false => self.extern_used(chain),
        }
        if value {
            self.results_used
                .entry(chain.symbol.clone())
                .or_insert(span);
        }
        let called = Callee::Chain(chain.symbol.clone());
        Some(call_expr(called, args, chain.result, span))
    }

    fn extern_used(&mut self, callee: &Extern) {
        if !self.externs.contains_key(&callee.symbol) {
            self.externs.insert(callee.symbol.clone(), callee.clone());
        }
    }

    /// Checks arguments against parameters.
    pub fn arguments(
        &mut self,
        name: &str,
        callee: &Extern,
        args: &[Arg<'s>],
        span: Span,
        scope: &mut Scope<'s>,
    ) -> Option<Vec<hir::Expr>> {
        let mut values = Vec::with_capacity(args.len());
        for (index, arg) in args.iter().enumerate() {
            values.extend(self.positional_one(arg, callee.params.get(index), scope));
        }
        let expected = callee.params.len();
        if args.iter().any(|arg| arg.name.is_some()) {
            // That has been reported.
            return None;
        }
        if args.len() != expected {
            let place = args.get(expected).map_or(span, |extra| extra.value.span);
            let signature = calls::signature(name, callee);
            let problem = calls::wrong_count(place, name, expected, args.len(), &signature);
            let problem = self.with_definition(problem, name, callee);
            return self.fail(problem);
        }
        if values.len() != expected {
            return None;
        }
        for (value, param) in values.iter().zip(&callee.params) {
            let wrong = Constant::of(value).filter(|constant| !constant.fits(param.ty));
            if let Some(constant) = wrong {
                let parameter = (param.name.as_str(), param.ty);
                let signature = calls::signature(name, callee);
                let problem = calls::argument_out_of_range(
                    value.span,
                    constant.value(),
                    parameter,
                    &signature,
                );
                let problem = self.with_definition(problem, name, callee);
                self.report(problem);
            }
        }
        Some(values)
    }

    /// Points at the `def` or import of what is called.
    fn with_definition(&self, problem: Diagnostic, name: &str, callee: &Extern) -> Diagnostic {
        let Some(definition) = self.globals.peek(name) else {
            return problem;
        };
        let own = self.is_own(&callee.symbol, name);
        match definition.global.symbol() {
            Some(symbol) if *symbol == callee.symbol => {
                let text = if own { "defined here" } else { "imported here" };
                problem.also(definition.span, text)
            }
            _ => problem,
        }
    }
}

/// A call as an expression: results are 64 bits, signed as the interface says.
fn call_expr(callee: Callee, args: Vec<hir::Expr>, result: ResultKind, span: Span) -> hir::Expr {
    let signed = matches!(result, ResultKind::Value(ty) if ty.signed);
    let call = Call {
        callee,
        args,
        ends_chain: result == ResultKind::Final,
    };
    hir::Expr {
        kind: ExprKind::Call(Box::new(call)),
        ty: wide(signed),
        span,
    }
}
