//! tower Layer and Service that put one onecred credential on every http::Request.
