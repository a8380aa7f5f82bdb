//! What went wrong with the provider, without what it says: that could be a secret, or anything.
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, SignatureVerificationError,
    core::{CoreErrorResponseType, CoreRequestTokenError},
};

use super::http::HttpError;
use crate::sign_in::SignInError;

pub(super) fn of_discovery(error: DiscoveryError<HttpError>) -> SignInError {
    match error {
        DiscoveryError::Request(error) => SignInError::Unavailable(error.into()),
        DiscoveryError::Response(status, ..) => {
            SignInError::Unavailable(format!("the provider answered {}", status.as_u16()).into())
        }
        DiscoveryError::Validation(_) => {
            SignInError::Unavailable("the provider calls itself otherwise than OIDC_ISSUER_URL".into())
        }
        _ => SignInError::Unavailable("what the provider tells of itself can't be used".into()),
    }
}

pub(super) fn of_exchange(error: CoreRequestTokenError<HttpError>) -> SignInError {
    match error {
        RequestTokenError::Request(error) => SignInError::Unavailable(error.into()),
        RequestTokenError::ServerResponse(response) => match response.error() {
            CoreErrorResponseType::InvalidGrant => {
                SignInError::Expired("the provider does not take the code, or not any more")
            }
            CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                SignInError::refused("the provider does not take OIDC_CLIENT_ID with OIDC_CLIENT_SECRET")
            }
            _ => SignInError::refused("the provider gives no token for the code"),
        },
        _ => SignInError::Unavailable("the provider's answer can't be used".into()),
    }
}

pub(super) fn of_token(error: &ClaimsVerificationError) -> SignInError {
    SignInError::refused(match error {
        ClaimsVerificationError::Expired(_) => "the ID token has expired",
        ClaimsVerificationError::InvalidAudience(_) => "the ID token is meant for somebody else",
        ClaimsVerificationError::InvalidIssuer(_) => "the ID token is from another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the ID token is of another attempt",
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::DisallowedAlg(_) | SignatureVerificationError::UnsupportedAlg(_) => {
                "the ID token is not signed with RS256 or ES256"
            }
            SignatureVerificationError::NoMatchingKey => {
                "the ID token is signed with a key that is not known"
            }
            _ => "the signature of the ID token is wrong",
        },
        _ => "the ID token can't be used",
    })
}
