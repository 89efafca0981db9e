//! Clients and what is done to them.

use http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, Clock, ForeignPolicy, Receipt, ResponseHead,
    Target, Verdict,
};
use onecred_testkit::wire::WireServer;
use onecred_testkit::{ManualClock, ManualRuntime};
use onecred_tests::{key, secs};

use crate::issuer::{Issuer, some_end};
use crate::predict::{Cred, Foreign, Form, foreign, value};
use crate::wire;

const ELSEWHERE: &str = "https://elsewhere.example";

pub(crate) struct World {
    rng: fastrand::Rng,
    clock: ManualClock,
    runtime: ManualRuntime,
    executor: tokio::runtime::Runtime,
    server: Option<WireServer>,
    here: String,
    issuers: Vec<Issuer>,
    slots: Vec<Slot>,
    /// Each with the number of its slot; clones have the same.
    clients: Vec<(Authenticator, usize)>,
    sent: Vec<Sent>,
    secrets: usize,
}

/// What all clones of one client share.
#[derive(Clone)]
struct Slot {
    at: At,
    auth: Choice,
    policy: ForeignPolicy,
    /// Headers that were a credential's here or in a client that this one was derived from.
    names: Vec<&'static str>,
}

/// A target, as the model knows it.
#[derive(Clone, PartialEq)]
struct At {
    origin: String,
    key: &'static str,
    region: Option<&'static str>,
    gateway: Option<&'static str>,
}

#[derive(Clone)]
enum Choice {
    Anonymous,
    Fixed(Cred),
    Issued(usize),
}

type Head = (Uri, HeaderMap);

/// A request that was authorized.
#[derive(Clone)]
struct Sent {
    client: usize,
    receipt: Receipt,
    auth: Choice,
    secret: Option<String>,
    /// As the policy left it, without ours.
    pristine: Head,
    as_sent: Head,
}

impl At {
    fn build(&self) -> Target {
        let target = Target::builder("model").origin(&self.origin).unwrap();
        let target = match self.key {
            "authorization" => target.key_bearer(),
            name => target.key_header(name).unwrap(),
        };
        let target = match self.region {
            Some(region) => target.region(region),
            None => target,
        };
        let target = match self.gateway {
            Some(secret) => target.gateway("x-gateway-key", key(secret)).unwrap(),
            None => target,
        };
        target.build().unwrap()
    }

    fn gateways(&self) -> Vec<&'static str> {
        self.gateway.map(|_| "x-gateway-key").into_iter().collect()
    }

    /// The headers that are a credential's at this target.
    fn names(&self) -> Vec<&'static str> {
        let mut names = self.gateways();
        names.push(self.key);
        names
    }

    fn is_bound_like(&self, other: &Self) -> bool {
        self.origin == other.origin && self.region == other.region
    }
}

impl World {
    pub(crate) fn new(seed: u64, over_a_socket: bool) -> Self {
        let clock = ManualClock::new();
        let server = over_a_socket.then(wire::server);
        let mut world = Self {
            rng: fastrand::Rng::with_seed(seed),
            runtime: ManualRuntime::threaded(&clock),
            executor: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            here: server
                .as_ref()
                .map_or("https://here.example".to_owned(), WireServer::origin),
            server,
            clock,
            issuers: Vec::new(),
            slots: Vec::new(),
            clients: Vec::new(),
            sent: Vec::new(),
            secrets: 0,
        };
        for number in 0..3 {
            let issuer = Issuer::new(number, &mut world.rng, &world.clock, &world.runtime);
            world.issuers.push(issuer);
        }
        world.make_client();
        world
    }

    /// Lets refreshes in the background land, so that a sequence is the same each time it is run.
    fn settle(&self) {
        let landed = (0..10_000_000).any(|_| {
            std::thread::yield_now();
            self.runtime.pending() == 0
        });
        assert!(landed, "a refresh hangs");
    }

    pub(crate) fn step(&mut self) {
        self.settle();
        match self.rng.u8(..20) {
            0 => self.make_client(),
            1 => self.clone_client(),
            2..=4 => self.derive(),
            5..=6 => self.replace(),
            7 => {
                let by = [1, 5, 50, 61, 3300, 3600][self.rng.usize(..6)];
                self.clock.advance(secs(by));
            }
            8 => {
                let issuer = self.rng.usize(..self.issuers.len());
                let mut state = self.issuers[issuer].state();
                state.fails = !state.fails;
            }
            9 => {
                let issuer = self.rng.usize(..self.issuers.len());
                self.issuers[issuer].cache.source_changed();
            }
            10..=12 => self.reject(),
            _ => {
                let client = self.any_client();
                self.request(client);
            }
        }
    }

    pub(crate) fn check_every_client(&mut self) {
        for client in 0..self.clients.len() {
            self.request(client);
        }
    }

    fn any_client(&mut self) -> usize {
        self.rng.usize(..self.clients.len())
    }

    fn any_at(&mut self) -> At {
        let (origin, region, gateway) = (self.rng.u8(..6), self.rng.u8(..6), self.rng.u8(..3));
        let keys = ["x-api-key", "api-key", "x-corp-key", "authorization"];
        At {
            origin: match origin {
                0 => ELSEWHERE.to_owned(),
                _ => self.here.clone(),
            },
            key: keys[self.rng.usize(..keys.len())],
            region: (region == 0).then_some("eu"),
            gateway: (gateway == 0).then_some("gateways-key"),
        }
    }

    fn any_choice(&mut self) -> Choice {
        match self.rng.u8(..8) {
            0 => Choice::Anonymous,
            1..=3 => {
                self.secrets += 1;
                Choice::Fixed(Cred {
                    form: Form::any(&mut self.rng),
                    secret: format!("fixed-{}", self.secrets),
                    until: some_end(&mut self.rng, self.clock.now()),
                    companions: self.rng.bool(),
                })
            }
            _ => Choice::Issued(self.rng.usize(..self.issuers.len())),
        }
    }

    fn any_policy(&mut self) -> ForeignPolicy {
        let all = [
            ForeignPolicy::Reject,
            ForeignPolicy::Strip,
            ForeignPolicy::Defer,
        ];
        all[self.rng.usize(..all.len())]
    }

    fn auth(&self, choice: &Choice) -> Auth {
        match choice {
            Choice::Anonymous => Auth::Anonymous,
            Choice::Fixed(cred) => Auth::fixed(cred.build()),
            Choice::Issued(issuer) => Auth::provider(self.issuers[*issuer].cache.clone()),
        }
    }

    fn make_client(&mut self) {
        let at = self.any_at();
        let slot = Slot {
            names: at.names(),
            at,
            auth: self.any_choice(),
            policy: self.any_policy(),
        };
        let client = Authenticator::builder(slot.at.build(), self.auth(&slot.auth))
            .clock(self.clock.clone())
            .foreign(slot.policy)
            .build()
            .unwrap();
        self.keep(client, slot);
    }

    fn keep(&mut self, client: Authenticator, slot: Slot) {
        self.slots.push(slot);
        self.clients.push((client, self.slots.len() - 1));
    }

    fn clone_client(&mut self) {
        let client = self.any_client();
        let copy = self.clients[client].clone();
        self.clients.push(copy);
    }

    fn derive(&mut self) {
        let parent = self.any_client();
        let (client, slot) = self.clients[parent].clone();
        let mut slot = self.slots[slot].clone();
        let mut derive = client.derive();
        let brings_auth = self.rng.bool();
        let was = slot.at.clone();
        let had = !matches!(slot.auth, Choice::Anonymous);
        if brings_auth {
            slot.auth = self.any_choice();
            derive = derive.auth(self.auth(&slot.auth));
        }
        if self.rng.bool() {
            slot.at = self.any_at();
            slot.names.extend(slot.at.names());
            derive = derive.target(slot.at.build());
        }
        let rebinds = self.rng.u8(..4) == 0;
        if rebinds {
            derive = derive.rebind();
        }
        if self.rng.u8(..4) == 0 {
            slot.policy = self.any_policy();
            derive = derive.foreign(slot.policy);
        }
        let refused = had && !brings_auth && !rebinds && !was.is_bound_like(&slot.at);
        match derive.build() {
            Ok(child) => {
                assert!(!refused, "a credential went along to another place");
                assert!(!child.is_same(&client));
                self.keep(child, slot);
            }
            Err(AuthError::RebindRequired(_)) => assert!(refused),
            Err(other) => panic!("{other}"),
        }
        self.request(parent);
    }

    fn replace(&mut self) {
        let client = self.any_client();
        let choice = self.any_choice();
        let slot = self.clients[client].1;
        let epoch = self.clients[client].0.replace(self.auth(&choice)).unwrap();
        self.slots[slot].auth = choice;
        assert_eq!(self.clients[client].0.status().epoch, epoch);
        self.request(client);
    }

    /// A request with this and that on it.
    fn any_head(&mut self, origin: &str) -> Head {
        let query = match self.rng.u8(..14) {
            0 => "?key=AIzaSyA-0123456789abcdefghijklmnopqrstu",
            1 => "?x=1&access_token=foreign",
            2 => "?Access_Token=foreign&y=2",
            3 => "?X-Amz-Signature=foreign",
            4 => "?key=x&page=2",
            5..=8 => "?x=1",
            _ => "",
        };
        let origin = match self.rng.u8(..12) {
            0 => "https://evil.example".to_owned(),
            1 => format!("{origin}.evil.example"),
            _ => origin.to_owned(),
        };
        let uri = format!("{origin}/v1{query}").parse();
        // A port with letters behind it is no URI at all.
        let uri = uri.unwrap_or_else(|_| Uri::from_static("https://evil.example/v1"));
        let mut headers = HeaderMap::new();
        headers.insert("accept", value("*/*"));
        if self.rng.bool() {
            headers.insert("anthropic-beta", value("callers-own"));
        }
        let stray = [
            "Authorization",
            "AUTHORIZATION",
            "X-Api-Key",
            "x-API-key",
            "API-Key",
            "x-goog-api-key",
            "X-Amz-Security-Token",
            "DPoP",
            "x-corp-key",
            "X-Gateway-Key",
        ];
        if self.rng.u8(..3) == 0 {
            for _ in 0..self.rng.usize(1..4) {
                let name = stray[self.rng.usize(..stray.len())];
                let name: HeaderName = name.parse().unwrap();
                headers.append(name, value("foreign"));
            }
        }
        (uri, headers)
    }

    fn request(&mut self, client: usize) {
        let slot = self.slots[self.clients[client].1].clone();
        let before = self.any_head(&slot.at.origin);
        let body = [Body::Empty, Body::Bytes(b"12345"), Body::Stream][self.rng.usize(..3)];
        let (mut uri, mut headers) = before.clone();
        let result = {
            let authenticator = &self.clients[client].0;
            let mut view = AuthRequest::new(&Method::POST, &mut uri, &mut headers, body);
            match self.rng.u8(..3) {
                0 => self.executor.block_on(authenticator.authorize(&mut view)),
                1 => authenticator.authorize_blocking(&mut view),
                _ => match authenticator.try_authorize(&mut view) {
                    Some(result) => result,
                    None => {
                        assert!(matches!(slot.auth, Choice::Issued(_)));
                        assert_eq!((uri, headers), before, "it had to wait");
                        return;
                    }
                },
            }
        };
        self.check(client, &slot, before, (uri, headers), body, result);
    }

    /// Compares one outcome with the model.
    fn check(
        &mut self,
        client: usize,
        slot: &Slot,
        before: Head,
        after: Head,
        body: Body<'_>,
        result: Result<Receipt, AuthError>,
    ) {
        if result.is_err() {
            assert_eq!(after, before, "something was left after {result:?}");
        }
        let origin = format!(
            "{}://{}",
            before.0.scheme_str().unwrap(),
            before.0.authority().unwrap()
        );
        if origin != slot.at.origin {
            assert!(matches!(result, Err(AuthError::OriginNotAllowed(_))));
            return;
        }
        let form = self.form(&slot.auth);
        let gateways = slot.at.gateways();
        let mut own = slot.names.clone();
        own.extend(form.and_then(|form| form.header(slot.at.key)));
        let pristine = match foreign(slot.policy, &own, &gateways, &before.0, &before.1) {
            Foreign::Refused => {
                assert!(
                    matches!(result, Err(AuthError::ForeignCredential(_))),
                    "{result:?}"
                );
                return;
            }
            Foreign::Conflict => {
                assert!(matches!(result, Err(AuthError::Conflict(_))), "{result:?}");
                return;
            }
            Foreign::DoesTheWork => {
                // A gateway's credential still goes along, and so ours may be waited for.
                if gateways.is_empty() || result.is_ok() {
                    let receipt = result.unwrap();
                    assert!(receipt.is_deferred());
                    let mut expected = before;
                    place_gateway(slot, &mut expected);
                    assert_eq!(after, expected);
                    // The header of an ancestor's gateway is no credential to the server.
                    let unknown = slot.names.contains(&"x-gateway-key")
                        && gateways.is_empty()
                        && after.1.contains_key("x-gateway-key");
                    self.on_the_wire(slot, &after, usize::from(!unknown));
                    let sent = self.sent_as(client, receipt, slot, None, expected, after);
                    self.sent.push(sent);
                }
                return;
            }
            Foreign::None => before,
            Foreign::Stripped(uri, headers) => (uri, headers),
        };
        let cred = match (&slot.auth, &result) {
            (Choice::Anonymous, _) => None,
            (Choice::Fixed(cred), Err(AuthError::Expired(at))) => {
                assert_eq!(cred.until, Some(*at));
                assert!(*at <= self.clock.now());
                return;
            }
            (Choice::Fixed(cred), _) => {
                assert!(cred.until.is_none_or(|until| self.clock.now() < until));
                Some(cred.clone())
            }
            (Choice::Issued(issuer), Err(AuthError::Provider(error))) => {
                let explained = self.issuers[*issuer].state().explains_an_error();
                assert!(explained, "{error}");
                return;
            }
            (Choice::Issued(_), Err(AuthError::BodyUnavailable)) => {
                assert!(form.is_some_and(Form::signs) && body == Body::Stream);
                return;
            }
            (Choice::Issued(issuer), _) => {
                let state = self.issuers[*issuer].state();
                let found = Cred::read(state.form(), slot.at.key, &after.0, &after.1);
                Some(state.check(&found.expect("a credential")))
            }
        };
        if body == Body::Stream && cred.as_ref().is_some_and(|cred| cred.form.signs()) {
            assert!(
                matches!(result, Err(AuthError::BodyUnavailable)),
                "{result:?}"
            );
            return;
        }
        let receipt = result.expect("nothing stands in its way");
        assert_eq!(receipt.epoch(), self.clients[client].0.status().epoch);
        assert_eq!(usize::from(receipt.gateways()), gateways.len());
        let mut expected = pristine.clone();
        if let Some(cred) = &cred {
            cred.place(slot.at.key, length(body), &mut expected);
        }
        place_gateway(slot, &mut expected);
        assert_eq!(after, expected);
        self.on_the_wire(slot, &after, usize::from(cred.is_some()));
        let secret = cred.map(|cred| cred.secret);
        let sent = self.sent_as(client, receipt, slot, secret, pristine, after);
        self.sent.push(sent);
    }

    fn form(&self, choice: &Choice) -> Option<Form> {
        match choice {
            Choice::Anonymous => None,
            Choice::Fixed(cred) => Some(cred.form),
            Choice::Issued(issuer) => Some(self.issuers[*issuer].state().form()),
        }
    }

    fn on_the_wire(&self, slot: &Slot, head: &Head, credentials: usize) {
        let Some(server) = &self.server else {
            return;
        };
        // The server takes it for a credential everywhere, this client only where it is the key's header.
        let ordinary = match slot.names.contains(&"x-corp-key") {
            true => 0,
            false => head.1.get_all("x-corp-key").iter().count(),
        };
        let uri = head.0.to_string();
        if uri.starts_with(&self.here) {
            // Servers read parameters by case; ours is cautious and does not.
            let unread = usize::from(uri.contains("Access_Token="));
            let arrived = wire::credentials_on(server, &head.0, &head.1) + unread;
            assert_eq!(arrived, credentials + ordinary, "on the wire: {uri}");
        }
    }

    fn sent_as(
        &self,
        client: usize,
        receipt: Receipt,
        slot: &Slot,
        secret: Option<String>,
        pristine: Head,
        as_sent: Head,
    ) -> Sent {
        Sent {
            client,
            receipt,
            auth: slot.auth.clone(),
            secret,
            pristine,
            as_sent,
        }
    }

    /// A 401 to something that was sent, soon or long after, told to the client that sent it.
    fn reject(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let sent = self.sent[self.rng.usize(..self.sent.len())].clone();
        let slot = self.slots[self.clients[sent.client].1].clone();
        let client = self.clients[sent.client].0.clone();
        if let (Choice::Issued(issuer), Some(secret)) = (&sent.auth, &sent.secret) {
            self.issuers[*issuer].state().report(secret);
        }
        let headers = HeaderMap::new();
        let answer = ResponseHead::new(StatusCode::UNAUTHORIZED, &headers);
        let verdict = client.on_response(&sent.receipt, &answer);
        let same_cache = matches!(
            (&sent.auth, &slot.auth),
            (Choice::Issued(then), Choice::Issued(now)) if then == now
        );
        if !same_cache || sent.receipt.is_deferred() || sent.receipt.attempt() > 0 {
            assert_eq!(verdict, Verdict::Reject);
        }
        if verdict != Verdict::Reauthorize {
            return;
        }
        let given = match self.rng.bool() {
            true => sent.pristine.clone(),
            false => sent.as_sent.clone(),
        };
        let (mut uri, mut headers) = given;
        let body = Body::Bytes(b"12345");
        let replayed = {
            let mut view = AuthRequest::new(&Method::POST, &mut uri, &mut headers, body);
            match self.rng.bool() {
                true => self
                    .executor
                    .block_on(client.reauthorize(&sent.receipt, &mut view)),
                false => client.reauthorize_blocking(&sent.receipt, &mut view),
            }
        };
        let after = (uri, headers);
        match replayed {
            Ok(Some(receipt)) => {
                assert_eq!(receipt.attempt(), 1);
                self.check(sent.client, &slot, sent.pristine, after, body, Ok(receipt));
                let again = client.on_response(&receipt, &answer);
                assert_ne!(again, Verdict::Reauthorize, "a replay was to be replayed");
                if let (Choice::Issued(issuer), Some(last)) = (&slot.auth, self.sent.last())
                    && let Some(secret) = &last.secret
                {
                    self.issuers[*issuer].state().report(secret);
                }
            }
            Ok(None) => assert_eq!(after, sent.pristine, "nothing newer, nothing left"),
            Err(error) => {
                assert_eq!(after, sent.pristine, "left after {error}");
                assert!(matches!(error, AuthError::Provider(_)), "{error}");
            }
        }
    }
}

fn length(body: Body<'_>) -> usize {
    match body {
        Body::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}

fn place_gateway(slot: &Slot, head: &mut Head) {
    if let Some(secret) = slot.at.gateway {
        head.1.insert("x-gateway-key", value(secret));
    }
}
