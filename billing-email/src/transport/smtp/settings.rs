use std::{
    fmt, fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use billing_core::BoxError;
use lettre::transport::smtp::{
    client::{Certificate, TlsParameters},
    extension::ClientId,
};
use url::Host;

use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const COMMAND_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECTIONS: usize = 4;
const MOST_CONNECTIONS: usize = 100;
const LONGEST_TIMEOUT: Duration = Duration::from_mins(5);
/// What holds a certificate in a PEM file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// How the connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SmtpSecurity {
    /// TLS from the first byte; usually on port 465.
    #[default]
    Tls,
    /// A plain connection that is encrypted before anything is said on it; usually on port 587. A server that does not
    /// offer it gets nothing.
    StartTls,
    /// Nothing is encrypted; usually on port 25. Credentials are taken for a server on this machine alone.
    None,
}

/// Which mail server takes the letters, and how it is spoken to.
///
/// # Examples
/// ```
/// use billing_email::{SmtpSecurity, SmtpSettings};
///
/// let settings = SmtpSettings::new("mail.example.com")
///     .with_security(SmtpSecurity::StartTls)
///     .with_credentials("billing", "k3Ff0mVq7LwZ");
/// assert!(!format!("{settings:?}").contains("k3Ff0mVq7LwZ"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct SmtpSettings {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) security: SmtpSecurity,
    pub(super) credentials: Option<(String, Secret)>,
    pub(super) connect_timeout: Duration,
    pub(super) command_timeout: Duration,
    pub(super) connections: usize,
    root_certificates: Option<PathBuf>,
    hello_name: Option<String>,
}

impl SmtpSettings {
    /// The server of this name or address, over TLS and without a login.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            security: SmtpSecurity::default(),
            credentials: None,
            connect_timeout: CONNECT_TIMEOUT,
            command_timeout: COMMAND_TIMEOUT,
            connections: CONNECTIONS,
            root_certificates: None,
            hello_name: None,
        }
    }

    /// The port. By default the usual one of the [security](SmtpSecurity).
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// How the connection is encrypted: [`SmtpSecurity::Tls`] by default.
    pub fn with_security(mut self, security: SmtpSecurity) -> Self {
        self.security = security;
        self
    }

    /// Logs in, by PLAIN or LOGIN.
    pub fn with_credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some((user.into(), Secret::new(password)));
        self
    }

    /// How long it may take to connect, up to and with the greeting: 10 seconds by default.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the server may take for one command: 20 seconds by default.
    pub fn with_command_timeout(mut self, timeout: Duration) -> Self {
        self.command_timeout = timeout;
        self
    }

    /// How many connections there may be at once: 4 by default. They are kept for a minute, for the next letter.
    pub fn with_connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// A PEM file of root certificates that are believed beside those of this machine: of a private authority.
    pub fn with_root_certificates(mut self, path: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(path.into());
        self
    }

    /// What we call ourselves to the server: this machine's name by default.
    pub fn with_hello_name(mut self, name: impl Into<String>) -> Self {
        self.hello_name = Some(name.into());
        self
    }

    pub(super) fn used_port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            SmtpSecurity::Tls => 465,
            SmtpSecurity::StartTls => 587,
            SmtpSecurity::None => 25,
        })
    }

    /// What a conversation needs of them; or what is wrong with them.
    pub(super) fn check(&self) -> Result<(ClientId, Option<TlsParameters>), SettingsFault> {
        if Host::parse(&self.host).is_err() && self.host.parse::<IpAddr>().is_err() {
            return Err(invalid("host", "must be a name or an address"));
        }
        if self.port == Some(0) {
            return Err(invalid("port", "must not be 0"));
        }
        self.check_credentials()?;
        let times = [("connect timeout", self.connect_timeout), ("command timeout", self.command_timeout)];
        for (field, timeout) in times {
            if !(Duration::from_millis(1)..=LONGEST_TIMEOUT).contains(&timeout) {
                return Err(invalid(field, "must be between 1 millisecond and 5 minutes"));
            }
        }
        if !(1..=MOST_CONNECTIONS).contains(&self.connections) {
            return Err(invalid("connections", "must be between 1 and 100"));
        }
        Ok((self.checked_hello()?, self.checked_tls()?))
    }

    /// Credentials never leave this machine in the open.
    fn check_credentials(&self) -> Result<(), SettingsFault> {
        let is_plain = self.security == SmtpSecurity::None && !is_loopback(&self.host);
        if let Some((user, password)) = &self.credentials {
            if user.is_empty() || user.contains('\0') {
                return Err(invalid("user", "must be set"));
            }
            if password.expose().is_empty() || password.expose().contains('\0') {
                return Err(invalid("password", "must be set"));
            }
            if is_plain {
                return Err(invalid("security", "must be tls or starttls where there are credentials"));
            }
        }
        if is_plain {
            tracing::warn!("letters go to the mail server without encryption");
        }
        Ok(())
    }

    fn checked_hello(&self) -> Result<ClientId, SettingsFault> {
        let Some(name) = &self.hello_name else { return Ok(ClientId::default()) };
        match name.parse() {
            Ok(IpAddr::V4(address)) => return Ok(ClientId::Ipv4(address)),
            Ok(IpAddr::V6(address)) => return Ok(ClientId::Ipv6(address)),
            Err(_) => {}
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if name.is_empty() || name.len() > 255 || !name.bytes().all(is_name) {
            return Err(invalid("hello name", "must be a name or an address"));
        }
        Ok(ClientId::Domain(name.clone()))
    }

    fn checked_tls(&self) -> Result<Option<TlsParameters>, SettingsFault> {
        if self.security == SmtpSecurity::None {
            return match self.root_certificates {
                Some(_) => Err(invalid("root certificates", "have no use without encryption")),
                None => Ok(None),
            };
        }
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.root_certificates {
            builder = builder.add_root_certificate(certificates(path)?);
        }
        let parameters = builder.build().map_err(|error| SettingsFault::Tls(error.into()))?;
        Ok(Some(parameters))
    }
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.used_port())
            .field("security", &self.security)
            .field("credentials", &self.credentials.as_ref().map(|_| "***"))
            .finish_non_exhaustive()
    }
}

/// The certificates of a PEM file, of which there has to be one at least.
fn certificates(path: &Path) -> Result<Certificate, SettingsFault> {
    let unreadable = |error| SettingsFault::File(path.to_owned(), error);
    let pem = fs::read_to_string(path).map_err(unreadable)?;
    let nothing = || unreadable(io::Error::new(io::ErrorKind::InvalidData, "it holds no certificate"));
    if !pem.contains(CERTIFICATE) {
        return Err(nothing());
    }
    Certificate::from_pem(pem.as_bytes()).map_err(|_| nothing())
}

/// Whether a name or address is this machine's own.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What is wrong with settings.
#[derive(Debug)]
pub(crate) enum SettingsFault {
    Invalid(&'static str, &'static str),
    File(PathBuf, io::Error),
    Tls(BoxError),
}

fn invalid(field: &'static str, rule: &'static str) -> SettingsFault {
    SettingsFault::Invalid(field, rule)
}
