//! Parquet files with flat schemas: plain and dictionary-encoded columns, without compression, with Snappy or gzip.
//! The format is described by Apache Parquet (parquet-format 2).

mod column;
mod page;
mod thrift;

use json::{Map, Str, Value};

use column::Column;
use page::{codec_of, read_chunk};
use thrift::{Thrift, read_struct};

pub(super) const MAGIC: &[u8] = b"PAR1";

/// Values of one file, to bound memory: few bytes can stand for many of them.
const MOST_VALUES: usize = 5_000_000;

const BROKEN: &str = "its metadata is broken";

/// The rows as objects, in the order of columns.
///
/// # Errors
///
/// Why the file cannot be read.
pub(super) fn rows(bytes: &[u8], most: usize) -> Result<Vec<Value>, String> {
    let footer = footer(bytes)?;
    let (metadata, _) = read_struct(footer).ok_or(BROKEN)?;
    let schema = metadata.list(2);
    let (root, elements) = schema.split_first().ok_or(BROKEN)?;
    let columns: Vec<Column> = elements.iter().map(Column::new).collect::<Result<_, _>>()?;
    if root.size(5) != Some(columns.len()) {
        return Err(BROKEN.to_owned());
    }
    let names: Vec<Str> = columns.iter().map(|column| Str::from(&*column.name)).collect();
    if columns
        .iter()
        .enumerate()
        .any(|(place, column)| names.iter().take(place).any(|name| **name == *column.name))
    {
        return Err("two of its columns have the same name".to_owned());
    }
    let mut rows = Vec::new();
    for group in metadata.list(4) {
        let count = group.size(3).ok_or(BROKEN)?.min(most.saturating_sub(rows.len()));
        if count == 0 {
            break;
        }
        if (rows.len() + count).saturating_mul(columns.len()) > MOST_VALUES {
            return Err(format!("it has more than {MOST_VALUES} values; MaxItems makes it less"));
        }
        let values = read_group(bytes, group, &columns, count)?;
        let mut values: Vec<_> = values.into_iter().map(Vec::into_iter).collect();
        for _ in 0..count {
            let members = names.iter().zip(&mut values);
            let members = members.map(|(name, values)| (name.clone(), values.next().unwrap_or_default()));
            rows.push(Value::object(Map::from_distinct(members.collect())));
        }
    }
    Ok(rows)
}

/// The columns of one row group.
fn read_group(
    bytes: &[u8],
    group: &Thrift<'_>,
    columns: &[Column],
    count: usize,
) -> Result<Vec<Vec<Value>>, String> {
    let chunks = group.list(1);
    if chunks.len() != columns.len() {
        return Err(BROKEN.to_owned());
    }
    let mut values = Vec::with_capacity(columns.len());
    for (column, chunk) in columns.iter().zip(chunks) {
        let chunk = chunk.field(3).ok_or(BROKEN)?;
        let data = chunk.size(9).ok_or(BROKEN)?;
        // A dictionary stands in front of the data; some writers say 0 where there is none.
        let start = chunk.size(11).filter(|offset| (MAGIC.len()..data).contains(offset)).unwrap_or(data);
        let pages = bytes.get(start..).ok_or(BROKEN)?;
        let mut found = Vec::new();
        read_chunk(pages, column, codec_of(chunk), count, &mut found)?;
        values.push(found);
    }
    Ok(values)
}

/// The metadata stands at the end, before its length and the magic number.
fn footer(bytes: &[u8]) -> Result<&[u8], String> {
    const ENCRYPTED: &[u8] = b"PARE";
    if bytes.ends_with(ENCRYPTED) {
        return Err("it is encrypted".to_owned());
    }
    let rest =
        bytes.strip_suffix(MAGIC).filter(|_| bytes.starts_with(MAGIC)).ok_or("it is no Parquet file")?;
    let (rest, length) = rest.split_last_chunk().ok_or(BROKEN)?;
    let length = u32::from_le_bytes(*length) as usize;
    let start = rest.len().checked_sub(length).ok_or(BROKEN)?;
    rest.get(start..).ok_or_else(|| BROKEN.to_owned())
}

#[cfg(test)]
mod tests;
