//! One client, one credential: obtain, cache, refresh and place credentials on HTTP requests, never two of them.
