//! Where names and symbols lead.

use super::{Catalogue, Script};

/// The addresses of pages, as one page sees them.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// What there is.
    pub catalogue: &'a Catalogue,
    /// The script whose names are meant.
    pub script: Option<&'a Script>,
    /// The way from the page to the root of the site: empty, or `../`.
    pub root: &'static str,
}

impl<'a> Links<'a> {
    /// Links of a page in a folder of the site.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self {
            catalogue,
            script: None,
            root: "../",
        }
    }

    /// The same, for names of a script.
    pub fn of(self, script: &'a Script) -> Self {
        Self {
            script: Some(script),
            ..self
        }
    }

    /// The address of a page that is there, from the root of the site.
    pub fn page(&self, path: impl AsRef<str>) -> String {
        format!("{}{}", self.root, path.as_ref())
    }

    /// The page of a program, loader or chain.
    pub fn symbol(&self, symbol: &str) -> Option<String> {
        if self.catalogue.object(symbol).is_some() {
            let (folder, rest) = symbol.split_once('.')?;
            return Some(self.page(format!("{folder}/{rest}.html")));
        }
        let own = self.script.into_iter();
        let mut scripts = own.chain(&self.catalogue.scripts);
        let script = scripts.find(|script| script.chain(symbol).is_some())?;
        let (_, name) = symbol.rsplit_once('.')?;
        Some(self.page(chain_path(script, name)))
    }

    /// The page of what a name in the script means.
    pub fn name(&self, name: &str) -> Option<String> {
        let script = self.script?;
        let imported = script.names.iter().find(|(known, _)| known == name);
        if let Some((_, symbol)) = imported {
            return self.symbol(symbol);
        }
        let mut chains = script.tree.chains.iter();
        let chain = chains.find(|chain| chain.name == name)?;
        self.symbol(&chain.symbol.0)
    }

    /// The page of a package.
    pub fn package(&self, name: &str) -> Option<String> {
        let package = self.catalogue.package(name)?;
        Some(self.page(package_path(&package.manifest.name)))
    }

    /// The page of a module of the standard library.
    pub fn module(&self, name: &str) -> Option<String> {
        let mut modules = self.catalogue.library();
        let module = modules.find(|module| module.key == format!("std.{name}"))?;
        Some(self.page(script_path(module)))
    }
}

/// The page of a package, from the root of the site.
pub fn package_path(name: &str) -> String {
    format!("packages/{name}.html")
}

/// The page of a script, from the root of the site.
pub fn script_path(script: &Script) -> String {
    format!("scripts/{}.html", script.key)
}

/// The page of a chain, from the root of the site.
pub fn chain_path(script: &Script, name: &str) -> String {
    format!("chains/{}.{name}.html", script.key)
}
