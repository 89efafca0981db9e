//! The command line.

/// What `--help` prints.
pub const USAGE: &str = "\
usage: onecred-bench [--samples N] [--quick] [--json]

  --samples N   samples per candidate and mode (default 21, with --quick 3)
  --quick       short samples: a smoke test, not a measurement
  --json        JSON instead of the table
";

/// The parsed command line.
#[derive(Debug)]
pub struct Args {
    /// Samples asked for, if any.
    pub samples: Option<usize>,
    /// Short samples, for a smoke test.
    pub quick: bool,
    /// JSON instead of the table.
    pub json: bool,
}

impl Args {
    /// Parses the arguments after the program name. `None` means that help was asked for.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut parsed = Self {
            samples: None,
            quick: false,
            json: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--samples" => parsed.samples = Some(samples(arguments.next())?),
                "--quick" => parsed.quick = true,
                "--json" => parsed.json = true,
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("unknown argument {other:?}")),
            }
        }
        Ok(Some(parsed))
    }
}

fn samples(value: Option<String>) -> Result<usize, String> {
    value
        .and_then(|text| text.parse().ok())
        .filter(|&count| count > 0)
        .ok_or_else(|| "--samples takes a number above 0".to_owned())
}
