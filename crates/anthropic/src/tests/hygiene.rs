//! Every awkward value, through the variable and through the argument.

use onecred_core::{Env, InvalidSource, ResolveErrorKind, Rule};

use super::{KEY, all_text, resolve};
use crate::{Anthropic, Error};

/// The rule that an argument and a variable with this value break; `None` if it is taken.
type Case = (String, Option<Rule>, Option<Rule>);

fn cases() -> Vec<Case> {
    let in_key = |inserted: &str| KEY.replacen('-', inserted, 1);
    let both = |value: String, rule: Rule| (value, Some(rule), Some(rule));
    vec![
        (format!("{KEY}\n"), None, None),
        (format!(" {KEY}\t"), None, None),
        (format!("\"{KEY}\""), Some(Rule::SurroundedByQuotes), None),
        (format!("'{KEY}'\n"), Some(Rule::SurroundedByQuotes), None),
        both(format!("\u{feff}{KEY}"), Rule::ByteOrderMark),
        both(in_key("\u{200b}"), Rule::ZeroWidth('\u{200b}')),
        both(in_key("\u{a0}"), Rule::NoBreakSpace('\u{a0}')),
        both(
            format!("\u{201c}{KEY}\u{201d}"),
            Rule::SmartQuote('\u{201c}'),
        ),
        both(in_key("é"), Rule::NonAscii('é')),
        both(in_key(" "), Rule::InteriorWhitespace),
        both(in_key("\r"), Rule::CarriageReturn),
        both(in_key("\n"), Rule::LineFeed),
        both(in_key("\0"), Rule::Nul),
        both(in_key("\x1b"), Rule::ControlCharacter('\x1b')),
        both(format!("export ANTHROPIC_API_KEY={KEY}"), Rule::Assignment),
        both(format!("ANTHROPIC_API_KEY={KEY}"), Rule::Assignment),
        both(format!("Bearer {KEY}"), Rule::AuthScheme),
        both(format!("x-api-key: {KEY}"), Rule::HeaderLine),
        both(format!("-----BEGIN KEY-----\n{KEY}"), Rule::PemBlock),
        both(
            std::env::current_exe()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned(),
            Rule::FilePath,
        ),
    ]
}

fn rule(settings: &Anthropic, env: &Env) -> Option<Rule> {
    match resolve(settings, env) {
        Ok(resolved) => {
            assert_eq!(secret(&resolved.auth), KEY);
            None
        }
        Err(error) => {
            assert!(!all_text(&error).contains(KEY), "{error:?}");
            let Error::Credential(error) = error else {
                panic!("{error}");
            };
            match error.kind() {
                ResolveErrorKind::Invalid { error, .. } => {
                    InvalidSource::secret(error).map(|broken| broken.rule())
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn secret(auth: &onecred_core::Auth) -> String {
    match auth {
        onecred_core::Auth::Static(fixed) => {
            let secret = fixed.credential().secret().unwrap();
            secret.expose().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_awkward_value_is_cleaned_or_refused_with_the_rule() {
    for (value, by_argument, by_variable) in cases() {
        let nothing = Env::empty();
        for given in [
            Anthropic::builder().api_key(&value),
            Anthropic::builder().auth_token(&value),
        ] {
            assert_eq!(rule(&given, &nothing), by_argument, "{value:?}");
        }
        for variable in ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] {
            let env = Env::empty().with(variable, &value);
            assert_eq!(rule(&Anthropic::builder(), &env), by_variable, "{value:?}");
        }
    }
}
