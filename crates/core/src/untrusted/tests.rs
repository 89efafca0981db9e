use super::*;

#[track_caller]
fn shows(text: &str, expected: &str) {
    assert_eq!(Untrusted::new(text).to_string(), expected, "for {text:?}");
    assert_eq!(Untrusted::sanitize(text), expected);
}

#[test]
fn plain_text_in_any_script_stays() {
    for text in [
        "",
        "invalid_grant: token expired",
        "ключ просрочен",
        "鍵がありません",
        "clé 🔑 (1/2) <a@b>",
    ] {
        shows(text, text);
    }
}

#[test]
fn escape_sequences_go_whole() {
    for (text, expected) in [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mx", "x"),
        ("\x1b[2J\x1b[1;1Hok", "ok"),
        ("\x1b[?25lx", "x"),
        ("\x1b[1 qx", "x"),
        ("\x1b]0;title\x07after", "after"),
        (
            "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
            "link",
        ),
        ("\x1b]52;c;ZXZpbA==\u{9c}x", "x"),
        ("\x1bPq#0;2;0\x1b\\x", "x"),
        ("\x1b_apc\x1b\\x\x1b^pm\x07y\x1bXsos\x07z", "xyz"),
        ("\x1bcreset", "reset"),
        ("\x1b(Bx\x1b)0y", "xy"),
        ("\x1b7save\x1b8", "save"),
        ("\u{9b}31mred", "red"),
        ("\u{9d}0;title\u{9c}after", "after"),
    ] {
        shows(text, expected);
    }
}

#[test]
fn broken_sequences_hide_no_more_than_themselves() {
    for (text, expected) in [
        ("\x1b", ""),
        ("a\x1b[", "a"),
        ("a\x1b[12;", "a"),
        ("\x1b[ 404", "404"),
        ("\x1b[31\x1b[32mx", "x"),
        ("\x1b[3\u{e9}x", "éx"),
        ("\x1b\x1b[31mx", "x"),
        ("\x1b\nx", " x"),
        ("\x1bé", "é"),
        ("\x1b]0;no end", "0;no end"),
        ("\x1b]0;a\x1b[31mb", "0;ab"),
    ] {
        shows(text, expected);
    }
}

#[test]
fn lines_become_one_line() {
    shows("a\nb\tc", "a b c");
    shows("a\r\nb", "a b");
    shows("real\rfake", "realfake");
    shows("a\u{85}b\u{2028}c\u{2029}d", "a b c d");
}

#[test]
fn every_character_below_u3000_and_the_bidi_ones() {
    let more = [
        '\u{feff}',
        '\u{3164}',
        '\u{ffa0}',
        '\u{e0001}',
        '\u{e0100}',
        '\u{fe0f}',
    ];
    for c in ('\0'..'\u{3000}').chain(more) {
        let shown = Untrusted::sanitize(&format!("<{c}>"));
        let expected = match c {
            // `>` is a parameter of a CSI and the final character of a plain escape.
            '\u{1b}' | '\u{9b}' => "<".to_owned(),
            '\t' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => "< >".to_owned(),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "<>".to_owned(),
            // The classes by their own numbers, not by the function under test.
            _ if [0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5].contains(&u32::from(c)) => {
                "<>".to_owned()
            }
            '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' => "<>".to_owned(),
            '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => "<>".to_owned(),
            c if more.contains(&c) => "<>".to_owned(),
            c => format!("<{c}>"),
        };
        assert_eq!(shown, expected, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn no_combination_of_three_leaves_a_control() {
    let parts = [
        '\x1b', '\u{9b}', '\u{9d}', '\u{9c}', '[', ']', '\\', '\x07', 'm', ' ', '1', '\n',
        '\u{202e}', 'é',
    ];
    for a in parts {
        for b in parts {
            for c in parts {
                for d in parts {
                    let text: String = [a, b, c, d, 'z', '!'].iter().collect();
                    let shown = Untrusted::sanitize(&text);
                    let clean = shown.chars().all(|c| !c.is_control() && c != '\u{202e}');
                    assert!(clean && shown.ends_with('!'), "{text:?} gave {shown:?}");
                }
            }
        }
    }
}

#[test]
fn ends_after_200_characters() {
    let exactly = "é".repeat(200);
    shows(&exactly, &exactly);
    shows(&"é".repeat(201), &format!("{}…", "é".repeat(199)));
    shows(&"é".repeat(9_000), &format!("{}…", "é".repeat(199)));
    // What is dropped does not count.
    shows(&format!("{exactly}\x1b[0m\u{200b}"), &exactly);
}

#[test]
fn debug_is_the_same_in_quotes() {
    let text = Untrusted::new("a \"b\" \\ \x1b[31mc\n\u{202e}");
    assert_eq!(format!("{text:?}"), r#""a \"b\" \\ c ""#);
    assert_eq!(
        format!("{:?}", Untrusted::new(&"x".repeat(300)))
            .chars()
            .count(),
        202
    );
}

#[test]
fn hostile_length_costs_linear_time() {
    // One search for a terminator for each introducer would be 10^11 steps: this would not end.
    let text = "\x1b]".repeat(500_000);
    shows(&text, "");
}
