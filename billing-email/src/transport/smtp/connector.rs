use std::{fmt, time::Duration};

use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    extension::ClientId,
};
use tokio::time::timeout;

use super::{
    SmtpError, SmtpSecurity, SmtpSettings,
    error::{Fault, Stage},
    redact::Redacted,
    settings::SettingsFault,
};

/// How long a goodbye may take: it is polite, and nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(2);

/// Opens conversations with a server.
pub(super) struct Connector {
    settings: SmtpSettings,
    port: u16,
    hello: ClientId,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
}

impl Connector {
    pub(super) fn new(settings: SmtpSettings) -> Result<Self, SettingsFault> {
        let (hello, tls) = settings.check()?;
        let credentials = settings.credentials.as_ref();
        let credentials =
            credentials.map(|(user, password)| Credentials::new(user.clone(), password.expose().to_owned()));
        Ok(Self { port: settings.used_port(), settings, hello, tls, credentials })
    }

    /// What no error may show.
    pub(super) fn redacted(&self) -> Redacted {
        let secrets = self.settings.credentials.iter().flat_map(|(user, password)| [user, password.expose()]);
        Redacted::new(secrets)
    }

    pub(super) fn step<'a>(&self, stage: Stage, redacted: &'a Redacted) -> Step<'a> {
        let limit = match stage {
            Stage::Connecting => self.settings.connect_timeout,
            _ => self.settings.command_timeout,
        };
        Step { stage, limit, redacted }
    }

    /// Connects, encrypts and logs in, as far as that was asked for.
    pub(super) async fn connect(&self, redacted: &Redacted) -> Result<AsyncSmtpConnection, SmtpError> {
        let step = |stage| self.step(stage, redacted);
        let server = (self.settings.host.as_str(), self.port);
        let security = self.settings.security;
        let tls = self.tls.as_ref();
        let at_once = tls.filter(|_| security == SmtpSecurity::Tls).cloned();
        let limit = Some(self.settings.connect_timeout);
        let opening = AsyncSmtpConnection::connect_tokio1(server, limit, &self.hello, at_once, None);
        let mut connection = step(Stage::Connecting).bound(opening).await?;
        if let Some(tls) = tls.filter(|_| security == SmtpSecurity::StartTls) {
            if !connection.can_starttls() {
                let fault = Fault::Unsupported("it offers no STARTTLS");
                return Err(SmtpError::new(Stage::Encrypting, fault));
            }
            step(Stage::Encrypting).bound(connection.starttls(tls.clone(), &self.hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            step(Stage::Login).bound(connection.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        Ok(connection)
    }

    /// Whether the server still answers on a connection that was idle.
    pub(super) async fn is_alive(&self, connection: &mut AsyncSmtpConnection) -> bool {
        timeout(self.settings.command_timeout, connection.test_connected()).await.unwrap_or(false)
    }

    /// Ends a conversation in which the server has said no.
    pub(super) async fn quit(&self, mut connection: AsyncSmtpConnection) {
        let _ = timeout(GOODBYE, connection.quit()).await;
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.settings, f)
    }
}

/// A step of a conversation, which takes no longer than it may.
pub(super) struct Step<'a> {
    stage: Stage,
    limit: Duration,
    redacted: &'a Redacted,
}

impl Step<'_> {
    pub(super) async fn bound<T>(
        self,
        doing: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SmtpError> {
        let fault = match timeout(self.limit, doing).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => Fault::told(&error, self.redacted),
            Err(_) => Fault::TimedOut(self.limit),
        };
        Err(SmtpError::new(self.stage, fault))
    }
}
