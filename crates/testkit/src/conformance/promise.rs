//! The promises, each with the sentence that the report shows.

use std::fmt;

macro_rules! promises {
    ($($(#[doc = $doc:literal])+ $variant:ident, $name:literal, $text:literal, $mend:literal;)+) => {
        /// What a provider promises, as [`Conformance`](crate::Conformance) tries it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Promise {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Promise {
            /// All of them, in the order in which they are tried.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What is promised.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// How a provider that breaks it is mended.
            pub fn mend(self) -> &'static str {
                match self { $(Self::$variant => $mend,)+ }
            }
        }
    };
}

promises! {
    /// The name is not blank and does not change.
    Name, "name",
    "name() is not blank and stays the same",
    "return a constant; what changes belongs into the credential's subject";
    /// No panic, also with a deadline that has passed, a rejection, or two calls at once.
    NoPanic, "no-panic",
    "provide() does not panic: with any reason, after the deadline, or called twice at once",
    "return a ProviderError in place of unwrap, expect, indexing and arithmetic that can fail";
    /// Every call ends.
    Answers, "answers",
    "provide() ends: with any reason, after the deadline, or called twice at once",
    "hold no lock across an await that another call needs, and give requests a time-out within cx.remaining()";
    /// The credential has not expired when it is returned.
    NotExpired, "not-expired",
    "a returned credential has not expired",
    "check the expiry of what the source holds, and get another or return an Unavailable error";
    /// The credential can be put on a request.
    Usable, "usable",
    "provide() returns a credential that can be placed on a request",
    "make the provider under test succeed; if the credential wants a special target, give it with .target(…)";
    /// Nothing shows a secret.
    Redaction, "redaction",
    "no secret is in any Debug or Display of the provider, its credential and its errors",
    "keep secrets in Secret and HeaderSecret, do not derive Debug over String, and leave response bodies out of errors";
    /// Expiry is computed from the clock of the call.
    ExpiryByClock, "expiry-by-clock",
    "expiry is computed from cx.clock()",
    "use cx.clock().now() in place of SystemTime::now(), or declare .absolute_expiry() if the source states the time";
    /// After the expiry there is another credential.
    Renews, "renews",
    "after the expiry a call returns a usable credential, not the old one",
    "keep no cache in the provider, or check its expiry with cx.clock(); CachedProvider caches already";
    /// A rejection goes to the source.
    ForcedRefresh, "forced-refresh",
    "asked with Reason::Rejected, it goes to its source and not to a cache of its own",
    "go past every cache when cx.reason() is Reason::Rejected; CachedProvider caches already";
    /// Behind the cache, many callers cause one call.
    SingleFlight, "single-flight",
    "100 concurrent callers behind one CachedProvider, and 10 more within two seconds, cause one call",
    "return credentials that live for a while: a refresh_after of zero asks the source again and again";
    /// A call may be dropped at any await.
    Cancellation, "cancellation",
    "a call that is dropped at any await leaves the provider working",
    "change state only after the last await, or restore it in a Drop guard";
    /// It survives the runtime on which it ran.
    RuntimeLost, "runtime-lost",
    "it works on another runtime after the first one is gone",
    "keep no tasks, timers or connections of a runtime in the provider; make them within the call";
    /// It needs no tokio, if it claims so.
    NoRuntime, "no-runtime",
    "it works on a thread without tokio",
    "use cx.sleep() and HttpSend in place of tokio's timers and sockets, or do not claim .needs_no_runtime()";
    /// A source that hangs does not block the thread.
    Yields, "yields",
    "a source that never answers costs its callers the cache's time-out and no more",
    "await in place of blocking; move blocking calls to tokio::task::spawn_blocking";
    /// Errors have the kind that was declared.
    ErrorKinds, "error-kinds",
    "errors have the kind that drives chain, cache and reader",
    "choose the kind by what the reader must do, see ProviderErrorKind";
    /// An error's text is one fact.
    OneFact, "one-fact",
    "an error states one fact and does not repeat its source",
    "give the cause with with_source() and leave its text out of the message";
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
