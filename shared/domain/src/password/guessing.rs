//! How many guesses a password withstands, at least: the cheapest way to describe it, in bits.
//!
//! The idea is Wheeler's (zxcvbn, USENIX Security 2016): an attacker puts passwords together from words, walks over the
//! keyboard, years and repetitions, and guesses the rest one by one. zxcvbn itself is a megabyte of every cold start and costs
//! up to half a hash; the tests hold this estimate to its verdicts.

/// What comes later is not looked at, and so adds nothing.
const JUDGED_CHARS: usize = 40;

/// Ten guesses, Wheeler's figure for a character that nothing tells.
const ANY_CHAR: f64 = 3.3;
/// A year from 1900 to 2099 that people choose, most often of their own life.
const YEAR: f64 = 6.6;
/// A stretch of one of the [`WALKS`]: which, from where, how far.
const WALK: f64 = 8.0;
/// A word of the person's own.
const OWN_WORD: f64 = 1.0;

/// Lists of words, and the bits that tell one word of a list: the logarithm of its length, of the shorter lists with it.
const LISTS: [(&str, f64); 3] = [
    (include_str!("../../words/first.txt"), 9.3),
    (include_str!("../../words/frequent.txt"), 12.0),
    (include_str!("../../words/known.txt"), 13.7),
];
/// Of a word and of a walk; a longer walk is two.
const LONGEST_CHUNK: usize = 20;

/// Alphabets and rows and columns of keyboards, folded, walked either way.
const WALKS: [&str; 20] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "!@#$%^&*()_+",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopu",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "qawsedrftgyhujikolp",
    "qweasdzxcrtyfghvbn",
    "a1b2c3d4e5f6g7h8i9j0",
    "1a2b3c4d5e6f7g8h9i0j",
    "147258369",
    "абвгдежзииклмнопрстуфхцчшщъыьэюя",
    "ицукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];
const SHORTEST_WALK: usize = 3;

/// Digits and signs that stand for a letter.
const READINGS: [(char, char); 8] =
    [('@', 'a'), ('4', 'a'), ('8', 'b'), ('3', 'e'), ('0', 'o'), ('$', 's'), ('5', 's'), ('7', 't')];
/// What stands for an `i` or an `l`: a password is read in both ways.
const UPRIGHT: [char; 2] = ['1', '!'];

/// The least bits that describe `password`, which is folded, as are the person's own words.
pub(super) fn bits(password: &str, own_words: &[String]) -> f64 {
    let chars: Vec<char> = password.chars().take(JUDGED_CHARS).collect();
    let mut spellings = vec![chars.clone()];
    spellings.extend(['i', 'l'].map(|upright| chars.iter().map(|typed| read(*typed, upright)).collect()));
    spellings.dedup();

    // The least bits for the first n characters, for each n.
    let mut least = vec![0.0];
    for end in 1..=chars.len() {
        let through =
            |(start, before): (usize, &f64)| before + cheapest_chunk(&chars, &spellings, start, end, own_words);
        let one_by_one = least[end - 1] + ANY_CHAR;
        least.push(least.iter().enumerate().map(through).fold(one_by_one, f64::min));
    }
    least[chars.len()]
}

/// The bits of `chars[start..end]` as one thing; infinitely many if it is none.
fn cheapest_chunk(chars: &[char], spellings: &[Vec<char>], start: usize, end: usize, own_words: &[String]) -> f64 {
    let mut cheapest = repetition(chars, start, end);
    if (SHORTEST_WALK..=LONGEST_CHUNK).contains(&(end - start)) {
        let text: String = chars[start..end].iter().collect();
        cheapest = cheapest.min(year(&text)).min(walk(&text));
        for spelling in spellings {
            cheapest = cheapest.min(word(&spelling[start..end].iter().collect::<String>(), own_words));
        }
    }
    cheapest
}

fn read(typed: char, upright: char) -> char {
    if UPRIGHT.contains(&typed) {
        return upright;
    }
    READINGS.iter().find(|(sign, _)| *sign == typed).map_or(typed, |(_, letter)| *letter)
}

/// The same again: from how far back, and how much.
fn repetition(chars: &[char], start: usize, end: usize) -> f64 {
    let length = end - start;
    let again = |back: &usize| (start..end).all(|at| chars[at] == chars[at - back]);
    match (1..=start).find(again) {
        Some(back) if length > 1 => ((back * length) as f64).log2() + 1.0,
        _ => f64::INFINITY,
    }
}

fn year(text: &str) -> f64 {
    let is_year = text.len() == 4 && text.parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year));
    if is_year { YEAR } else { f64::INFINITY }
}

fn walk(text: &str) -> f64 {
    let backwards: String = text.chars().rev().collect();
    if WALKS.iter().any(|walk| walk.contains(text) || walk.contains(&backwards)) { WALK } else { f64::INFINITY }
}

fn word(text: &str, own_words: &[String]) -> f64 {
    if own_words.iter().any(|own| own == text) {
        return OWN_WORD;
    }
    LISTS.iter().find(|(list, _)| holds(list, text)).map_or(f64::INFINITY, |(_, bits)| *bits)
}

/// Whether `word` is one of the sorted lines of `list`.
fn holds(list: &str, word: &str) -> bool {
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = list[..middle].rfind('\n').map_or(0, |before| before + 1);
        let end = list[middle..].find('\n').map_or(list.len(), |after| middle + after);
        match list[start..end].cmp(word) {
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::LEAST_BITS;
    use super::*;
    use proptest::prelude::*;
    use zxcvbn::{Score, zxcvbn};

    #[test]
    fn the_lists_are_sorted_words_and_each_is_found() {
        for (list, bits) in LISTS {
            let words: Vec<&str> = list.lines().collect();
            assert!(words.is_sorted_by(|a, b| a < b));
            for word in &words {
                assert!(word.bytes().all(|b| b.is_ascii_lowercase()) && holds(list, word), "{word}");
                assert!((4..=LONGEST_CHUNK).contains(&word.len()), "{word}");
                assert!(!holds(list, &format!("{word}q")) && !holds(list, &word[1..]) || words.contains(&&word[1..]));
            }
            assert!((words.len() as f64).log2() <= bits, "{} words cost {bits} bits", words.len());
        }
    }

    #[test]
    fn what_zxcvbn_knows_as_weak_is_weak() {
        let weak = [
            "password1234",
            "p@ssw0rd1234",
            "Passw0rd!!!!",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "1q2w3e4r5t6y",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "abcdefghijkl",
            "123456789012",
            "iloveyou2024",
            "letmeinletmein",
            "summer2026",
            "basketball12",
            "zxcvbnmasdfgh",
            "19871987198719",
            "correcthorse",
            "administrator1",
            "a1b2c3d4e5f6",
            "qweasdzxc123",
            "elizabeth1987",
            "monkeydragon1",
        ];
        for password in weak {
            assert!(zxcvbn(password, &[]).score() < Score::Three, "{password}");
            assert!(bits(&password.to_lowercase(), &[]) < LEAST_BITS, "{password}: {}", bits(password, &[]));
        }
    }

    fn a_word() -> impl Strategy<Value = &'static str> {
        let words: Vec<&str> = LISTS[0].0.lines().collect();
        prop::sample::select(words)
    }

    fn any_word() -> impl Strategy<Value = &'static str> {
        let words: Vec<&str> = LISTS.iter().flat_map(|(list, _)| list.lines()).collect();
        prop::sample::select(words)
    }

    proptest! {
        /// What zxcvbn takes to be guessed within 10⁶ tries. Between that and 10⁸ the two differ by a digit here and there.
        #[test]
        fn words_and_tails_that_zxcvbn_calls_very_guessable_are_refused(
            words in prop::collection::vec(any_word(), 1..4),
            between in prop::sample::select(&["", "-", " ", "."][..]),
            tail in "([0-9]{1,4}|!{1,3}|(19|20)[0-9]{2})?",
        ) {
            let password = format!("{}{tail}", words.join(between));
            let is_guessable = zxcvbn(&password, &[]).score() <= Score::One;
            prop_assert!(!is_guessable || bits(&password, &[]) < LEAST_BITS, "{}", password);
        }

        /// One frequent word with what people add to it.
        #[test]
        fn a_word_and_its_usual_tail_are_never_enough(word in a_word(), tail in "(19[5-9][0-9]|20[0-2][0-9]|123|1234|12345|!|!!|1|01)[!1.]?") {
            let password = format!("{word}{tail}");
            prop_assert!(bits(&password, &[]) < LEAST_BITS, "{}", password);
        }

        /// Nobody's random password is refused: twelve signs of a generator.
        #[test]
        fn random_signs_are_enough(password in "[a-z0-9!#%+:=?@_-]{12,40}") {
            let distinct = password.chars().collect::<std::collections::HashSet<_>>().len();
            prop_assert!(distinct < 9 || bits(&password, &[]) >= LEAST_BITS, "{}", password);
        }
    }
}
