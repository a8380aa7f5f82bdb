use crate::words::one_line;

/// The longest text of a server that is kept, and how much of it is looked at for that.
const LONGEST_CHARS: usize = 200;
const LONGEST_SAID_CHARS: usize = 2_000;
const MARK: &str = "[…]";

/// Words that nobody may see in an error: servers repeat addresses, and some whatever they were told.
#[derive(Debug, Default)]
pub(super) struct Redacted(Vec<String>);

impl Redacted {
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>) -> Self {
        let words = words.into_iter().map(|word| one_line(&word.as_ref().to_lowercase(), usize::MAX));
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    /// Both halves of an address, too: a server may write them apart.
    pub(super) fn and_address(mut self, user: &str, domain: &str) -> Self {
        self.0.extend([user.to_lowercase(), domain.to_lowercase()]);
        self
    }

    /// One line without those words, and without anything that looks like an address.
    pub(super) fn line(&self, text: &str) -> String {
        let said: String = text.chars().take(LONGEST_SAID_CHARS).collect();
        // Half a word could be half a secret.
        let whole = if said.len() < text.len() {
            said.rsplit_once(' ').map_or("", |(whole, _)| whole)
        } else {
            &said
        };
        let line = self.without_secrets(one_line(whole, usize::MAX));
        let is_address = |word: &str| word.contains('@') || word.to_lowercase().contains("%40");
        let shown: Vec<&str> =
            line.split(' ').map(|word| if is_address(word) { MARK } else { word }).collect();
        one_line(&shown.join(" "), LONGEST_CHARS)
    }

    /// The line without each secret that stands in it by itself: between what is no letter or digit.
    fn without_secrets(&self, mut shown: String) -> String {
        for secret in &self.0 {
            let mut from = 0;
            while let Some(range) = find(&shown, secret, from) {
                shown.replace_range(range.clone(), MARK);
                from = range.start + MARK.len();
            }
        }
        shown
    }
}

/// Where a secret, which is in small letters, stands by itself.
fn find(text: &str, secret: &str, from: usize) -> Option<std::ops::Range<usize>> {
    text.char_indices().map(|(start, _)| start).filter(|start| *start >= from).find_map(|start| {
        let end = end_of_match(&text[start..], secret)? + start;
        let is_apart = |neighbour: Option<char>| !neighbour.is_some_and(char::is_alphanumeric);
        let apart = is_apart(text[..start].chars().next_back()) && is_apart(text[end..].chars().next());
        apart.then_some(start..end)
    })
}

/// How many bytes of the text say the secret, if it begins so.
fn end_of_match(text: &str, secret: &str) -> Option<usize> {
    let mut rest = secret;
    for (at, character) in text.char_indices() {
        if rest.is_empty() {
            return Some(at);
        }
        rest = rest.strip_prefix(&character.to_lowercase().to_string())?;
    }
    rest.is_empty().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_may_repeat_what_they_like() {
        let redacted = Redacted::new(["billing", "p4ss-wörd"]).and_address("olena.k", "example.com");
        for (said, shown) in [
            ("5.1.1 <olena.k@example.com>: user unknown", "5.1.1 […] user unknown"),
            ("no mailbox here by the name Olena.K", "no mailbox here by the name […]"),
            ("EXAMPLE.COM, olena.k;", "[…], […];"),
            ("see https://x/?a=olena.k%40example.com now", "see […] now"),
            ("user=billing pass=P4SS-WÖRD", "user=[…] pass=[…]"),
            ("billing2 is not billing", "billing2 is not […]"),
            ("a\r\nb\0c", "a b c"),
            ("mailbox full", "mailbox full"),
            ("", ""),
        ] {
            assert_eq!(redacted.line(said), shown, "{said}");
        }
        assert_eq!(redacted.line(&"x ".repeat(1_000)).chars().count(), LONGEST_CHARS);
        let cut = format!("{}p4ss-wörd is it", "-".repeat(LONGEST_SAID_CHARS - 5));
        assert_eq!(redacted.line(&cut), "");
        // Some services make passwords of several words.
        let redacted = Redacted::new(["abcd efgh  ijkl"]);
        assert_eq!(redacted.line("login with ABCD efgh ijkl"), "login with […]");
    }

    #[test]
    fn the_shortest_names_are_found_only_by_themselves() {
        let redacted = Redacted::default().and_address("a", "b.c");
        assert_eq!(redacted.line("a mailbox at a b.c"), "[…] mailbox at […] […]");
    }
}
