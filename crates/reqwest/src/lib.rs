//! onecred for reqwest: a client that carries exactly one credential, a middleware, and the HTTP port for token endpoints.
