#![doc = include_str!("../README.md")]

mod body;
mod error;
mod future;
mod guard;
mod layer;
mod origins;
mod refused;
mod replay;
mod response_body;
mod service;

pub use body::{AnyBodies, BodyView, DefaultBodies, HttpBodies, InspectBody, Streaming};
pub use error::{BoxError, MissingAuthenticator};
pub use future::ResponseFuture;
pub use guard::{OriginGuard, OriginGuardFuture, OriginGuardLayer};
pub use layer::AuthLayer;
pub use origins::OtherOrigins;
pub use refused::ReplayRefused;
pub use response_body::AuthBody;
pub use service::AuthService;
