use lettre::{Address, message::Mailbox};
use url::Host;

use crate::words::one_line;

/// The longest address that mail can carry (RFC 5321, 4.5.3.1.3, without its brackets).
const LONGEST_ADDRESS_BYTES: usize = 254;
const LONGEST_NAME_CHARS: usize = 100;

/// Somebody's address, its domain in ASCII; or what is wrong with it.
pub(crate) fn address(text: &str) -> Result<Address, &'static str> {
    if text.len() > LONGEST_ADDRESS_BYTES {
        return Err("it is too long");
    }
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err("it has blanks or control characters");
    }
    let parsed: Address = text.parse().map_err(|_| "it is no address")?;
    if parsed.domain().is_ascii() {
        return Ok(parsed);
    }
    let domain = Host::parse(parsed.domain()).map_err(|_| "it has no domain")?;
    Address::new(parsed.user(), domain.to_string()).map_err(|_| "it has no domain")
}

/// An address with a name before it, where there is one.
pub(crate) fn mailbox(name: Option<&str>, address: Address) -> Mailbox {
    let name = name.map(|name| one_line(name, LONGEST_NAME_CHARS)).filter(|name| !name.is_empty());
    Mailbox::new(name, address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_can_go_to() {
        for (text, read) in [
            ("olena@example.com", "olena@example.com"),
            ("olena+billing@mail.example.com", "olena+billing@mail.example.com"),
            ("olena@приклад.укр", "olena@xn--80aikifvh.xn--j1amh"),
            ("олена@example.com", "олена@example.com"),
            ("root@[127.0.0.1]", "root@[127.0.0.1]"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), read);
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "olena",
            "@example.com",
            "olena@",
            "a b@example.com",
            "olena@example.com\r\nBcc: b@c",
            "olena@example.com\0",
            "olena@exa mple.com",
            "Olena <olena@example.com>",
            "a@b@c@",
            "<olena@example.com>",
            "olena@example.com>",
            &long,
        ] {
            assert!(address(text).is_err(), "{text:?}");
        }
    }
}
