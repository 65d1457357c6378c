//! Access and recovery tokens: JWTs signed with Ed25519 only (RFC 8725, RFC 9068).
//!
//! `jsonwebtoken` formats and parses tokens, with our implementation of Ed25519, so that no other algorithm is available. It would
//! check `exp` and `nbf` with the system's clock, so those checks are off. They are made here with our clock.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::{CryptoRng, RngExt as _};
use readmit_domain::{RECOVERY_LIFETIME, SESSION_LIFETIME, Timestamp};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ed25519::PROVIDER;
use super::{AccessClaims, Keyring, Purpose, RecoveryClaims, UnknownVersion};

/// How many seconds the clock of another instance may be ahead of ours. Each clock may be wrong by 90 seconds.
const CLOCK_SKEW_SECONDS: i64 = 180;

/// A kind of token. Each kind has its own keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    Access,
    Recovery,
}

impl TokenKind {
    pub const ALL: [Self; 2] = [Self::Access, Self::Recovery];

    /// The key of the item with its public keys: the name of the root secret that signs it.
    pub fn name(self) -> &'static str {
        self.purpose().secret().name()
    }

    pub(super) fn purpose(self) -> Purpose {
        match self {
            Self::Access => Purpose::SignSessions,
            Self::Recovery => Purpose::SignRecoveries,
        }
    }
}

/// The claims of a kind of token. Each kind has its own media type and audience, so that no token is accepted as another kind.
pub trait Claims: Serialize + DeserializeOwned {
    const KIND: TokenKind;
    const MEDIA_TYPE: &'static str;
    const AUDIENCE: &'static str;
    const LIFETIME: std::time::Duration;
}

impl Claims for AccessClaims {
    const KIND: TokenKind = TokenKind::Access;
    const MEDIA_TYPE: &'static str = "at+jwt";
    const AUDIENCE: &'static str = "readmit:access";
    const LIFETIME: std::time::Duration = SESSION_LIFETIME;
}

impl Claims for RecoveryClaims {
    const KIND: TokenKind = TokenKind::Recovery;
    const MEDIA_TYPE: &'static str = "recovery+jwt";
    const AUDIENCE: &'static str = "readmit:recovery";
    const LIFETIME: std::time::Duration = RECOVERY_LIFETIME;
}

#[derive(Serialize, Deserialize)]
struct Registered<C> {
    iss: String,
    aud: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(flatten)]
    claims: C,
}

/// The token is not valid: this service did not sign it, it is of another kind, or it has expired.
#[derive(Debug, thiserror::Error)]
#[error("the token is not valid: {0}")]
pub struct BadToken(&'static str);

pub struct Session {
    pub claims: AccessClaims,
    /// When it expires, in seconds since 1970.
    pub expires_at: i64,
}

pub struct Tokens<'a> {
    keyring: &'a Keyring,
    issuer: &'a str,
}

impl<'a> Tokens<'a> {
    pub fn new(keyring: &'a Keyring, issuer: &'a str) -> Self {
        // An error means that this line has already run in this process.
        let _ = PROVIDER.install_default();
        Self { keyring, issuer }
    }

    /// Reads an access token. The caller must check in the directory whether the session has ended.
    pub fn read_access(&self, token: &str, now: Timestamp) -> Result<Session, BadToken> {
        let Registered { claims, exp, .. } = self.read(token, now)?;
        Ok(Session { claims, expires_at: exp })
    }

    /// Reads a recovery token. The caller must check in the store whether the recovery is still open.
    pub fn read_recovery(&self, token: &str, now: Timestamp) -> Result<RecoveryClaims, BadToken> {
        self.read(token, now).map(|read| read.claims)
    }

    pub fn sign<C: Claims>(
        &self,
        claims: C,
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Result<SecretString, TokenNotSigned> {
        let secret = C::KIND.purpose().secret();
        let version = self.keyring.current(secret, now);
        let kid = self.keyring.public_keys(C::KIND).and_then(|keys| keys.kid(version));
        let header = Header {
            typ: Some(C::MEDIA_TYPE.to_owned()),
            kid: Some(kid.ok_or(UnknownVersion(secret, version))?.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let registered = Registered {
            iss: self.issuer.to_owned(),
            aud: C::AUDIENCE.to_owned(),
            jti: BASE64URL_NOPAD.encode(&random.random::<[u8; 12]>()),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.after(C::LIFETIME).seconds(),
            claims,
        };
        let key = EncodingKey::from_ed_der(self.keyring.signing_key(C::KIND, version)?.as_bytes());
        Ok(SecretString::from(jsonwebtoken::encode(&header, &registered, &key)?))
    }

    fn read<C: Claims>(&self, token: &str, now: Timestamp) -> Result<Registered<C>, BadToken> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| BadToken("malformed"))?;
        if header.typ.as_deref() != Some(C::MEDIA_TYPE) {
            return Err(BadToken("type"));
        }
        if header.jwk.is_some()
            || header.jku.is_some()
            || header.x5u.is_some()
            || header.x5c.is_some()
            || header.crit.is_some()
        {
            return Err(BadToken("header"));
        }
        let kid = header.kid.as_deref().unwrap_or_default();
        let key =
            self.keyring.public_keys(C::KIND).and_then(|keys| keys.accepted(kid, now)).ok_or(BadToken("key id"))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.set_issuer(&[self.issuer]);
        validation.set_audience(&[C::AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        let read: Registered<C> = jsonwebtoken::decode(token, &DecodingKey::from_ed_der(key), &validation)
            .map_err(|_| BadToken("signature or claims"))?
            .claims;
        if now.seconds() >= read.exp || read.nbf > now.seconds() + CLOCK_SKEW_SECONDS {
            return Err(BadToken("time"));
        }
        Ok(read)
    }
}

/// The key id in a token's header. Do not trust it before the signature is checked.
pub(super) fn named_key(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

#[derive(Debug, thiserror::Error)]
pub enum TokenNotSigned {
    #[error(transparent)]
    NoKey(#[from] UnknownVersion),
    #[error(transparent)]
    NotFramed(#[from] jsonwebtoken::errors::Error),
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ONE, TWO, access_claims, altered, keyring, random};
    use super::*;
    use secrecy::ExposeSecret as _;

    const NOW: Timestamp = Timestamp::from_millis(1_732_421_884_000);

    fn access_token(keyring: &Keyring, issuer: &str, now: Timestamp) -> String {
        let token = Tokens::new(keyring, issuer).sign(access_claims(now), now, &mut random()).unwrap();
        token.expose_secret().to_owned()
    }

    #[test]
    fn an_access_token_reads_back_until_it_expires() {
        let keyring = keyring(ONE);
        let token = access_token(&keyring, "https://portal.example", NOW);
        let tokens = Tokens::new(&keyring, "https://portal.example");
        assert!(tokens.read_access(&token, NOW).is_ok());
        assert!(tokens.read_access(&token, NOW.after(SESSION_LIFETIME)).is_err());
        assert!(tokens.read_access(&token, Timestamp::from_millis(NOW.millis() - 181_000)).is_err());
        assert!(tokens.read_recovery(&token, NOW).is_err());
        assert_eq!(tokens.read_access(&token, NOW).unwrap().expires_at, NOW.after(SESSION_LIFETIME).seconds());
    }

    #[test]
    fn another_issuer_or_key_is_refused() {
        let (one, two) = (keyring(ONE), keyring(TWO));
        let token = access_token(&two, "https://portal.example", NOW);
        assert!(Tokens::new(&one, "https://portal.example").read_access(&token, NOW).is_err());
        assert!(Tokens::new(&two, "https://other.example").read_access(&token, NOW).is_err());
        assert!(Tokens::new(&two, "https://portal.example").read_access(&token, NOW).is_ok());
    }

    #[test]
    fn an_altered_token_is_refused() {
        let keyring = keyring(ONE);
        let token = access_token(&keyring, "https://portal.example", NOW);
        let tokens = Tokens::new(&keyring, "https://portal.example");
        for altered in altered(&token) {
            assert!(tokens.read_access(&altered, NOW).is_err(), "{altered}");
        }
    }
}
