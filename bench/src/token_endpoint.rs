//! An issuer on the loopback interface: answers every request with the one token and counts who asked.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::candidate::Failure;
use crate::request::token;

/// How long a token is said to live: longer than any run and than every peer's refresh margin.
pub const LIFETIME: Duration = Duration::from_secs(3600);
/// A client that says nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(5);

type Routes = Arc<Mutex<HashMap<&'static str, Arc<AtomicU64>>>>;

/// The running issuer. Its thread ends with the process.
#[derive(Debug)]
pub struct TokenEndpoint {
    address: SocketAddr,
    routes: Routes,
}

/// One peer's part of the issuer.
#[derive(Debug)]
pub struct Route {
    /// Everything below this URL is answered with a token.
    pub url: String,
    /// Tokens handed out here.
    pub fetches: Arc<AtomicU64>,
}

impl TokenEndpoint {
    /// Binds a free port of 127.0.0.1 and serves it from a thread.
    pub fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let routes = Routes::default();
        let served = Arc::clone(&routes);
        std::thread::Builder::new()
            .name("token-endpoint".to_owned())
            .spawn(move || {
                for stream in listener.incoming().flatten() {
                    // A client that breaks off sees that itself; its candidate then fails the run.
                    let _ = answer(stream, &served);
                }
            })?;
        Ok(Self { address, routes })
    }

    /// Opens the path `/name`.
    pub fn route(&self, name: &'static str) -> Route {
        let fetches = Arc::new(AtomicU64::new(0));
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        routes.insert(name, Arc::clone(&fetches));
        Route {
            url: format!("http://{}/{name}", self.address),
            fetches,
        }
    }
}

/// Reads one request and answers it; the connection is then closed.
fn answer(stream: TcpStream, routes: &Routes) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(&stream);
    let path = read_request(&mut reader)?;
    let route = path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    let fetches = routes
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(route)
        .cloned();
    let (status, body) = match fetches {
        Some(fetches) => {
            fetches.fetch_add(1, Ordering::Relaxed);
            ("200 OK", token_response())
        }
        None => ("404 Not Found", "{}".to_owned()),
    };
    write!(
        &stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len(),
    )
}

/// Consumes a request with its body; gives its path.
fn read_request(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    Ok(path)
}

fn token_response() -> String {
    serde_json::json!({
        "access_token": token(),
        "token_type": "Bearer",
        "expires_in": LIFETIME.as_secs(),
    })
    .to_string()
}
