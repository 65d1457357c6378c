//! Companies, as clients see them.

use readmit_domain::{
    Approvals, BrandedCompany, Color, CompanyId, DomainName, ExternalId, Locale, Login, Logo, Name, SecondProof,
    TimeZone,
};
use serde::Serialize;

use super::Version;
use crate::store::ShownCompany;

/// A company, as its people see it.
#[derive(Serialize)]
pub struct CompanyView<'a> {
    name: &'a Name,
    support_email: Option<&'a Login>,
    time_zone: &'a TimeZone,
    brand: BrandView<'a>,
}

#[derive(Serialize)]
struct BrandView<'a> {
    logo: Option<&'a Logo>,
    color: Option<&'a Color>,
}

impl<'a> From<&'a ShownCompany> for CompanyView<'a> {
    fn from(company: &'a ShownCompany) -> Self {
        Self {
            name: &company.company_name,
            support_email: company.support_email.as_ref(),
            time_zone: &company.time_zone,
            brand: BrandView { logo: company.logo.as_ref(), color: company.brand_color.as_ref() },
        }
    }
}

/// A company with all of its settings, for its Security Admins.
#[derive(Serialize)]
pub struct CompanySettingsView<'a> {
    company_id: CompanyId,
    external_id: Option<&'a ExternalId>,
    name: &'a Name,
    support_email: Option<&'a Login>,
    locale: Option<&'a Locale>,
    time_zone: &'a TimeZone,
    second_proof: SecondProof,
    approvals: Approvals,
    reason_in_mail: bool,
    domains: &'a [DomainName],
    brand: BrandView<'a>,
    version: Version,
}

impl<'a> From<&'a BrandedCompany> for CompanySettingsView<'a> {
    fn from(branded @ BrandedCompany { company, logo }: &'a BrandedCompany) -> Self {
        Self {
            company_id: company.company_id,
            external_id: company.external_id.as_ref(),
            name: &company.company_name,
            support_email: company.support_email.as_ref(),
            locale: company.mail_locale.as_ref(),
            time_zone: &company.time_zone,
            second_proof: company.second_proof,
            approvals: company.approvals,
            reason_in_mail: company.reason_in_mail,
            domains: &company.domains,
            brand: BrandView { logo: logo.as_ref(), color: company.brand_color.as_ref() },
            version: Version::from(branded),
        }
    }
}
