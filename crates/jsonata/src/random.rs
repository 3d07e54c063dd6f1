//! Randomness that the host seeds: the same seed gives the same run.

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and good enough for jitter and invented names. Not for secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random {
    state: u64,
}

impl Random {
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// A generator for one purpose, the same whenever it is asked for with the same numbers: what is
    /// random in a state depends on the visit of the state, not on how branches interleave.
    pub fn for_purpose(seed: u64, numbers: &[u64]) -> Random {
        let mut random = Random::new(seed);
        for number in numbers {
            let mixed = random.next_u64() ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            random = Random::new(mixed);
        }
        random
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A float from 0 up to but not including 1.
    pub fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // The version is the thirteenth digit, the variant the two highest bits of the seventeenth.
        let high = self.next_u64() & !0xf000 | 0x4000;
        let low = self.next_u64() & !(0b11 << 62) | 0b10 << 62;
        let mut text = String::with_capacity(36);
        for (half, mut digits) in [(high, [8, 4, 4].as_slice()), (low, [4, 12].as_slice())] {
            let mut shift = 64;
            while let Some((count, rest)) = digits.split_first() {
                if !text.is_empty() {
                    text.push('-');
                }
                for _ in 0..*count {
                    shift -= 4;
                    text.push(char::from(DIGITS[(half >> shift & 0xf) as usize]));
                }
                digits = rest;
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn purposes_repeat_and_differ() {
        let draw = |numbers: &[u64]| Random::for_purpose(7, numbers).next_u64();
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        assert_ne!(draw(&[1, 2]), draw(&[2, 1]));
        let uuid = Random::new(1).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        let number = Random::new(3).next_f64();
        assert!((0.0..1.0).contains(&number));
    }
}
