//! The words of the checkout page, in English and Ukrainian.

use crate::simulators::shared::html::choose_language;

/// One language's words.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) merchant: &'static str,
    pub(super) simulated: &'static str,
    pub(super) card_number: &'static str,
    pub(super) test_cards: &'static str,
    pub(super) approves: &'static str,
    pub(super) declines: &'static str,
    pub(super) pay: &'static str,
    pub(super) paid: &'static str,
    pub(super) declined: &'static str,
    pub(super) try_again: &'static str,
    pub(super) processing: &'static str,
    pub(super) expired: &'static str,
    pub(super) no_such_card: &'static str,
    pub(super) not_found: &'static str,
    pub(super) refused: &'static str,
    pub(super) go_back: &'static str,
}

const ENGLISH: Text = Text {
    language: "en",
    title: "Payment",
    merchant: "Merchant",
    simulated: "Simulated payment: no card, no money.",
    card_number: "Card number",
    test_cards: "Test cards",
    approves: "approved",
    declines: "declined",
    pay: "Pay",
    paid: "Payment received.",
    declined: "The bank declined the payment.",
    try_again: "The bank declined the card. You can try again.",
    processing: "The bank is processing the payment.",
    expired: "The time to pay this order is over.",
    no_such_card: "This is not the number of a test card.",
    not_found: "There is no such order.",
    refused: "This is not possible.",
    go_back: "Back to the shop",
};

const UKRAINIAN: Text = Text {
    language: "uk",
    title: "Оплата",
    merchant: "Продавець",
    simulated: "Пробний платіж: без картки та без грошей.",
    card_number: "Номер картки",
    test_cards: "Тестові картки",
    approves: "схвалюється",
    declines: "відхиляється",
    pay: "Сплатити",
    paid: "Платіж отримано.",
    declined: "Банк відхилив платіж.",
    try_again: "Банк відхилив картку. Можна спробувати ще раз.",
    processing: "Банк обробляє платіж.",
    expired: "Час для оплати цього замовлення минув.",
    no_such_card: "Це не номер тестової картки.",
    not_found: "Такого замовлення немає.",
    refused: "Це неможливо.",
    go_back: "Повернутися до магазину",
};

impl Text {
    /// The language asked for, else the first accepted one that is spoken here, else English.
    pub(super) fn choose(asked: Option<&str>, accepted: Option<&str>) -> &'static Self {
        if choose_language(asked, accepted) == "uk" { &UKRAINIAN } else { &ENGLISH }
    }
}
