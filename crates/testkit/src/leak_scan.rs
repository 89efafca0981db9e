//! Finds secrets in what a program prints.

mod encode;
mod forms;

use std::error::Error;
use std::fmt::{self, Debug, Display};

use onecred_core::Fingerprint;

pub use forms::LeakForm;

use forms::Haystack;

/// Where one secret appeared, and how. It names the secret by number and fingerprint only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leak {
    /// Which output it was.
    pub place: String,
    /// Which secret: its index in the order in which they were given.
    pub secret: usize,
    /// What may be shown of it.
    pub fingerprint: Fingerprint,
    /// In which form.
    pub form: LeakForm,
}

impl Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.secret + 1;
        write!(
            f,
            "secret {number} ({}) appears in {} {}",
            self.fingerprint, self.place, self.form
        )
    }
}

/// Looks for `secrets` in one text, in every form that [`LeakForm`] lists.
///
/// ```
/// use onecred_testkit::{LeakForm, scan_for_secrets};
/// let leaks = scan_for_secrets("token=aHVudGVyMi1odW50ZXIy", &["hunter2-hunter2"]);
/// assert_eq!(leaks[0].form, LeakForm::Base64);
/// ```
#[must_use]
pub fn scan_for_secrets<S: AsRef<str>>(text: &str, secrets: &[S]) -> Vec<Leak> {
    let mut scan = LeakScan::new(secrets);
    scan.text("the text", text);
    scan.leaks()
}

/// Collects outputs and says which secret appears where.
///
/// ```
/// use onecred_testkit::LeakScan;
/// let mut scan = LeakScan::new(["test-only-secret-0001"]);
/// scan.debug("Debug of the config", &Some("nothing to see")).display("the greeting", &"hello");
/// scan.assert_clean();
/// ```
///
/// A fingerprint's last 4 characters are no leak, and neither is any other piece below 8.
#[derive(Clone, Default)]
pub struct LeakScan {
    secrets: Vec<String>,
    allowed: Vec<String>,
    outputs: Vec<(String, String)>,
}

impl LeakScan {
    /// A scan for these secrets. Empty ones are left out.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut scan = Self::default();
        for secret in secrets {
            scan.secret(secret.as_ref());
        }
        scan
    }

    /// One more secret to look for; the same again changes nothing.
    pub fn secret(&mut self, secret: &str) -> &mut Self {
        if !secret.is_empty() && self.secrets.iter().all(|known| known != secret) {
            self.secrets.push(secret.to_owned());
        }
        self
    }

    /// A text that may appear although it is a piece of a secret, such as a vendor's public prefix
    /// (`sk-ant-api03-`).
    pub fn allow(&mut self, text: &str) -> &mut Self {
        if !text.is_empty() {
            self.allowed.push(text.to_owned());
        }
        self
    }

    /// Looks at this text: a log, the output of a command.
    pub fn text(&mut self, place: impl Into<String>, text: impl Into<String>) -> &mut Self {
        self.outputs.push((place.into(), text.into()));
        self
    }

    /// Looks at `{:?}` and `{:#?}`.
    pub fn debug(&mut self, place: impl Into<String>, value: &(impl Debug + ?Sized)) -> &mut Self {
        let place = place.into();
        self.text(place.clone(), format!("{value:?}"));
        self.text(place, format!("{value:#?}"))
    }

    /// Looks at `{}`.
    pub fn display(
        &mut self,
        place: impl Into<String>,
        value: &(impl Display + ?Sized),
    ) -> &mut Self {
        self.text(place, value.to_string())
    }

    /// Looks at the `Debug` and `Display` of an error and of everything that caused it.
    pub fn error(&mut self, place: impl Into<String>, error: &(dyn Error + 'static)) -> &mut Self {
        let place = place.into();
        let chain = std::iter::successors(Some(error), |error| (**error).source());
        // A chain that bites its own tail is cut.
        for (depth, error) in chain.take(64).enumerate() {
            let place = match depth {
                0 => place.clone(),
                _ => format!("{place} (source {depth})"),
            };
            self.debug(place.clone(), error).display(place, error);
        }
        self
    }

    /// What was found: for each output and secret the plainest form only.
    #[must_use]
    pub fn leaks(&self) -> Vec<Leak> {
        let mut leaks: Vec<Leak> = Vec::new();
        for (place, text) in &self.outputs {
            let haystack = Haystack::new(text, &self.allowed);
            for (index, secret) in self.secrets.iter().enumerate() {
                let Some(form) = haystack.find(secret) else {
                    continue;
                };
                let leak = Leak {
                    place: place.clone(),
                    secret: index,
                    fingerprint: Fingerprint::of(secret.as_bytes()),
                    form,
                };
                if !leaks.contains(&leak) {
                    leaks.push(leak);
                }
            }
        }
        leaks
    }

    /// # Panics
    /// When a secret was found; the message lists where, and shows none of them.
    #[expect(clippy::panic, reason = "an assertion")]
    #[track_caller]
    pub fn assert_clean(&self) {
        let leaks = self.leaks();
        if !leaks.is_empty() {
            let lines: Vec<String> = leaks.iter().map(|leak| format!("\n  {leak}")).collect();
            panic!("{} leaks:{}", leaks.len(), lines.concat());
        }
    }
}

impl Debug for LeakScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakScan")
            .field("secrets", &self.secrets.len())
            .field("outputs", &self.outputs.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
