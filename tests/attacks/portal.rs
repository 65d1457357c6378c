//! The portal's files in the local stack: their headers, and paths that try to leave the folder.

use std::fs;
use std::path::Path;

use readmit_local::{Employees, Options, Stack};
use reqwest::{Client, Method, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// OWASP ASVS 5.0, 3.4: the exact headers of every file. CloudFront sends the same.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cache-control", "no-cache"),
];

async fn stack() -> Stack {
    let options = Options {
        port: 0,
        data_dir: None,
        employees: Employees::Nobody,
        clock_control: false,
        portal: true,
        dock: false,
        follow_stream: false,
        delivers_mail: false,
    };
    Stack::start(options).await.unwrap()
}

async fn send(stack: &Stack, method: Method, path: &str, known: Option<&str>) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, format!("{}{path}", stack.api()));
    if let Some(etag) = known {
        request = request.header("if-none-match", etag);
    }
    request.send().await.unwrap()
}

/// The paths of the files below `folder`, each with a leading slash.
fn paths(folder: &Path) -> Vec<String> {
    let of_entry = |entry: fs::DirEntry| {
        let name = format!("/{}", entry.file_name().into_string().unwrap());
        if !entry.path().is_dir() {
            return vec![name];
        }
        paths(&entry.path()).into_iter().map(|path| format!("{name}{path}")).collect()
    };
    fs::read_dir(folder).unwrap().map(Result::unwrap).flat_map(of_entry).collect()
}

fn portal() -> Vec<String> {
    let mut paths = paths(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../portal"));
    paths.push("/".to_owned());
    paths
}

#[track_caller]
fn has_its_headers(answer: &Response, path: &str) {
    for (name, value) in HEADERS {
        let all: Vec<_> = answer.headers().get_all(name).iter().collect();
        assert_eq!(all, [value], "{name} of {path}");
    }
}

#[tokio::test]
async fn every_file_has_its_type_and_every_header_to_the_letter() {
    let stack = stack().await;
    for path in portal() {
        let answer = send(&stack, Method::GET, &path, None).await;
        assert_eq!(answer.status(), 200, "{path}");
        has_its_headers(&answer, &path);
        let expected = match path.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(answer.headers()["content-type"], expected, "{path}");
        assert!(!answer.text().await.unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again_and_its_head_has_no_body() {
    let stack = stack().await;
    for path in portal() {
        let head = send(&stack, Method::HEAD, &path, None).await;
        has_its_headers(&head, &path);
        let etag = head.headers()["etag"].to_str().unwrap().to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 34, "{etag}");
        let length = head.headers()["content-length"].to_str().unwrap().to_owned();
        assert!(head.bytes().await.unwrap().is_empty());
        assert_eq!(send(&stack, Method::GET, &path, None).await.bytes().await.unwrap().len().to_string(), length);

        let known = send(&stack, Method::GET, &path, Some(&format!("\"older\", {etag}"))).await;
        assert_eq!((known.status().as_u16(), &known.headers()["etag"]), (304, &etag.parse().unwrap()), "{path}");
        has_its_headers(&known, &path);
        assert!(known.bytes().await.unwrap().is_empty());
        assert_eq!(send(&stack, Method::GET, &path, Some("\"older\"")).await.status(), 200);
    }
}

#[tokio::test]
async fn the_local_stack_has_a_configuration_of_its_own() {
    let stack = stack().await;
    let config = send(&stack, Method::GET, "/config.js", None).await.text().await.unwrap();
    for page in ["/_local/mailbox", "/_local/authenticator", "/_local/api"] {
        assert!(config.contains(&format!("'{page}'")), "{config}");
        assert_eq!(send(&stack, Method::GET, page, None).await.status(), 200, "{page}");
    }
}

#[tokio::test]
async fn nothing_but_get_and_head_is_answered() {
    let stack = stack().await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        for path in ["/", "/index.html", "/config.js"] {
            let answer = send(&stack, method.clone(), path, None).await;
            assert_eq!(answer.status(), 404, "{method} {path}");
            assert_eq!(answer.text().await.unwrap(), r#"{"message":"Not Found"}"#, "{method} {path}");
        }
    }
}

/// CVE-2024-23334, CVE-2021-41773, OWASP ASVS 5.0, 5.3.2: a path outside the folder, or another spelling of a file's path.
#[tokio::test]
async fn no_path_leaves_the_folder() {
    let stack = stack().await;
    let paths = [
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/..%2FCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/%2e%2e%2fCargo.toml",
        "/%252e%252e%252fCargo.toml",
        "/..\\Cargo.toml",
        "/..%5cCargo.toml",
        "/app/../../Cargo.toml",
        "/./index.html",
        "/app/../index.html",
        "//index.html",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/index.html/",
        "/index.html%00",
        "/index.html%00.js",
        "/%00",
        "/index.html%20",
        "/index%2ehtml",
        "/INDEX.HTML",
        "/index.html;.js",
        "/.git/config",
        "/..;/Cargo.toml",
        "/%c0%ae%c0%ae/Cargo.toml",
        "/config.js~",
    ];
    for path in paths {
        let answer = as_it_is(&stack, path).await;
        // The HTTP server itself refuses an invalid path.
        let is_refused = answer.starts_with("HTTP/1.1 404 ") && answer.ends_with(r#"{"message":"Not Found"}"#);
        assert!(is_refused || answer.starts_with("HTTP/1.1 400 "), "{path}: {answer}");
    }
    assert!(as_it_is(&stack, "/index.html").await.starts_with("HTTP/1.1 200 "));
}

/// The answer to a path that is sent without normalization.
async fn as_it_is(stack: &Stack, path: &str) -> String {
    let host = stack.api().trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
