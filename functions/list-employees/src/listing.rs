//! What a list has: all employees, or those that a search or a filter finds.

use readmit::domain::{CompanyId, Filter, Prefix};
use readmit::http::Problem;
use readmit::json::FieldError;

pub(crate) enum Listing {
    All,
    Found(Prefix),
    Filtered(Filter),
}

impl Listing {
    pub(crate) fn read(query: Option<Prefix>, filter: Option<Filter>) -> Result<Self, Problem> {
        match (query, filter) {
            (None, None) => Ok(Self::All),
            (Some(prefix), None) => Ok(Self::Found(prefix)),
            (None, Some(filter)) => Ok(Self::Filtered(filter)),
            (Some(_), Some(_)) => {
                let detail = "cannot be asked together with query".to_owned();
                Err(Problem::InvalidRequest(vec![FieldError { pointer: "/filter".to_owned(), detail }]))
            }
        }
    }

    /// The name that a cursor is bound to.
    pub(crate) fn name(&self, company_id: CompanyId) -> String {
        match self {
            Self::All => format!("{company_id}/all"),
            Self::Found(prefix) => format!("{company_id}/query/{}", prefix.as_str()),
            Self::Filtered(filter) => format!("{company_id}/filter/{}", filter.name()),
        }
    }
}
