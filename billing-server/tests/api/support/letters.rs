use std::{fs, path::Path};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mail_parser::MessageParser;
use serde_json::json;

use super::{JWT_SECRET, eventually};

/// A letter as a mail program shows it.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) message_id: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Letter {
    pub(crate) fn parse(raw: &[u8]) -> Self {
        let letter = MessageParser::new().parse(raw).unwrap();
        let to = letter.to().and_then(mail_parser::Address::first).and_then(mail_parser::Addr::address);
        Self {
            to: to.unwrap().to_owned(),
            subject: letter.subject().unwrap().to_owned(),
            message_id: letter.message_id().unwrap().to_owned(),
            text: letter.body_text(0).unwrap().into_owned(),
            html: letter.body_html(0).unwrap().into_owned(),
        }
    }
}

/// The letters in a folder, oldest first.
pub(crate) fn letters(folder: &Path) -> Vec<Letter> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    files.iter().map(|file| Letter::parse(&fs::read(file).unwrap())).collect()
}

/// Waits for the first letter in a folder that is wanted.
pub(crate) async fn letter(folder: &Path, what: &str, wanted: impl Fn(&Letter) -> bool) -> Letter {
    eventually(what, async || letters(folder).into_iter().find(|letter| wanted(letter))).await
}

/// A token of `user` who has this address, issued so many seconds ago.
pub(crate) fn token_with_address(user: &str, email: &str, seconds_ago: u64) -> String {
    let now = jsonwebtoken::get_current_timestamp();
    let claims = json!({
        "sub": user, "email": email, "name": "Олена Коваль", "iat": now - seconds_ago, "exp": now + 3_600,
    });
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}
