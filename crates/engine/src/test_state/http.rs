//! The HTTP messages of an HTTP Task, as TestState shows them at the level TRACE.

use json::{Map, Value};

/// `inspectionData.request`, from the task's evaluated parameters.
pub(super) fn request_of(parameters: &Value) -> Value {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default();
    let endpoint = text("ApiEndpoint");
    let query: Vec<String> = parameters
        .get("QueryParameters")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::iter)
        .flat_map(|(name, value)| {
            let single = std::slice::from_ref(value);
            let values = value.as_array().unwrap_or(single).to_vec();
            values
                .into_iter()
                .map(move |value| format!("{}={}", encoded(name), encoded(&crate::query::plain_text(&value))))
        })
        .collect();
    let separator = if endpoint.contains('?') { "&" } else { "?" };
    let url = if query.is_empty() {
        endpoint.to_owned()
    } else {
        format!("{endpoint}{separator}{}", query.join("&"))
    };
    let mut members = Map::with_capacity(5);
    members.insert("protocol", Value::from(protocol(endpoint)));
    members.insert("method", Value::from(text("Method")));
    members.insert("url", Value::from(url));
    insert_texts(&mut members, parameters, "Headers", "RequestBody");
    Value::object(members)
}

/// `inspectionData.response`, from the task's result.
pub(super) fn response_of(result: &Value, endpoint: &str) -> Value {
    let text = |name: &str| result.get(name).map(crate::query::plain_text).unwrap_or_default();
    let mut members = Map::with_capacity(5);
    members.insert("protocol", Value::from(protocol(endpoint)));
    members.insert("statusCode", Value::from(text("StatusCode")));
    members.insert("statusMessage", Value::from(text("StatusText")));
    insert_texts(&mut members, result, "Headers", "ResponseBody");
    Value::object(members)
}

fn insert_texts(members: &mut Map, source: &Value, headers: &str, body: &str) {
    if let Some(headers) = source.get(headers) {
        members.insert("headers", Value::string(headers.to_text()));
    }
    if let Some(body) = source.get(body) {
        members.insert("body", Value::from(crate::query::plain_text(body)));
    }
}

fn protocol(endpoint: &str) -> &str {
    endpoint.split_once("://").map_or("https", |(protocol, _)| protocol)
}

/// Percent-encoding of what is not unreserved in URLs (RFC 3986).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{request_of, response_of};

    #[test]
    fn messages_are_taken_from_parameters_and_result() {
        let parameters = json::parse(
            r#"{"ApiEndpoint": "https://example.com/x", "Method": "POST", "QueryParameters": {"q": ["a b", 1]}, "Headers": {"h": ["v"]}, "RequestBody": {"k": 1}}"#,
        )
        .unwrap();
        assert_eq!(
            request_of(&parameters).to_text(),
            r#"{"protocol":"https","method":"POST","url":"https://example.com/x?q=a%20b&q=1","headers":"{\"h\":[\"v\"]}","body":"{\"k\":1}"}"#
        );
        let result = json::parse(r#"{"StatusCode": 200, "StatusText": "OK", "ResponseBody": "hi"}"#).unwrap();
        assert_eq!(
            response_of(&result, "https://example.com").to_text(),
            r#"{"protocol":"https","statusCode":"200","statusMessage":"OK","body":"hi"}"#
        );
    }
}
