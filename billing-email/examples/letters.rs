//! Writes each letter in both languages into a folder, as HTML, plain text and `.eml`: to be looked at.
//!
//! `cargo run -p billing-email --example letters -- FOLDER [TEMPLATES]`
use std::{env, error::Error, fs, path::PathBuf};

use billing_core::Language;
use billing_email::{EmailNotifier, EmailTransport, samples};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("which folder are the letters for?")?;
    let mut builder = EmailNotifier::builder("billing@example.com", EmailTransport::Log)
        .with_sender_name("Example")
        .with_reply_to("support@example.com")
        .with_product("Example")
        .with_frontend_url("https://app.example.com");
    if let Some(templates) = arguments.next() {
        builder = builder.with_templates(templates);
    }
    let notifier = builder.build()?;
    fs::create_dir_all(&folder)?;
    for language in Language::ALL {
        for (name, notification) in samples(language) {
            let (letter, path) = (notifier.letter(&notification)?, folder.join(format!("{name}.{language}")));
            let text = format!("{}\n\n{}", letter.subject(), letter.text());
            fs::write(path.with_added_extension("html"), letter.html())?;
            fs::write(path.with_added_extension("txt"), text)?;
            fs::write(path.with_added_extension("eml"), notifier.eml(&notification)?)?;
        }
    }
    Ok(())
}
