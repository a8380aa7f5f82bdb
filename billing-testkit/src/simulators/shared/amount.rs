//! How minor units read.

/// Minor units as people read them: `2500` hryvnia kopiikas are `25.00 UAH`.
pub(crate) fn display(amount: i64, decimals: usize, currency: &str) -> String {
    let digits = format!("{:0width$}", amount.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if amount < 0 { "-" } else { "" };
    let point = if decimals == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction} {}", currency.to_uppercase())
}
