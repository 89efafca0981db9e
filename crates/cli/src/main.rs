//! The onecred command: explain, headers and demo for HTTP credentials.
fn main() {}
