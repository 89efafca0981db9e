use onecred_testkit::wire::{Reply, WireServer};

use super::*;

const METADATA: &str = "http://metadata.google.internal/token";

fn answering() -> WireServer {
    let builder = WireServer::builder().respond(|_| Reply::ok());
    builder.start().unwrap()
}

/// A name that no network is asked for, at `server`.
fn with_proxy(proxy: &WireServer, server: &WireServer) -> Transport {
    Transport::new()
        .proxy(Proxy::all(proxy.origin()).unwrap())
        .resolve("metadata.google.internal", &[server.addr()])
}

#[tokio::test]
async fn a_direct_client_uses_no_proxy_for_any_host() {
    let (proxy, server) = (answering(), answering());
    let transport = with_proxy(&proxy, &server);
    let url = METADATA.replace("/token", &format!(":{}/token", server.addr().port()));
    let direct = transport.direct().unwrap();
    direct.get(&url).send().await.unwrap();
    assert_eq!((proxy.count(), server.count()), (0, 1));

    let proxied = transport.pools().unwrap().proxied;
    proxied.get(&url).send().await.unwrap();
    assert_eq!((proxy.count(), server.count()), (1, 1));

    let none = transport.no_proxy().pools().unwrap().proxied;
    none.get(&url).send().await.unwrap();
    assert_eq!((proxy.count(), server.count()), (1, 2));
}

#[test]
fn only_plain_http_to_this_machine_is_direct() {
    let pools = Transport::new().pools().unwrap();
    let is_direct = |url: &str| std::ptr::eq(pools.for_url(&url.parse().unwrap()), &pools.direct);
    for url in [
        "http://localhost/",
        "http://127.0.0.1:8080/x?y",
        "http://127.9.9.9/",
        "http://[::1]:80/",
        "http://LOCALHOST/",
    ] {
        assert!(is_direct(url), "{url}");
    }
    for url in [
        "https://localhost/",
        "http://localhost.evil.example/",
        "http://10.0.0.1/",
        "https://api.example.com/",
    ] {
        assert!(!is_direct(url), "{url}");
    }
}
