//! The domain of e-mail addresses.

use std::str::FromStr;

use crate::login::canonical_domain;
use crate::text::text_type;

text_type!(
    /// The domain of e-mail addresses, in lower case and ASCII (IDNA): `northwind.example`.
    DomainName
);

impl FromStr for DomainName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        canonical_domain(text.trim()).map(Self).ok_or("is not a domain")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_has_one_spelling() {
        for (text, domain) in [(" Northwind.Example", "northwind.example"), ("BÜCHER.example", "xn--bcher-kva.example")]
        {
            assert_eq!(text.parse::<DomainName>().unwrap().as_str(), domain);
        }
        for text in ["", "localhost", "a@b.example", "-a.example", "a..example", "*.example"] {
            assert!(text.parse::<DomainName>().is_err(), "{text}");
        }
    }
}
