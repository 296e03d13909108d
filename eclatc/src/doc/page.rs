//! Pages: what each says, in the frame that all have.

mod chain;
mod index;
mod message;
mod object;
mod package;
mod parts;
mod script;

pub use chain::chain;
pub use index::index;
pub use message::{message, messages, path as message_path, title as message_title};
pub use object::object;
pub use package::package;
pub use script::script;

use super::html::{attribute, escape};

/// A page before it is in its frame.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What the browser calls it.
    pub title: String,
    /// The way to it: names and addresses of the pages above.
    pub above: Vec<(String, String)>,
    /// What lies beside it: a title, then names and addresses.
    pub beside: Option<(String, Vec<(String, String)>)>,
    /// What it says.
    pub body: String,
    /// The way to the root of the site.
    pub root: &'static str,
}

impl Page {
    /// The whole page.
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let root = self.root;
        let (header, above, beside) = (self.header(), self.trail(), self.aside());
        let body = &self.body;
        format!(
            "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\"/>
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>
<meta name=\"color-scheme\" content=\"light dark\"/>
<title>{title}</title>
<link rel=\"icon\" href=\"data:,\"/>
<link rel=\"stylesheet\" href=\"{root}style.css\"/>
<script src=\"{root}search.js\" defer=\"defer\"></script>
</head>
<body>
<a class=\"skip\" href=\"#main\">Skip to the page</a>
{header}<div class=\"frame\">
{beside}<main id=\"main\">
{above}{body}</main>
</div>
</body>
</html>
"
        )
    }

    fn header(&self) -> String {
        let root = self.root;
        format!(
            "<header>
<a class=\"brand\" href=\"{root}index.html\">Hike <span>catalogue</span></a>
<form role=\"search\" action=\"{root}index.html\" id=\"search\">
<input type=\"search\" id=\"query\" placeholder=\"Search\" aria-label=\"Search programs, chains, packages and messages\" autocomplete=\"off\" spellcheck=\"false\"/>
<kbd aria-hidden=\"true\">/</kbd>
</form>
</header>
"
        )
    }

    fn trail(&self) -> String {
        if self.above.is_empty() {
            return String::new();
        }
        let links = self.above.iter().map(anchor);
        let links: Vec<_> = links.collect();
        let links = links.join("<span aria-hidden=\"true\">/</span>");
        format!("<nav class=\"trail\" aria-label=\"Where this is\">{links}</nav>\n")
    }

    fn aside(&self) -> String {
        let Some((title, links)) = &self.beside else {
            return String::new();
        };
        let links = links.iter().map(|link| {
            let here = match link.0 == self.title {
                true => " class=\"here\"",
                false => "",
            };
            format!("<li{here}>{}</li>\n", anchor(link))
        });
        let links: String = links.collect();
        let title = escape(title);
        format!(
            "<nav class=\"beside\" aria-label=\"{title}\">\n<p>{title}</p>\n<ul>\n{links}</ul>\n</nav>\n"
        )
    }
}

fn anchor((name, href): &(String, String)) -> String {
    format!("<a href=\"{}\">{}</a>", attribute(href), escape(name))
}
