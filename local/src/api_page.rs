//! The documentation of the API at `/_local/api`: a page made from `docs/openapi.yaml`, where requests can be tried, and the document itself.

use std::sync::OnceLock;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_yaml_ng::Value;

use crate::answer;
use crate::pages::{Frame, PAGE_HEADERS};

mod prose;
mod schema;
mod trial;

use prose::{Paragraph, Span, paragraphs};
use schema::{Schema, TypePart, parts_of, schemas};

/// The document of this build.
const DOCUMENT: &str = include_str!("../../docs/openapi.yaml");

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    frame: Frame,
    title: String,
    version: String,
    introduction: Vec<Paragraph>,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

/// The operations of one tag.
struct Group {
    name: String,
    description: Vec<Paragraph>,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: Vec<Paragraph>,
    /// The credentials that the caller needs, as a text.
    caller: &'static str,
    /// The field with the token that the request needs: `access`, `recovery`, or an empty text.
    token: &'static str,
    parameters: Vec<Parameter>,
    request: Option<Request>,
    answers: Vec<Answer>,
}

struct Parameter {
    name: String,
    /// The document's example, or an empty text.
    example: String,
    place: String,
    is_required: bool,
    types: Vec<TypePart>,
    description: Vec<Paragraph>,
}

struct Request {
    is_required: bool,
    description: Vec<Paragraph>,
    bodies: Vec<Body>,
}

struct Answer {
    status: String,
    description: Vec<Paragraph>,
    headers: Vec<String>,
    bodies: Vec<Body>,
}

struct Body {
    media_type: String,
    types: Vec<TypePart>,
    examples: Vec<Example>,
}

struct Example {
    summary: String,
    json: String,
}

/// The routes: the document, and the page.
pub fn router(has_dock: bool) -> Router {
    let document = || async { ([(header::CONTENT_TYPE, "application/yaml; charset=utf-8")], DOCUMENT) };
    let page = get(async move || show(has_dock));
    Router::new().route("/_local/openapi.yaml", get(document)).route("/_local/api", page)
}

/// The page, rendered at the first request.
fn show(has_dock: bool) -> Response {
    static PAGES: [OnceLock<Option<String>>; 2] = [OnceLock::new(), OnceLock::new()];
    let page = PAGES[usize::from(has_dock)].get_or_init(|| Page::new(DOCUMENT, has_dock)?.render().ok());
    match page.as_deref() {
        Some(page) => (PAGE_HEADERS, Html(page)).into_response(),
        None => answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

impl Page {
    fn new(source: &str, has_dock: bool) -> Option<Self> {
        let document: Value = serde_yaml_ng::from_str(source).ok()?;
        let group = |tag: &Value| Group {
            name: text(&tag["name"]),
            description: paragraphs(&text(&tag["description"])),
            operations: operations(&document, &tag["name"]),
        };
        Some(Self {
            frame: Frame { path: "/_local/api", has_dock },
            title: text(&document["info"]["title"]),
            version: text(&document["info"]["version"]),
            introduction: paragraphs(&text(&document["info"]["description"])),
            groups: document["tags"].as_sequence()?.iter().map(group).collect(),
            schemas: schemas(&document["components"]["schemas"]),
        })
    }
}

fn operations(document: &Value, tag: &Value) -> Vec<Operation> {
    let of_path = |(path, item): (String, &Value)| -> Vec<Operation> {
        let of_tag = members(item).into_iter().filter(|(_, operation)| operation["tags"][0] == *tag);
        of_tag.map(|(method, value)| operation(document, &path, &method, value)).collect()
    };
    members(&document["paths"]).into_iter().flat_map(of_path).collect()
}

fn operation(document: &Value, path: &str, method: &str, value: &Value) -> Operation {
    let request = &value["requestBody"];
    let (caller, token) = match members(&value["security"][0]).first().map(|(scheme, _)| scheme.as_str()) {
        Some("accessToken") => ("with an access token", "access"),
        Some(_) => ("with a recovery token", "recovery"),
        None => ("anyone", ""),
    };
    Operation {
        id: text(&value["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&value["summary"]),
        description: paragraphs(&text(&value["description"])),
        caller,
        token,
        parameters: items(&value["parameters"]).map(|one| parameter(resolved(document, one))).collect(),
        request: request.is_mapping().then(|| Request {
            is_required: request["required"].as_bool().unwrap_or_default(),
            description: paragraphs(&text(&request["description"])),
            bodies: bodies(document, &request["content"]),
        }),
        answers: members(&value["responses"])
            .into_iter()
            .map(|(status, one)| answer_of(document, status, resolved(document, one)))
            .collect(),
    }
}

fn parameter(value: &Value) -> Parameter {
    Parameter {
        name: text(&value["name"]),
        example: text(&value["example"]),
        place: text(&value["in"]),
        is_required: value["required"].as_bool().unwrap_or_default(),
        types: parts_of(&value["schema"]),
        description: paragraphs(&text(&value["description"])),
    }
}

fn answer_of(document: &Value, status: String, value: &Value) -> Answer {
    Answer {
        status,
        description: paragraphs(&text(&value["description"])),
        headers: members(&value["headers"]).into_iter().map(|(name, _)| name).collect(),
        bodies: bodies(document, &value["content"]),
    }
}

fn bodies(document: &Value, content: &Value) -> Vec<Body> {
    let example = |value: &Value| Example {
        summary: text(&value["summary"]),
        json: serde_json::to_string_pretty(&value["value"]).unwrap_or_default(),
    };
    let body = |(media_type, value): (String, &Value)| Body {
        media_type,
        types: parts_of(&value["schema"]),
        examples: members(&value["examples"]).into_iter().map(|(_, one)| example(resolved(document, one))).collect(),
    };
    members(content).into_iter().map(body).collect()
}

/// The target of a `$ref`, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/")) {
        Some(path) => path.split('/').fold(document, |value, name| &value[name]),
        None => value,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_sequence().into_iter().flatten()
}

/// The members of an object in the order in which they are written.
fn members(value: &Value) -> Vec<(String, &Value)> {
    value.as_mapping().into_iter().flatten().map(|(name, member)| (text(name), member)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_on_the_page_with_its_examples() {
        let page = Page::new(DOCUMENT, false).unwrap();
        let shown: usize = page.groups.iter().map(|group| group.operations.len()).sum();
        let document: Value = serde_yaml_ng::from_str(DOCUMENT).unwrap();
        assert_eq!(shown, members(&document["paths"]).iter().map(|(_, item)| members(item).len()).sum::<usize>());
        let html = page.render().unwrap();
        for expected in ["emp_", "urn:readmit:problem:sign_in_rejected", "&#60;svg", "1–100 characters"] {
            assert!(html.contains(expected), "{expected}");
        }
        assert_eq!(html.matches("<script").count(), 1, "the page's own");
        assert!(!html.contains("<svg") && !html.contains("null</pre>"));
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let html = Page::new(DOCUMENT, false).unwrap().render().unwrap();
        for link in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(html.contains(&format!("id=\"{link}\"")), "{link}");
        }
    }
}
