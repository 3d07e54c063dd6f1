//! Bytes as Base64 text.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The Base64 text of bytes (RFC 4648, section 4), padded.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = vec![b'='; bytes.len().div_ceil(3) * 4];
    let (places, _) = text.as_chunks_mut::<4>();
    let (groups, rest) = bytes.as_chunks::<3>();
    for (place, [first, second, third]) in places.iter_mut().zip(groups) {
        *place = digits(*first, *second, *third);
    }
    if let (Some([first, second, third, _]), Some(byte)) = (places.last_mut(), rest.first()) {
        let last = digits(*byte, rest.get(1).copied().unwrap_or(0), 0);
        [*first, *second] = [last[0], last[1]];
        if rest.len() > 1 {
            *third = last[2];
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// The digits of three bytes.
fn digits(first: u8, second: u8, third: u8) -> [u8; 4] {
    let group = u32::from(first) << 16 | u32::from(second) << 8 | u32::from(third);
    [18, 12, 6, 0].map(|shift| ALPHABET[(group >> shift & 63) as usize])
}

/// The bytes of a Base64 text; the padding may be missing. None where it is no such text.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let mut group = 0_u32;
    let mut bits = 0;
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        group = (group << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn both_ways() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("Zoë", "Wm/Dqw=="),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decode("Zg").as_deref(), Some(&b"f"[..]));
        for text in ["Z", "Zg=", "Zg===", "Z g=", "Z=g=", "Zg==Zg=="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
