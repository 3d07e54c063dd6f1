//! S3 as far as a run needs it: buckets with keys and their contents.

use std::collections::BTreeMap;
use std::sync::Arc;

use expr::base64;
use json::{Map, Str, Value};

use crate::time::Instant;

/// Buckets by name, objects by key. Cheap to clone: what was written later is not seen by a clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VirtualS3 {
    buckets: Arc<BTreeMap<Str, BTreeMap<Str, S3Object>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct S3Object {
    pub body: Arc<[u8]>,
    pub last_modified: Instant,
}

impl VirtualS3 {
    pub fn has_bucket(&self, bucket: &str) -> bool {
        self.buckets.contains_key(bucket)
    }

    pub fn add_bucket(&mut self, bucket: impl Into<Str>) {
        Arc::make_mut(&mut self.buckets).entry(bucket.into()).or_default();
    }

    /// Writes an object; makes the bucket where there is none.
    pub fn put(
        &mut self,
        bucket: impl Into<Str>,
        key: impl Into<Str>,
        body: impl Into<Arc<[u8]>>,
        now: Instant,
    ) {
        let object = S3Object { body: body.into(), last_modified: now };
        Arc::make_mut(&mut self.buckets).entry(bucket.into()).or_default().insert(key.into(), object);
    }

    pub fn get(&self, bucket: &str, key: &str) -> Option<&S3Object> {
        self.buckets.get(bucket)?.get(key)
    }

    /// The objects of a bucket whose keys start with a prefix, in the order of their keys.
    pub fn list<'a>(
        &'a self,
        bucket: &str,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a Str, &'a S3Object)> {
        let objects = self.buckets.get(bucket);
        objects.into_iter().flatten().filter(move |(key, _)| key.starts_with(prefix))
    }

    pub fn buckets(&self) -> impl Iterator<Item = &Str> {
        self.buckets.keys()
    }

    /// Buckets from `{"bucket": {"key": body}}`. A body is a text, `{"$base64": "…"}` for bytes of any kind, or other
    /// JSON, which is its own text.
    ///
    /// # Errors
    ///
    /// A sentence that says which bucket or object can't be read, and why.
    pub fn from_json(buckets: &Value, now: Instant) -> Result<VirtualS3, String> {
        let Some(buckets) = buckets.as_object() else {
            return Err(format!(
                "S3 is an object of buckets, {{\"bucket\": {{\"key\": \"text\"}}}}, but here it is of type {}",
                json::json_type_name(buckets)
            ));
        };
        let mut s3 = VirtualS3::default();
        for (bucket, objects) in buckets.iter() {
            let Some(objects) = objects.as_object() else {
                return Err(format!(
                    "the bucket {bucket} is an object of keys, {{\"key\": \"text\"}}, but here it is of type {}",
                    json::json_type_name(objects)
                ));
            };
            s3.add_bucket(bucket.clone());
            for (key, body) in objects.iter() {
                let body = body_from_json(body).map_err(|error| format!("s3://{bucket}/{key}: {error}"))?;
                s3.put(bucket.clone(), key.clone(), body, now);
            }
        }
        Ok(s3)
    }

    /// What [`from_json`](Self::from_json) reads.
    pub fn to_json(&self) -> Value {
        let mut buckets = Map::new();
        for (bucket, objects) in &*self.buckets {
            let mut bodies = Map::new();
            for (key, object) in objects {
                bodies.insert(key.clone(), object.to_json());
            }
            buckets.insert(bucket.clone(), Value::object(bodies));
        }
        Value::object(buckets)
    }
}

/// The member in which a body that is no text stands.
const BASE64: &str = "$base64";

fn body_from_json(body: &Value) -> Result<Vec<u8>, String> {
    if let Some(text) = body.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    match body.as_object().filter(|members| members.len() == 1).and_then(|members| members.get(BASE64)) {
        Some(text) => {
            let bytes = text.as_str().and_then(base64::decode);
            bytes.ok_or_else(|| format!("the value of {BASE64} is no Base64 text"))
        }
        None => Ok(body.to_text().into_bytes()),
    }
}

impl S3Object {
    /// The body as JSON: a text, or `{"$base64": "…"}` where it is none.
    pub fn to_json(&self) -> Value {
        match std::str::from_utf8(&self.body) {
            Ok(text) => Value::from(text),
            Err(_) => Value::from_members([(BASE64, Value::string(base64::encode(&self.body)))]),
        }
    }

    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// A made-up entity tag that depends on the content: FNV-1a, twice, as 32 hexadecimal digits.
    pub fn etag(&self) -> String {
        let hash = |offset: u64| {
            self.body
                .iter()
                .fold(offset, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
        };
        format!("\"{:016x}{:016x}\"", hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4))
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, VirtualS3};

    fn read(text: &str) -> Result<VirtualS3, String> {
        VirtualS3::from_json(&json::parse(text).expect("JSON"), Instant::DEFAULT_START)
    }

    #[test]
    fn texts_bytes_and_json_are_bodies() {
        let s3 = read(r#"{"b": {"text": "a,b", "bytes": {"$base64": "/wCA"}, "json": [1, {"$base64": "x"}]}, "empty": {}}"#)
            .expect("S3");
        let body = |key: &str| s3.get("b", key).expect("an object").body.to_vec();
        assert_eq!(body("text"), b"a,b");
        assert_eq!(body("bytes"), [0xff, 0, 0x80]);
        assert_eq!(body("json"), br#"[1,{"$base64":"x"}]"#);
        assert!(s3.has_bucket("empty"));
        let written = s3.to_json();
        assert_eq!(
            written.get("b").and_then(|b| b.get("bytes")).map(json::Value::to_text).as_deref(),
            Some(r#"{"$base64":"/wCA"}"#)
        );
        let again = VirtualS3::from_json(&written, Instant::DEFAULT_START).expect("S3");
        assert_eq!(again, s3);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, error) in [
            (
                "[]",
                "S3 is an object of buckets, {\"bucket\": {\"key\": \"text\"}}, but here it is of type array",
            ),
            (
                r#"{"b": "x"}"#,
                "the bucket b is an object of keys, {\"key\": \"text\"}, but here it is of type string",
            ),
            (r#"{"b": {"k/1": {"$base64": "%"}}}"#, "s3://b/k/1: the value of $base64 is no Base64 text"),
            (r#"{"b": {"k": {"$base64": 1}}}"#, "s3://b/k: the value of $base64 is no Base64 text"),
        ] {
            assert_eq!(read(text).err().as_deref(), Some(error), "{text}");
        }
    }
}
