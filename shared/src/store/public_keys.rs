//! The table of keys: the public keys of each kind of tokens, an item a kind, as the current value of its root secret has them.

use std::collections::BTreeMap;

use readmit_domain::{KeyVersion, Timestamp};
use serde::{Deserialize, Serialize};

use super::change::{Change, item, key};
use super::{Outcome, Store, StoreError};
use crate::keyring::{PublicKeys, PublishedKey, TokenKind};

#[derive(Serialize, Deserialize)]
struct PublicKeysRow {
    purpose: String,
    /// When the value of the root secret was made that they are of.
    made_at: Timestamp,
    voided_before: KeyVersion,
    versions: BTreeMap<KeyVersion, PublishedKey>,
}

impl Store {
    /// The public keys that are published, of the kinds that are asked for. A consistent read for each.
    pub async fn public_keys(&self, kinds: &[TokenKind]) -> Result<BTreeMap<TokenKind, PublicKeys>, StoreError> {
        let mut published = BTreeMap::new();
        for kind in kinds {
            let row = self.get::<PublicKeysRow>(&self.tables.keys, key([("purpose", &kind.name())])).await?;
            let Some(row) = row else { continue };
            published.extend(PublicKeys::published(row.versions, row.voided_before).map(|keys| (*kind, keys)));
        }
        Ok(published)
    }

    /// Publishes the keys of a root secret's value that was made at `made_at`, unless those of a later one are published.
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
