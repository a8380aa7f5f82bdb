/// A step of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// Its number; steps are applied in this order.
    pub version: i64,
    /// What it makes.
    pub description: String,
    /// Whether the database has it.
    pub applied: bool,
}
