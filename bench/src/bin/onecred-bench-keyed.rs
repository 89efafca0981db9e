//! What a set of keyed clients costs: memory for each, look-ups, and refreshes ahead of the expiry by one scheduler.
//!
//! `--quick` for a hundredth of the keys.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use http::{HeaderMap, Method, Uri};
use onecred_bench::candidate::Failure;
use onecred_bench::keyed::{self, Spread, Tenants};
use onecred_core::{AuthRequest, Body};

fn main() -> Result<(), Failure> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let scale = if quick { 100 } else { 1 };
    let mut out = std::io::stdout().lock();
    memory(&mut out, scale)?;
    lookups(&mut out, scale)?;
    spread(&mut out, &Spread::measure(100_000 / scale)?)?;
    Ok(())
}

fn memory(out: &mut impl Write, scale: usize) -> Result<(), Failure> {
    writeln!(
        out,
        "Memory, bytes for each tenant, its key of 14 characters and its secret included"
    )?;
    writeln!(
        out,
        "{:>9}  {:>7}  {:>7}  what",
        "tenants", "bytes", "allocs"
    )?;
    type Fill = fn(&Tenants, usize) -> Result<(), Failure>;
    let rows: [(&str, usize, Fill); 5] = [
        (
            "static API key of 40 characters",
            1_000_000,
            keyed::fill_static,
        ),
        ("provider, never used", 1_000_000, keyed::fill_unused),
        (
            "provider, token of 40 characters, used",
            1_000_000,
            keyed::fill_used::<40>,
        ),
        (
            "provider, token of 1,024 characters, used",
            100_000,
            keyed::fill_used::<1024>,
        ),
        (
            "provider, token of 40 characters, after 40 refreshes",
            10_000,
            keyed::fill_refreshed,
        ),
    ];
    for (what, tenants, fill) in rows {
        let tenants = tenants / scale;
        let set = Tenants::new(tenants)?;
        let mut outcome = Ok(());
        let counted = allocation_counter::measure(|| outcome = fill(&set, tenants));
        outcome?;
        let each = |total: i64| total as f64 / tenants as f64;
        writeln!(
            out,
            "{tenants:>9}  {:>7.0}  {:>7.1}  {what}",
            each(counted.bytes_current),
            each(counted.count_current)
        )?;
    }
    Ok(())
}

/// Look-ups per sample.
const LOOKUPS: usize = 200_000;
const SAMPLES: usize = 11;

fn lookups(out: &mut impl Write, scale: usize) -> Result<(), Failure> {
    writeln!(
        out,
        "\nLook-ups of random keys on one thread, ns for each (median of {SAMPLES}; fastest..slowest)"
    )?;
    writeln!(
        out,
        "{:>9}  {:>22}  {:>22}",
        "tenants", "get", "get + authorize"
    )?;
    for tenants in [1_000, 100_000, 1_000_000] {
        let tenants = (tenants / scale).max(10);
        let set = Tenants::new(tenants)?;
        keyed::fill_used::<40>(&set, tenants)?;
        let keys: Vec<String> = set.random_keys(tenants, LOOKUPS);
        let get = sample(&keys, |key| set.keyed.get(key).is_some());
        let mut uri: Uri = keyed::URI.parse()?;
        let mut headers = HeaderMap::new();
        let both = sample(&keys, |key| {
            let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
            let client = set.keyed.get(key);
            let done = client.and_then(|client| client.try_authorize(&mut request));
            headers.clear();
            matches!(done, Some(Ok(_)))
        });
        writeln!(out, "{tenants:>9}  {:>22}  {:>22}", get?, both?)?;
    }
    Ok(())
}

fn sample(keys: &[String], mut hit: impl FnMut(&str) -> bool) -> Result<String, Failure> {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..SAMPLES {
        let start = Instant::now();
        let hits = keys.iter().filter(|key| hit(black_box(key))).count();
        times.push(start.elapsed());
        if hits != keys.len() {
            return Err("a key was not there".into());
        }
    }
    times.sort();
    let each = |index: usize| {
        let time = times.get(index).copied().unwrap_or_default();
        time.as_nanos() as f64 / keys.len() as f64
    };
    Ok(format!(
        "{:.0} ({:.0}..{:.0})",
        each(SAMPLES / 2),
        each(0),
        each(SAMPLES - 1)
    ))
}

fn spread(out: &mut impl Write, spread: &Spread) -> Result<(), Failure> {
    writeln!(
        out,
        "\nRefreshes ahead of {} tenants' tokens (life 1 h, all obtained within {} s) by one scheduler",
        spread.tenants, spread.obtained_within
    )?;
    writeln!(
        out,
        "A refresh takes 1 s, at most {} at once; manual clock",
        spread.most_at_once
    )?;
    writeln!(out, "{:>18}  {:>9}", "before expiry", "started")?;
    let most = spread
        .histogram
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(1)
        .max(1);
    for (from, count) in &spread.histogram {
        let bar = "#".repeat(count * 50 / most);
        writeln!(
            out,
            "{:>11}..{:>3} s  {count:>9}  {bar}",
            from + keyed::BUCKET,
            from
        )?;
    }
    writeln!(out, "refreshed:                 {:>9}", spread.refreshed)?;
    writeln!(out, "expired before refreshed:  {:>9}", spread.expired)?;
    writeln!(
        out,
        "most in flight:            {:>9}",
        spread.most_in_flight
    )?;
    writeln!(
        out,
        "most started in 1 s:       {:>9}",
        spread.most_in_a_second
    )?;
    writeln!(out, "scheduler tasks:           {:>9}", spread.tasks)?;
    writeln!(
        out,
        "real time for all of it:   {:>7.1} s",
        spread.real.as_secs_f64()
    )?;
    if spread.expired > 0 || spread.tasks != 1 {
        return Err(
            "a token expired before its refresh, or there is more than one scheduler".into(),
        );
    }
    Ok(())
}
