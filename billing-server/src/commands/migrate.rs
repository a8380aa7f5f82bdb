use clap::Subcommand;

use crate::{BoxError, config::Config, output::print, store::Store};

#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum Direction {
    /// Make what the database lacks.
    Up,
    /// Take the newest step back, with the data it holds.
    Down,
    /// List all steps.
    Status,
}

pub(super) async fn run(direction: Direction, config: &Config) -> Result<(), BoxError> {
    let schema = Store::open(&config.database, config.ledger.clone()).await?.schema;
    match direction {
        Direction::Up => {
            schema.migrate().await?;
            print("the database is up to date")?;
        }
        Direction::Down => match schema.revert().await? {
            Some(step) => print(format_args!("taken back: {} {}", step.version, step.description))?,
            None => print("there is nothing to take back")?,
        },
        Direction::Status => {
            for step in schema.migrations().await? {
                let state = if step.applied { "applied" } else { "missing" };
                print(format_args!("{state}  {} {}", step.version, step.description))?;
            }
        }
    }
    schema.close().await;
    Ok(())
}
