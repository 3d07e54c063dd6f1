//! S3 as a run has it: the objects that the workflow is given, those that a run wrote, and those that are missing.

use std::collections::BTreeSet;

use asl::Document;
use engine::{Instant, S3Object, VirtualS3};
use json::{Map, Str, Value};
use leptos::prelude::*;

use crate::platform::{files, picture};
use crate::state::shell::SideTab;
use crate::state::studio::Studio;
use crate::state::workspace::Workspace;

/// The objects are kept with the workflow, in the browser's storage, which has room for about 5 MB.
const LARGEST_OBJECT: usize = 2 * 1024 * 1024;
/// What of an object is shown at once.
const MOST_PREVIEWED: usize = 20_000;

/// A bucket as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    pub name: Str,
    pub objects: Vec<ListedObject>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ListedObject {
    pub key: Str,
    pub bytes: usize,
    pub kind: &'static str,
    /// Whether the run wrote it; the workflow is given it otherwise.
    pub is_written: bool,
}

/// What a distributed Map names and S3 has not.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingObject {
    pub state: Str,
    pub bucket: Str,
    /// None where any object would do, or where objects are written.
    pub key: Option<Str>,
    pub is_written: bool,
}

impl Workspace {
    /// The objects for a run.
    ///
    /// # Errors
    ///
    /// What is wrong with their text, in a sentence for the person.
    pub fn s3(self) -> Result<VirtualS3, String> {
        self.objects.with_untracked(|text| read(text))
    }

    /// The same, following the text; none while it can't be read.
    pub fn readable_s3(self) -> Memo<Option<VirtualS3>> {
        Memo::new(move |_| self.objects.with(|text| read(text).ok()))
    }
}

fn read(text: &str) -> Result<VirtualS3, String> {
    let buckets = json::parse(text).map_err(|error| format!("The S3 objects are not JSON: {error}."))?;
    VirtualS3::from_json(&buckets, Instant::DEFAULT_START)
        .map_err(|error| format!("The S3 objects can't be read: {error}."))
}

impl Studio {
    /// The buckets that the workflow is given, and those of the current run.
    pub fn buckets(self, given: &VirtualS3) -> Vec<Bucket> {
        let written = self.runs.with_run(|run| run.session.recorded().s3().clone()).unwrap_or_default();
        let before = self.runs.with_run_untracked(|run| run.session.options.s3.clone()).unwrap_or_default();
        let names: BTreeSet<&Str> = given.buckets().chain(written.buckets()).collect();
        let bucket = |name: &Str| {
            let is_new = |key: &Str, object: &S3Object| before.get(name, key) != Some(object);
            let of_run: Vec<(&Str, &S3Object)> =
                written.list(name, "").filter(|(key, object)| is_new(key, object)).collect();
            let is_of_run = |key: &Str| of_run.iter().any(|(written, _)| *written == key);
            let mut objects: Vec<ListedObject> = given
                .list(name, "")
                .filter(|(key, _)| !is_of_run(key))
                .map(|(key, object)| listed(key, object, false))
                .chain(of_run.iter().map(|(key, object)| listed(key, object, true)))
                .collect();
            objects.sort_by(|a, b| a.key.cmp(&b.key));
            Bucket { name: name.clone(), objects }
        };
        let is_listed = |bucket: &Bucket| given.has_bucket(&bucket.name) || !bucket.objects.is_empty();
        names.into_iter().map(bucket).filter(is_listed).collect()
    }

    /// What distributed Maps read and write that is not there.
    pub fn missing_objects(self, s3: &VirtualS3) -> Vec<MissingObject> {
        let mut missing = self.workspace.document.with(|document| named_objects(document));
        missing.retain(|named| match &named.key {
            Some(key) => s3.get(&named.bucket, key).is_none(),
            None => !s3.has_bucket(&named.bucket),
        });
        missing
    }

    /// Puts chosen files into a bucket, each under its own name or all under a key that is given.
    pub async fn add_objects(self, bucket: Str, key: Option<Str>, chosen: Vec<web_sys::File>) {
        let mut added = Vec::new();
        for file in chosen {
            let name = key.clone().unwrap_or_else(|| Str::from(file.name()));
            if file.size() > LARGEST_OBJECT as f64 {
                self.shell.fail(format!(
                    "{} is larger than 2 MB, so it was not added: objects are kept with the workflow in this browser. A shorter file with the same columns does for a test.",
                    file.name()
                ));
                continue;
            }
            match files::bytes(&file).await {
                Ok(bytes) => {
                    let object = S3Object { body: bytes.into(), last_modified: Instant::DEFAULT_START };
                    added.push((name, object.to_json()));
                }
                Err(message) => self.shell.fail(message),
            }
        }
        let Some((last, _)) = added.last() else { return };
        let said = match added.len() {
            1 => format!("Added s3://{bucket}/{last}."),
            count => format!("Added {count} objects to s3://{bucket}."),
        };
        let is_changed = self.change_objects(|buckets| {
            let mut objects = members(buckets.get(&bucket));
            for (key, body) in added {
                objects.insert(key, body);
            }
            buckets.insert(bucket.clone(), Value::object(objects));
        });
        if is_changed {
            self.shell.announce(said);
        }
    }

    pub fn add_bucket(self, name: &str) {
        self.change_objects(|buckets| {
            if !buckets.contains_key(name) {
                buckets.insert(name, Value::object(Map::new()));
            }
        });
    }

    pub fn remove_bucket(self, name: &str) {
        self.change_objects(|buckets| {
            buckets.remove(name);
        });
    }

    pub fn remove_object(self, bucket: &Str, key: &str) {
        self.change_objects(|buckets| {
            let mut objects = members(buckets.get(bucket));
            objects.remove(key);
            buckets.insert(bucket.clone(), Value::object(objects));
        });
    }

    /// Takes an object that the run wrote into the workflow's, so that the next run finds it.
    pub fn keep_object(self, bucket: &Str, key: &Str) {
        let Some(object) = self.object(bucket, key) else { return };
        self.change_objects(|buckets| {
            let mut objects = members(buckets.get(bucket));
            objects.insert(key.clone(), object.to_json());
            buckets.insert(bucket.clone(), Value::object(objects));
        });
    }

    pub fn download_object(self, bucket: &str, key: &str) {
        let Some(object) = self.object(bucket, key) else { return };
        let name = key.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("object");
        let blob = picture::blob_of_bytes(&object.body, "application/octet-stream");
        let outcome = blob
            .map_err(|_| "The browser refused the download.".to_owned())
            .and_then(|blob| files::download_blob(name, &blob));
        if let Err(message) = outcome {
            self.shell.fail(message);
        }
    }

    /// The beginning of an object's text, and whether there is more of it; none where it is no text.
    pub fn preview_of_object(self, bucket: &str, key: &str) -> Option<(String, bool)> {
        let object = self.object(bucket, key)?;
        let text = std::str::from_utf8(&object.body).ok()?;
        // Results are written without line breaks.
        let pretty =
            json::parse(text).ok().filter(|value| value.as_array().is_some() || value.as_object().is_some());
        let text = pretty.map_or_else(|| text.to_owned(), |value| value.to_pretty());
        let end = text.floor_char_boundary(MOST_PREVIEWED);
        Some((text.get(..end).unwrap_or_default().to_owned(), end < text.len()))
    }

    /// An object of the run, or else of the workflow.
    fn object(self, bucket: &str, key: &str) -> Option<S3Object> {
        let of_run = self
            .runs
            .with_run_untracked(|run| run.session.recorded().s3().get(bucket, key).cloned())
            .flatten();
        of_run.or_else(|| self.workspace.s3().ok()?.get(bucket, key).cloned())
    }

    /// Changes the text of the objects; refused while that can't be read.
    fn change_objects(self, change: impl FnOnce(&mut Map)) -> bool {
        let objects = self.workspace.objects;
        if let Err(message) = self.workspace.s3() {
            self.shell.side_tab.set(SideTab::Objects);
            self.shell.fail(format!("{message} Correct the text first."));
            return false;
        }
        let mut buckets = objects.with_untracked(|text| members(json::parse(text).ok().as_ref()));
        change(&mut buckets);
        objects.set(Value::object(buckets).to_pretty().into());
        true
    }
}

fn members(value: Option<&Value>) -> Map {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn listed(key: &Str, object: &S3Object, is_written: bool) -> ListedObject {
    ListedObject { key: key.clone(), bytes: object.body.len(), kind: kind_of(key, &object.body), is_written }
}

/// What an object is, by its first bytes and its name.
fn kind_of(key: &str, body: &[u8]) -> &'static str {
    if body.starts_with(b"PAR1") {
        return "Parquet";
    }
    if body.starts_with(&[0x1f, 0x8b]) {
        return "gzip";
    }
    if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return "Zstandard";
    }
    if std::str::from_utf8(body).is_err() {
        return "bytes";
    }
    match key.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "csv" => "CSV",
        "tsv" => "TSV",
        "json" => "JSON",
        "jsonl" => "JSON Lines",
        _ => "text",
    }
}

/// The objects and buckets that distributed Maps name in so many words.
fn named_objects(document: &Document) -> Vec<MissingObject> {
    let mut found = Vec::new();
    for state in document.states() {
        for (field, is_written) in [("ItemReader", false), ("ResultWriter", true)] {
            let Some(field) = state.value(field) else { continue };
            let arguments = ["Arguments", "Parameters"].into_iter().find_map(|name| field.get(name));
            let text = |name: &str| {
                let text = arguments?.get(name)?.as_str()?;
                // What an expression or a placeholder gives is not known here.
                (!text.is_empty() && !text.starts_with("{%") && !text.contains("${")).then(|| Str::from(text))
            };
            let Some(bucket) = text("Bucket") else { continue };
            let key = text("Key").filter(|_| !is_written);
            found.push(MissingObject { state: state.shared_name(), bucket, key, is_written });
        }
    }
    found
}
