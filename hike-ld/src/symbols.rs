//! The symbol table: what is defined where, and who uses it.

use std::collections::BTreeMap;
use std::fmt;

use hike_format::chain::{Chain, SlotIndex};
use hike_format::script::{Place, Script, Value};
use hike_format::signature::Param;
use hike_format::{Signature, Symbol};

use crate::input::{ChainFile, Objects, ProgramFile};
use crate::{LinkError, Problem};

/// Everything that is defined, and the objects that define it.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    objects: Objects,
    places: BTreeMap<Symbol, Definition>,
}

/// Which object defines a symbol: an index into the list of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Definition {
    Program(usize),
    /// Object, and chain in the object.
    Chain(usize, usize),
}

/// A place that uses a symbol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The object that uses it.
    pub object: String,
    /// The chain, when it is code.
    pub chain: Option<Symbol>,
    /// Where in the script, when that is known.
    pub place: Option<Place>,
    /// Text of the line; empty when unknown.
    pub text: String,
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}")?,
            None => f.write_str(&self.object)?,
        }
        if let Some(chain) = &self.chain {
            write!(f, ", in chain `{}`", chain.name())?;
        }
        Ok(())
    }
}

/// Who uses each symbol, in the order of the inputs.
pub type Uses = BTreeMap<Symbol, Vec<Use>>;

/// Collects what the inputs define.
pub fn define(objects: Objects, errors: &mut Vec<LinkError>) -> Definitions {
    let mut definitions = Definitions::default();
    for file in objects.programs {
        definitions.add_program(file, errors);
    }
    for file in objects.chains {
        definitions.add_chains(file, errors);
    }
    definitions
}

impl Definitions {
    /// Adds a program or loader.
    pub(crate) fn add_program(&mut self, file: ProgramFile, errors: &mut Vec<LinkError>) {
        let place = Definition::Program(self.objects.programs.len());
        let (symbol, path) = (file.symbol.clone(), file.path.clone());
        self.objects.programs.push(file);
        self.add(symbol, place, &path, errors);
    }

    /// Adds the chains of an object.
    pub(crate) fn add_chains(&mut self, file: ChainFile, errors: &mut Vec<LinkError>) {
        let object = self.objects.chains.len();
        let chains = file.object.chains.iter().map(|chain| chain.symbol.clone());
        let (symbols, path): (Vec<_>, _) = (chains.collect(), file.path.clone());
        self.objects.chains.push(file);
        for (index, symbol) in symbols.into_iter().enumerate() {
            self.add(symbol, Definition::Chain(object, index), &path, errors);
        }
    }

    fn add(&mut self, symbol: Symbol, place: Definition, path: &str, errors: &mut Vec<LinkError>) {
        if let Some(first) = self.path(&symbol) {
            let problem = Problem::Duplicate {
                symbol: symbol.clone(),
                first: first.to_owned(),
                second: path.to_owned(),
            };
            let places = [self.places.get(&symbol).copied(), Some(place)];
            let places = places.into_iter().flatten();
            let places: Vec<_> = places.filter_map(|place| self.start(place)).collect();
            errors.push(LinkError::at(problem, places));
            return;
        }
        self.places.insert(symbol, place);
    }

    /// Where a chain starts.
    fn start(&self, place: Definition) -> Option<Use> {
        let Definition::Chain(object, chain) = place else {
            return None;
        };
        let file = self.objects.chains.get(object)?;
        Some(call_place(
            file,
            file.object.chains.get(chain)?,
            SlotIndex(0),
        ))
    }

    /// Whether anything defines a symbol.
    pub fn contains(&self, symbol: &Symbol) -> bool {
        self.places.contains_key(symbol)
    }

    /// The object that defines a symbol.
    pub fn path(&self, symbol: &Symbol) -> Option<&str> {
        match *self.places.get(symbol)? {
            Definition::Program(index) => Some(&self.objects.programs.get(index)?.path),
            Definition::Chain(index, _) => Some(&self.objects.chains.get(index)?.path),
        }
    }

    /// The program or loader of a symbol.
    pub fn program(&self, symbol: &Symbol) -> Option<&ProgramFile> {
        match *self.places.get(symbol)? {
            Definition::Program(index) => self.objects.programs.get(index),
            Definition::Chain(..) => None,
        }
    }

    /// The signature of a program or loader.
    pub fn signature(&self, symbol: &Symbol) -> Option<&Signature> {
        Some(&self.program(symbol)?.object.signature)
    }

    /// The chain of a symbol.
    pub fn chain(&self, symbol: &Symbol) -> Option<&Chain> {
        match *self.places.get(symbol)? {
            Definition::Chain(object, chain) => {
                self.objects.chains.get(object)?.object.chains.get(chain)
            }
            Definition::Program(_) => None,
        }
    }

    /// The parameters of a program or chain, when they are known.
    pub fn params(&self, symbol: &Symbol) -> Option<&[Param]> {
        match self.signature(symbol) {
            Some(signature) => Some(&signature.params),
            None => self.chain(symbol)?.params.as_deref(),
        }
    }

    /// The objects with chains, in the order of the inputs, then as they were pulled.
    pub fn chain_files(&self) -> &[ChainFile] {
        &self.objects.chains
    }

    /// The scripts with the object that carries each.
    pub fn scripts(&self) -> impl Iterator<Item = (&ChainFile, &Script)> {
        let files = self.objects.chains.iter();
        files.filter_map(|file| Some((file, file.object.script.as_ref()?)))
    }
}

/// Collects who uses what.
pub fn uses(definitions: &Definitions) -> Uses {
    let mut uses = Uses::new();
    for file in definitions.chain_files() {
        for (symbol, place) in uses_of(file) {
            uses.entry(symbol).or_default().push(place);
        }
    }
    uses
}

/// What one object uses, in the order of its code and script.
pub(crate) fn uses_of(file: &ChainFile) -> Vec<(Symbol, Use)> {
    let chains = file.object.chains.iter();
    let calls = chains.flat_map(|chain| {
        let calls = chain.calls.iter();
        calls.map(|(slot, symbol)| (symbol.clone(), call_place(file, chain, *slot)))
    });
    let mut uses: Vec<_> = calls.collect();
    if let Some(script) = &file.object.script {
        script_uses(file, script, &mut uses);
    }
    uses
}

fn call_place(file: &ChainFile, chain: &Chain, slot: SlotIndex) -> Use {
    let line = chain.line(slot);
    Use {
        object: file.path.clone(),
        chain: Some(chain.symbol.clone()),
        place: line.map(|line| line.place.clone()),
        text: line.map(|line| line.text.clone()).unwrap_or_default(),
    }
}

fn script_uses(file: &ChainFile, script: &Script, uses: &mut Vec<(Symbol, Use)>) {
    for assignment in &script.maps {
        let place = script_place(file, &assignment.place);
        uses.push((assignment.owner.clone(), place.clone()));
        for entry in &assignment.entries {
            value_uses(&entry.key, &place, uses);
            value_uses(&entry.value, &place, uses);
        }
    }
    for setting in &script.config {
        let place = script_place(file, &setting.place);
        uses.push((setting.owner.clone(), place));
    }
    for attachment in &script.attach {
        let place = script_place(file, &attachment.place);
        uses.push((attachment.loader.clone(), place));
    }
}

fn value_uses(value: &Value, place: &Use, uses: &mut Vec<(Symbol, Use)>) {
    match value {
        Value::Chain(symbol) => uses.push((symbol.clone(), place.clone())),
        Value::List(values) => values
            .iter()
            .for_each(|value| value_uses(value, place, uses)),
        Value::Number(_) | Value::Text(_) => {}
    }
}

/// A place of a script outside of chains; the line's text comes from the script itself.
pub(crate) fn script_place(file: &ChainFile, place: &Option<Place>) -> Use {
    let text = place.as_ref().and_then(|place| {
        let mut sources = file.object.sources.iter();
        let source = sources.find(|source| source.path == place.file)?;
        source.text.lines().nth(place.line.checked_sub(1)? as usize)
    });
    Use {
        object: file.path.clone(),
        chain: None,
        place: place.clone(),
        text: text.unwrap_or_default().to_owned(),
    }
}
