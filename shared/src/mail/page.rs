//! The layout of all mails: a page of blocks, as HTML and as text.

use askama::Template;

use super::color::ButtonColors;
use super::line::{Line, Piece};

/// A mail's content. Its two templates have the layout and no text.
pub(super) struct Page<'a> {
    pub language: &'a str,
    pub company: Line,
    pub brand: &'a str,
    pub subject: &'a str,
    /// What mail programs show beside the subject. The page itself does not show it.
    pub preview: Line,
    pub button: ButtonColors,
    pub blocks: Vec<Block>,
}

pub(super) enum Block {
    Paragraph(Line),
    /// A paragraph in small print.
    Note(Line),
    /// A passcode, to be read, copied or selected as a whole.
    Code(String),
    /// The main action.
    Button(Link),
    /// An alternative action.
    Choice(Link),
    Facts(Vec<(Line, Line)>),
    Rule,
}

pub(super) struct Link {
    pub label: Line,
    pub address: String,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a>(&'a Page<'a>);

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a>(&'a Page<'a>);

impl Page<'_> {
    /// As text and as HTML.
    pub(super) fn render(&self) -> Result<(String, String), askama::Error> {
        Ok((Text(self).render()?.trim_end().to_owned(), Html(self).render()?))
    }
}
