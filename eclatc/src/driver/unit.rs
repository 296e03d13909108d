//! One script on its way through the compiler.

use super::cli::{Settings, Stage};
use super::{Exit, Failure, files};
use crate::analyse::{self, Options};
use crate::backend::{self, Generated};
use crate::budget::{self, ChainBudget};
use crate::codegen::{self, ChainCode, CodegenError};
use crate::diagnostic::{self, Diagnostic};
use crate::diagnostics::{lexical, tooling};
use crate::ir::{self, passes};
use crate::lex::{self, MAX_SOURCE};
use crate::packages::Packages;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::{Arena, Stmt, StmtKind};
use crate::{hir, lower, parse};
use hike_format::{Symbol, SymbolKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A script, its package, and what has been found wrong with it.
pub struct Unit {
    /// Its text.
    pub sources: Sources,
    /// Its file.
    pub file: FileId,
    /// Its package.
    pub package: String,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// The chains that are wanted of it; all when absent.
    pub only: Option<BTreeSet<String>>,
}

/// What the stages behind the syntax tree must know.
pub struct Context<'a> {
    /// `-D NAME=VALUE`
    pub defines: BTreeMap<String, String>,
    /// Where imports come from.
    pub packages: &'a dyn Packages,
}

/// The defines of a command line; the last of equal names counts.
pub fn defines(settings: &Settings) -> BTreeMap<String, String> {
    settings.defines.iter().cloned().collect()
}

impl Unit {
    /// Reads a script.
    ///
    /// # Errors
    /// When the file cannot be read, or its name is no name of a package.
    pub fn open(path: &Path, package: Option<&str>) -> Result<Self, Failure> {
        let package = package_name(path, package)?;
        let bytes = files::read(path)?;
        Ok(Self::new(&path.display().to_string(), package, &bytes))
    }

    /// A script of these bytes; whatever they are, what is wrong with them becomes problems.
    pub fn new(path: &str, package: String, bytes: &[u8]) -> Self {
        let mut sources = Sources::default();
        let too_large = bytes.len() > MAX_SOURCE;
        let bytes = if too_large { &bytes[..0] } else { bytes };
        let text = String::from_utf8_lossy(bytes);
        let file = sources.add(SourceFile::new(path, &*text));
        let mut problems = Vec::new();
        if too_large {
            let start = Span::new(file, 0, 0);
            problems.push(lexical::source_too_large(start, bytes.len(), MAX_SOURCE));
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            let at = error.valid_up_to();
            // Up to here nothing has been replaced, so the offset is that of the shown text.
            let span = Span::new(file, at as u32, at as u32 + '\u{fffd}'.len_utf8() as u32);
            problems.push(lexical::not_utf8(span, bytes[at], at));
        }
        Self {
            sources,
            file,
            package,
            problems,
            only: None,
        }
    }

    /// Whether it can be compiled on.
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(Diagnostic::is_error)
    }

    /// The typed tree. What is wrong is added to the problems.
    pub fn analyse(&mut self, context: &Context<'_>) -> hir::Script {
        let bad_text = !self.is_sound();
        let text = self.sources.file(self.file).text();
        let (tokens, mut problems) = lex::lex(text, self.file);
        let arena = Arena::new();
        let (mut tree, more) = parse::parse(&tokens, &arena);
        drop(tokens);
        problems.extend(more);
        tree.items.retain(|item| self.wants(item));
        let options = Options {
            package: &self.package,
            defines: &context.defines,
            packages: context.packages,
        };
        let (script, more) = analyse::analyse(&tree, self.file, options);
        problems.extend(more);
        diagnostic::settle(&mut problems);
        if !bad_text {
            self.problems.extend(problems);
        }
        script
    }

    fn wants(&self, item: &Stmt<'_>) -> bool {
        match (&self.only, &item.kind) {
            (Some(only), StmtKind::Def(def)) => only.contains(def.name.text),
            _ => true,
        }
    }

    /// Intermediate code, optimised.
    pub fn lower(&self, script: &hir::Script) -> ir::Module {
        let mut module = lower::lower(script);
        passes::optimize(&mut module);
        module
    }

    /// The bytecode of a script without errors, and what its chains use of the VM; what
    /// exceeds a limit is added to the problems. The bodies of its chains are used up.
    pub fn generate(
        &mut self,
        script: &mut hir::Script,
    ) -> Option<(Vec<ChainCode>, Vec<ChainBudget>)> {
        match backend::generate(script) {
            Ok(Generated { codes, budgets }) => {
                self.problems.extend(budget::report::problems(&budgets));
                Some((codes, budgets))
            }
            Err(limits) => {
                self.exceeded(&limits);
                None
            }
        }
    }

    fn exceeded(&mut self, limits: &[CodegenError]) {
        let problems = limits
            .iter()
            .map(|limit| tooling::cannot_generate(limit.span, limit.to_string()));
        self.problems.extend(problems);
    }

    /// The object of a script without errors; what exceeds a limit is added to the problems.
    /// The bodies of its chains are used up.
    ///
    /// # Errors
    /// When an object that should be possible cannot be written: a defect of the compiler.
    pub fn object(&mut self, script: &mut hir::Script) -> Result<Option<Vec<u8>>, Failure> {
        let generated = self.generate(script);
        let Some((codes, _)) = generated.filter(|_| self.is_sound()) else {
            return Ok(None);
        };
        let bytes = codegen::object_of(&codes, script, &self.sources);
        let bytes = bytes.map_err(|defect| Failure::new(Exit::Bug, defect.to_string()))?;
        Ok(Some(bytes))
    }

    /// What a stage before the object makes of the script, as text.
    pub fn text_of(&mut self, stage: Stage, context: &Context<'_>) -> String {
        let text = self.sources.file(self.file).text();
        let (tokens, _) = lex::lex(text, self.file);
        let early = match stage {
            Stage::Tokens => Some(lex::listing(&tokens)),
            Stage::Ast => Some(parse::parse(&tokens, &Arena::new()).0.to_string()),
            _ => None,
        };
        let script = self.analyse(context);
        match (early, stage) {
            (Some(text), _) => text,
            _ if !self.is_sound() => String::new(),
            (None, Stage::Hir) => script.to_string(),
            (None, Stage::Ir) => self.lower(&script).to_string(),
            (None, _) => self.listing(&script),
        }
    }

    fn listing(&mut self, script: &hir::Script) -> String {
        match codegen::generate(&self.lower(script)) {
            Ok(codes) => codegen::listing(&codes, &self.sources),
            Err(limits) => {
                self.exceeded(&limits);
                String::new()
            }
        }
    }
}

/// The package of a script: given, or the name of its file.
fn package_name(path: &Path, given: Option<&str>) -> Result<String, Failure> {
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let name = given.map(str::to_owned).or(stem).unwrap_or_default();
    if Symbol::new(SymbolKind::Chain, &name, "chain").is_ok() {
        return Ok(name);
    }
    let message = format!("`{name}` cannot be the name of a package");
    Err(Failure::new(Exit::Usage, message)
        .help("give one of letters, digits, `_` and `-` with `-p PACKAGE`"))
}
