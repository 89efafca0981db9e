//! onecred's own rows. To be filled in once onecred-core has an `Authenticator`; nothing else here knows of it.
//!
//! Two rows are meant: `authorize` (awaited, never pending on a hit) and `try_authorize`, both over a cached provider
//! whose token is [`crate::request::token`] with an hour to live, bound to the origin
//! `https://` + [`crate::request::AUTHORITY`]. A third over a derived client shows that deriving costs nothing.
//!
//! ```ignore
//! struct Awaited(Authenticator);
//!
//! impl Subject for Awaited {
//!     async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
//!         let mut view = AuthRequest::new(&request.method, &mut request.uri, &mut request.headers, Body::Empty);
//!         black_box(self.0.authorize(&mut view).await?);   // the receipt
//!         Ok(())
//!     }
//! }
//!
//! Candidate::new(Group::Ours, "onecred authorize", Awaited(authenticator))
//! ```
//!
//! The first call warms the cache (`Candidate::check`), so nothing has to be awaited here.

use crate::candidate::Candidate;

/// Our rows; none yet.
pub fn candidates() -> Vec<Candidate> {
    Vec::new()
}
