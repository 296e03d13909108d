//! A plan as text, for `--dry-run` and tests.

use std::fmt;

use super::{ChainPlan, EntryPlan, MapPlan, Plan};
use crate::sys::map::map_type;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "bundle {} {} ({})", self.name, self.version, self.digest)?;
        for map in &self.maps {
            map.fmt(f)?;
        }
        for setting in &self.config {
            let (owner, name, value) = (&setting.owner, &setting.name, setting.value);
            writeln!(f, "set {owner} {name} = {value}")?;
        }
        for program in &self.programs {
            writeln!(
                f,
                "load {} as program {}",
                program.object.symbol, program.id
            )?;
        }
        for loader in &self.loaders {
            writeln!(f, "load {}", loader.symbol)?;
        }
        for chain in &self.chains {
            chain.fmt(f)?;
        }
        for entry in &self.entries {
            entry.fmt(f)?;
        }
        for attachment in &self.attachments {
            let (loader, name) = (&attachment.loader, &attachment.interface.name);
            let (index, mode) = (attachment.interface.index, attachment.mode.name());
            writeln!(f, "attach {loader} to {name} (index {index}) as {mode}")?;
        }
        Ok(())
    }
}

impl fmt::Display for MapPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, kind) = (&self.spec.name, map_type::name(self.spec.map_type));
        let (key, value) = (self.spec.key_size, self.spec.value_size);
        let users: Vec<&str> = self.users.iter().map(|symbol| symbol.name()).collect();
        write!(f, "create map {}:{name}, {kind} of ", self.package)?;
        write!(f, "{} entries, key {key} bytes, ", self.spec.max_entries)?;
        writeln!(f, "value {value} bytes, for {}", users.join(", "))
    }
}

impl fmt::Display for ChainPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.slots.len();
        writeln!(
            f,
            "write {} as chain {}, {length} slots",
            self.symbol, self.id
        )?;
        for (slot, code) in self.slots.iter().enumerate() {
            write!(f, "  {slot:3}  {code:016x}")?;
            let place = self.places.iter().find(|place| place.slot as usize == slot);
            match place {
                Some(found) => writeln!(f, "  {}", found.place)?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for EntryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (package, map) = (&self.package, &self.map);
        let (key, value) = (hex(&self.key), hex(&self.value));
        writeln!(f, "write map {package}:{map}, {key} -> {value}")
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
