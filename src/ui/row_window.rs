use std::ops::Range;

/// Rows kept on the side from which a list was scrolled, and beyond both ends of what is seen first.
pub const SPARE_ROWS: usize = 3;
/// Rows that are beyond each end of what is seen before more are brought in.
const LEAST_SPARE: usize = 1;

/// Which rows of a long list are to be in the page, after those of before, so that what is seen is: of a list with so
/// many rows, and a page with places for so many of them.
///
/// Where scrolling goes on they come a stretch at a time: a change of one row costs the browser nearly as much as one of
/// twenty, and scrolling within the stretch costs none. After a jump those in sight come alone. A list for which there is
/// room is there as a whole.
pub fn rows_for(
    seen: Range<usize>,
    before: Option<Range<usize>>,
    count: usize,
    places: usize,
) -> Range<usize> {
    if count <= places {
        return 0..count;
    }
    let with_spare = |spare| seen.start.saturating_sub(spare)..(seen.end + spare).min(count);
    let Some(before) = before else { return with_spare(SPARE_ROWS) };
    let wanted = with_spare(LEAST_SPARE);
    if before.end > count {
        return seen;
    }
    if before.start <= wanted.start && wanted.end <= before.end {
        before
    } else if wanted.end <= before.start || before.end <= wanted.start {
        seen
    } else if wanted.start < before.start {
        stretch(wanted.end + SPARE_ROWS, count, places)
    } else {
        stretch(wanted.start.saturating_sub(SPARE_ROWS) + places, count, places)
    }
}

/// As many rows as there are places for, up to one or to the ends of the list.
pub fn stretch(end: usize, count: usize, places: usize) -> Range<usize> {
    let end = end.max(places).min(count);
    end.saturating_sub(places)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(seen: Range<usize>, before: Range<usize>) -> Range<usize> {
        rows_for(seen, Some(before), 1_000, 30)
    }

    #[test]
    fn what_is_seen_comes_first() {
        assert_eq!(rows_for(100..108, None, 1_000, 30), 97..111);
        assert_eq!(rows_for(0..3, None, 3, 3), 0..3);
        assert_eq!(rows_for(9..13, Some(0..4), 20, 20), 0..20);
        assert_eq!(rows_for(0..0, None, 0, 0), 0..0);
    }

    #[test]
    fn a_stretch_lies_ahead_and_scrolling_within_it_changes_nothing() {
        assert_eq!(rows(101..109, 100..108), 97..127);
        assert_eq!(rows(104..112, 99..109), 100..130);
        for start in 101..=121 {
            assert_eq!(rows(start..start + 8, 100..130), 100..130);
        }
        assert_eq!(rows(96..104, 99..109), 78..108);
        assert_eq!(rows(79..87, 78..108), 78..108);
    }

    #[test]
    fn after_a_jump_the_rows_in_sight_come_alone() {
        assert_eq!(rows(500..508, 100..130), 500..508);
        assert_eq!(rows(20..28, 100..130), 20..28);
        // The list became shorter.
        assert_eq!(rows_for(80..88, Some(75..105), 90, 30), 80..88);
    }

    #[test]
    fn what_is_seen_is_always_there_and_never_more_than_there_are_places_for() {
        let mut before = None;
        let mut number = 7_u64;
        for _ in 0..20_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = (number >> 33) as usize;
            let count = 1 + random % 60;
            let places = 30.min(count);
            let start = (random / 60) % count;
            let seen = start..(start + 8).min(count);
            let now = rows_for(seen.clone(), before, count, places);
            assert!(now.start <= seen.start && seen.end <= now.end, "{seen:?} in {now:?}");
            assert!(now.end <= count && now.len() <= places, "{now:?} of {count} in {places}");
            before = Some(now);
        }
    }
}
