//! The keys table. It has one item for each kind of token, with the public keys of the current value of its root secret.

use std::collections::BTreeMap;

use readmit_domain::{KeyVersion, Timestamp};
use serde::{Deserialize, Serialize};

use super::change::{Change, item, key};
use super::{Outcome, Store, StoreError};
use crate::keyring::{PublicKeys, PublishedKey, TokenKind};

#[derive(Serialize, Deserialize)]
struct PublicKeysRow {
    purpose: String,
    /// When the root secret's value was created.
    made_at: Timestamp,
    voided_before: KeyVersion,
    versions: BTreeMap<KeyVersion, PublishedKey>,
}

impl Store {
    /// The published public keys of these kinds. One consistent read for each kind.
    pub async fn public_keys(&self, kinds: &[TokenKind]) -> Result<BTreeMap<TokenKind, PublicKeys>, StoreError> {
        let mut published = BTreeMap::new();
        for kind in kinds {
            let row = self.get::<PublicKeysRow>(&self.tables.keys, key([("purpose", &kind.name())])).await?;
            let Some(row) = row else { continue };
            published.extend(PublicKeys::published(row.versions, row.voided_before).map(|keys| (*kind, keys)));
        }
        Ok(published)
    }

    /// Publishes the public keys of a root secret's value that was created at `made_at`. Refused if those of a later value are published.
    pub async fn publish_keys(
        &self,
        kind: TokenKind,
        keys: &PublicKeys,
        made_at: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let row = PublicKeysRow {
            purpose: kind.name().to_owned(),
            made_at,
            voided_before: keys.voided_before(),
            versions: keys.to_publish().collect(),
        };
        let put = Change::put(&self.tables.keys, item(row)?).if_absent_or("made_at", "<=", made_at);
        self.transact(vec![put]).await
    }
}
