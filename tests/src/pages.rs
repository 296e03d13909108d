//! Pages of a site, checked: form, links, nothing from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a page refers to and can be referred to by.
#[derive(Debug, Default)]
pub struct Page {
    /// Addresses of links.
    pub links: Vec<String>,
    /// Addresses of what a browser loads with the page.
    pub loads: Vec<String>,
    /// The names of its places.
    pub ids: BTreeSet<String>,
}

/// Every page of a site, by its path in the site.
///
/// # Panics
/// When one cannot be read or is not well formed.
pub fn pages(site: &Path) -> BTreeMap<String, Page> {
    let files = files(site);
    let is_page = |path: &&String| path.ends_with(".html");
    let pages = files.iter().filter(is_page).map(|path| {
        let text = std::fs::read_to_string(site.join(path)).expect("a page");
        let page = parse(&text).unwrap_or_else(|problem| panic!("{path}: {problem}"));
        (path.clone(), page)
    });
    pages.collect()
}

/// The files below a folder, as paths in it.
///
/// # Panics
/// When a folder cannot be read.
pub fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        match path.is_dir() {
            true => found.extend(files(&path).iter().map(|below| format!("{name}/{below}"))),
            false => found.extend([name]),
        }
    }
    found
}

/// Reads a page as XML would be: every element is closed in its turn, every attribute has
/// quotes, no name of a place comes twice.
///
/// # Errors
/// What is wrong.
pub fn parse(text: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix("<!DOCTYPE html>").ok_or("no DOCTYPE")?;
    while let Some(start) = rest.find('<') {
        check_text(&rest[..start])?;
        let end = start + rest[start..].find('>').ok_or("`<` without `>`")?;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open.pop().unwrap_or_default();
            if opened != name {
                return Err(format!("</{name}> closes <{opened}>"));
            }
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        element(&mut page, name, attributes)?;
        if name == "script" && !closed {
            let end = rest.find("</script>").ok_or("<script> is not closed")?;
            rest = &rest[end + "</script>".len()..];
        } else if !closed {
            open.push(name.to_owned());
        }
    }
    match open.pop() {
        Some(name) => Err(format!("<{name}> is not closed")),
        None => Ok(page),
    }
}

/// A text has no `&` but at the start of an entity.
fn check_text(text: &str) -> Result<(), String> {
    let known = ["amp;", "lt;", "gt;", "quot;", "#"];
    let mut after = text.split('&').skip(1);
    match after.find(|after| !known.iter().any(|entity| after.starts_with(entity))) {
        Some(after) => Err(format!("`&{}` is no entity", &after[..after.len().min(8)])),
        None => Ok(()),
    }
}

fn element(page: &mut Page, name: &str, attributes: &str) -> Result<(), String> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (key, after) = rest
            .split_once("=\"")
            .ok_or(format!("`{rest}` has no quotes"))?;
        let (value, after) = after.split_once('"').ok_or(format!("`{key}` has no end"))?;
        check_text(value)?;
        let value = value.replace("&amp;", "&");
        match (name, key) {
            ("a", "href") => page.links.push(value),
            ("form", "action") => page.links.push(value),
            (_, "href" | "src" | "xlink:href") => page.loads.push(value),
            (_, "id") if !page.ids.insert(value.clone()) => {
                return Err(format!("two places have the name `{value}`"));
            }
            _ => {}
        }
        rest = after.trim_start();
    }
    Ok(())
}

/// Where a relative address leads, from a page's path: a path and the name of a place.
pub fn resolve(page: &str, address: &str) -> (String, Option<String>) {
    let (path, place) = match address.split_once('#') {
        Some((path, place)) => (path, Some(place.to_owned())),
        None => (address, None),
    };
    if path.is_empty() {
        return (page.to_owned(), place);
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    (parts.join("/"), place)
}

#[cfg(test)]
mod tests {
    use super::{parse, resolve};

    #[test]
    fn wrong_pages_are_found() {
        let page = |body: &str| parse(&format!("<!DOCTYPE html>\n<html>{body}</html>\n"));
        assert!(page("<p id=\"a\">x &amp; y<br/></p>").is_ok());
        for wrong in [
            "<p>",
            "<b><i></b></i>",
            "<p id=a></p>",
            "x & y",
            "<p id=\"a\"/><p id=\"a\"/>",
        ] {
            assert!(page(wrong).is_err(), "{wrong}");
        }
        assert_eq!(page("<a href=\"x\">y</a>").unwrap().links, ["x"]);
        assert_eq!(page("<img src=\"x\"/>").unwrap().loads, ["x"]);
    }

    #[test]
    fn addresses_are_relative_to_their_page() {
        assert_eq!(
            resolve("a/b.html", "../c.html#d"),
            ("c.html".into(), Some("d".into()))
        );
        assert_eq!(
            resolve("a/b.html", "#d"),
            ("a/b.html".into(), Some("d".into()))
        );
        assert_eq!(resolve("index.html", "a/b.html"), ("a/b.html".into(), None));
    }
}
