//! The pages of a column: levels, dictionaries, and values in their encodings.

use super::column::{Column, Physical};
use super::thrift::{Thrift, read_struct};
use crate::execution::distributed::compression::{MOST_BYTES, gunzip, unsnap};
use json::Value;

const DATA_PAGE: i64 = 0;
const INDEX_PAGE: i64 = 1;
const DICTIONARY_PAGE: i64 = 2;
const DATA_PAGE_V2: i64 = 3;

const PLAIN: i64 = 0;
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const RLE_DICTIONARY: i64 = 8;

const BROKEN: &str = "a page of it is broken";

/// Appends the values of one chunk of a column, as many as are wanted; null where there is none.
pub(super) fn read_chunk(
    bytes: &[u8],
    column: &Column,
    codec: i64,
    wanted: usize,
    values: &mut Vec<Value>,
) -> Result<(), String> {
    let mut dictionary: Vec<Value> = Vec::new();
    let mut rest = bytes;
    let goal = values.len() + wanted;
    while values.len() < goal {
        let (header, length) = read_struct(rest).ok_or(BROKEN)?;
        let size = header.size(3).ok_or(BROKEN)?;
        let content = rest.get(length..).and_then(|rest| rest.get(..size)).ok_or(BROKEN)?;
        rest = rest.get(length + size..).unwrap_or_default();
        let made = header.size(2).ok_or(BROKEN)?;
        match header.int(1) {
            Some(DICTIONARY_PAGE) => {
                let count = header.field(7).and_then(|page| page.size(1)).ok_or(BROKEN)?;
                let content = decompress(codec, content, made)?;
                dictionary = column.plain(&mut content.as_slice(), count).ok_or(BROKEN)?;
            }
            Some(DATA_PAGE) => {
                let content = decompress(codec, content, made)?;
                let page = header.field(5).ok_or(BROKEN)?;
                let wanted = page.size(1).ok_or(BROKEN)?.min(goal - values.len());
                let mut content = content.as_slice();
                let levels = match column.is_optional {
                    true => {
                        let (length, after) = content.split_first_chunk().ok_or(BROKEN)?;
                        let length = u32::from_le_bytes(*length) as usize;
                        let (levels, after) = after.split_at_checked(length).ok_or(BROKEN)?;
                        content = after;
                        Some(levels)
                    }
                    false => None,
                };
                fill(column, page.int(2), levels, content, &dictionary, wanted, values)?;
            }
            Some(DATA_PAGE_V2) => {
                let page = header.field(8).ok_or(BROKEN)?;
                let wanted = page.size(1).ok_or(BROKEN)?.min(goal - values.len());
                let (levels, repeats) = (page.size(5).ok_or(BROKEN)?, page.size(6).unwrap_or(0));
                let after = content.get(repeats..).ok_or(BROKEN)?;
                let (levels, data) = after.split_at_checked(levels).ok_or(BROKEN)?;
                let codec = if page.bool(7) == Some(false) { 0 } else { codec };
                let made = made.saturating_sub(levels.len() + repeats);
                // A page of nulls has nothing to decompress.
                let data = if data.is_empty() { Vec::new() } else { decompress(codec, data, made)? };
                let levels = column.is_optional.then_some(levels);
                fill(column, page.int(4), levels, &data, &dictionary, wanted, values)?;
            }
            Some(INDEX_PAGE) => {}
            _ => return Err(BROKEN.to_owned()),
        }
    }
    Ok(())
}

fn decompress(codec: i64, bytes: &[u8], made: usize) -> Result<Vec<u8>, String> {
    if made > MOST_BYTES {
        return Err(format!("a page of it has more than {MOST_BYTES} bytes"));
    }
    match codec {
        0 => Ok(bytes.to_vec()),
        1 => unsnap(bytes, made),
        2 => gunzip(bytes, made),
        codec => {
            let names = ["", "", "", "LZO", "Brotli", "LZ4", "ZSTD", "LZ4"];
            let name =
                usize::try_from(codec).ok().and_then(|codec| names.get(codec)).unwrap_or(&"another codec");
            Err(format!(
                "it is compressed with {name}; only Snappy, gzip and no compression can be read here"
            ))
        }
    }
}

/// Appends the values of one page.
fn fill(
    column: &Column,
    encoding: Option<i64>,
    levels: Option<&[u8]>,
    mut data: &[u8],
    dictionary: &[Value],
    wanted: usize,
    values: &mut Vec<Value>,
) -> Result<(), String> {
    let is_there = match levels {
        Some(levels) => Some(hybrid(levels, 1, wanted).ok_or(BROKEN)?),
        None => None,
    };
    let count = is_there.as_ref().map_or(wanted, |levels| levels.iter().filter(|level| **level == 1).count());
    let found = match encoding {
        _ if count == 0 => Vec::new(),
        Some(PLAIN) => column.plain(&mut data, count).ok_or(BROKEN)?,
        Some(PLAIN_DICTIONARY | RLE_DICTIONARY) => {
            let (width, indexes) = data.split_first().ok_or(BROKEN)?;
            let indexes = hybrid(indexes, u32::from(*width), count).ok_or(BROKEN)?;
            let value = |index: u32| dictionary.get(index as usize).cloned();
            indexes.into_iter().map(value).collect::<Option<Vec<Value>>>().ok_or(BROKEN)?
        }
        Some(RLE) if column.physical == Physical::Boolean => {
            let bits = data.get(4..).and_then(|bits| hybrid(bits, 1, count)).ok_or(BROKEN)?;
            bits.into_iter().map(|bit| Value::Bool(bit == 1)).collect()
        }
        Some(encoding) => {
            let names = ["", "", "", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY"];
            let name = usize::try_from(encoding).ok().and_then(|encoding| names.get(encoding));
            return Err(format!(
                "the column '{}' is encoded as {}, which cannot be read here",
                column.name,
                name.map_or_else(|| format!("number {encoding}"), |name| (*name).to_owned())
            ));
        }
        None => return Err(BROKEN.to_owned()),
    };
    match is_there {
        None => values.extend(found),
        Some(levels) => {
            let mut found = found.into_iter();
            let value = |level: u32| if level == 1 { found.next() } else { Some(Value::Null) };
            values.extend(levels.into_iter().map(value).collect::<Option<Vec<Value>>>().ok_or(BROKEN)?);
        }
    }
    Ok(())
}

/// Numbers of so many bits, as runs of one number and as packed groups of eight.
fn hybrid(mut bytes: &[u8], width: u32, count: usize) -> Option<Vec<u32>> {
    if width > 32 {
        return None;
    }
    let mut numbers = Vec::with_capacity(count.min(1 << 16));
    while numbers.len() < count {
        let mut header = 0u64;
        for shift in (0..35).step_by(7) {
            let (byte, rest) = bytes.split_first()?;
            bytes = rest;
            header |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                break;
            }
        }
        let length = usize::try_from(header >> 1).ok()?;
        let missing = count - numbers.len();
        if header & 1 == 0 {
            let (number, rest) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
            bytes = rest;
            let number = number.iter().rev().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
            if length == 0 {
                return None;
            }
            numbers.extend(std::iter::repeat_n(number, length.min(missing)));
            continue;
        }
        // The last group may be cut where nothing of it is needed.
        let packed = bytes.get(..length.checked_mul(width as usize)?).unwrap_or(bytes);
        bytes = bytes.get(packed.len()..).unwrap_or_default();
        let in_group = length.checked_mul(8)?.min(missing);
        if length == 0 {
            return None;
        }
        for index in 0..in_group {
            let mut number = 0;
            for bit in 0..width as usize {
                let at = index * width as usize + bit;
                let byte = packed.get(at / 8)?;
                number |= u32::from(byte >> (at % 8) & 1) << bit;
            }
            numbers.push(number);
        }
    }
    Some(numbers)
}

/// The number of a page's or a chunk's codec, from its metadata.
pub(super) fn codec_of(chunk: &Thrift<'_>) -> i64 {
    chunk.int(4).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::hybrid;

    #[test]
    fn runs_and_packed_groups_are_read() {
        // From the format's own description: 0 to 7 in three bits.
        assert_eq!(hybrid(&[3, 0x88, 0xc6, 0xfa], 3, 8), Some(vec![0, 1, 2, 3, 4, 5, 6, 7]));
        assert_eq!(hybrid(&[10, 4], 3, 3), Some(vec![4, 4, 4]));
        assert_eq!(hybrid(&[10, 4], 3, 6), None);
        assert_eq!(hybrid(&[0, 4], 3, 6), None, "no progress");
        assert_eq!(hybrid(&[], 1, 0), Some(Vec::new()));
    }
}
