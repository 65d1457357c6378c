//! Typed codes: passcodes, backup codes and authenticator codes.

use readmit::domain::passcode::Code;
use readmit::domain::{BackupCode, EmployeeId, HashKey, Login, PasscodeId, SecondFactor, TotpCode, TotpKey};

use crate::keys::NOW;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A typed text is at most one kind of code, and all its spellings are the same code.
pub fn check(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else { return };
    let symbols = meant(typed);
    let length = symbols.as_ref().map(String::len);

    let code = Code::read(typed);
    assert_eq!(code.is_some(), length == Some(12), "{typed:?}");
    if let (Some(code), Some(symbols)) = (&code, &symbols) {
        is_the_same(code, symbols);
    }
    let backup = BackupCode::read(typed);
    assert_eq!(backup.is_some(), length == Some(24), "{typed:?}");
    if let (Some(code), Some(symbols)) = (&backup, &symbols) {
        is_the_same_backup(code, symbols);
    }
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let totp = TotpCode::read(typed);
    assert_eq!(totp.is_some(), digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()), "{typed:?}");
    match SecondFactor::read(typed) {
        Some(SecondFactor::Totp(_)) => assert!(totp.is_some() && backup.is_none()),
        Some(SecondFactor::Backup(_)) => assert!(backup.is_some() && totp.is_none()),
        None => assert!(totp.is_none() && backup.is_none()),
    }
    if let Some(totp) = totp {
        let step = TotpKey::from_bytes(&[7; 20]).unwrap().matching_step(&totp, NOW);
        let this = u64::try_from(NOW.seconds()).unwrap() / 30;
        assert!(step.is_none_or(|step| step.abs_diff(this) <= 1));
    }
}

/// A second implementation of the contract's rules. None if a character is not in the alphabet.
fn meant(typed: &str) -> Option<String> {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-' && !('\u{2010}'..='\u{2015}').contains(c));
    kept.map(|c| match c.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        symbol => Some(symbol).filter(|symbol| ALPHABET.contains(*symbol)),
    })
    .collect()
}

fn is_the_same(code: &Code, symbols: &str) {
    let grouped = format!("{}-{}-{}", &symbols[..4], &symbols[4..8], &symbols[8..]);
    assert_eq!(*code.grouped(), grouped);
    assert_eq!(code.selector(), symbols[..4]);
    let key = HashKey::from([1; 64]);
    let login: Login = "mike@northwind.example".parse().unwrap();
    let passcode_id: PasscodeId = "pco_01J00000000000000000000000".parse().unwrap();
    for spelling in [symbols.to_lowercase(), symbols.replace('0', "O").replace('1', "l"), grouped] {
        let again = Code::read(&spelling).unwrap();
        assert!(again.hash(&key, &login, passcode_id) == code.hash(&key, &login, passcode_id), "{spelling}");
        assert_eq!(again.selector(), code.selector());
    }
    assert!(BackupCode::read(symbols).is_none() && TotpCode::read(symbols).is_none());
}

fn is_the_same_backup(code: &BackupCode, symbols: &str) {
    assert_eq!(code.grouped().replace('-', ""), symbols);
    let key = HashKey::from([1; 64]);
    let owner: EmployeeId = "emp_01J00000000000000000000000".parse().unwrap();
    for spelling in [symbols.to_lowercase(), symbols.replace('0', "o").replace('1', "I"), code.grouped().to_string()] {
        assert!(BackupCode::read(&spelling).unwrap().hash(&key, owner) == code.hash(&key, owner), "{spelling}");
    }
    assert!(Code::read(symbols).is_none());
}
