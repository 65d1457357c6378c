//! What mail programs show of a mail without opening it, also on a locked screen: its subject and its first characters.

use readmit::mail::{Letter, languages};
use readmit_local::sample_mails::{CODE, Cast};

/// More characters than any mail program shows.
const SHOWN: usize = 150;

/// The shortest names, which leave the code the earliest place.
fn shortest() -> Cast {
    Cast { name: "A".to_owned(), other: "B".to_owned(), company: "C".to_owned(), ..Cast::default() }
}

/// The first characters of a text, with its white space as a line shows it.
fn first(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect()
}

/// The text of a page, also that which no recipient sees. Of the character references only those without letters matter here.
fn text_of(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let texts = body.split('<').filter_map(|tag_and_text| Some(tag_and_text.split_once('>')?.1));
    let text: String = texts.collect();
    ["&#847;", "&zwnj;", "&nbsp;"].iter().fold(text, |text, reference| text.replace(reference, "\u{34f}"))
}

fn both(letter: &Letter) -> [String; 2] {
    [first(&letter.text), first(&text_of(&letter.html))]
}

#[test]
fn no_preview_shows_the_code_or_a_part_of_it() {
    for cast in [Cast::default(), shortest()] {
        for language in languages() {
            for (name, letter) in cast.letters(language).unwrap() {
                for preview in both(&letter).iter().chain([&letter.subject]) {
                    let shown = CODE.split('-').find(|group| preview.contains(group));
                    assert_eq!(shown, None, "{language} {name}: {preview}");
                }
            }
        }
    }
}

#[test]
fn the_preview_of_html_says_what_the_mail_is_and_names_nobody() {
    let cast = Cast::default();
    for language in languages() {
        for (name, letter) in cast.letters(language).unwrap() {
            let [_, preview] = both(&letter);
            assert!(!preview.starts_with('\u{34f}') && preview.ends_with('\u{34f}'), "{language} {name}: {preview}");
            for person in ["Mike", "Ada", "Northwind"] {
                assert!(!preview.contains(person), "{language} {name}: {preview}");
            }
        }
    }
}
