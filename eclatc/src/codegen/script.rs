//! What a script asks for besides code, as chain objects carry it.

use crate::hir::{self, Chain, Datum, Device, XdpMode};
use crate::source::{Sources, Span};
use hike_format::digest::Digest;
use hike_format::script::{
    AttachMode, Attachment, ConfigSetting, Device as FormatDevice, MapAssignment, MapEntry, Number,
    Place, Script, ScriptChain, SourceDigest, Value,
};
use hike_format::signature::Param;
use hike_format::{Symbol, SymbolError};

/// The script of an object.
///
/// # Errors
/// When a symbol is none of HIKe.
pub fn script(script: &hir::Script, sources: &Sources) -> Result<Script, SymbolError> {
    let config = &script.config;
    let maps = config.maps.iter().map(|map| assignment(map, sources));
    let settings = config.settings.iter().map(|it| setting(it, sources));
    let attachments = config.attachments.iter();
    Ok(Script {
        package: script.package.clone(),
        version: None,
        doc: script.doc.clone(),
        chains: script.chains.iter().map(chain).collect::<Result<_, _>>()?,
        maps: maps.collect::<Result<_, _>>()?,
        config: settings.collect::<Result<_, _>>()?,
        attach: attachments
            .map(|it| attachment(it, sources))
            .collect::<Result<_, _>>()?,
        sources: digests(sources),
    })
}

/// The texts of all source files with their paths.
pub fn texts(sources: &Sources) -> impl Iterator<Item = (&str, &str)> {
    let files = sources.iter();
    files.map(|(_, file)| (file.recorded_path(), file.text()))
}

/// The parameters of a chain.
pub fn params(chain: &Chain) -> Vec<Param> {
    let locals = chain.locals.iter().take(chain.params as usize);
    let params = locals.map(|local| Param {
        name: local.name.clone(),
        ty: local.ty,
    });
    params.collect()
}

fn digests(sources: &Sources) -> Vec<SourceDigest> {
    let files = sources.iter().map(|(_, file)| SourceDigest {
        path: file.recorded_path().into(),
        sha256: Digest::of(file.text().as_bytes()),
    });
    files.collect()
}

fn symbol(symbol: &hir::Symbol) -> Result<Symbol, SymbolError> {
    symbol.0.parse()
}

fn place(span: Span, sources: &Sources) -> Option<Place> {
    let file = sources.file(span.file);
    let place = file.line_column(span.start);
    Some(Place {
        file: file.recorded_path().into(),
        line: place.line,
        column: place.column,
    })
}

fn chain(chain: &Chain) -> Result<ScriptChain, SymbolError> {
    Ok(ScriptChain {
        symbol: symbol(&chain.symbol)?,
        params: params(chain),
        doc: chain.doc.clone(),
    })
}

fn assignment(map: &hir::MapAssignment, sources: &Sources) -> Result<MapAssignment, SymbolError> {
    let entries = map.entries.iter().map(|entry| {
        Ok(MapEntry {
            key: value(&entry.key)?,
            value: value(&entry.value)?,
        })
    });
    Ok(MapAssignment {
        owner: symbol(&map.owner)?,
        map: map.map.clone(),
        entries: entries.collect::<Result<_, _>>()?,
        place: place(map.span, sources),
    })
}

/// One part is itself; several are the fields of a struct.
fn value(parts: &[Datum]) -> Result<Value, SymbolError> {
    match parts {
        [part] => datum(part),
        parts => {
            let parts = parts.iter().map(datum);
            Ok(Value::List(parts.collect::<Result<_, _>>()?))
        }
    }
}

fn datum(datum: &Datum) -> Result<Value, SymbolError> {
    Ok(match datum {
        Datum::Number(number) => Value::Number(Number::unsigned(*number)),
        Datum::Text(text) => Value::Text(text.clone()),
        Datum::Chain(chain) => Value::Chain(symbol(chain)?),
    })
}

fn setting(setting: &hir::Setting, sources: &Sources) -> Result<ConfigSetting, SymbolError> {
    Ok(ConfigSetting {
        owner: symbol(&setting.owner)?,
        name: setting.name.clone(),
        value: setting.value.into(),
        place: place(setting.span, sources),
    })
}

fn attachment(it: &hir::Attachment, sources: &Sources) -> Result<Attachment, SymbolError> {
    Ok(Attachment {
        loader: symbol(&it.loader)?,
        device: match &it.device {
            Device::Name(name) => FormatDevice::Name(name.clone()),
            Device::Variable(name) => FormatDevice::Variable(name.clone()),
        },
        mode: match it.mode {
            XdpMode::Xdp => AttachMode::Xdp,
            XdpMode::Driver => AttachMode::XdpDrv,
            XdpMode::Generic => AttachMode::XdpGeneric,
            XdpMode::Offload => AttachMode::XdpOffload,
        },
        place: place(it.span, sources),
    })
}
