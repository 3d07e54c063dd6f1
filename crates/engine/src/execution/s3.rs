//! S3 as far as a run needs it: buckets with keys and their contents.

use std::collections::BTreeMap;
use std::sync::Arc;

use json::Str;

use crate::time::Instant;

/// Buckets by name, objects by key. Cheap to clone: what was written later is not seen by a clone.
#[derive(Clone, Debug, Default)]
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
}

impl S3Object {
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
