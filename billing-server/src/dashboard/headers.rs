//! What browsers may do with the pages of the dashboard.
use billing_core::BoxError;
use http::{HeaderMap, HeaderName, HeaderValue, header};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Headers of every answer of the dashboard.
///
/// `with_stripe`, pages may show Stripe's card form, which comes from Stripe alone; without it, everything is this
/// server's own.
pub(super) fn page_headers(with_stripe: bool) -> Result<HeaderMap, BoxError> {
    let payment = if with_stripe { r#"payment=(self "https://js.stripe.com")"# } else { "payment=()" };
    let permissions = format!("camera=(), microphone=(), geolocation=(), {payment}");
    Ok(HeaderMap::from_iter([
        (header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(content_policy(with_stripe))?),
        // To itself the page tells where it is, so that a form of it is known as its own.
        (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
        (PERMISSIONS_POLICY, HeaderValue::try_from(permissions)?),
        (OPENER_POLICY, HeaderValue::from_static("same-origin-allow-popups")),
    ]))
}

fn content_policy(with_stripe: bool) -> String {
    let stripe = |sources: &'static str| if with_stripe { sources } else { "" };
    let frames = if with_stripe {
        "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; "
    } else {
        ""
    };
    format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self'; img-src 'self' data:{}; font-src 'self'; \
         connect-src 'self'{}; {frames}form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; manifest-src 'self'",
        stripe(" https://js.stripe.com https://*.js.stripe.com"),
        stripe(" https://*.stripe.com"),
        stripe(" https://api.stripe.com"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripe_is_let_in_only_where_it_is_used() {
        assert_eq!(
            content_policy(true),
            "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; \
             style-src 'self'; img-src 'self' data: https://*.stripe.com; font-src 'self'; \
             connect-src 'self' https://api.stripe.com; frame-src https://js.stripe.com \
             https://*.js.stripe.com https://hooks.stripe.com; form-action 'self'; base-uri 'none'; \
             object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
        );
        assert_eq!(
            content_policy(false),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
             frame-ancestors 'none'; manifest-src 'self'"
        );
        assert_eq!(
            page_headers(false).unwrap()[PERMISSIONS_POLICY].to_str().unwrap().matches("stripe").count(),
            0
        );
    }
}
