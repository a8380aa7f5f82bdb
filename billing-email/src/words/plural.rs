use billing_core::Language;

/// Which form of a noun goes with a whole number, by the rules of CLDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// 1 година, 21 година; 1 hour.
    One,
    /// 2 години, 33 години; not in English.
    Few,
    /// 5 годин, 11 годин, 0 годин; 2 hours.
    Many,
}

/// The form for `count` things.
pub(crate) fn form(count: u64, language: Language) -> Form {
    match (language, count % 10, count % 100) {
        (Language::En, ..) if count == 1 => Form::One,
        (Language::En, ..) | (_, _, 11..=14) => Form::Many,
        (_, 1, _) => Form::One,
        (_, 2..=4, _) => Form::Few,
        _ => Form::Many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The samples that CLDR gives for whole numbers.
    #[test]
    fn each_number_has_its_form() {
        let ukrainian: [(Form, &[u64]); 3] = [
            (Form::One, &[1, 21, 31, 41, 51, 61, 71, 81, 101, 1_001]),
            (Form::Few, &[2, 3, 4, 22, 23, 24, 32, 33, 34, 42, 44, 52, 102, 1_002]),
            (
                Form::Many,
                &[0, 5, 6, 9, 10, 11, 12, 13, 14, 15, 19, 20, 25, 100, 111, 112, 1_000, 10_011, 1_000_000],
            ),
        ];
        for (expected, counts) in ukrainian {
            for count in counts {
                assert_eq!(form(*count, Language::Uk), expected, "{count}");
            }
        }
        assert_eq!(form(1, Language::En), Form::One);
        for count in [0, 2, 3, 5, 11, 21, 101, u64::MAX] {
            assert_eq!(form(count, Language::En), Form::Many, "{count}");
        }
    }
}
