//! Counts of employees, up to a thousand: a count reads what it counts, so it must have an end.

use std::collections::HashSet;

use readmit_domain::{CompanyId, EmployeeFilter, PasscodeFilter, Prefix};

use super::pages::Match;
use super::query::KeyRange;
use super::{Store, StoreError};

/// The largest count.
const MOST: usize = 1_000;
/// How many requests read the words that a search finds, [`MOST`] each: a person may have several.
const SEARCH_ROUNDS: u32 = 4;

pub struct Counted {
    pub count: usize,
    /// Whether there are no more.
    pub exact: bool,
}

impl Counted {
    fn up_to_most(found: usize) -> Self {
        Self { count: found.min(MOST), exact: found <= MOST }
    }
}

impl Store {
    /// How many employees [`Store::employees_by_name`] lists. One request, unless the rows are unusually large.
    pub async fn count_employees(
        &self,
        company_id: CompanyId,
        filter: Option<EmployeeFilter>,
    ) -> Result<Counted, StoreError> {
        let source = self.employees_source(filter);
        Ok(Counted::up_to_most(source.count(&self.client, company_id, &KeyRange::After(None), MOST + 1).await?))
    }

    /// How many employees [`Store::employees_by_passcode`] lists, and those whose code expired since the last cleanup. One request.
    pub async fn count_holders(&self, company_id: CompanyId, filter: PasscodeFilter) -> Result<Counted, StoreError> {
        let source = self.holders_source(filter);
        Ok(Counted::up_to_most(source.count(&self.client, company_id, &KeyRange::After(None), MOST + 1).await?))
    }

    /// How many employees have a word with this prefix. Usually one request, at most four: if more words follow, the count is not exact.
    pub async fn count_found(&self, company_id: CompanyId, prefix: &Prefix) -> Result<Counted, StoreError> {
        let (source, range) = (self.words_source(), Self::words_range(prefix, None));
        let (mut people, mut start) = (HashSet::new(), None);
        for _ in 0..SEARCH_ROUNDS {
            let request = source.query(&self.client, company_id, &range)?;
            let request = request.limit(i32::try_from(MOST + 1).unwrap_or(i32::MAX)).set_exclusive_start_key(start);
            let answer = request.send().await.map_err(StoreError::of)?;
            people.extend(answer.items().iter().filter_map(Match::read).map(|found| found.employee_id));
            start = answer.last_evaluated_key;
            if start.is_none() || people.len() > MOST {
                return Ok(Counted::up_to_most(people.len()));
            }
        }
        Ok(Counted { count: people.len().min(MOST), exact: false })
    }
}
