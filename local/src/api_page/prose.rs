//! The document's descriptions: paragraphs with `code` and **strong** words. Other parts of CommonMark are not supported.

/// A paragraph as a list of pieces.
pub type Paragraph = Vec<Span>;

/// A piece of text with one style.
#[derive(Debug, PartialEq)]
pub enum Span {
    Plain(String),
    Code(String),
    Strong(String),
}

/// Reads a description.
pub fn paragraphs(text: &str) -> Vec<Paragraph> {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    paragraphs.map(|paragraph| spans(&paragraph.replace('\n', " "))).collect()
}

fn spans(text: &str) -> Paragraph {
    let mut spans = Vec::new();
    // Every second piece is between backticks.
    for (index, piece) in text.split('`').enumerate() {
        if index % 2 == 1 {
            spans.push(Span::Code(piece.to_owned()));
            continue;
        }
        for (index, piece) in piece.split("**").enumerate().filter(|(_, piece)| !piece.is_empty()) {
            let piece = piece.to_owned();
            spans.push(if index % 2 == 1 { Span::Strong(piece) } else { Span::Plain(piece) });
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_strong_words_stand_out() {
        let read = paragraphs("**Tokens** go into\n`Authorization: **`.\n\nThe end.\n");
        let expected = [
            vec![
                Span::Strong("Tokens".to_owned()),
                Span::Plain(" go into ".to_owned()),
                Span::Code("Authorization: **".to_owned()),
                Span::Plain(".".to_owned()),
            ],
            vec![Span::Plain("The end.".to_owned())],
        ];
        assert_eq!(read, expected);
        assert!(paragraphs(" \n").is_empty());
    }
}
