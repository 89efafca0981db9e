//! The Anthropic API as a onecred target, and the resolver of its environment variables.
