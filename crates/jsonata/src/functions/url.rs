//! Encodings: base 64 and URLs.

use super::{Args, Site};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::values::Val;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Characters are bytes, as with JavaScript's `btoa`: of others only the lowest eight bits count.
pub(super) fn base64_encode(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len() * 2)?;
    let bytes: Vec<u8> = text.encode_utf16().map(|unit| unit as u8).collect();
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let sextet = (bits >> (18 - 6 * position)) & 63;
            encoded.push(if position <= chunk.len() { char::from(BASE64[sextet as usize]) } else { '=' });
        }
    }
    Ok(Val::string(encoded))
}

/// Reads the standard and the URL alphabet, passes over anything else and stops at padding.
pub(super) fn base64_decode(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len())?;
    let mut decoded = String::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes() {
        let sextet = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(sextet);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(char::from((bits >> count) as u8));
        }
    }
    Ok(Val::string(decoded))
}

fn escape(text: &str, kept: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) || kept.contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push(char::from(HEX[usize::from(byte >> 4)]));
            escaped.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    escaped
}

/// Reverses escapes, except those of characters in `kept`; none where an escape is broken.
fn unescape(text: &str, kept: &[u8]) -> Option<String> {
    let bytes = text.as_bytes();
    let mut unescaped = Vec::with_capacity(bytes.len());
    let hex = |position: usize| {
        let digits = bytes.get(position + 1..position + 3)?;
        if bytes.get(position) != Some(&b'%') || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        if *byte != b'%' {
            unescaped.push(*byte);
            position += 1;
            continue;
        }
        let first = hex(position)?;
        if first < 0x80 {
            if kept.contains(&first) {
                unescaped.extend_from_slice(bytes.get(position..position + 3)?);
            } else {
                unescaped.push(first);
            }
            position += 3;
            continue;
        }
        let length = match first {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => return None,
        };
        let mut sequence = vec![first];
        for index in 1..length {
            sequence.push(hex(position + 3 * index)?);
        }
        std::str::from_utf8(&sequence).ok()?;
        unescaped.extend_from_slice(&sequence);
        position += 3 * length;
    }
    String::from_utf8(unescaped).ok()
}

const RESERVED: &[u8] = b";/?:@&=+$,#";

pub(super) fn encode_component(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len() * 3)?;
    Ok(Val::string(escape(text, b"")))
}

pub(super) fn encode(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len() * 3)?;
    Ok(Val::string(escape(text, RESERVED)))
}

fn decoded(machine: &mut Machine<'_>, args: &Args, kept: &[u8], name: &str) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len())?;
    match unescape(text, kept) {
        Some(text) => Ok(Val::string(text)),
        None => Err(Fault::new("D3140").value(args.get(0).clone()).detail(name)),
    }
}

pub(super) fn decode_component(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    decoded(machine, &args, b"", "decodeUrlComponent")
}

pub(super) fn decode(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    decoded(machine, &args, RESERVED, "decodeUrl")
}
