//! The configuration of a function: its environment variables.

use std::collections::BTreeMap;

/// Environment variables by name, read once. `cargo run` makes one for all functions of its process; a deployed
/// function reads its own.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

#[derive(Debug, thiserror::Error)]
#[error("the environment variable {name} {fault}")]
pub struct BadVariable {
    name: String,
    fault: &'static str,
}

impl Environment {
    /// The variables of this process. Variables that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut variables = self.0.clone();
        variables.insert(name.to_owned(), value.to_owned());
        Self(variables)
    }

    /// The variable, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn require(&self, name: &str) -> Result<String, BadVariable> {
        self.get(name).map(str::to_owned).ok_or_else(|| bad_variable(name, "is not set"))
    }
}

pub(crate) fn bad_variable(name: &str, fault: &'static str) -> BadVariable {
    BadVariable { name: name.to_owned(), fault }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}
