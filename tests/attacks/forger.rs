//! Makes forged tokens with any header and claims, signed with the service's own key or another key.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use readmit::keyring::RootSecret;
use readmit_tests::World;
use serde_json::{Map, Value, json};
use sha2::{Sha256, Sha512};

/// The decoded parts of a token.
#[derive(Clone)]
pub(crate) struct Token {
    /// The header.
    pub(crate) header: Value,
    /// The claims.
    pub(crate) claims: Value,
}

impl Token {
    /// Decodes a token of the service.
    pub(crate) fn read(token: &str) -> Self {
        let part = |at: usize| {
            let bytes = BASE64URL_NOPAD.decode(token.split('.').nth(at).unwrap().as_bytes()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        Self { header: part(0), claims: part(1) }
    }

    /// Sets a member of the header. Null removes it.
    pub(crate) fn header(&self, name: &str, value: Value) -> Self {
        let mut token = self.clone();
        set(token.header.as_object_mut().unwrap(), name, value);
        token
    }

    /// Sets a claim. Null removes it.
    pub(crate) fn claim(&self, name: &str, value: Value) -> Self {
        let mut token = self.clone();
        set(token.claims.as_object_mut().unwrap(), name, value);
        token
    }

    /// Sets a claim to null.
    pub(crate) fn null_claim(&self, name: &str) -> Self {
        let mut token = self.clone();
        token.claims[name] = Value::Null;
        token
    }

    /// The signed text.
    pub(crate) fn message(&self) -> String {
        framed(&self.header.to_string(), &self.claims.to_string())
    }

    /// Signed with Ed25519.
    pub(crate) fn signed(&self, key: &SigningKey) -> String {
        sealed(&self.message(), &key.sign(self.message().as_bytes()).to_bytes())
    }

    /// "Signed" with HMAC under this `alg`.
    pub(crate) fn hashed(&self, alg: &str, secret: &[u8]) -> String {
        let token = self.header("alg", json!(alg));
        let message = token.message();
        let signature = match alg {
            "HS512" => {
                Hmac::<Sha512>::new_from_slice(secret).unwrap().chain_update(&message).finalize().into_bytes().to_vec()
            }
            _ => {
                Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&message).finalize().into_bytes().to_vec()
            }
        };
        sealed(&message, &signature)
    }
}

fn set(object: &mut Map<String, Value>, name: &str, value: Value) {
    if value.is_null() { drop(object.remove(name)) } else { drop(object.insert(name.to_owned(), value)) }
}

/// The signed text of any header and claims.
pub(crate) fn framed(header: &str, claims: &str) -> String {
    format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(claims.as_bytes()))
}

/// A token of a signed text and a signature.
pub(crate) fn sealed(message: &str, signature: &[u8]) -> String {
    format!("{message}.{}", BASE64URL_NOPAD.encode(signature))
}

/// The service's own signing keys. With them a test can show that a token is refused for its claims and not for its
/// signature.
pub(crate) struct SigningKeys {
    sessions: SigningKey,
    recoveries: SigningKey,
}

impl SigningKeys {
    pub(crate) fn of(world: &World) -> Self {
        let key = |secret: RootSecret| {
            let root: Value = serde_json::from_str(&world.stack.secrets().secret_string(secret)).unwrap();
            let label = format!("readmit/sign-{}/ed25519/1", secret.name());
            let mut seed = [0; 32];
            let root = Hkdf::<Sha256>::new(None, root["1"].as_str().unwrap().as_bytes());
            root.expand(label.as_bytes(), &mut seed).unwrap();
            SigningKey::from_bytes(&seed)
        };
        Self { sessions: key(RootSecret::Sessions), recoveries: key(RootSecret::Recoveries) }
    }

    /// The key that signed a real token.
    pub(crate) fn of_token(&self, real: &Token) -> &SigningKey {
        if real.header["typ"] == "at+jwt" { &self.sessions } else { &self.recoveries }
    }
}

/// The attacker's own key.
pub(crate) fn own_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// The public key as a JWK of RFC 8037.
pub(crate) fn jwk(key: &SigningKey) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(key.verifying_key().as_bytes())})
}
