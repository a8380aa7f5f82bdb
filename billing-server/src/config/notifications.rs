use std::{path::PathBuf, time::Duration};

use billing_core::{DispatchSettings, Language, TimeZone};
use chrono::TimeDelta;

use super::{Secret, parse, reader::Reader, variables};

/// The sender of a deployment that sends nothing to the world.
const NOBODY: &str = "billing@localhost";

/// How people are told of what happens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notifications {
    /// When and to whom messages are delivered.
    pub dispatch: DispatchSettings,
    /// Who letters are from.
    pub from: String,
    /// The sender's name.
    pub from_name: String,
    /// Where answers go, unless to the sender.
    pub reply_to: Option<String>,
    /// Templates that stand in for the built-in ones.
    pub templates: Option<PathBuf>,
    /// What becomes of a letter.
    pub transport: EmailTransport,
}

/// What becomes of a letter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EmailTransport {
    /// It is logged, without its reader.
    Log,
    /// It becomes a file in this folder.
    File(PathBuf),
    /// A mail server carries it on.
    Smtp(Smtp),
}

/// A mail server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: SmtpSecurity,
    /// Who signs in, and how.
    pub login: Option<(String, Secret)>,
    /// Certificates of authorities that are trusted beside the usual ones, as PEM.
    pub ca_file: Option<PathBuf>,
    /// How long it may take for one letter.
    pub timeout: Duration,
}

/// How a connection to a mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after the greeting; without it nothing is sent.
    StartTls,
    /// Not at all: for a server on this machine.
    None,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Option<Notifications> {
    let timeout = reader.parse(&variables::SMTP_TIMEOUT, parse::smtp_timeout);
    let dispatch = read_dispatch(reader, timeout);
    let transport = reader.parse(&variables::EMAIL_TRANSPORT, |word| match word {
        "log" | "file" | "smtp" => Ok(word.to_owned()),
        _ => Err("must be smtp, file or log"),
    });
    let smtp = read_smtp(reader, timeout, transport.as_deref() == Some("smtp"));
    let from = reader.parse(&variables::EMAIL_FROM, parse::email);
    let reply_to = reader.parse(&variables::EMAIL_REPLY_TO, parse::email);
    let from_name = reader.text(&variables::EMAIL_FROM_NAME)?.to_owned();
    let templates = reader.text(&variables::EMAIL_TEMPLATES_DIR).map(PathBuf::from);
    let folder = match reader.text(&variables::EMAIL_DIR) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(reader.text(&variables::DATA_DIR)?).join("mail"),
    };
    let transport = match transport?.as_str() {
        "smtp" => EmailTransport::Smtp(smtp?),
        "file" => EmailTransport::File(folder),
        _ => EmailTransport::Log,
    };
    let from = from.unwrap_or_else(|| NOBODY.to_owned());
    Some(Notifications { dispatch: dispatch?, from, from_name, reply_to, templates, transport })
}

fn read_dispatch(reader: &mut Reader<'_>, timeout: Option<Duration>) -> Option<DispatchSettings> {
    let operator = reader.parse(&variables::OPERATOR_EMAIL, parse::email);
    let language = reader
        .parse(&variables::DEFAULT_LANGUAGE, |word| word.parse::<Language>().map_err(|_| "must be uk or en"));
    let time_zone = reader.parse(&variables::DEFAULT_TIME_ZONE, str::parse::<TimeZone>);
    let backoff = reader.parse(&variables::OUTBOX_BACKOFF, parse::backoff);
    let give_up_after = reader.parse(&variables::OUTBOX_GIVE_UP_AFTER, parse::give_up_after);
    let (first, longest) = backoff?;
    let mut settings = DispatchSettings::default();
    settings.operator = operator;
    settings.language = language?;
    settings.time_zone = time_zone?;
    // Nobody else takes a letter that the mail server still thinks about.
    settings.lease = TimeDelta::from_std(timeout? * 2).ok()? + TimeDelta::seconds(10);
    settings.first_pause = TimeDelta::from_std(first).ok()?;
    settings.longest_pause = TimeDelta::from_std(longest).ok()?;
    settings.give_up_after = TimeDelta::from_std(give_up_after?).ok()?;
    Some(settings)
}

/// The mail server; what it needs is demanded only where it `is_used`.
fn read_smtp(reader: &mut Reader<'_>, timeout: Option<Duration>, is_used: bool) -> Option<Smtp> {
    let security = reader.parse(&variables::SMTP_SECURE, |word| match word {
        "tls" | "true" => Ok(SmtpSecurity::Tls),
        "starttls" | "false" => Ok(SmtpSecurity::StartTls),
        "none" => Ok(SmtpSecurity::None),
        _ => Err("must be tls, starttls or none"),
    });
    let usual_port = if security == Some(SmtpSecurity::Tls) { 465 } else { 587 };
    let port = match reader.text(&variables::SMTP_PORT) {
        Some(_) => reader.parse(&variables::SMTP_PORT, |port| {
            port.parse().ok().filter(|port| *port > 0).ok_or("must be a port, such as 587")
        }),
        None => Some(usual_port),
    };
    let ca_file = reader.text(&variables::SMTP_CA_FILE).map(PathBuf::from);
    let (user, password) = (reader.text(&variables::SMTP_USER), reader.text(&variables::SMTP_PASS));
    if !is_used {
        return None;
    }
    let why = "EMAIL_TRANSPORT=smtp needs it";
    let host = reader.require(&variables::SMTP_HOST, why, parse::host);
    reader.require(&variables::EMAIL_FROM, why, |_| Ok::<_, &str>(()));
    let login = match (user, password) {
        (Some(user), Some(password)) => Some((user.to_owned(), Secret::new(password))),
        (None, None) => None,
        (Some(_), None) => {
            reader.note(&variables::SMTP_PASS, "is not set; SMTP_USER needs it");
            return None;
        }
        (None, Some(_)) => {
            reader.note(&variables::SMTP_USER, "is not set; SMTP_PASS needs it");
            return None;
        }
    };
    Some(Smtp { host: host?, port: port?, security: security?, login, ca_file, timeout: timeout? })
}
