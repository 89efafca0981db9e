//! `2030-01-02T03:04:05.678+01:00`, as credential helpers write the end of a credential.

use std::time::{Duration, SystemTime};

/// The moment, to the second; `None` for what is not RFC 3339, and for times before 1970.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        let all = digits.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| digits.parse().ok()).flatten()
    };
    let at = |index: usize| bytes.get(index).copied();
    let separated = at(4)? == b'-'
        && at(7)? == b'-'
        && matches!(at(10)?, b'T' | b't' | b' ')
        && at(13)? == b':'
        && at(16)? == b':';
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        // A leap second counts as the one after it.
        && second <= 60;
    if !separated || !valid {
        return None;
    }
    let offset = offset(text.get(19..)?)?;
    let seconds =
        days_before(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    let since_epoch = Duration::from_secs(u64::try_from(seconds).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

/// Seconds east of Greenwich, behind an optional fraction.
fn offset(rest: &str) -> Option<i64> {
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (zone.len() < fraction.len()).then_some(zone)?
        }
        None => rest,
    };
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let number = |text: &str, most: i64| -> Option<i64> {
        let is_two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_two_digits.then(|| text.parse().ok()).flatten()?;
        (number <= most).then_some(number)
    };
    Some(sign * (number(hours, 23)? * 3600 + number(minutes, 59)? * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, in the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let whole_years = before * 365 + before / 4 - before / 100 + before / 400;
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    whole_years + months + day - 1 - 719_162
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_moment() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:60z", 951_868_800),
            ("2024-12-31T23:59:59.999Z", 1_735_689_599),
            ("2025-01-01T01:00:00+01:00", 1_735_689_600),
            ("2024-12-31 18:30:00-05:30", 1_735_689_600),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "2025",
            "2025-01-01",
            "2025-01-01T00:00:00",
            "2025-13-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00+1:00",
            "2025-01-01T00:00:00 Z",
            "1969-12-31T23:59:59Z",
            "2025-01-0éT00:00:00Z",
            "+025-01-01T00:00:00Z",
            "2025-01-01T00:00:00+24:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
