//! How a company looks in the portal and in mails: its logo and its colour.

use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::Company;
use crate::text::text_type;

/// The longest data URI of a logo: two read units of DynamoDB.
const MAX_LOGO_BYTES: usize = 8 * 1024;

text_type!(
    /// A colour in sRGB, such as `#1d4ed8`, in lower case.
    Color
);

impl FromStr for Color {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        if digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err("must be a colour such as #1d4ed8")
        }
    }
}

impl Color {
    /// Red, green and blue.
    pub fn rgb(&self) -> [u8; 3] {
        let at = |start: usize| self.0.get(start..start + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        [1, 3, 5].map(|start| at(start).unwrap_or_default())
    }
}

text_type!(
    /// A company's logo: a `data:` URI with a PNG, WebP or SVG image in Base64, at most 8 KiB. The portal shows it as the source of an
    /// `<img>`, where no browser runs an image's scripts or loads what it links to.
    Logo
);

impl FromStr for Logo {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_LOGO_BYTES {
            return Err("must have at most 8192 characters");
        }
        let format = "must be a data URI with a PNG, WebP or SVG image in Base64";
        let (kind, base64) = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).ok_or(format)?;
        let image = BASE64.decode(base64.as_bytes()).map_err(|_| format)?;
        if begins_as(kind, &image) { Ok(Self(text.to_owned())) } else { Err(format) }
    }
}

/// Whether the bytes begin like a file of this media type.
fn begins_as(media_type: &str, image: &[u8]) -> bool {
    match media_type {
        "image/png" => image.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/webp" => image.starts_with(b"RIFF") && image.get(8..12) == Some(b"WEBP"),
        "image/svg+xml" => std::str::from_utf8(image).is_ok_and(|text| {
            let text = text.trim_start_matches('\u{feff}').trim_start();
            text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"))
        }),
        _ => false,
    }
}

impl Logo {
    /// The media type and a short hash, for the audit: an event with two whole logos would cost many write units.
    pub fn fingerprint(&self) -> String {
        let kind = self.0.split([':', ';']).nth(1).unwrap_or_default();
        let hash = HEXLOWER.encode(&Sha256::digest(&self.0));
        format!("{kind} sha256:{}", hash.get(..16).unwrap_or_default())
    }
}

/// A company with its logo, which is stored apart: most acts read the company and none of them needs the logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandedCompany {
    /// As most acts read it.
    pub company: Company,
    /// Its logo, if it has one.
    pub logo: Option<Logo>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uri(kind: &str, image: &[u8]) -> String {
        format!("data:{kind};base64,{}", BASE64.encode(image))
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";
    const WEBP: &[u8] = b"RIFF\x04\0\0\0WEBPVP8 ";

    #[test]
    fn a_colour_has_six_hexadecimal_digits() {
        let color: Color = "#1D4ed8".parse().unwrap();
        assert_eq!((color.as_str(), color.rgb()), ("#1d4ed8", [0x1d, 0x4e, 0xd8]));
        for text in ["", "#", "1d4ed8", "#1d4ed", "#1d4ed88", "#1d4edg", "blue", "#1d4éd", "rgb(0,0,0)"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_logo_is_an_image_of_the_type_that_it_names() {
        for (kind, image) in [
            ("image/png", PNG),
            ("image/webp", WEBP),
            ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("image/svg+xml", b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- x --><svg/>"),
        ] {
            let text = uri(kind, image);
            assert_eq!(text.parse::<Logo>().unwrap().as_str(), text);
        }
        for (kind, image) in [
            ("image/jpeg", &b"\xff\xd8\xff\xe0"[..]),
            ("image/png", WEBP),
            ("image/webp", PNG),
            ("image/png", b""),
            ("image/svg+xml", b"<html><svg/></html>"),
            ("image/svg+xml", b"<?xml version='1.0'?><html/>"),
            ("image/svg+xml", b"<svg>\xff</svg>"),
            ("text/html", b"<svg/>"),
            ("image/svg+xml;charset=utf-8", b"<svg/>"),
        ] {
            assert!(uri(kind, image).parse::<Logo>().is_err(), "{kind} {image:?}");
        }
        let base64 = BASE64.encode(PNG);
        for text in [
            "https://northwind.example/logo.png".to_owned(),
            format!("data:image/png,{base64}"),
            format!("data:image/png;base64,{}", base64.trim_end_matches('=')),
            format!("data:image/png;base64,{base64} "),
            format!("DATA:image/png;base64,{base64}"),
        ] {
            assert!(text.parse::<Logo>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_logo_has_at_most_eight_kibibytes() {
        let of_bytes = |bytes: usize| uri("image/png", &[PNG, &vec![0; bytes - PNG.len()][..]].concat());
        // 22 characters before the Base64, which has 4 for each 3 bytes.
        assert_eq!(of_bytes(6_126).len(), 8_190);
        assert!(of_bytes(6_126).parse::<Logo>().is_ok());
        assert!(of_bytes(6_129).parse::<Logo>().is_err());
    }

    #[test]
    fn the_fingerprint_of_a_logo_is_short_and_differs_from_another_logos() {
        let of = |image: &[u8]| uri("image/png", image).parse::<Logo>().unwrap().fingerprint();
        let (one, other) = (of(PNG), of(b"\x89PNG\r\n\x1a\n,,,"));
        assert!(one.starts_with("image/png sha256:") && one.len() == 33, "{one}");
        assert_ne!(one, other);
    }

    proptest! {
        #[test]
        fn any_text_is_a_logo_or_refused(text in "data:image/(png|webp|svg\\+xml);base64,[A-Za-z0-9+/=<]{0,40}") {
            if let Ok(logo) = text.parse::<Logo>() {
                prop_assert_eq!(logo.as_str(), text);
            }
        }
    }
}
