//! The programs and loaders of a bundle: their interfaces and their code.

use std::collections::BTreeMap;

use hike_format::program::VM_PREFIX;
use hike_format::script::Number;
use hike_format::signature::{ConfigVar, ObjectKind, Signature};
use hike_format::unit::Unit;
use hike_format::{Bundle, Manifest, Symbol, SymbolKind, nearest};

use super::ids::Ids;
use super::{ObjectPlan, OptionError, Options, PlanError, ProgramPlan, Setting, number};
use crate::image::{Image, ImageError};
use crate::registry::ConfigRecord;

/// A program or loader.
pub(super) struct Object {
    /// Its interface.
    pub signature: Signature,
    /// Its code and data.
    pub image: Image,
}

/// The programs and loaders, by symbol.
pub(super) type Objects = BTreeMap<Symbol, Object>;

/// Reads every program and loader.
pub(super) fn read(bundle: &Bundle) -> Result<Objects, PlanError> {
    let manifest = bundle.manifest();
    let entries = manifest.programs.iter().chain(&manifest.loaders);
    let symbols = entries.map(|entry| &entry.symbol);
    symbols
        .map(|symbol| Ok((symbol.clone(), object(bundle, symbol)?)))
        .collect()
}

fn object(bundle: &Bundle, symbol: &Symbol) -> Result<Object, PlanError> {
    let object = bundle.program(symbol).map_err(Box::new)?;
    let expected = match symbol.kind() {
        SymbolKind::Loader => ObjectKind::Loader,
        _ => ObjectKind::Program,
    };
    let signature = object.signature;
    if signature.name != symbol.name() || signature.kind != expected {
        return Err(PlanError::Object {
            symbol: symbol.clone(),
            found: signature.name,
        });
    }
    let image = image(symbol, &object.bytes).map_err(Box::new)?;
    Ok(Object { signature, image })
}

/// A program's function has the VM's prefix; a loader may be any XDP program.
fn image(symbol: &Symbol, bytes: &[u8]) -> Result<Image, ImageError> {
    let label = symbol.to_string();
    let entry = format!("{VM_PREFIX}{}", symbol.name());
    match Image::parse(&label, Some(&entry), bytes) {
        Err(ImageError::NoEntry { .. }) if symbol.kind() == SymbolKind::Loader => {
            Image::parse(&label, None, bytes)
        }
        other => other,
    }
}

/// Sets configuration variables: the script's, then the user's.
pub(super) fn configure(
    objects: &mut Objects,
    manifest: &Manifest,
    options: &Options,
) -> Result<Vec<ConfigRecord>, PlanError> {
    let mut values: BTreeMap<(Symbol, String), Number> = BTreeMap::new();
    for setting in &manifest.config {
        values.insert((setting.owner.clone(), setting.name.clone()), setting.value);
    }
    for setting in &options.settings {
        let owner = owner(objects, &setting.owner)?;
        let value = value(objects, &owner, setting)?;
        values.insert((owner, setting.name.clone()), value);
    }
    let values = values.into_iter();
    let records = values.map(|((owner, name), value)| ConfigRecord { owner, name, value });
    records
        .map(|record| set(objects, &record).map(|()| record))
        .collect()
}

/// The program or loader that `NAME`, `PACKAGE.NAME` or a symbol means.
fn owner(objects: &Objects, name: &str) -> Result<Symbol, OptionError> {
    let matches = |symbol: &&Symbol| {
        symbol.name() == name
            || format!("{}.{}", symbol.package(), symbol.name()) == name
            || symbol.to_string() == name
    };
    let found: Vec<Symbol> = objects.keys().filter(matches).cloned().collect();
    match <[Symbol; 1]>::try_from(found) {
        Ok([only]) => Ok(only),
        Err(none) if none.is_empty() => {
            let near = nearest(name, objects.keys().map(Symbol::name));
            let near = near.map(str::to_owned);
            Err(OptionError::UnknownOwner(name.to_owned(), near))
        }
        Err(found) => Err(OptionError::AmbiguousOwner {
            name: name.to_owned(),
            found,
        }),
    }
}

/// The number that a text means for a variable.
fn value(objects: &Objects, owner: &Symbol, setting: &Setting) -> Result<Number, PlanError> {
    // `owner` is one of the objects.
    let variable = match objects.get(owner) {
        Some(object) => variable(&object.signature, owner, &setting.name)?,
        None => return Err(OptionError::UnknownOwner(owner.to_string(), None).into()),
    };
    let unit = variable.unit.as_deref().and_then(Unit::from_name);
    let with_unit = |unit: Unit| unit.read(&setting.value, 0).map(Number::from);
    let value = number(&setting.value).or_else(|| with_unit(unit?));
    value.ok_or_else(|| PlanError::VariableValue {
        owner: owner.clone(),
        name: setting.name.clone(),
        expected: match unit {
            Some(unit) => format!("a number of type `{}` ({unit})", variable.ty),
            None => format!("a number of type `{}`", variable.ty),
        },
        found: setting.value.clone(),
        example: match unit {
            Some(unit) => unit.example(),
            None => variable.default_text(),
        },
    })
}

fn set(objects: &mut Objects, record: &ConfigRecord) -> Result<(), PlanError> {
    let Some(object) = objects.get_mut(&record.owner) else {
        let owner = record.owner.to_string();
        return Err(OptionError::UnknownOwner(owner, None).into());
    };
    let var = variable(&object.signature, &record.owner, &record.name)?;
    if !record.value.fits(var.ty.bits, var.ty.signed) {
        return Err(PlanError::VariableRange {
            owner: record.owner.clone(),
            name: record.name.clone(),
            ty: var.ty.to_string(),
            value: record.value,
        });
    }
    let bytes = record.value.bits().to_le_bytes();
    let bytes = &bytes[..usize::from(var.ty.bits / 8)];
    let set = object.image.set(&var.section, var.offset, bytes);
    Ok(set.map_err(Box::new)?)
}

fn variable<'a>(
    signature: &'a Signature,
    owner: &Symbol,
    name: &str,
) -> Result<&'a ConfigVar, PlanError> {
    let near = || nearest(name, signature.config.iter().map(|var| &var.name[..]));
    signature
        .config_var(name)
        .ok_or_else(|| PlanError::NoVariable {
            owner: owner.clone(),
            name: name.to_owned(),
            near: near().map(str::to_owned),
            known: signature
                .config
                .iter()
                .map(|var| var.name.clone())
                .collect(),
        })
}

/// Programs with their IDs, and loaders.
pub(super) fn split(objects: Objects, ids: &Ids) -> (Vec<ProgramPlan>, Vec<ObjectPlan>) {
    let (mut programs, mut loaders) = (Vec::new(), Vec::new());
    for (symbol, Object { image, .. }) in objects {
        let id = ids.programs.get(&symbol).copied();
        let object = ObjectPlan { symbol, image };
        match id {
            Some(id) => programs.push(ProgramPlan { id, object }),
            None => loaders.push(object),
        }
    }
    (programs, loaders)
}
