//! The requests to a company of each size.

use readmit::domain::Filter;

/// The number of people on a page.
pub const PAGE: usize = 50;

/// A request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Request {
    List,
    ListMiddle,
    Search,
    SearchOne,
    Filter(Filter),
    OneEmployee,
    Issue,
    Redeem,
}

impl Request {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 13] = [
        Self::List,
        Self::ListMiddle,
        Self::Search,
        Self::SearchOne,
        Self::Filter(Filter::ALL[0]),
        Self::Filter(Filter::ALL[1]),
        Self::Filter(Filter::ALL[2]),
        Self::Filter(Filter::ALL[3]),
        Self::Filter(Filter::ALL[4]),
        Self::Filter(Filter::ALL[5]),
        Self::OneEmployee,
        Self::Issue,
        Self::Redeem,
    ];

    /// Its name in tables.
    pub fn name(self) -> String {
        match self {
            Self::List => "list, the first page".to_owned(),
            Self::ListMiddle => "list, a page in the middle".to_owned(),
            Self::Search => "search, a word of everybody's".to_owned(),
            Self::SearchOne => "search, a word of one's".to_owned(),
            Self::Filter(filter) => format!("filter `{}`", filter.name()),
            Self::OneEmployee => "one employee".to_owned(),
            Self::Issue => "issue".to_owned(),
            Self::Redeem => "redeem".to_owned(),
        }
    }

    /// Whether it is a list with a filter.
    pub fn is_filter(self) -> bool {
        matches!(self, Self::Filter(_))
    }
}
