//! The standard library: modules in eCLAT, part of the compiler's binary.
//!
//! Constants and headers of a module become part of the script that imports them. Its
//! chains are linked: the symbol of `drop_if` in `std.verdict` is
//! `chains.std-verdict.drop_if`.

/// Modules and their texts, in the order of their names.
const MODULES: [(&str, &str); 5] = [
    ("ethernet", include_str!("../../stdlib/ethernet.eclat")),
    ("ipv4", include_str!("../../stdlib/ipv4.eclat")),
    ("ipv6", include_str!("../../stdlib/ipv6.eclat")),
    ("net", include_str!("../../stdlib/net.eclat")),
    ("verdict", include_str!("../../stdlib/verdict.eclat")),
];

/// What the packages of the modules' chains begin with.
const PREFIX: &str = "std-";

/// The names of all modules.
pub fn modules() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(name, _)| *name)
}

/// The text of a module.
pub fn text(module: &str) -> Option<&'static str> {
    let row = MODULES.iter().find(|(name, _)| *name == module)?;
    Some(row.1)
}

/// The package of a module's chains.
pub fn package(module: &str) -> String {
    format!("{PREFIX}{module}")
}

/// The module whose chains are of a package.
pub fn module_of(package: &str) -> Option<&'static str> {
    let name = package.strip_prefix(PREFIX)?;
    modules().find(|module| *module == name)
}
