//! Breached passwords (NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, 6.2.12).
//!
//! They are stored as a binary fuse filter (Graf and Lemire, 2022) with 18 bits for each password. It finds every password that it
//! contains, and by chance one in 65,536 others. `breached/README.md` says where they come from, and how to build a larger filter.

use std::sync::LazyLock;

use sha1::{Digest as _, Sha1};
use xorf::{BinaryFuse16, BinaryFuse16Ref, DmaSerializable as _, Filter as _, FilterRef as _};

/// The filter reads its fingerprints as 16-bit numbers in place.
#[repr(align(2))]
struct Aligned<T: ?Sized>(T);

static BYTES: &Aligned<[u8]> = &Aligned(*include_bytes!("../../breached/passwords.bin"));

static FILTER: LazyLock<BinaryFuse16Ref<'static>> = LazyLock::new(|| {
    let (descriptor, fingerprints) = BYTES.0.split_at(BinaryFuse16::DESCRIPTOR_LEN);
    BinaryFuse16Ref::from_dma(descriptor, fingerprints)
});

/// Whether the password is breached, as typed or in lower case.
pub(super) fn is_breached(password: &str) -> bool {
    [password.to_owned(), password.to_lowercase()].iter().any(|spelling| FILTER.contains(&key(spelling)))
}

/// The first 64 bits of the SHA-1, which is the form of Pwned Passwords.
fn key(password: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 20]>::from(Sha1::digest(password));
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_passwords_are_found_in_any_case() {
        for password in ["passwordpassword", "1q2w3e4r5t6y", "PasswordPassword", "PASSWORD1234"] {
            assert!(is_breached(password), "{password}");
        }
    }

    #[test]
    fn at_most_one_in_a_thousand_others_is_found() {
        let found = (0..100_000).filter(|number| is_breached(&format!("unknown {number} password"))).count();
        assert!(found <= 100, "{found} of 100,000");
    }

    #[test]
    fn three_thousand_passwords_and_more_are_known() {
        // 18 bits each.
        let known = FILTER.len() * 16 / 18;
        assert!(known >= 3_000, "{known}");
    }
}
