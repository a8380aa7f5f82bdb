//! The words of the pages, in English and Ukrainian.

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
    pub(super) question: &'static str,
    pub(super) no_question: &'static str,
    pub(super) confirm: &'static str,
    pub(super) refuse: &'static str,
    pub(super) not_confirmed: &'static str,
    pub(super) already_paid: &'static str,
    pub(super) canceled: &'static str,
    pub(super) not_found: &'static str,
    pub(super) refused: &'static str,
    pub(super) go_back: &'static str,
    pub(super) receipt: &'static str,
    pub(super) refunded: &'static str,
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
    question: "Your bank asks: is it you who is paying?",
    no_question: "The bank asks nothing about this payment now.",
    confirm: "Confirm",
    refuse: "Refuse",
    not_confirmed: "The payment was not confirmed. You can try again.",
    already_paid: "This payment has already been paid.",
    canceled: "This payment has been canceled.",
    not_found: "There is no such payment.",
    refused: "This is not possible.",
    go_back: "Back to the shop",
    receipt: "Receipt",
    refunded: "Refunded",
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
    question: "Ваш банк питає: чи це ви платите?",
    no_question: "Зараз банк нічого не питає про цей платіж.",
    confirm: "Підтвердити",
    refuse: "Відмовити",
    not_confirmed: "Платіж не підтверджено. Можна спробувати ще раз.",
    already_paid: "Цей платіж уже сплачено.",
    canceled: "Цей платіж скасовано.",
    not_found: "Такого платежу немає.",
    refused: "Це неможливо.",
    go_back: "Повернутися до магазину",
    receipt: "Квитанція",
    refunded: "Повернено",
};

impl Text {
    /// The language asked for, else the first accepted one that is spoken here, else English.
    pub(super) fn choose(asked: Option<&str>, accepted: Option<&str>) -> &'static Self {
        if choose_language(asked, accepted) == "uk" { &UKRAINIAN } else { &ENGLISH }
    }
}
