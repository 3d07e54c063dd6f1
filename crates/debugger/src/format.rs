//! Durations and sizes in words.

/// A duration in the two largest units that say something: `250 ms`, `1.5 s`, `2 min 5 s`, `3 d 4 h`.
pub fn duration_text(milliseconds: i64) -> String {
    let total = milliseconds.max(0);
    if total < 1000 {
        return format!("{total} ms");
    }
    let (days, rest) = (total / 86_400_000, total % 86_400_000);
    let (hours, rest) = (rest / 3_600_000, rest % 3_600_000);
    let (minutes, rest) = (rest / 60_000, rest % 60_000);
    let seconds = rest as f64 / 1000.0;
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", rest / 1000),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A difference of durations with its sign: `+250 ms`, `−1.5 s`, `±0`.
pub fn difference_text(milliseconds: i64) -> String {
    match milliseconds {
        0 => "±0".to_owned(),
        more if more > 0 => format!("+{}", duration_text(more)),
        less => format!("−{}", duration_text(less.saturating_neg())),
    }
}

/// Bytes in the unit that people read best: `900 B`, `12.5 KiB`, `3.0 MiB`.
pub fn bytes_text(bytes: usize) -> String {
    const KIB: f64 = 1024.0;
    let number = bytes as f64;
    if number < KIB {
        format!("{bytes} B")
    } else if number < KIB * KIB {
        format!("{:.1} KiB", number / KIB)
    } else {
        format!("{:.1} MiB", number / KIB / KIB)
    }
}

/// A number with its thousands set apart: `25,000`.
pub fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{bytes_text, count_text, difference_text, duration_text};

    #[test]
    fn durations_say_their_two_largest_units() {
        for (milliseconds, text) in [
            (-5, "0 ms"),
            (999, "999 ms"),
            (1_500, "1.5 s"),
            (125_000, "2 min 5 s"),
            (119_999, "1 min 59 s"),
            (3_600_000, "1 h 0 min"),
            (100 * 3_600_000, "4 d 4 h"),
        ] {
            assert_eq!(duration_text(milliseconds), text);
        }
        assert_eq!(difference_text(-1_500), "−1.5 s");
        assert_eq!(difference_text(0), "±0");
        assert_eq!(difference_text(3), "+3 ms");
    }

    #[test]
    fn sizes_and_counts_are_readable() {
        assert_eq!(bytes_text(1023), "1023 B");
        assert_eq!(bytes_text(12_800), "12.5 KiB");
        assert_eq!(bytes_text(3 << 20), "3.0 MiB");
        assert_eq!(count_text(999), "999");
        assert_eq!(count_text(25_000), "25,000");
        assert_eq!(count_text(1_234_567), "1,234,567");
    }
}
