//! The only place that writes to the terminal.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use onecred_core::{Env, HeaderSecret};
use serde::Serialize;

use crate::exit::Failure;

/// How wide a table is where nothing tells.
const WIDTH: u16 = 100;

/// Standard output and standard error. A pipe that the reader closed is not an error: what is written
/// behind that is dropped, and the exit code stays what it is.
#[derive(Debug)]
pub(crate) struct Output {
    is_terminal: bool,
    has_colour: bool,
    width: u16,
}

/// The colour of a word that says how something ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Good,
    Caution,
    Bad,
}

impl Output {
    pub(crate) fn for_process(env: &Env) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let wants_none = env.var("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = env.text("TERM").is_none_or(|term| term == "dumb");
        Self {
            is_terminal,
            has_colour: is_terminal && !wants_none && !is_dumb,
            width: env
                .text("COLUMNS")
                .and_then(|columns| columns.parse().ok())
                .unwrap_or(WIDTH),
        }
    }

    pub(crate) fn line(&mut self, text: impl Display) {
        write_line(&mut io::stdout().lock(), &printable(&text.to_string()));
    }

    /// A line that begins with a word in colour.
    pub(crate) fn headline(&mut self, tone: Tone, word: &str, rest: impl Display) {
        let (word, rest) = (printable(word), printable(&rest.to_string()));
        let line = match (self.has_colour, tone) {
            (false, _) => format!("{word}{rest}"),
            (true, Tone::Good) => format!("\x1b[32m{word}\x1b[0m{rest}"),
            (true, Tone::Caution) => format!("\x1b[33m{word}\x1b[0m{rest}"),
            (true, Tone::Bad) => format!("\x1b[31m{word}\x1b[0m{rest}"),
        };
        write_line(&mut io::stdout().lock(), &line);
    }

    /// With lines around the cells in a terminal, columns of plain text elsewhere.
    pub(crate) fn table<const N: usize>(&mut self, head: [&str; N], rows: Vec<[String; N]>) {
        let mut table = Table::new();
        if self.is_terminal {
            table.load_style(presets::UTF8_FULL);
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(self.width);
        } else {
            table.load_style(presets::NOTHING);
        }
        table.set_header(head);
        for row in rows {
            table.add_row(row.map(|cell| printable(&cell)));
        }
        for line in table.lines() {
            self.line(line.trim_end());
        }
    }

    pub(crate) fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.line(text),
            Err(_) => self.diagnose("error", "the result cannot be written as JSON"),
        }
    }

    /// A secret alone on a line, as it is, for which the user asked.
    pub(crate) fn secret(&mut self, secret: &HeaderSecret) {
        write_line(&mut io::stdout().lock(), secret.expose());
    }

    pub(crate) fn note(&mut self, text: impl Display) {
        self.diagnose("note", text);
    }

    pub(crate) fn failure(&mut self, failure: &Failure) {
        self.diagnose("error", &failure.message);
        if let Some(hint) = &failure.hint {
            self.diagnose("hint", hint);
        }
    }

    /// Help and usage, as they are.
    pub(crate) fn plain_error(&mut self, text: &str) {
        write_line(&mut io::stderr().lock(), &printable(text));
    }

    fn diagnose(&mut self, label: &str, text: impl Display) {
        let line = format!("onecred: {label}: {}", printable(&text.to_string()));
        write_line(&mut io::stderr().lock(), &line);
    }
}

fn write_line(to: &mut impl Write, text: &str) {
    // A closed pipe: nobody is there to be told.
    let _ = writeln!(to, "{text}").and_then(|()| to.flush());
}

/// The last line of defence: text from outside was cleaned where it came in.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}
