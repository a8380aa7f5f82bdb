//! The words of the checkout page, in English and Ukrainian.

use crate::simulators::shared::html::choose_language;

/// One language's words.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) simulated: &'static str,
    pub(super) pay: &'static str,
    pub(super) decline: &'static str,
    pub(super) paid: &'static str,
    pub(super) declined: &'static str,
    pub(super) processing: &'static str,
    pub(super) already_paid: &'static str,
    pub(super) canceled: &'static str,
    pub(super) not_found: &'static str,
    pub(super) refused: &'static str,
    pub(super) go_back: &'static str,
}

const ENGLISH: Text = Text {
    language: "en",
    title: "Checkout",
    simulated: "Simulated payment: no card, no money.",
    pay: "Pay",
    decline: "Decline",
    paid: "Payment received.",
    declined: "The bank declined the payment. You can try again.",
    processing: "The bank is processing the payment.",
    already_paid: "This payment has already been paid.",
    canceled: "This payment has been canceled.",
    not_found: "There is no such payment.",
    refused: "This is not possible.",
    go_back: "Back to the shop",
};

const UKRAINIAN: Text = Text {
    language: "uk",
    title: "Оплата",
    simulated: "Пробний платіж: без картки та без грошей.",
    pay: "Сплатити",
    decline: "Відхилити",
    paid: "Платіж отримано.",
    declined: "Банк відхилив платіж. Можна спробувати ще раз.",
    processing: "Банк обробляє платіж.",
    already_paid: "Цей платіж уже сплачено.",
    canceled: "Цей платіж скасовано.",
    not_found: "Такого платежу немає.",
    refused: "Це неможливо.",
    go_back: "Повернутися до магазину",
};

impl Text {
    /// The language asked for, else the first accepted one that is spoken here, else English.
    pub(super) fn choose(asked: Option<&str>, accepted: Option<&str>) -> &'static Self {
        if choose_language(asked, accepted) == "uk" { &UKRAINIAN } else { &ENGLISH }
    }
}
