//! New passwords: every text is accepted, or refused with the reasons of the contract.

use readmit::domain::password::{MAX_CHARS, MIN_CHARS};
use readmit::domain::{Login, Name, Password, PasswordFault, Person};

/// The length limits hold, each reason is given once, and the person's own words are always found.
pub fn check(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else { return };
    let (name, company): (Name, Name) = ("Mike Freeman".parse().unwrap(), "Northwind Traders".parse().unwrap());
    let login: Login = "mike.freeman@northwind.example".parse().unwrap();
    let person = Person { name: &name, login: &login, company: &company };
    let faults = |text: &str| Password::new(text).faults(&person);
    let found = faults(typed);

    // NFC makes a text longer only for a few characters, which it decomposes.
    let length = typed.chars().count();
    if typed.is_ascii() {
        assert_eq!(found.contains(&PasswordFault::TooShort), length < MIN_CHARS);
        assert_eq!(found == [PasswordFault::TooLong], length > MAX_CHARS);
        if length <= MAX_CHARS - 9 {
            assert!(faults(&format!("{typed}NorthWind")).contains(&PasswordFault::ContainsIdentity));
        }
    }
    for (index, fault) in found.iter().enumerate() {
        assert!(!found[..index].contains(fault) && !fault.detail().contains(typed) || typed.len() < MIN_CHARS);
    }
}
