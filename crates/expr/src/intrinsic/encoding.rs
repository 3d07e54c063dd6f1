use json::Str;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// The hash in lower-case hexadecimal digits; none for an unknown algorithm.
pub(super) fn hash(data: &str, algorithm: &str) -> Option<Str> {
    let data = data.as_bytes();
    Some(match algorithm {
        "MD5" => hexadecimal(&Md5::digest(data)),
        "SHA-1" => hexadecimal(&Sha1::digest(data)),
        "SHA-256" => hexadecimal(&Sha256::digest(data)),
        "SHA-384" => hexadecimal(&Sha384::digest(data)),
        "SHA-512" => hexadecimal(&Sha512::digest(data)),
        _ => return None,
    })
}

/// The digits of the bytes of a hash.
fn hexadecimal(bytes: &[u8]) -> Str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    /// Those of SHA-512, which has the most.
    const MOST: usize = 64;
    let mut text = [[0; 2]; MOST];
    for (pair, byte) in text.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
    }
    let digits = text.get(..bytes.len()).unwrap_or_default().as_flattened();
    str::from_utf8(digits).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn hashes() {
        assert_eq!(hash("input data", "MD5").as_deref(), Some("812f45842bc6d66ee14572ce20db8e86"));
        assert_eq!(hash("abc", "SHA-1").as_deref(), Some("a9993e364706816aba3e25717850c26c9cd0d89d"));
        assert_eq!(hash("abc", "sha-1"), None);
        assert_eq!(hash("", "SHA-384").map(|text| text.len()), Some(96));
    }
}
