//! The company of an import.

use readmit::domain::{
    BrandedCompany, Color, Company, CompanyId, ExternalId, Locale, Login, Logo, Name, SecondProof, TimeZone,
};
use serde::{Deserialize, Deserializer};

/// The fields of an import's company. An update keeps the value of a field that is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompanyPart {
    pub(crate) company_id: Option<CompanyId>,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) name: Option<Name>,
    #[serde(default)]
    support_email: Clearable<Login>,
    #[serde(default)]
    locale: Clearable<Locale>,
    second_proof: Option<SecondProof>,
    #[serde(default)]
    brand: Brand,
    reason_in_mail: Option<bool>,
    time_zone: Option<KnownZone>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Brand {
    #[serde(default)]
    logo: Clearable<Logo>,
    #[serde(default)]
    color: Clearable<Color>,
}

/// A field that `null` clears.
#[derive(Default)]
enum Clearable<T> {
    #[default]
    LeftOut,
    Given(Option<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Clearable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Given)
    }
}

impl<T: Clone> Clearable<T> {
    fn or(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::LeftOut => before.cloned(),
            Self::Given(value) => value.clone(),
        }
    }
}

/// A time zone that the database has.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct KnownZone(TimeZone);

impl TryFrom<String> for KnownZone {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, &'static str> {
        TimeZone::find(&name).map(Self).ok_or("must be the IANA name of a time zone, such as Europe/Berlin")
    }
}

impl CompanyPart {
    /// Whether the import sets or clears the logo.
    pub(crate) fn gives_logo(&self) -> bool {
        matches!(self.brand.logo, Clearable::Given(_))
    }

    /// The new company. None if the import gives no name.
    pub(crate) fn new_company(&self, company_id: CompanyId) -> Option<BrandedCompany> {
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
        };
        let company = unnamed(self.name.clone()?);
        Some(self.changed(&BrandedCompany { company, logo: None }))
    }

    pub(crate) fn changed(&self, BrandedCompany { company: before, logo }: &BrandedCompany) -> BrandedCompany {
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
        };
        BrandedCompany { company, logo: self.brand.logo.or(logo.as_ref()) }
    }
}
