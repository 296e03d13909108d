//! HTML by hand: every text is escaped, every element is closed.

/// A text between tags.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // What no XML text can hold is shown as what it is not.
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

/// A text within the quotes of an attribute.
pub fn attribute(text: &str) -> String {
    escape(text).replace('"', "&quot;")
}

/// A link, or the text alone when it leads nowhere.
pub fn link(href: Option<&str>, html: &str) -> String {
    match href {
        Some(href) => format!("<a href=\"{}\">{html}</a>", attribute(href)),
        None => html.to_owned(),
    }
}

/// Code within a line.
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// A heading that links can lead to.
pub fn heading(id: &str, title: &str) -> String {
    format!("<h2 id=\"{id}\">{}</h2>\n", escape(title))
}

/// A section under a heading; nothing without content.
pub fn section(id: &str, title: &str, content: &str) -> String {
    match content {
        "" => String::new(),
        content => format!("<section>\n{}{content}</section>\n", heading(id, title)),
    }
}
