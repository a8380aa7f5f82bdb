use clap::Subcommand;

use crate::{
    BoxError,
    config::{Config, Environment, Purpose, example},
    output::print,
};

#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum Action {
    /// Show what is set, secrets masked, and everything that is wrong with it.
    Check,
    /// Print `.env.example`: every variable with its meaning and default.
    Example,
}

pub(super) fn run(action: Action, environment: &Environment) -> Result<(), BoxError> {
    match action {
        Action::Check => {
            for line in environment.lines() {
                print(line)?;
            }
            Config::read(environment, Purpose::Serve)?;
            print("the configuration can be used")?;
        }
        Action::Example => print(example().trim_end())?,
    }
    Ok(())
}
