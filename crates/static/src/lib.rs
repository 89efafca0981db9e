//! Static API keys and bearer tokens for any origin, as a onecred target and resolver.
