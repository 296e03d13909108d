//! Documentation, Markdown, as HTML.

use super::highlight;
use super::html::escape;
use super::links::Links;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A documentation as HTML. Code blocks that are eCLAT are coloured; HTML in it is shown as
/// the text it is, and pictures as the words for them: a page refers to nothing outside.
pub fn html(text: &str, links: &Links<'_>) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut events = Vec::new();
    let mut code: Option<String> = None;
    let mut dropped_link = false;
    for event in parser {
        match (event, &mut code) {
            (Event::Start(Tag::Link { dest_url, .. }), _) if !is_web(&dest_url) => {
                dropped_link = true;
            }
            (Event::End(TagEnd::Link), _) if dropped_link => dropped_link = false,
            (Event::Start(Tag::CodeBlock(kind)), _) if is_eclat(&kind) => {
                code = Some(String::new());
            }
            (Event::Text(text), Some(code)) => code.push_str(&text),
            (Event::End(TagEnd::CodeBlock), Some(text)) => {
                let html = code_block(text, links);
                events.push(Event::Html(html.into()));
                code = None;
            }
            (event, _) => events.extend(plain(event)),
        }
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    html
}

/// Files beside the documentation's source are not beside its page.
fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// An event without what must not be in a page.
fn plain(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
        | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => return None,
        Event::Start(Tag::Heading { level, .. }) => {
            let tag = below(level);
            Event::Html(format!("<{tag}>").into())
        }
        Event::End(TagEnd::Heading(level)) => {
            let tag = below(level);
            Event::Html(format!("</{tag}>\n").into())
        }
        event => event,
    })
}

/// Headings of a documentation stand below those of its page.
fn below(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h3",
        HeadingLevel::H2 => "h4",
        HeadingLevel::H3 => "h5",
        _ => "h6",
    }
}

/// Code without a language is eCLAT, as in the manual.
fn is_eclat(kind: &CodeBlockKind<'_>) -> bool {
    match kind {
        CodeBlockKind::Indented => false,
        CodeBlockKind::Fenced(language) => is_our_language(language),
    }
}

fn is_our_language(language: &CowStr<'_>) -> bool {
    language.split([' ', ',']).next() == Some("eclat")
}

/// A block of eCLAT.
pub fn code_block(text: &str, links: &Links<'_>) -> String {
    let code = highlight::html(text.trim_end(), links);
    format!("<pre class=\"source\"><code>{code}</code></pre>\n")
}

/// One paragraph or more of a table's cell or a list.
pub fn inline(text: &str, links: &Links<'_>) -> String {
    let html = html(text, links);
    let one = html
        .trim()
        .strip_prefix("<p>")
        .and_then(|html| html.strip_suffix("</p>"));
    match one {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ if html.is_empty() => escape(text),
        _ => html,
    }
}
