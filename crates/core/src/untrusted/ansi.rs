//! The characters of a text that may be printed.

use std::str::Chars;

use super::is_invisible;

const ESC: char = '\u{1b}';
const BEL: char = '\u{7}';
/// String terminator as one C1 character.
const ST: char = '\u{9c}';

/// Iterates over what is left of a text without its escape sequences (ECMA-48), controls and invisible characters.
pub(super) struct Printable<'a> {
    rest: Chars<'a>,
    /// No string terminator is left. Remembered so that a text full of unterminated strings costs one search, and
    /// not one for each.
    no_terminator: bool,
}

impl<'a> Printable<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            no_terminator: false,
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.rest.next();
        }
    }

    fn skip_if(&mut self, wanted: impl Fn(char) -> bool) {
        if self.peek().is_some_and(wanted) {
            self.rest.next();
        }
    }

    /// After an ESC. What does not belong to a sequence is left to be looked at as any other character.
    fn skip_escape(&mut self) {
        match self.peek() {
            Some('[') => {
                self.rest.next();
                self.skip_csi();
            }
            Some(']' | 'P' | 'X' | '^' | '_') => {
                self.rest.next();
                self.skip_string();
            }
            _ => {
                self.skip_while(is_intermediate);
                self.skip_if(|c| matches!(c, '0'..='~'));
            }
        }
    }

    /// After a CSI: parameters, intermediates, one final character.
    fn skip_csi(&mut self) {
        self.skip_while(|c| matches!(c, '0'..='?'));
        self.skip_while(is_intermediate);
        self.skip_if(|c| matches!(c, '@'..='~'));
    }

    /// After the introducer of an OSC, DCS, SOS, PM or APC: everything up to BEL or ST. Without a terminator only the
    /// introducer goes, else a lone `ESC ]` would hide all the rest of a message.
    fn skip_string(&mut self) {
        if self.no_terminator {
            return;
        }
        let mut ahead = self.rest.clone();
        while let Some(c) = ahead.next() {
            let terminated = match c {
                BEL | ST => true,
                ESC => ahead.clone().next() == Some('\\'),
                _ => false,
            };
            if terminated {
                if c == ESC {
                    ahead.next();
                }
                self.rest = ahead;
                return;
            }
        }
        self.no_terminator = true;
    }
}

impl Iterator for Printable<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            match self.rest.next()? {
                ESC => self.skip_escape(),
                '\u{9b}' => self.skip_csi(),
                '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.skip_string(),
                // Also the line breaks of Unicode: next line, line and paragraph separator.
                '\n' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => return Some(' '),
                c if c.is_control() || is_invisible(c) => {}
                c => return Some(c),
            }
        }
    }
}

fn is_intermediate(c: char) -> bool {
    matches!(c, ' '..='/')
}
