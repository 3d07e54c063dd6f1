//! Files that are compressed, and pages of Parquet files.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// What a file may come to: some bytes of a compressed one make gigabytes.
pub(super) const MOST_BYTES: usize = 256 * 1024 * 1024;

pub(super) const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
pub(super) const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The content of a gzip file (RFC 1952), all of its members.
///
/// # Errors
///
/// What is wrong with the file, or that it comes to more than `most` bytes.
pub(super) fn gunzip(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let content = after_header(rest).ok_or("its gzip header is broken")?;
        let consumed = inflate(content, &mut out, most)?;
        // A checksum and a length follow.
        rest = content.get(consumed + 8..).ok_or("it ends too early")?;
        if rest.iter().all(|byte| *byte == 0) {
            break;
        }
    }
    Ok(out)
}

fn after_header(bytes: &[u8]) -> Option<&[u8]> {
    const DEFLATE: u8 = 8;
    const HEADER_CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let (head, mut rest) = bytes.split_at_checked(10)?;
    let [0x1f, 0x8b, DEFLATE, flags, ..] = *head else { return None };
    if flags & EXTRA != 0 {
        let (length, after) = rest.split_first_chunk()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & HEADER_CHECKSUM != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

/// Appends what a deflate stream holds; answers how long the stream was.
fn inflate(bytes: &[u8], out: &mut Vec<u8>, most: usize) -> Result<usize, String> {
    let start = out.len();
    let mut state = Box::<DecompressorOxide>::default();
    let (mut consumed, mut written) = (0, 0);
    // What is read back may be anywhere in the output, so all of it stays in one place.
    let mut output = vec![0; bytes.len().saturating_mul(4).clamp(1024, most.max(1024))];
    loop {
        let input = bytes.get(consumed..).unwrap_or_default();
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, made) = decompress(&mut state, input, &mut output, written, flags);
        consumed += read;
        written += made;
        match status {
            TINFLStatus::Done => {
                output.truncate(written);
                if start + output.len() > most {
                    return Err(too_large(most));
                }
                out.append(&mut output);
                return Ok(consumed);
            }
            TINFLStatus::HasMoreOutput if output.len() < most => {
                output.resize(output.len().saturating_mul(2).min(most), 0);
            }
            TINFLStatus::HasMoreOutput => return Err(too_large(most)),
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
                return Err("it ends too early".to_owned());
            }
            _ => return Err("its compressed data is broken".to_owned()),
        }
    }
}

fn too_large(most: usize) -> String {
    format!("it comes to more than {most} bytes")
}

/// The content of a raw Snappy block.
///
/// # Errors
///
/// As [`gunzip`].
pub(super) fn unsnap(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    decode_snappy(bytes, most).ok_or_else(|| "its Snappy data is broken".to_owned())
}

fn decode_snappy(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut rest = bytes;
    let mut take = |count: usize| -> Option<&[u8]> {
        let (taken, after) = rest.split_at_checked(count)?;
        rest = after;
        Some(taken)
    };
    let little_endian =
        |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let mut length = 0usize;
    for shift in (0..35).step_by(7) {
        let byte = take(1)?[0];
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            break;
        }
    }
    if length > most {
        return None;
    }
    let mut out: Vec<u8> = Vec::with_capacity(length.min(bytes.len().saturating_mul(32)));
    while out.len() < length {
        let tag = take(1)?[0];
        let high = usize::from(tag >> 2);
        let (distance, count) = match tag & 3 {
            0 => {
                let count = if high < 60 { high } else { little_endian(take(high - 59)?) };
                out.extend_from_slice(take(count.checked_add(1)?)?);
                continue;
            }
            1 => (usize::from(tag >> 5) << 8 | usize::from(take(1)?[0]), (high & 7) + 4),
            2 => (little_endian(take(2)?), high + 1),
            _ => (little_endian(take(4)?), high + 1),
        };
        let from = out.len().checked_sub(distance).filter(|_| distance > 0)?;
        // What is copied may be what is being written.
        for index in from..from + count {
            let byte = *out.get(index)?;
            out.push(byte);
        }
        if out.len() > length {
            return None;
        }
    }
    (out.len() == length).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_files_are_read() {
        // `printf 'id,name\n1,a\n' | gzip -n`, twice.
        let one = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x4c, 0xd1, 0xc9, 0x4b, 0xcc, 0x4d, 0xe5, 0x32, 0xd4,
            0x49, 0xe4, 0x02, 0, 0xb9, 0x28, 0x16, 0xdd, 0x0c, 0, 0, 0,
        ];
        assert_eq!(gunzip(&one, 100).as_deref(), Ok(b"id,name\n1,a\n".as_slice()));
        assert_eq!(gunzip(&[one, one].concat(), 100).map(|text| text.len()), Ok(24));
        assert!(gunzip(&one, 5).is_err_and(|error| error.contains("more than 5 bytes")));
        for end in 0..one.len() {
            assert!(end == 0 || gunzip(&one[..end], 100).is_err(), "{end}");
        }
    }

    #[test]
    fn snappy_blocks_are_read() {
        // Twelve bytes: "ab" as they are, and ten more from two before.
        let block = [12, 1 << 2, b'a', b'b', (9 << 2) | 2, 2, 0];
        assert_eq!(unsnap(&block, 100).as_deref(), Ok(b"abababababab".as_slice()));
        assert!(unsnap(&block, 11).is_err());
        assert!(unsnap(&[12, 1 << 2, b'a', b'b', (9 << 2) | 2, 3, 0], 100).is_err(), "from before the start");
        assert!(unsnap(&[0xff; 9], 100).is_err());
        for end in 0..block.len() {
            assert!(unsnap(&block[..end], 100).is_err(), "{end}");
        }
    }
}
