//! The words of the checkout page, in English and Ukrainian.

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
        asked
            .into_iter()
            .chain(accepted.unwrap_or_default().split(','))
            .find_map(|tag| match tag.trim().get(..2) {
                Some("uk") => Some(&UKRAINIAN),
                Some("en") => Some(&ENGLISH),
                _ => None,
            })
            .unwrap_or(&ENGLISH)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn the_language_is_the_one_asked_for_else_accepted_else_english() {
        assert_eq!(Text::choose(Some("uk"), Some("en")).language, "uk");
        assert_eq!(Text::choose(None, Some("de-DE, uk;q=0.9, en;q=0.8")).language, "uk");
        assert_eq!(Text::choose(Some("fr"), None).language, "en");
    }
}
