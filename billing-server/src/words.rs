//! Texts of the API that are one of a few words, as its description tells them.
use std::borrow::Cow;

use billing_core::{CheckoutKind, Language, PaymentStatus, PostingKind};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// Describes types; what is answered are the texts themselves.
macro_rules! words {
    ($($(#[$documentation:meta])* $name:ident: $words:expr;)*) => {$(
        $(#[$documentation])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some($words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

words! {
    /// A language of pages and letters.
    LanguageCode: Language::ALL.map(Language::as_str);
    /// How far a payment has come.
    StatusOfPayment: PaymentStatus::ALL.map(PaymentStatus::as_str);
    /// What a line of the history is to the ledger.
    KindOfPosting: PostingKind::ALL.map(PostingKind::as_str);
    /// Where a payment is made: within our page, or on the provider's.
    KindOfCheckout: [CheckoutKind::Elements, CheckoutKind::Hosted].map(CheckoutKind::as_str);
    /// `sandbox` is where no money is real.
    ServerMode: ["serve", "sandbox"];
    /// `oidc`: at an identity provider; `external`: at a platform; `demo`: as a user of the sandbox.
    WayToSignIn: ["oidc", "external", "demo"];
}
