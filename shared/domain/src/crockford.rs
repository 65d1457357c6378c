//! Crockford's base32 (<https://www.crockford.com/base32.html>), the alphabet of all codes that people copy by hand.

use rand::CryptoRng;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `N` random symbols of five bits each. The alphabet has 32 symbols, so the low five bits of a random byte select one without bias.
pub(crate) fn random_symbols<const N: usize>(random: &mut impl CryptoRng) -> Zeroizing<[u8; N]> {
    let mut symbols = Zeroizing::new([0; N]);
    random.fill_bytes(symbols.as_mut_slice());
    symbols.iter_mut().for_each(|symbol| *symbol = ALPHABET[usize::from(*symbol & 31)]);
    symbols
}

/// The symbols of a typed text; None if there are not exactly `N`. Ignores case, white space and hyphens; reads `O` as `0`, `I` and `L`
/// as `1`.
pub(crate) fn read_symbols<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let mut symbols = Zeroizing::new([0; N]);
    let mut count = 0;
    for typed in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}')) {
        let symbol = match typed.to_ascii_uppercase() {
            'O' => b'0',
            'I' | 'L' => b'1',
            other => u8::try_from(other).ok().filter(|symbol| ALPHABET.contains(symbol))?,
        };
        *symbols.get_mut(count)? = symbol;
        count += 1;
    }
    (count == N).then_some(symbols)
}

/// The symbols in groups, separated by hyphens: `7K3M-9QXT-2BHW`.
pub(crate) fn grouped(symbols: &[u8], group: usize) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(symbols.len() + symbols.len() / group));
    for (index, symbol) in symbols.iter().enumerate() {
        if index > 0 && index % group == 0 {
            text.push('-');
        }
        text.push(char::from(*symbol));
    }
    text
}
