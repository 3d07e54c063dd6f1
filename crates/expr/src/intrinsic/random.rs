/// A version 4 UUID of random bits.
pub(super) fn uuid(high: u64, low: u64) -> String {
    let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
    let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// A number from one up to but not including another, of random bits.
pub(super) fn in_range(start: i64, end: i64, bits: u64) -> i64 {
    let width = end.abs_diff(start).max(1);
    let offset = (u128::from(bits) * u128::from(width)) >> 64;
    start.saturating_add(offset as i64)
}

/// A number from one up to but not including another, the first that `java.util.Random` gives for a
/// seed: the same seed always gives the same number.
pub(super) fn seeded(start: i64, end: i64, seed: i64) -> i64 {
    const MULTIPLIER: u64 = 0x5_deec_e66d;
    const MASK: u64 = (1 << 48) - 1;
    let mut state = (seed as u64 ^ MULTIPLIER) & MASK;
    let mut next = || {
        state = state.wrapping_mul(MULTIPLIER).wrapping_add(0xb) & MASK;
        state >> 17
    };
    let width = end.abs_diff(start).max(1);
    if width.is_power_of_two() && width <= 1 << 31 {
        return start.saturating_add(((width * next()) >> 31) as i64);
    }
    if width > 1 << 31 {
        let bits = (next() << 33) ^ (next() << 2);
        return in_range(start, end, bits);
    }
    // The last incomplete stretch of multiples is thrown again, as Java does it; that ends soon.
    for _ in 0..64 {
        let bits = next();
        if bits - bits % width + (width - 1) < 1 << 31 {
            return start.saturating_add((bits % width) as i64);
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::{in_range, seeded, uuid};

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        assert_eq!(uuid(u64::MAX, u64::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(0, 0), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn numbers_stay_in_range() {
        for (start, end) in [(0, 1), (-5, 5), (9999, 99999), (-2_147_483_648, 2_147_483_647)] {
            for bits in [0, 1, u64::MAX / 2, u64::MAX] {
                assert!((start..end).contains(&in_range(start, end, bits)));
                assert!((start..end).contains(&seeded(start, end, bits as i64)));
            }
        }
    }

    #[test]
    fn a_seed_gives_what_java_gives() {
        assert_eq!(seeded(0, 10, 0), 0);
        assert_eq!(seeded(0, 1000, 1), 985);
    }
}
