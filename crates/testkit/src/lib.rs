#![doc = include_str!("../README.md")]

mod conformance;
mod gate;
mod http_double;
mod leak_scan;
mod manual_clock;
mod manual_runtime;
mod scripted;
mod sync;
pub mod toys;
pub mod wire;

pub use conformance::{Broken, Conformance, Promise};
pub use gate::{Gate, Pass};
pub use http_double::{HttpDouble, HttpReply, SentRequest};
pub use leak_scan::{Leak, LeakForm, LeakScan, scan_for_secrets};
pub use manual_clock::{ManualClock, Sleep};
pub use manual_runtime::ManualRuntime;
pub use scripted::{Answer, MARK, ScriptedProvider};
