//! What caused an error, made fit for display.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::untrusted::Untrusted;

/// The cause of an error, which may come from anywhere: what it says is shown through [`Untrusted`], and so
/// is what caused it, to the end of the chain. The error itself can be had by
/// [`get_ref`](Self::get_ref).
#[derive(Clone)]
pub struct Cause {
    error: Arc<dyn Error + Send + Sync>,
    link: Arc<Link>,
}

/// One error of the chain, as text, and the next.
struct Link {
    text: String,
    next: Option<Box<Link>>,
}

/// Chains longer than this are cut; one that bites its own tail would not end.
const DEEPEST: usize = 16;

impl Cause {
    pub(crate) fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error: Arc<dyn Error + Send + Sync> = Arc::from(error.into());
        let link = Link::of(&*error, DEEPEST);
        Self {
            error,
            link: Arc::new(link),
        }
    }

    /// The error as it came, for downcasting. Its own `Display` may be anything.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }
}

impl Link {
    fn of(error: &(dyn Error + 'static), depth: usize) -> Self {
        let next = match depth {
            0 => None,
            _ => error.source(),
        };
        Self {
            text: Untrusted::sanitize(&error.to_string()),
            next: next.map(|next| Box::new(Self::of(next, depth - 1))),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.link, f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.link, f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.link.source()
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)?;
        match &self.next {
            Some(next) => write!(f, " <- {next:?}"),
            None => Ok(()),
        }
    }
}

impl Error for Link {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next
            .as_deref()
            .map(|next| next as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_chain_is_fit_for_display_and_the_error_can_be_had() {
        let inner = std::io::Error::other("\u{1b}[31mred\u{202e}\r\n");
        let outer = std::io::Error::new(std::io::ErrorKind::NotFound, inner);
        let cause = Cause::new(outer);
        let mut chain = vec![format!("{cause} {cause:?}")];
        let mut next = cause.source();
        while let Some(error) = next {
            chain.push(format!("{error} {error:?}"));
            next = error.source();
        }
        for text in &chain {
            assert!(
                !text.chars().any(|c| c.is_control() || c == '\u{202e}'),
                "{text:?}"
            );
        }
        let kind = cause
            .get_ref()
            .downcast_ref::<std::io::Error>()
            .map(|e| e.kind());
        assert_eq!(kind, Some(std::io::ErrorKind::NotFound));
    }
}
