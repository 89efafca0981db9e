#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod adapt;
mod attempt;
mod bare;
mod client;
mod error;
#[cfg(feature = "middleware")]
mod middleware;
mod notes;
mod prefix;
mod pristine;
mod rebuild;
mod redirect;
mod send;
mod transport;
mod vet;

pub use bare::BareRequestExt;
pub use client::{Client, ClientBuilder, Derive, RequestBuilder};
pub use error::Error;
#[cfg(feature = "middleware")]
#[cfg_attr(docsrs, doc(cfg(feature = "middleware")))]
pub use middleware::AuthMiddleware;
pub use notes::{NotFollowed, ReauthorizeFailed};
pub use redirect::{MAX_REDIRECTS, Redirects};
pub use reqwest;
pub use send::ReqwestSend;
pub use transport::Transport;
