/// Whether a character could break a line or turn the direction of the text around it.
fn is_steering(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text without characters that could break a line or turn its direction: each is a blank now.
pub(crate) fn without_controls(text: &str) -> String {
    text.chars().map(|character| if is_steering(character) { ' ' } else { character }).collect()
}

/// One line of at most so many characters, from somebody whom we don't know.
pub(crate) fn one_line(text: &str, most_chars: usize) -> String {
    let line = without_controls(text);
    let line = line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most_chars) {
        None => line,
        Some(_) => line.chars().take(most_chars.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        for (text, line) in [
            ("Олена\r\nBcc: x@example.com", "Олена Bcc: x@example.com"),
            ("  a\t\u{0}b  ", "a b"),
            ("\u{202e}gnp.exe\u{2066}\u{2028}x", "gnp.exe x"),
            ("", ""),
            ("12,40\u{a0}$", "12,40\u{a0}$"),
        ] {
            assert_eq!(one_line(text, 100), line);
        }
        assert_eq!(one_line("яяяяя", 5), "яяяяя");
        assert_eq!(one_line("яяяяяя", 5), "яяяя…");
        assert_eq!(one_line(&"x".repeat(10_000), 100).chars().count(), 100);
    }
}
