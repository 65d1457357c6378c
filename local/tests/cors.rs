//! Pages of other origins: those of this machine may call the API, and nothing else. All others may not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use readmit_local::template::Template;
use readmit_local::{Employees, Options, Stack};
use reqwest::{Client, Method, Response};

const PAGES: [&str; 3] = ["http://localhost:5173", "http://127.0.0.1:8080", "http://localhost"];

const STRANGERS: [&str; 5] = [
    "null",
    "http://attacker.example",
    "https://localhost:5173",
    "http://localhost.attacker.example:5173",
    "http://localhost:5173.attacker.example",
];

const KEYS: &str = "/.well-known/jwks.json";

async fn stack() -> Stack {
    let options = Options {
        port: 0,
        data_dir: None,
        employees: Employees::Nobody,
        clock_control: true,
        portal: true,
        dock: false,
        follow_stream: false,
        delivers_mail: false,
    };
    Stack::start(options).await.unwrap()
}

async fn send(method: Method, url: String, headers: &[(&str, &str)]) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.request(method, url);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

/// What a browser asks before a page of `origin` may send this request.
async fn preflight(url: String, origin: &str) -> Response {
    let asked = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    send(Method::OPTIONS, url, &asked).await
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

/// The names of all headers that allow something to another origin.
fn allowances(answer: &Response) -> Vec<&str> {
    answer.headers().keys().map(|name| name.as_str()).filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test]
async fn a_page_of_this_machine_may_call_the_api() {
    let stack = stack().await;
    let deployed = Template::of_this_build().unwrap().cors;
    assert!(deployed.methods.contains("POST") && deployed.headers.contains("authorization"));
    for origin in PAGES {
        for path in ["/v1/sessions", "/v1/employees/emp_1/passcode"] {
            let answer = preflight(format!("{}{path}", stack.api()), origin).await;
            assert_eq!(answer.status(), 204, "{origin} {path}");
            assert_eq!(header(&answer, "access-control-allow-origin"), Some(origin));
            assert_eq!(header(&answer, "access-control-allow-methods"), Some(deployed.methods.as_str()));
            assert_eq!(header(&answer, "access-control-allow-headers"), Some(deployed.headers.as_str()));
            assert_eq!(header(&answer, "access-control-allow-credentials"), None);
            assert_eq!(header(&answer, "vary"), Some("origin"));
        }
        // Answers, refusals, and what is no route.
        for (path, status) in [(KEYS, 200), ("/v1/employees", 401), ("/v1/nothing", 404)] {
            let answer = send(Method::GET, format!("{}{path}", stack.api()), &[("origin", origin)]).await;
            assert_eq!(answer.status(), status, "{origin} {path}");
            assert_eq!(header(&answer, "access-control-allow-origin"), Some(origin));
            assert_eq!(header(&answer, "access-control-expose-headers"), Some(deployed.exposed.as_str()));
            assert_eq!(header(&answer, "access-control-allow-credentials"), None);
        }
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_page_of_a_stranger_may_not() {
    let stack = stack().await;
    for origin in STRANGERS {
        let answer = preflight(format!("{}/v1/sessions", stack.api()), origin).await;
        assert_eq!((answer.status().as_u16(), allowances(&answer)), (404, vec![]), "{origin}");
        let answer = send(Method::GET, format!("{}{KEYS}", stack.api()), &[("origin", origin)]).await;
        assert_eq!(allowances(&answer), Vec::<&str>::new(), "{origin}");
    }
    let without_origin = send(Method::GET, format!("{}{KEYS}", stack.api()), &[]).await;
    assert_eq!(allowances(&without_origin), Vec::<&str>::new());
    stack.stop().await;
}

#[tokio::test]
async fn everything_but_the_api_is_closed_to_pages_of_other_origins() {
    let stack = stack().await;
    let paths = ["/", "/config.js", "/_local/mail", "/_local/clock", "/2015-03-31/functions/sign-in/invocations"];
    let of_api = paths.map(|path| format!("{}{path}", stack.api()));
    let of_aws = [stack.dynamodb(), stack.secrets_and_mail()].map(|url| format!("{url}/"));
    for url in of_api.iter().chain(&of_aws) {
        for origin in PAGES.into_iter().chain(STRANGERS) {
            for method in [Method::GET, Method::POST] {
                let answer = send(method, url.clone(), &[("origin", origin)]).await;
                assert_eq!((answer.status().as_u16(), allowances(&answer)), (403, vec![]), "{origin} {url}");
            }
            let answer = preflight(url.clone(), origin).await;
            assert_eq!((answer.status().as_u16(), allowances(&answer)), (403, vec![]), "{origin} {url}");
        }
    }
    stack.stop().await;
}
