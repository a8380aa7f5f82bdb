use billing_core::BoxError;

/// Why somebody is not signed in after all. Its text is for the log, and tells no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// He did not want to.
    #[error("sign-in was cancelled where people sign in")]
    Cancelled,
    /// The attempt is over, or was never this browser's.
    #[error("sign-in does not belong to an attempt under way: {0}")]
    Expired(&'static str),
    /// Where people sign in can't be asked for now.
    #[error("sign-in is not possible for now")]
    Unavailable(#[source] BoxError),
    /// What was brought from there is not believed.
    #[error("sign-in is refused")]
    Refused(#[source] BoxError),
}

impl SignInError {
    /// The word for the page that says so.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Expired(_) => "expired",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
        }
    }

    pub(super) fn refused(reason: impl Into<BoxError>) -> Self {
        Self::Refused(reason.into())
    }

    /// By the `error` that an authorization is answered with (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6).
    pub(crate) fn told(code: &str) -> Self {
        match code {
            "access_denied" | "interaction_required" | "consent_required" => Self::Cancelled,
            "server_error" | "temporarily_unavailable" => {
                Self::Unavailable("where people sign in can't do it for now".into())
            }
            _ => Self::refused("where people sign in does not take how it is asked"),
        }
    }
}
