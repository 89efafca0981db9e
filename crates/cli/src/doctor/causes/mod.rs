//! One file for each cause, and the table of them. Those that need the SDK of a cloud are missing.

mod azure_audience;
mod base_url;
mod conflict;
mod empty;
mod expired;
mod gateway;
mod helper;
mod keyring_and_modes;
mod pasted;
mod proxy_and_ca;
mod shadowed_login;
mod shared_refresh;
mod wrong_kind;
mod wrong_vendor;

use super::finding::{Finding, Findings};
use super::scene::Scene;

struct Cause {
    code: &'static str,
    look: fn(&Scene<'_>, &mut Findings),
}

const fn cause(code: &'static str, look: fn(&Scene<'_>, &mut Findings)) -> Cause {
    Cause { code, look }
}

const CAUSES: [Cause; 14] = [
    cause("OC001", conflict::look),
    cause("OC002", shadowed_login::look),
    cause("OC004", empty::look),
    cause("OC005", pasted::look),
    cause("OC006", wrong_kind::look),
    cause("OC007", wrong_vendor::look),
    cause("OC008", base_url::look),
    cause("OC009", expired::look),
    cause("OC017", azure_audience::look),
    cause("OC020", helper::look),
    cause("OC021", shared_refresh::look),
    cause("OC022", proxy_and_ca::look),
    cause("OC023", gateway::look),
    cause("OC024", keyring_and_modes::look),
];

/// What every cause finds.
pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for cause in &CAUSES {
        let mut found = Findings::of(cause.code);
        (cause.look)(scene, &mut found);
        all.extend(found.into_vec());
    }
    all
}
