//! The browser and the system of a `User-Agent` header, as a few fixed names.
//!
//! A client can send any text in that header, so a mail must not quote it. The mail contains one of the names in this file instead.
//!
//! No library is used. `uaparser`, `ua-parser` and `user-agent-parser` need a file of hundreds of regular expressions and compile
//! them at each start, 190 to 330 ms by woothee's benchmark. `woothee` needs none, but its last release was in October 2021.

/// What a header says about the device. At least one of the two is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The family of the browser, for example `Firefox`, or `curl`. None for apps and for what is not known.
    pub browser: Option<&'static str>,
    /// The operating system, for example `Linux`; of Apple's phones and tablets the device.
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
    ("iPhone", IPHONE),
    ("iPad", IPAD),
    ("Android", "Android"),
    ("Windows NT", "Windows"),
    ("Macintosh", MACOS),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

const IPHONE: &str = "iPhone";
const IPAD: &str = "iPad";
const MACOS: &str = "macOS";
const CURL: &str = "curl";

/// Marks of robots, and of apps with a browser engine: Electron and Android's WebView.
const NO_BROWSERS: &[&str] = &["compatible;", "Electron/", "; wv"];

impl Device {
    /// The device of a header. None if neither the browser nor the system is known.
    pub fn of(user_agent: &str) -> Option<Self> {
        if user_agent.starts_with("curl/") {
            return Some(Self { browser: Some(CURL), system: None });
        }
        // All browsers begin like this, for historical reasons. RFC 9110, section 10.1.5 defines the syntax.
        let (comment, products) = user_agent.strip_prefix("Mozilla/5.0 (")?.split_once(')')?;
        let system = SYSTEMS.iter().find(|(mark, _)| comment.contains(mark)).map(|(_, system)| *system);
        let is_browser = !NO_BROWSERS.iter().any(|mark| user_agent.contains(mark));
        let browser = is_browser.then(|| browser(products, system)).flatten();
        (browser.is_some() || system.is_some()).then_some(Self { browser, system })
    }
}

fn browser(products: &str, system: Option<&str>) -> Option<&'static str> {
    let names = |product: &str| products.split_whitespace().any(|word| word.starts_with(product));
    let (_, family) = FAMILIES.iter().find(|(product, _)| names(product))?;
    // Headless Chrome and other engines name Safari too. Only the real Safari, on Apple's systems, has `Version/`.
    let is_safari = names("Version/") && matches!(system, Some(IPHONE | IPAD | MACOS));
    (*family != SAFARI || is_safari).then_some(*family)
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

    /// `Firefox on Linux`, `Firefox`, `? on Linux`, or `nothing`.
    fn named(user_agent: &str) -> String {
        let Some(Device { browser, system }) = Device::of(user_agent) else { return "nothing".to_owned() };
        let browser = browser.unwrap_or("?");
        system.map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}"))
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
            (format!("{IPHONE} Version/19.1 Mobile/15E148 Safari/604.1"), "Safari on iPhone"),
            (format!("{IPHONE} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1"), "Chrome on iPhone"),
            (format!("{IPHONE} FxiOS/145.0 Mobile/15E148 Safari/604.1"), "Firefox on iPhone"),
            (format!("{IPHONE} Version/19.0 EdgiOS/142.0.0.0 Mobile/15E148 Safari/604.1"), "Edge on iPhone"),
            (format!("{IPHONE} Version/19.1 Mobile/15E148 Safari/604.1 OPT/6.1.0"), "Opera on iPhone"),
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
    fn tablets_and_curl_are_named() {
        let ipad = "Mozilla/5.0 (iPad; CPU OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (user_agent, expected) in [
            (format!("{ipad} Version/19.1 Mobile/15E148 Safari/604.1"), "Safari on iPad"),
            (format!("{ipad} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1"), "Chrome on iPad"),
            ("curl/8.16.0".to_owned(), "curl"),
        ] {
            assert_eq!(named(&user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn of_apps_and_unusual_browsers_only_the_system_is_named() {
        for (user_agent, expected) in [
            (format!("{WINDOWS} Call +1 555 0100"), "? on Windows"),
            (format!("{IPHONE} Mobile/15E148"), "? on iPhone"),
            (format!("{IPHONE} Mobile/15E148 Safari/604.1"), "? on iPhone"),
            (format!("Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Version/26.0 Safari/605.1.15"), "? on Linux"),
            (format!("Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/142.0.0.0 Safari/537.36"), "? on Linux"),
            (format!("{MAC} {WEBKIT} Code/1.106.0 Chrome/142.0.0.0 Electron/39.1.0 Safari/537.36"), "? on macOS"),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 16; Pixel 10; wv) {WEBKIT} Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36"
                ),
                "? on Android",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko".to_owned(), "? on Windows"),
        ] {
            assert_eq!(named(&user_agent), expected, "{user_agent}");
        }
    }

    #[test]
    fn scripts_robots_and_other_texts_have_no_device() {
        for user_agent in [
            "",
            "python-requests/2.32.5",
            "Portal/1.0 Firefox/145.0",
            "Mozilla/5.0",
            "Mozilla/5.0 (Windows NT 10.0",
            "Call +1 555 0100 and read out your password",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +https://bot.example) Chrome/142.0.0.0 Safari/537.36",
        ] {
            assert_eq!(named(user_agent), "nothing", "{user_agent}");
        }
    }
}
