//! Paths of scripts inside a bundle: relative, below `sources/`, one file each.

use std::collections::BTreeMap;

use hike_format::script::SourceFile;

use crate::input::ChainFile;

/// The scripts of all objects, by their path in the bundle.
#[derive(Debug, Default)]
pub(crate) struct SourcePaths<'a> {
    texts: BTreeMap<String, &'a str>,
    names: BTreeMap<(usize, &'a str), String>,
}

impl<'a> SourcePaths<'a> {
    /// Gives every script of every object a path; scripts that two objects share are one.
    pub fn new(files: &'a [ChainFile]) -> Self {
        let mut paths = Self::default();
        for (index, file) in files.iter().enumerate() {
            for source in &file.object.sources {
                paths.add(index, source);
            }
        }
        paths
    }

    fn add(&mut self, object: usize, source: &'a SourceFile) {
        let plain = plain(&source.path);
        let mut path = plain.clone();
        let mut copy = 1;
        while self
            .texts
            .get(&path)
            .is_some_and(|text| *text != source.text)
        {
            copy += 1;
            path = format!("{copy}/{plain}");
        }
        self.texts.insert(path.clone(), &source.text);
        self.names.insert((object, &source.path), path);
    }

    /// The path in the bundle of a file that the object with this index names.
    pub fn path(&self, object: usize, file: &str) -> String {
        let known = self.names.get(&(object, file));
        known.cloned().unwrap_or_else(|| plain(file))
    }

    /// Path and text of every script, in the order of the paths.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), *text))
    }
}

/// A path without root, `.`, `..` and characters that archives do not take.
fn plain(path: &str) -> String {
    let parts = path.split(['/', '\\']);
    let parts = parts.filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<String> = parts
        .map(|part| part.chars().filter(|c| !c.is_control()).collect())
        .collect();
    match parts.join("/") {
        path if path.is_empty() => "script".to_owned(),
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_their_folder() {
        assert_eq!(plain("../a/./b.eclat"), "a/b.eclat");
        assert_eq!(plain("/etc/x"), "etc/x");
        assert_eq!(plain("//"), "script");
    }
}
