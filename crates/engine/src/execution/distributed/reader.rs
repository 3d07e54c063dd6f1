//! ItemReader: items from S3.

use std::borrow::Cow;
use std::sync::Arc;

use json::{Str, Value};

use super::compression::{GZIP_MAGIC, MOST_BYTES, ZSTD_MAGIC, gunzip};
use super::csv::{self, Format};
use super::{ReadError, parquet};
use crate::execution::{Execution, Items, S3Object};
use crate::machine::{MapDef, ReaderDef};
use crate::query::{Dynamic, Fault, StateHost};

/// Checks `MaxItemsPath` before the Map Run starts, as AWS does.
pub(super) fn check_max_items(map: &MapDef, effective: &Value, host: &StateHost<'_>) -> Result<(), Fault> {
    let reader = map.distributed.as_ref().and_then(|distributed| distributed.reader.as_ref());
    match reader.and_then(|reader| reader.max_items.as_ref()) {
        Some(field) => max_items(field, effective, host).map(|_| ()),
        None => Ok(()),
    }
}

fn max_items(field: &Dynamic, effective: &Value, host: &StateHost<'_>) -> Result<i64, Fault> {
    crate::execution::states::integer(field, effective, host)
}

/// What an ItemReader reads.
pub(super) fn read(
    execution: &Execution,
    definition: &ReaderDef,
    effective: &Value,
    host: &StateHost<'_>,
) -> Result<Items, ReadError> {
    let limit = match &definition.max_items {
        // 0 is no limit.
        Some(field) => match max_items(field, effective, host)? {
            0 => usize::MAX,
            number => {
                usize::try_from(number).map_err(|_| ReadError::reader("field MaxItems must be positive"))?
            }
        },
        None => usize::MAX,
    };
    let arguments = match &definition.arguments {
        Some(template) => template.evaluate("ItemReader/Parameters", effective, host)?,
        None => Value::Null,
    };
    let source = Source { execution, config: &definition.config, limit };
    let mut items = match definition.resource.api() {
        "listObjectsV2" => source.list(&arguments)?,
        "getObject" => source.object(&arguments)?,
        api => return Err(ReadError::reader(format!("The ItemReader '{api}' is not supported."))),
    };
    let most = limit.min(execution.options().quotas.map_items);
    if items.values.len() > most {
        Arc::make_mut(&mut items.values).truncate(most);
        if let Some(keys) = &mut items.keys {
            Arc::make_mut(keys).truncate(most);
        }
    }
    Ok(items)
}

struct Source<'a> {
    execution: &'a Execution,
    config: &'a Value,
    limit: usize,
}

impl Source<'_> {
    fn config(&self, name: &str) -> Option<&str> {
        self.config.get(name).and_then(Value::as_str)
    }

    /// The objects of a bucket, or the items in them.
    fn list(&self, arguments: &Value) -> Result<Items, ReadError> {
        let bucket = text_of(arguments, "Bucket")?;
        let prefix = arguments.get("Prefix").and_then(Value::as_str).unwrap_or_default();
        self.check_bucket(bucket)?;
        let objects = self.execution.s3().list(bucket, prefix);
        if self.config("Transformation") == Some("LOAD_AND_FLATTEN") {
            let mut values = Vec::new();
            for (key, object) in objects {
                if values.len() >= self.limit {
                    break;
                }
                values.extend(self.items_of(key, object)?.values.iter().cloned());
            }
            return Ok(Items { values: Arc::new(values), keys: None, source: Some(s3_source(bucket, None)) });
        }
        let values = objects.take(self.limit).map(|(key, object)| list_entry(key, object)).collect();
        Ok(Items { values: Arc::new(values), keys: None, source: Some(s3_source(bucket, None)) })
    }

    /// The items in a file.
    fn object(&self, arguments: &Value) -> Result<Items, ReadError> {
        let bucket = text_of(arguments, "Bucket")?;
        let key = text_of(arguments, "Key")?;
        let object = self.get(bucket, key)?;
        let source = Some(s3_source(bucket, Some(key)));
        let items = match self.config("InputType") {
            Some("MANIFEST") => self.manifest(bucket, object)?,
            _ => self.items_of(key, object)?,
        };
        Ok(Items { source, ..items })
    }

    fn get(&self, bucket: &str, key: &str) -> Result<&S3Object, ReadError> {
        self.check_bucket(bucket)?;
        self.execution.s3().get(bucket, key).ok_or_else(|| {
            ReadError::reader(format!(
                "The key '{key}' does not exist in the bucket '{bucket}'. (Service: Amazon S3; Status Code: 404; \
                 Error Code: NoSuchKey)"
            ))
        })
    }

    fn check_bucket(&self, bucket: &str) -> Result<(), ReadError> {
        if self.execution.s3().has_bucket(bucket) {
            return Ok(());
        }
        Err(ReadError::reader(format!(
            "The bucket '{bucket}' does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket)"
        )))
    }

    /// The items of one file by `InputType`; without one, by the file's name.
    fn items_of(&self, key: &str, object: &S3Object) -> Result<Items, ReadError> {
        let body = content(key, object)?;
        let name = key.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let input_type = match self.config("InputType") {
            Some(input_type) if input_type != "MANIFEST" => input_type,
            _ if name.ends_with(".jsonl") => "JSONL",
            _ if name.ends_with(".csv") => "CSV",
            _ if name.ends_with(".parquet") => "PARQUET",
            _ => "JSON",
        };
        match input_type {
            "CSV" => self.csv(&String::from_utf8_lossy(&body)),
            "JSON" => self.json(&String::from_utf8_lossy(&body)),
            "JSONL" => self.json_lines(&String::from_utf8_lossy(&body)),
            "PARQUET" => {
                let most = self.limit.min(self.execution.options().quotas.map_items);
                let values = parquet::rows(&body, most)
                    .map_err(|problem| ReadError::reader(format!("'{key}' cannot be read: {problem}.")))?;
                Ok(Items { values: Arc::new(values), ..Items::default() })
            }
            other => Err(ReadError::reader(format!("The InputType '{other}' is not supported."))),
        }
    }

    fn csv(&self, text: &str) -> Result<Items, ReadError> {
        let delimiter = match self.config("CSVDelimiter") {
            Some("PIPE") => '|',
            Some("SEMICOLON") => ';',
            Some("SPACE") => ' ',
            Some("TAB") => '\t',
            _ => ',',
        };
        let headers = match self.config("CSVHeaderLocation") {
            Some("GIVEN") => Some(
                self.config
                    .get("CSVHeaders")
                    .and_then(Value::as_array)
                    .unwrap_or_default()
                    .iter()
                    .map(|header| Str::from(header.as_str().unwrap_or_default()))
                    .collect(),
            ),
            _ => None,
        };
        let values =
            csv::items(text, &Format { delimiter, headers }, self.limit).map_err(ReadError::reader)?;
        Ok(Items { values: Arc::new(values), ..Items::default() })
    }

    fn json(&self, text: &str) -> Result<Items, ReadError> {
        let value =
            json::parse(text).map_err(|error| ReadError::reader(format!("The file is no JSON: {error}")))?;
        let pointed = match self.config("ItemsPointer") {
            Some(pointer) => pointer_get(&value, pointer).ok_or_else(|| {
                ReadError::reader(format!("The ItemsPointer '{pointer}' points to nothing in the file."))
            })?,
            None => &value,
        };
        if let Some(items) = pointed.as_array() {
            return Ok(Items { values: Arc::new(items.to_vec()), ..Items::default() });
        }
        match pointed.as_object().filter(|_| self.config("ItemsPointer").is_some()) {
            Some(members) => Ok(Items {
                values: Arc::new(members.values().cloned().collect()),
                keys: Some(Arc::new(members.keys().cloned().collect())),
                source: None,
            }),
            None => Err(ReadError::reader("Attempting to map over non-iterable node.")),
        }
    }

    fn json_lines(&self, text: &str) -> Result<Items, ReadError> {
        let mut values = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if values.len() >= self.limit {
                break;
            }
            if line.trim().is_empty() {
                continue;
            }
            values.push(json::parse(line).map_err(|error| {
                ReadError::reader(format!("Line {} of the file is no JSON: {error}", number + 1))
            })?);
        }
        Ok(Items { values: Arc::new(values), ..Items::default() })
    }

    /// The items of the files that a manifest lists.
    fn manifest(&self, bucket: &str, object: &S3Object) -> Result<Items, ReadError> {
        let text = object.text();
        if self.config("ManifestType") == Some("ATHENA_DATA") {
            return self.athena(&text);
        }
        let manifest = json::parse(&text)
            .map_err(|error| ReadError::reader(format!("The manifest is no JSON: {error}")))?;
        let schema = manifest.get("fileSchema").and_then(Value::as_str).unwrap_or_default();
        let headers: Vec<Str> = schema.split(',').map(|name| Str::from(name.trim())).collect();
        // S3 Inventory names the bucket of its files by ARN.
        let files_bucket = manifest.get("destinationBucket").and_then(Value::as_str).unwrap_or(bucket);
        let files_bucket = asl::resource::last_part(files_bucket);
        let mut values = Vec::new();
        for file in manifest.get("files").and_then(Value::as_array).unwrap_or_default() {
            let key = text_of(file, "key")?;
            let object = self.get(files_bucket, key)?;
            let body = content(key, object)?;
            let most = self.limit.saturating_sub(values.len());
            let rows = match manifest.get("fileFormat").and_then(Value::as_str) {
                None | Some("CSV") => {
                    let format = Format { delimiter: ',', headers: Some(headers.clone()) };
                    csv::items(&String::from_utf8_lossy(&body), &format, most)
                }
                Some("Parquet") => parquet::rows(&body, most.min(self.execution.options().quotas.map_items))
                    .map_err(|problem| format!("'{key}' cannot be read: {problem}.")),
                Some(format) => Err(format!("Inventories as {format} cannot be read here.")),
            };
            values.extend(rows.map_err(ReadError::reader)?);
        }
        Ok(Items { values: Arc::new(values), ..Items::default() })
    }

    /// Athena's manifest has a `s3://bucket/key` a line.
    fn athena(&self, text: &str) -> Result<Items, ReadError> {
        let mut values = Vec::new();
        for line in text.lines().map(|line| line.trim().trim_matches('"')).filter(|line| !line.is_empty()) {
            let Some((bucket, key)) = line.strip_prefix("s3://").and_then(|path| path.split_once('/')) else {
                return Err(ReadError::reader(format!("The manifest's line '{line}' names no object.")));
            };
            values.extend(self.items_of(key, self.get(bucket, key)?)?.values.iter().cloned());
            if values.len() >= self.limit {
                break;
            }
        }
        Ok(Items { values: Arc::new(values), ..Items::default() })
    }
}

/// The content of a file, decompressed where it is gzip: S3 inventories are, and Step Functions reads it.
fn content<'o>(key: &str, object: &'o S3Object) -> Result<Cow<'o, [u8]>, ReadError> {
    if object.body.starts_with(ZSTD_MAGIC) {
        let problem = "is compressed with ZSTD; only gzip and no compression can be read here";
        return Err(ReadError::reader(format!("'{key}' {problem}.")));
    }
    if !object.body.starts_with(GZIP_MAGIC) {
        return Ok(Cow::Borrowed(&object.body));
    }
    let content = gunzip(&object.body, MOST_BYTES)
        .map_err(|problem| ReadError::reader(format!("'{key}' cannot be decompressed: {problem}.")))?;
    Ok(Cow::Owned(content))
}

fn text_of<'v>(value: &'v Value, name: &str) -> Result<&'v str, ReadError> {
    value
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| ReadError::reader(format!("The field '{name}' is required but was missing.")))
}

fn s3_source(bucket: &str, key: Option<&str>) -> Str {
    match key {
        Some(key) => format!("S3://{bucket}/{key}").into(),
        None => format!("S3://{bucket}").into(),
    }
}

/// An object as ListObjectsV2 lists it, in the spelling that Map items have.
fn list_entry(key: &Str, object: &S3Object) -> Value {
    Value::from_members([
        ("Etag", Value::string(object.etag())),
        ("LastModified", Value::int(object.last_modified.0 / 1000)),
        ("Key", Value::String(key.clone())),
        ("Size", Value::int(i64::try_from(object.body.len()).unwrap_or(i64::MAX))),
        ("StorageClass", Value::from("STANDARD")),
    ])
}

/// A JSON pointer (RFC 6901).
pub(crate) fn pointer_get<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    if pointer.is_empty() {
        return Some(value);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(value, |value, step| match value {
        Value::Array(_) => value.at(step.parse().ok()?),
        _ => value.get(&json::pointer::name(step)),
    })
}
