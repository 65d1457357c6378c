//! What an import or a Security Admin writes about a company.

use serde::Deserialize;

use crate::{
    Approvals, BrandedCompany, Clearable, Color, Company, CompanyId, DomainName, ExternalId, Locale, Login, Logo, Name,
    SecondProof, TimeZone,
};

/// The most domains of a company: with them its row still costs one read unit.
pub const MAX_DOMAINS: usize = 20;

/// The new values of a company's fields. A field that is left out keeps its value.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyFields {
    /// The company that an import changes.
    pub company_id: Option<CompanyId>,
    /// The operator's own id for the company.
    pub external_id: Option<ExternalId>,
    /// The domains in which Security Admins may give addresses.
    pub domains: Option<Domains>,
    /// The company's name.
    pub name: Option<Name>,
    #[serde(default)]
    support_email: Clearable<Login>,
    #[serde(default)]
    locale: Clearable<Locale>,
    second_proof: Option<SecondProof>,
    approvals: Option<Approvals>,
    #[serde(default)]
    brand: Brand,
    reason_in_mail: Option<bool>,
    time_zone: Option<KnownZone>,
}

/// One to twenty domains, each once.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<DomainName>")]
pub struct Domains(Vec<DomainName>);

impl TryFrom<Vec<DomainName>> for Domains {
    type Error = &'static str;

    fn try_from(mut domains: Vec<DomainName>) -> Result<Self, &'static str> {
        domains.sort();
        domains.dedup();
        if (1..=MAX_DOMAINS).contains(&domains.len()) { Ok(Self(domains)) } else { Err("must have 1 to 20 domains") }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Brand {
    #[serde(default)]
    logo: Clearable<Logo>,
    #[serde(default)]
    color: Clearable<Color>,
}

/// A time zone that the database has.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct KnownZone(TimeZone);

impl TryFrom<String> for KnownZone {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, &'static str> {
        TimeZone::find(&name).map(Self).ok_or("must be the IANA name of a time zone, such as Europe/Berlin")
    }
}

impl CompanyFields {
    /// Whether the change sets or clears the logo.
    pub fn gives_logo(&self) -> bool {
        self.brand.logo.is_given()
    }

    /// Whether a field is given that only an operator may set.
    pub fn gives_operators_fields(&self) -> bool {
        self.company_id.is_some() || self.external_id.is_some() || self.domains.is_some()
    }

    /// A new company with these fields. None without a name.
    pub fn new_company(&self, company_id: CompanyId) -> Option<BrandedCompany> {
        let unnamed = |company_name: Name| Company {
            company_id,
            external_id: None,
            company_name,
            support_email: None,
            mail_locale: None,
            second_proof: SecondProof::default(),
            brand_color: None,
            reason_in_mail: false,
            time_zone: TimeZone::default(),
            domains: Vec::new(),
            approvals: Approvals::default(),
        };
        let company = unnamed(self.name.clone()?);
        Some(self.applied_to(&BrandedCompany { company, logo: None }))
    }

    /// The company after the change.
    pub fn applied_to(&self, BrandedCompany { company: before, logo }: &BrandedCompany) -> BrandedCompany {
        let company = Company {
            company_id: before.company_id,
            external_id: self.external_id.clone().or_else(|| before.external_id.clone()),
            company_name: self.name.clone().unwrap_or_else(|| before.company_name.clone()),
            support_email: self.support_email.or(before.support_email.as_ref()),
            mail_locale: self.locale.or(before.mail_locale.as_ref()),
            second_proof: self.second_proof.unwrap_or(before.second_proof),
            brand_color: self.brand.color.or(before.brand_color.as_ref()),
            reason_in_mail: self.reason_in_mail.unwrap_or(before.reason_in_mail),
            time_zone: self.time_zone.as_ref().map_or_else(|| before.time_zone.clone(), |zone| zone.0.clone()),
            domains: self.domains.as_ref().map_or_else(|| before.domains.clone(), |domains| domains.0.clone()),
            approvals: self.approvals.unwrap_or(before.approvals),
        };
        BrandedCompany { company, logo: self.brand.logo.or(logo.as_ref()) }
    }
}
