//! Wrong usage, told without repeating what was typed: it may be a key in the wrong place.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Prints what clap found, and says how the command ends.
pub(crate) fn report(error: &Error, out: &mut Output) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            out.line(error.to_string().trim_end());
            Exit::Good
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            out.plain_error(error.to_string().trim_end());
            Exit::Usage
        }
        _ => {
            let failure = Failure::usage(message(error)).hint(hint(error));
            out.failure(&failure);
            Exit::Usage
        }
    }
}

fn message(error: &Error) -> String {
    let argument = context(error, ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => "there is no such command".to_owned(),
        ErrorKind::MissingRequiredArgument => match argument {
            Some(missing) => format!("missing: {missing}"),
            None => "an argument is missing".to_owned(),
        },
        ErrorKind::InvalidValue if is_empty_value(error) => match argument {
            Some(name) => format!("{name} needs a value"),
            None => "a value is missing".to_owned(),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match argument {
            Some(name) => format!("the value of {name} is not one it takes"),
            None => "a value is not one its argument takes".to_owned(),
        },
        ErrorKind::ArgumentConflict => {
            let other = context(error, ContextKind::PriorArg);
            match (argument, other) {
                (Some(one), Some(other)) if one != other => {
                    format!("{one} cannot be used together with {other}")
                }
                (Some(one), _) => format!("{one} can be given once"),
                _ => "two arguments cannot be used together".to_owned(),
            }
        }
        // The name is the user's own text here.
        ErrorKind::UnknownArgument => match argument.as_deref().and_then(like_a_flag) {
            Some(flag) => format!("there is no argument {flag}"),
            None => "there is an argument that does not belong here".to_owned(),
        },
        _ => "the arguments cannot be read".to_owned(),
    }
}

fn hint(error: &Error) -> String {
    let suggestions = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    if let Some(known) = suggestions
        .into_iter()
        .find_map(|kind| context(error, kind))
    {
        return format!("did you mean `{known}`?");
    }
    match context(error, ContextKind::ValidValue) {
        Some(valid) => format!("it takes: {valid}"),
        None => "`onecred --help` and `onecred COMMAND --help` show what there is".to_owned(),
    }
}

fn is_empty_value(error: &Error) -> bool {
    context(error, ContextKind::InvalidValue).is_none_or(|value| value.is_empty())
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) if !texts.is_empty() => Some(texts.join(", ")),
        _ => None,
    }
}

/// A name as flags have it, and nothing that could be a key.
fn like_a_flag(text: &str) -> Option<&str> {
    let name = text.split('=').next().unwrap_or_default();
    let word = name.strip_prefix("--")?;
    let is_flag = (1..=24).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        && !word.starts_with("sk-");
    is_flag.then_some(name)
}
