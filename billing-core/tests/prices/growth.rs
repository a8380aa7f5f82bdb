//! More never costs less.
use billing_core::{PriceTable, Profile};

use super::{estimate, priced, table};

/// Some unit prices, mark-ups and lengths, of all magnitudes.
struct Dice(fastrand::Rng);

impl Dice {
    fn price(&mut self) -> String {
        let digits = self.0.u32(1..=13);
        let picos = self.0.u64(0..10_u64.pow(digits));
        format!("{}.{:012}", picos / 1_000_000_000_000, picos % 1_000_000_000_000)
    }

    fn percent(&mut self) -> String {
        format!("{}.{:02}", self.0.u32(0..=300), self.0.u32(0..100))
    }
}

fn micros(table: &PriceTable, body: &str, profile: &Profile) -> i64 {
    priced(estimate(table, "a", body, profile)).0.micros()
}

#[test]
fn a_longer_body_a_dearer_choice_and_a_dearer_tier_never_cost_less() {
    let seed = 20_261_125;
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    for round in 0..500 {
        let (low, high) = (dice.0.u64(0..1_000), dice.0.u64(1_000..100_000));
        let below = dice.0.u64(1..100);
        let toml = format!(
            r#"
            default_tier = "low"
            tiers = {{ low = "{0}", high = "3{0}" }}
            units.character.price = "{1}"
            units.step.steps = [{{ below = {below}, price = "9{2}" }}, {{ price = "{2}" }}]
            [operations.a]
            base = "{3}"
            markup_percent = "{4}"
            units = [
                {{ unit = "character", length_of = "body", per = {5} }},
                {{ unit = "step", argument = "depth", counts = {{ low = {low}, high = {high} }} }},
            ]
            "#,
            dice.percent(),
            dice.price(),
            dice.price(),
            dice.price(),
            dice.percent(),
            dice.0.u32(1..50),
        );
        let table = table(&toml);
        let body =
            |depth: &str, length: usize| format!(r#"{{"depth":"{depth}","q":"{}"}}"#, "x".repeat(length));
        let payer = |tier: &str, calls| Profile::new(Some(tier.to_owned()), calls);
        let (short, long) = (dice.0.usize(0..500), dice.0.usize(500..5_000));
        let cheap = micros(&table, &body("low", short), &payer("low", below));
        for (what, dear) in [
            ("length", micros(&table, &body("low", long), &payer("low", below))),
            ("choice", micros(&table, &body("high", short), &payer("low", below))),
            ("tier", micros(&table, &body("low", short), &payer("high", below))),
            ("step", micros(&table, &body("low", short), &payer("low", below - 1))),
        ] {
            assert!(dear >= cheap, "{what} in round {round} of seed {seed}: {dear} < {cheap}\n{toml}");
        }
    }
}
