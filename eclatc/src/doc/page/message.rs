//! The pages of the compiler's messages.

use super::{Page, parts};
use crate::diagnostics::Code;
use crate::doc::html::{code, link};
use crate::doc::links::Links;
use crate::doc::markdown;

/// The page of a message, from the root of the site.
pub fn path(message: Code) -> String {
    format!("diagnostics/{message}.html")
}

/// What a message is called.
pub fn title(message: Code) -> &'static str {
    split(message).0
}

/// The title of a message and what its page says below it.
fn split(message: Code) -> (&'static str, &'static str) {
    let page = message.page();
    let (title, text) = page.split_once('\n').unwrap_or((page, ""));
    let (_, title) = title.split_once(": ").unwrap_or(("", title));
    (title, text)
}

/// The page of a message.
pub fn message(message: Code, links: &Links<'_>) -> Page {
    let (title, text) = split(message);
    let kind = format!("message {message}");
    Page {
        title: format!("{message}: {title}"),
        above: vec![
            ("Catalogue".to_owned(), links.page("index.html")),
            ("Messages".to_owned(), links.page("diagnostics/index.html")),
        ],
        body: parts::title(&kind, title) + &parts::doc(text, links),
        root: links.root,
        ..Page::default()
    }
}

/// The list of all messages.
pub fn messages(links: &Links<'_>) -> Page {
    let rows = Code::ALL.iter().map(|message| {
        let href = links.page(path(*message));
        parts::Row {
            name: link(Some(&href), &code(&message.to_string())),
            text: markdown::inline(title(*message), links),
        }
    });
    let lead = "<p class=\"lead\">Everything the compiler has to say about a script.</p>\n";
    Page {
        title: "Messages".to_owned(),
        above: vec![("Catalogue".to_owned(), links.page("index.html"))],
        body: parts::title("compiler", "Messages") + lead + &parts::rows(rows),
        root: links.root,
        ..Page::default()
    }
}
