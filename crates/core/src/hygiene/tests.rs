use super::*;
use TextFrom::{Argument, Command, Environment, File, Provider};

const EVERYWHERE: [TextFrom; 5] = [Argument, Environment, File, Command, Provider];

#[track_caller]
fn accepts(text: &str, from: TextFrom, kept: &str, notes: &[Note]) {
    match clean(text, from) {
        Ok(clean) => {
            assert_eq!(clean.text, kept, "{text:?} from {from:?}");
            assert_eq!(clean.notes, notes, "{text:?} from {from:?}");
        }
        Err(error) => panic!("{text:?} from {from:?}: {error}"),
    }
}

#[track_caller]
fn refuses(text: &str, from: TextFrom, rule: Rule, position: impl Into<Option<usize>>) {
    match clean(text, from) {
        Ok(clean) => panic!("{text:?} from {from:?} was taken as {:?}", clean.text),
        Err(error) => assert_eq!(
            error,
            InvalidSecret::new(rule, position.into()),
            "{text:?} from {from:?}"
        ),
    }
}

#[test]
fn a_good_key_passes_untouched_from_everywhere() {
    for from in EVERYWHERE {
        for key in [
            "sk-ant-api03-abc_DEF-123",
            "a",
            "!~",
            "ABCD==",
            "ABCD=",
            "dGVzdA+/=",
            "id=7",
            "a:b",
            "{x}",
            "it's",
        ] {
            accepts(key, from, key, &[]);
        }
    }
}

#[test]
fn every_visible_ascii_character_is_good_inside_and_nothing_else_is() {
    for c in ('\0'..='\u{3000}').chain(['\u{feff}', '\u{ffff}', '\u{1f511}']) {
        let good = ('\u{21}'..='\u{7e}').contains(&c);
        let text = format!("ab{c}cd");
        match clean(&text, Argument) {
            Ok(clean) => assert!(good && clean.text == text, "U+{:04X}", u32::from(c)),
            Err(error) => assert!(
                !good && error.position() == Some(2),
                "U+{:04X}",
                u32::from(c)
            ),
        }
    }
}

#[test]
fn white_space_at_the_ends_goes_and_is_noted() {
    use Note::{
        TrimmedLeadingWhitespace as Lead, TrimmedTrailingNewline as Newline,
        TrimmedTrailingWhitespace as Trail,
    };
    for from in EVERYWHERE {
        accepts("key\n", from, "key", &[Newline]);
        accepts("key\r\n\r\n", from, "key", &[Newline]);
        accepts("key ", from, "key", &[Trail]);
        accepts("key \n", from, "key", &[Trail]);
        accepts(" \tkey", from, "key", &[Lead]);
        accepts("\n key\t\r\n", from, "key", &[Lead, Trail]);
    }
}

#[test]
fn one_pair_of_quotes_goes_from_environment_and_file() {
    for from in [Environment, File] {
        accepts("\"key\"", from, "key", &[Note::RemovedQuotes]);
        accepts("'key'", from, "key", &[Note::RemovedQuotes]);
        accepts(
            "'key'\n",
            from,
            "key",
            &[Note::TrimmedTrailingNewline, Note::RemovedQuotes],
        );
        accepts(
            " \" key \" ",
            from,
            "key",
            &[
                Note::TrimmedLeadingWhitespace,
                Note::TrimmedTrailingWhitespace,
                Note::RemovedQuotes,
            ],
        );
        refuses("\"'key'\"", from, Rule::StrayQuote, 1);
        refuses("\"\"", from, Rule::Empty, None);
        refuses("' \t'", from, Rule::Empty, None);
        refuses("\"key", from, Rule::StrayQuote, 0);
        refuses(" key'", from, Rule::StrayQuote, 4);
        refuses("\"key'", from, Rule::StrayQuote, 0);
        refuses("\"", from, Rule::StrayQuote, 0);
    }
}

#[test]
fn a_pair_of_quotes_is_refused_from_anywhere_else() {
    for from in [Argument, Command, Provider] {
        refuses("\"key\"", from, Rule::SurroundedByQuotes, 0);
        refuses(" 'key'\n", from, Rule::SurroundedByQuotes, 1);
        accepts("key\"", from, "key\"", &[]);
    }
}

#[test]
fn blank_is_empty() {
    for text in ["", " ", "\t\r\n", "\u{a0}", "\u{3000} \n"] {
        assert!(is_blank(text), "{text:?}");
        refuses(text, Environment, Rule::Empty, None);
    }
    assert!(!is_blank("x") && !is_blank("\u{200b}") && !is_blank("\0"));
}

#[test]
fn characters_are_refused_by_name_and_position() {
    for (text, rule, position) in [
        ("ab cd", Rule::InteriorWhitespace, 2),
        ("  ab\tcd", Rule::InteriorWhitespace, 4),
        ("ab\ncd", Rule::LineFeed, 2),
        ("ab\r\ncd", Rule::CarriageReturn, 2),
        ("ab\0", Rule::Nul, 2),
        ("ab\u{7f}", Rule::ControlCharacter('\u{7f}'), 2),
        ("\u{1b}[0mab", Rule::ControlCharacter('\u{1b}'), 0),
        ("ab\u{85}c", Rule::ControlCharacter('\u{85}'), 2),
        ("\u{feff}ab", Rule::ByteOrderMark, 0),
        ("ab\u{200b}", Rule::ZeroWidth('\u{200b}'), 2),
        ("a\u{2060}b", Rule::ZeroWidth('\u{2060}'), 1),
        ("a\u{202e}b", Rule::ZeroWidth('\u{202e}'), 1),
        ("a\u{a0}b", Rule::NoBreakSpace('\u{a0}'), 1),
        ("ab\u{a0}", Rule::NoBreakSpace('\u{a0}'), 2),
        ("\u{201c}ab\u{201d}", Rule::SmartQuote('\u{201c}'), 0),
        ("ab\u{2019}s", Rule::SmartQuote('\u{2019}'), 2),
        ("sk-\u{2013}x", Rule::NonAscii('\u{2013}'), 3),
        ("clé", Rule::NonAscii('é'), 2),
        // Counted in characters: é and 🔑 are two and four bytes.
        ("é🔑", Rule::NonAscii('é'), 0),
    ] {
        for from in EVERYWHERE {
            refuses(text, from, rule, position);
        }
    }
    refuses("'ab\u{200b}cd'", File, Rule::ZeroWidth('\u{200b}'), 3);
}

#[test]
fn a_position_counts_characters_before_it_and_not_bytes() {
    let text = "\u{3000}key";
    refuses(text, Argument, Rule::NonAscii('\u{3000}'), 0);
    // Both ends are looked at first, and 日 is three bytes long.
    refuses("a日b\u{200b}", Argument, Rule::ZeroWidth('\u{200b}'), 3);
}

#[test]
fn the_most_telling_rule_wins() {
    for (text, rule, position) in [
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n",
            Rule::PemBlock,
            0,
        ),
        (
            "{\"k\": \"-----BEGIN RSA PRIVATE KEY-----\\n\"}",
            Rule::PemBlock,
            7,
        ),
        ("\u{feff}-----BEGIN CERTIFICATE-----", Rule::PemBlock, 1),
        ("export ANTHROPIC_API_KEY=abc", Rule::Assignment, 0),
        ("  export ANTHROPIC_API_KEY=\"abc\"", Rule::Assignment, 2),
        ("export key=", Rule::Assignment, 0),
        ("set KEY=abc", Rule::Assignment, 0),
        ("$env:KEY = 'abc'", Rule::Assignment, 0),
        ("ANTHROPIC_API_KEY=abc", Rule::Assignment, 0),
        ("ANTHROPIC_API_KEY = abc", Rule::Assignment, 0),
        ("_K2=abc", Rule::Assignment, 0),
        ("K==abc", Rule::Assignment, 0),
        ("Bearer abc", Rule::AuthScheme, 0),
        ("BEARER\tabc", Rule::AuthScheme, 0),
        ("bearer", Rule::AuthScheme, 0),
        ("basic dTpw", Rule::AuthScheme, 0),
        ("x-api-key: sk-ant-api03-abc", Rule::HeaderLine, 0),
        ("X-Api-Key:abc", Rule::HeaderLine, 0),
        ("Authorization: Bearer abc", Rule::HeaderLine, 0),
        ("x-goog-api-key : abc", Rule::HeaderLine, 0),
    ] {
        for from in EVERYWHERE {
            refuses(text, from, rule, position);
        }
    }
    refuses("'Bearer abc'", Environment, Rule::AuthScheme, 1);
    refuses("\"export K=abc\"", File, Rule::Assignment, 1);
    refuses("\u{feff}\"abc\"", File, Rule::ByteOrderMark, 0);
    refuses("\"abc\"\u{200b}", File, Rule::ZeroWidth('\u{200b}'), 5);
}

#[test]
fn what_only_resembles_a_paste_passes() {
    for text in [
        "bearer-token-1",
        "Basics",
        "2FA=abc",
        "key=abc",
        "exported=abc",
        "ABC-D=x",
        "authorization",
        "BEGIN-----",
    ] {
        accepts(text, Argument, text, &[]);
    }
    // A keyword makes it an assignment only with a name and `=` behind it.
    refuses("export abc", Argument, Rule::InteriorWhitespace, 6);
}

#[test]
fn bytes_must_be_utf8() {
    assert_eq!(text_of(b"key"), Ok("key"));
    let refused = |bytes: &[u8]| text_of(bytes).unwrap_err();
    assert_eq!(
        refused(b"\xc3\xa9k\xffey"),
        InvalidSecret::new(Rule::NotUtf8, Some(3))
    );
    assert_eq!(
        refused(b"\xff\xfek\0e\0"),
        InvalidSecret::new(Rule::Utf16, Some(0))
    );
    assert_eq!(
        refused(b"\xfe\xff\0k"),
        InvalidSecret::new(Rule::Utf16, Some(0))
    );
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    for (text, says) in [
        (
            "sk-ant-api03\u{200b}x",
            "contains a zero-width space (U+200B) at character 12; paste the key again from its source",
        ),
        (
            "k\u{2026}y",
            "contains an ellipsis, as in a shortened key, (U+2026) at character 1; paste the key again from its source",
        ),
        (
            "clé",
            "contains a non-ASCII character (U+00E9) at character 2; paste the key again from its source",
        ),
        ("", "is empty; set a value or remove the setting"),
        (
            "a b",
            "contains white space at character 1; paste the key again, alone and as one word",
        ),
    ] {
        assert_eq!(
            clean(text, Argument)
                .err()
                .map(|e| e.to_string())
                .as_deref(),
            Some(says)
        );
    }
    let bytes = InvalidSecret::new(Rule::NotUtf8, Some(3));
    assert_eq!(
        bytes.to_string(),
        "is not UTF-8 text at byte 3; save it as plain UTF-8 text"
    );
}

#[test]
fn errors_contain_nothing_of_the_value() {
    let secret = "Zq7Xw9Kv";
    for broken in [
        "{} {}",
        "{}\n{}",
        "export K={}",
        "Bearer {}",
        "x-api-key: {}",
        "'{}'",
        "\"{}",
        "-----BEGIN {}",
        "{}é",
        "\0{}",
    ] {
        let text = broken.replace("{}", secret);
        for from in EVERYWHERE {
            if let Err(error) = clean(&text, from) {
                let shown = format!("{error} {error:?} {}", error.rule().code());
                let leaks = secret
                    .as_bytes()
                    .windows(3)
                    .any(|part| std::str::from_utf8(part).is_ok_and(|part| shown.contains(part)));
                assert!(!leaks, "{shown}");
            } else {
                assert!(
                    matches!(broken, "'{}'" | "\"{}"),
                    "{broken:?} passed from {from:?}"
                );
            }
        }
    }
}

#[test]
fn codes_are_kebab_case_and_distinct() {
    let rules = [
        Rule::Empty,
        Rule::InteriorWhitespace,
        Rule::CarriageReturn,
        Rule::LineFeed,
        Rule::Nul,
        Rule::ControlCharacter('\u{1}'),
        Rule::ByteOrderMark,
        Rule::ZeroWidth('\u{200b}'),
        Rule::NoBreakSpace('\u{a0}'),
        Rule::SmartQuote('\u{2019}'),
        Rule::NonAscii('é'),
        Rule::NotUtf8,
        Rule::Utf16,
        Rule::SurroundedByQuotes,
        Rule::StrayQuote,
        Rule::Assignment,
        Rule::AuthScheme,
        Rule::HeaderLine,
        Rule::PemBlock,
        Rule::FilePath,
        Rule::InvalidPrefix,
    ];
    let codes: std::collections::HashSet<_> = rules.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), rules.len());
    for code in codes {
        assert!(
            code.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{code}"
        );
    }
}
