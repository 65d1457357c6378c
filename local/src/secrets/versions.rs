//! A secret's versions and their stages, as in Secrets Manager:
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>.

use readmit::domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws_ids;

pub(super) const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

#[derive(Serialize, Deserialize)]
pub(super) struct Version {
    pub version_id: String,
    pub created_at: Timestamp,
    pub secret_string: String,
    pub stages: Vec<String>,
}

/// All versions. A stage belongs to one version at most.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Versions(Vec<Version>);

/// Why a call is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("Secrets Manager can't find the specified secret value.")]
    NotFound,
    #[error("A version of this id is there already, with another value.")]
    OtherValue,
    #[error("The request lacks something, or names a version that does not hold the stage.")]
    Unusable,
    #[error("The operation is not known here.")]
    UnknownOperation,
    #[error("The secret's file cannot be written.")]
    NotKept,
}

impl Refused {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound => "ResourceNotFoundException",
            Self::OtherValue => "ResourceExistsException",
            Self::Unusable => "InvalidRequestException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::NotKept => "InternalServiceError",
        }
    }
}

impl Versions {
    pub fn first(secret_string: String, created_at: Timestamp) -> Self {
        let stages = vec![CURRENT.to_owned()];
        Self(vec![Version { version_id: aws_ids::uuid(), created_at, secret_string, stages }])
    }

    pub fn iter(&self) -> impl Iterator<Item = &Version> {
        self.0.iter()
    }

    /// The version with this id and this stage; without both, the current version.
    pub fn find(&self, version_id: Option<&str>, stage: Option<&str>) -> Option<&Version> {
        let stage = stage.or(if version_id.is_none() { Some(CURRENT) } else { None });
        self.0.iter().find(|version| {
            version_id.is_none_or(|wanted| wanted == version.version_id)
                && stage.is_none_or(|wanted| version.stages.iter().any(|stage| stage == wanted))
        })
    }

    /// Adds a version. Adding the same version again changes nothing.
    pub fn put(
        &mut self,
        version_id: &str,
        secret_string: String,
        stages: &[String],
        now: Timestamp,
    ) -> Result<(), Refused> {
        match self.find(Some(version_id), None) {
            Some(kept) if kept.secret_string == secret_string => Ok(()),
            Some(_) => Err(Refused::OtherValue),
            None => {
                self.add(version_id.to_owned(), secret_string, stages, now);
                Ok(())
            }
        }
    }

    /// Adds a new version.
    pub fn add(&mut self, version_id: String, secret_string: String, stages: &[String], created_at: Timestamp) {
        self.0.push(Version { version_id, created_at, secret_string, stages: Vec::new() });
        let newest = self.0.len() - 1;
        for stage in stages {
            self.give(stage, newest);
        }
        // Secrets Manager deletes versions without a stage.
        self.0.retain(|version| !version.stages.is_empty());
    }

    /// Removes the stage from one version, and adds it to another one if there is one.
    pub fn move_stage(&mut self, stage: &str, from: Option<&str>, to: Option<&str>) -> Result<(), Refused> {
        let holder = self.find(None, Some(stage)).map(|version| version.version_id.as_str());
        if holder != from && (to.is_none() || holder != to) {
            return Err(Refused::Unusable);
        }
        let Some(to) = to else {
            for version in &mut self.0 {
                version.stages.retain(|held| held != stage);
            }
            return Ok(());
        };
        let to = self.0.iter().position(|version| version.version_id == to).ok_or(Refused::NotFound)?;
        self.give(stage, to);
        Ok(())
    }

    fn give(&mut self, stage: &str, to: usize) {
        let holder = self.0.iter().position(|version| version.stages.iter().any(|held| held == stage));
        if holder == Some(to) {
            return;
        }
        for version in &mut self.0 {
            version.stages.retain(|held| held != stage);
        }
        self.0[to].stages.push(stage.to_owned());
        if let Some(former) = holder.filter(|_| stage == CURRENT) {
            self.give(PREVIOUS, former);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const PENDING: &str = "AWSPENDING";

    fn strings(versions: &Versions) -> [Option<&str>; 3] {
        [CURRENT, PENDING, PREVIOUS]
            .map(|stage| versions.find(None, Some(stage)).map(|version| version.secret_string.as_str()))
    }

    #[test]
    fn a_pending_version_becomes_current_and_the_former_one_previous() {
        let mut versions = Versions::first("one".to_owned(), NOW);
        let first = versions.find(None, None).unwrap().version_id.clone();
        versions.put("token", "two".to_owned(), &[PENDING.to_owned()], NOW).unwrap();
        assert_eq!(strings(&versions), [Some("one"), Some("two"), None]);

        assert_eq!(versions.move_stage(CURRENT, Some("token"), Some("token")), Err(Refused::Unusable));
        versions.move_stage(CURRENT, Some(&first), Some("token")).unwrap();
        assert_eq!(strings(&versions), [Some("two"), Some("two"), Some("one")]);
        versions.add("next".to_owned(), "three".to_owned(), &[CURRENT.to_owned()], NOW);
        assert_eq!(strings(&versions), [Some("three"), Some("two"), Some("two")]);
    }

    #[test]
    fn a_version_is_put_once() {
        let mut versions = Versions::first("one".to_owned(), NOW);
        for _ in 0..2 {
            versions.put("token", "two".to_owned(), &[PENDING.to_owned()], NOW).unwrap();
        }
        let other = versions.put("token", "three".to_owned(), &[PENDING.to_owned()], NOW);
        assert_eq!(other, Err(Refused::OtherValue));
        assert_eq!(versions.iter().count(), 2);
        assert!(versions.find(Some("token"), Some(CURRENT)).is_none());
    }
}
