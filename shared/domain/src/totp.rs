//! Authenticators: time-based one-time passwords (RFC 6238) with SHA-1, six digits and 30 seconds, which every app supports.

use qrcodegen::{QrCode, QrCodeEcc};
use rand::CryptoRng;
use secrecy::{ExposeSecret as _, SecretBox};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::{Login, Timestamp};

/// The length of a step in seconds.
const STEP_SECONDS: u64 = 30;
/// By how many steps a phone's clock may be wrong, in each direction (RFC 6238, section 5.2).
const SKEW: u16 = 1;
/// The length of a key: 160 bits (RFC 4226, section 4).
const KEY_BYTES: usize = 20;

/// The number of a 30-second step since 1970. Each step is accepted once.
pub type Step = u64;

/// Six digits that a person typed.
pub struct TotpCode(Zeroizing<String>);

impl TotpCode {
    /// Reads a typed text: six digits, ignoring blanks. None if it is not a code.
    pub fn read(typed: &str) -> Option<Self> {
        let digits: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).take(7).collect());
        (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(Self(digits))
    }
}

/// The key that the service and an authenticator share. It cannot be printed.
pub struct TotpKey(SecretBox<[u8; KEY_BYTES]>);

impl TotpKey {
    /// A new key of 160 random bits.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        Self(SecretBox::init_with_mut(|bytes: &mut [u8; KEY_BYTES]| random.fill_bytes(bytes)))
    }

    /// Reads an unsealed key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, &'static str> {
        let key = bytes.try_into().or(Err("is not a TOTP key"))?;
        Ok(Self(SecretBox::new(Box::new(key))))
    }

    /// The bytes to seal.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(SKEW)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.expose_secret().to_vec())
    }

    /// The step of a typed code: the current one or one of its two neighbours. The caller must check whether it was used before.
    pub fn matching_step(&self, typed: &TotpCode, now: Timestamp) -> Option<Step> {
        self.builder().build_noncompliant().check(&typed.0, u64::try_from(now.seconds()).ok()?)
    }

    /// The data that a person gives to the authenticator app, by hand or as a QR code.
    pub fn enrolment(&self, brand: &str, login: &Login) -> Result<Enrolment, totp_rs::TotpError> {
        let issuer = brand.replace(':', " ");
        let totp: Totp = self.builder().with_issuer(Some(issuer)).with_account_name(login.as_str()).build()?;
        let otpauth_uri = Zeroizing::new(totp.to_url()?);
        let qr_svg = Zeroizing::new(qr_svg(&otpauth_uri));
        Ok(Enrolment { secret: Zeroizing::new(totp.secret().to_base32()), otpauth_uri, qr_svg })
    }
}

/// The data that enrols an authenticator. It is shown once.
pub struct Enrolment {
    /// The key in base32, for typing.
    pub secret: Zeroizing<String>,
    /// The key URI (`otpauth://totp/…`).
    pub otpauth_uri: Zeroizing<String>,
    /// The key URI as a QR code in SVG.
    pub qr_svg: Zeroizing<String>,
}

/// The white border of a QR code, in modules (ISO/IEC 18004).
const QUIET_ZONE: i32 = 4;

fn qr_svg(text: &str) -> String {
    // Never fails: a key URI has a few hundred bytes, and level M can hold 2,331.
    let Ok(qr) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let side = qr.size() + 2 * QUIET_ZONE;
    let mut path = String::new();
    let columns: Vec<i32> = (0..qr.size()).collect();
    for y in 0..qr.size() {
        // One rectangle for each run of dark modules.
        for run in columns.split(|x| !qr.get_module(*x, y)) {
            let Some(x) = run.first() else { continue };
            let length = run.len();
            path.push_str(&format!("M{},{}h{length}v1h-{length}z", x + QUIET_ZONE, y + QUIET_ZONE));
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" shape-rendering=\"crispEdges\">\
         <title>QR code for your authenticator app</title>\
         <path fill=\"#fff\" d=\"M0,0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn key() -> TotpKey {
        TotpKey::from_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(i64::try_from(seconds).unwrap() * 1000)
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, SHA-1, the last six of its eight digits.
        let codes = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")];
        for (seconds, code) in codes {
            assert_eq!(key().matching_step(&TotpCode::read(code).unwrap(), at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn the_picture_has_the_dark_modules_of_the_code_and_no_others() {
        let text = "otpauth://totp/Partner%20Portal:mike%40northwind.example?secret=GEZDGNBVGY3TQOJQ";
        let picture = qr_svg(text);
        let (_, path) = picture.split_once("fill=\"#000\" d=\"").unwrap();
        let mut drawn = Vec::new();
        for run in path.split('"').next().unwrap().split_terminator('z') {
            let (at, across) = run.trim_start_matches('M').split_once('h').unwrap();
            let (x, y) = at.split_once(',').unwrap();
            let (length, back) = across.split_once("v1h-").unwrap();
            assert_eq!(length, back);
            let (x, y, length): (i32, i32, i32) = (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            drawn.extend((x..x + length).map(|x| (x - QUIET_ZONE, y - QUIET_ZONE)));
        }
        let qr = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let rows = (0..qr.size()).flat_map(|y| (0..qr.size()).map(move |x| (x, y)));
        assert_eq!(drawn, rows.filter(|(x, y)| qr.get_module(*x, *y)).collect::<Vec<_>>());
        let side = qr.size() + 8;
        assert!(picture.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{picture}");
        assert!(picture.contains(&format!("d=\"M0,0h{side}v{side}H0z\"")), "{picture}");
    }

    #[test]
    fn a_key_reads_back_from_its_bytes() {
        assert_eq!(key().expose(), b"12345678901234567890");
        assert!(TotpKey::from_bytes(&[0; KEY_BYTES - 1]).is_err());
    }

    #[test]
    fn only_six_digits_are_a_code() {
        assert!(TotpCode::read(" 123 456 ").is_some());
        for typed in ["", "12345", "1234567", "12345a", "１２３４５６", "12-3456"] {
            assert!(TotpCode::read(typed).is_none(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_code_is_good_in_its_step_and_the_neighbours_alone(seed: u64, step in 1_000u64..1_000_000_000, off in -4i64..=4) {
            let key = TotpKey::generate(&mut StdRng::seed_from_u64(seed));
            let totp = key.builder().build_noncompliant();
            let typed = TotpCode::read(&totp.generate(step * 30).to_string()).unwrap();
            let now = at(step.checked_add_signed(off).unwrap() * 30 + 7);
            match key.matching_step(&typed, now) {
                Some(found) if found == step => prop_assert!(off.abs() <= 1),
                // Six digits repeat: another step may share them.
                Some(found) => prop_assert_eq!(totp.generate(found * 30), totp.generate(step * 30)),
                None => prop_assert!(off.abs() > 1),
            }
        }

        #[test]
        fn any_brand_and_login_enrol(brand in "\\PC{1,40}") {
            let enrolment = key().enrolment(&brand, &"mike@northwind.example".parse().unwrap()).unwrap();
            prop_assert!(enrolment.otpauth_uri.starts_with("otpauth://totp/"));
            prop_assert!(enrolment.qr_svg.contains("<path"));
        }
    }

    #[test]
    fn the_uri_names_brand_and_account() {
        let enrolment = key().enrolment("Partner Portal", &"mike@northwind.example".parse().unwrap()).unwrap();
        let parameters = "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Partner%20Portal";
        let uri = format!("otpauth://totp/Partner%20Portal:mike%40northwind.example?{parameters}");
        assert_eq!(*enrolment.otpauth_uri, uri);
    }
}
