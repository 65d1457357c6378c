//! `GET /v1/employees/count`: how many employees a list has, up to 1,000.

use readmit::Services;
use readmit::domain::{CompanyId, Filter, Prefix};
use readmit::http::{ApiRequest as _, Body, Failure, PageLimit, PageRequest, Pager, Request, Response, answer};
use readmit::store::Counted;
use serde::{Deserialize, Serialize};

use crate::listing::Listing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountQuery {
    query: Option<Prefix>,
    filter: Option<Filter>,
}

#[derive(Serialize)]
struct Count {
    count: usize,
    exact: bool,
}

pub(crate) async fn employees(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let pager = Pager::new(services, request).await?;
    let company_id = pager.company_id();
    // A count has neither a length nor a cursor.
    let whole = request.query::<CountQuery>().and_then(|CountQuery { query, filter }| {
        let listing = Listing::read(query, filter)?;
        Ok(PageRequest { name: listing.name(company_id), listing, limit: PageLimit::default(), cursor: None })
    });
    let (_, counted) = pager.read(&whole, |whole, _| count(services, company_id, &whole.listing)).await?;
    answer::ok(&Count { count: counted.count, exact: counted.exact })
}

async fn count(services: &Services, company_id: CompanyId, listing: &Listing) -> Result<Counted, Failure> {
    let store = &services.store;
    Ok(match listing {
        Listing::All => store.count_employees(company_id, None).await?,
        Listing::Filtered(Filter::Employees(filter)) => store.count_employees(company_id, Some(*filter)).await?,
        Listing::Filtered(Filter::Passcodes(filter)) => store.count_holders(company_id, *filter).await?,
        Listing::Found(prefix) => store.count_found(company_id, prefix).await?,
    })
}
