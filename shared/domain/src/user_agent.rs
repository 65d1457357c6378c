//! The browser of a `User-Agent` header, as one of a few fixed names.
//!
//! A client can send any text in that header, so a mail must not quote it. The mail contains one of the names in this file instead.
//!
//! No library is used. `uaparser`, `ua-parser` and `user-agent-parser` need a file of hundreds of regular expressions and compile
//! them at each start, 190 to 330 ms by woothee's benchmark. `woothee` needs none, but its last release was in October 2021.

/// A browser family and its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The family, for example `Firefox`.
    pub family: &'static str,
    /// The operating system, for example `Linux`. None if it is unknown.
    pub system: Option<&'static str>,
}

/// Products and their families. The first match counts, because Edge, Opera and Samsung Internet also name Chrome, and nearly all browsers
/// name Safari.
const FAMILIES: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("OPiOS/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", SAFARI),
];

const SAFARI: &str = "Safari";

/// Marks in the header's first comment, and the names of the systems. The first match counts, because Android also says `Linux`. iPads that
/// request desktop pages say `Macintosh`.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", IOS),
    ("iPad", IOS),
    ("iPod", IOS),
    ("Android", "Android"),
    ("Windows NT", "Windows"),
    ("Macintosh", MACOS),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

const IOS: &str = "iOS";
const MACOS: &str = "macOS";

/// Marks of robots, and of apps with a browser engine: Electron and Android's WebView.
const NO_BROWSERS: &[&str] = &["compatible;", "Electron/", "; wv"];

impl Browser {
    /// The browser of a header. None for apps, scripts and everything else that does not look like a usual browser.
    pub fn of(user_agent: &str) -> Option<Self> {
        // All browsers begin like this, for historical reasons. RFC 9110, section 10.1.5 defines the syntax.
        let (comment, products) = user_agent.strip_prefix("Mozilla/5.0 (")?.split_once(')')?;
        if NO_BROWSERS.iter().any(|mark| user_agent.contains(mark)) {
            return None;
        }
        let names = |product: &str| products.split_whitespace().any(|word| word.starts_with(product));
        let (_, family) = FAMILIES.iter().find(|(product, _)| names(product))?;
        let system = SYSTEMS.iter().find(|(mark, _)| comment.contains(mark)).map(|(_, system)| *system);
        // Headless Chrome and other engines name Safari too. Only the real Safari, on iOS or macOS, has `Version/`.
        if *family == SAFARI && !(names("Version/") && matches!(system, Some(IOS | MACOS))) {
            return None;
        }
        Some(Self { family, system })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
    const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0";
    const IPHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
    const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
    const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";

    /// `Firefox on Linux`, `Firefox`, or `nothing`.
    fn named(user_agent: &str) -> String {
        let Some(Browser { family, system }) = Browser::of(user_agent) else { return "nothing".to_owned() };
        system.map_or_else(|| family.to_owned(), |system| format!("{family} on {system}"))
    }

    #[test]
    fn desktop_browsers_are_told_apart_although_most_name_chrome_and_safari() {
        for (user_agent, expected) in [
            (format!("{WINDOWS} {CHROME} Safari/537.36"), "Chrome on Windows"),
            (format!("{WINDOWS} {CHROME} Safari/537.36 Edg/142.0.0.0"), "Edge on Windows"),
            (format!("{WINDOWS} {WEBKIT} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763"), "Edge on Windows"),
            (format!("{MAC} {CHROME} Safari/537.36 OPR/126.0.0.0"), "Opera on macOS"),
            (format!("{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15"), "Safari on macOS"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(), "Firefox on Linux"),
            ("Mozilla/5.0 (X11; FreeBSD amd64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(), "Firefox"),
            (format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36"), "Chrome on ChromeOS"),
        ] {
            assert_eq!(named(&user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn phones_are_told_apart_from_the_desktops_that_they_name() {
        let android = "Mozilla/5.0 (Linux; Android 16; Pixel 10)";
        for (user_agent, expected) in [
            (format!("{IPHONE} Version/19.1 Mobile/15E148 Safari/604.1"), "Safari on iOS"),
            (format!("{IPHONE} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1"), "Chrome on iOS"),
            (format!("{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/604.1"), "Firefox on iOS"),
            (format!("{IPHONE} Version/19.0 EdgiOS/142.0.0.0 Mobile/15E148 Safari/604.1"), "Edge on iOS"),
            (format!("{IPHONE} Version/19.1 Mobile/15E148 Safari/604.1 OPT/6.1.0"), "Opera on iOS"),
            (format!("{android} {CHROME} Mobile Safari/537.36"), "Chrome on Android"),
            (format!("{android} {CHROME} Mobile Safari/537.36 EdgA/142.0.0.0"), "Edge on Android"),
            (
                format!("{android} {WEBKIT} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"),
                "Samsung Internet on Android",
            ),
            ("Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0".to_owned(), "Firefox on Android"),
        ] {
            assert_eq!(named(&user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn apps_scripts_robots_and_other_texts_are_no_browser() {
        for user_agent in [
            "".to_owned(),
            "curl/8.16.0".to_owned(),
            "Portal/1.0 Firefox/145.0".to_owned(),
            "Mozilla/5.0".to_owned(),
            "Mozilla/5.0 (Windows NT 10.0".to_owned(),
            "Call +1 555 0100 and read out your password".to_owned(),
            format!("{WINDOWS} Call +1 555 0100"),
            format!("{IPHONE} Mobile/15E148"),
            format!("{IPHONE} Mobile/15E148 Safari/604.1"),
            format!("Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Version/26.0 Safari/605.1.15"),
            format!("Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/142.0.0.0 Safari/537.36"),
            format!("{MAC} {WEBKIT} Code/1.106.0 Chrome/142.0.0.0 Electron/39.1.0 Safari/537.36"),
            format!(
                "Mozilla/5.0 (Linux; Android 16; Pixel 10; wv) {WEBKIT} Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36"
            ),
            format!("Mozilla/5.0 (compatible; Googlebot/2.1; +https://bot.example) {CHROME} Safari/537.36"),
            "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko".to_owned(),
        ] {
            assert_eq!(named(&user_agent), "nothing", "{user_agent}");
        }
    }
}
