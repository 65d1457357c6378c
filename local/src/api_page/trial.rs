//! The form that tries an operation: its fields have the examples of the document.

use super::{Operation, Page, Parameter};

impl Page {
    /// The id of a field, which is unique on the page.
    pub(super) fn field_id(operation: &Operation, name: &str) -> String {
        format!("{}-{name}", operation.id)
    }
}

impl Operation {
    /// Media type and example of the request's body, if it has one.
    pub(super) fn example_body(&self) -> Option<(&str, &str)> {
        let body = self.request.as_ref()?.bodies.first()?;
        let example = body.examples.first().map_or("", |example| example.json.as_str());
        Some((&body.media_type, example))
    }

    /// Whether the request may have an `Idempotency-Key`.
    pub(super) fn takes_key(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == "Idempotency-Key")
    }
}

impl Parameter {
    /// What the field has at first: the example of what the request needs. What is optional stays out until somebody types it.
    pub(super) fn prefilled(&self) -> &str {
        if self.is_required { &self.example } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DOCUMENT, Page};

    #[test]
    fn every_operation_has_a_form_with_the_examples_that_it_needs() {
        let page = Page::new(DOCUMENT, false).unwrap();
        for operation in page.groups.iter().flat_map(|group| &group.operations) {
            for parameter in operation.parameters.iter().filter(|parameter| parameter.is_required) {
                assert!(!parameter.prefilled().is_empty(), "{}: {} has no example", operation.id, parameter.name);
            }
            if operation.request.as_ref().is_some_and(|request| request.is_required) {
                let (media_type, json) = operation.example_body().unwrap();
                assert!(media_type.ends_with("json") && json.starts_with('{'), "{}: {json}", operation.id);
            }
        }
        let issues =
            page.groups.iter().flat_map(|group| &group.operations).find(|one| one.id == "issuePasscode").unwrap();
        assert!(issues.takes_key());
        assert_eq!((issues.token, issues.parameters[0].prefilled().get(..4)), ("access", Some("emp_")));
    }

    /// No text of the document can become markup.
    #[test]
    fn hostile_texts_stay_text() {
        let hostile = "\"><script>alert(1)</script>";
        let document = format!(
            r#"{{"info": {{"title": {0:?}}}, "tags": [{{"name": "T"}}], "components": {{"schemas": {{}}}}, "paths": {{"/a": {{"post": {{
                "operationId": {0:?}, "tags": ["T"], "summary": {0:?},
                "parameters": [{{"name": {0:?}, "in": "path", "required": true, "example": {0:?}}}],
                "requestBody": {{"content": {{"application/json": {{"examples": {{"e": {{"value": {0:?}}}}}}}}}}}}}}}}}}}"#,
            hostile
        );
        let html = askama::Template::render(&Page::new(&document, false).unwrap()).unwrap();
        assert_eq!(html.matches("<script").count(), 1, "the page's own");
        // Title, summary, id, name and example each have several places, so the form is there.
        assert!(html.matches("&#60;script").count() > 10, "{html}");
    }
}
