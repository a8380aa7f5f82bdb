//! The command line.
mod admin;
mod config;
mod email;
mod migrate;
mod outbox;
mod payments;
mod preflight;
mod reconcile;
mod serve;
mod verify;
mod webhooks;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    BoxError,
    config::{Config, Environment, Purpose},
    openapi, output,
    sandbox::{self, Options},
    telemetry,
};

/// Prepaid billing: the server, its sandbox and its operator's commands.
///
/// Configured by environment variables: see `config check`.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Run the server with simulated payment providers, demo users and tools to spend on.
    Sandbox(Options),
    /// Bring the database up or down.
    #[command(subcommand)]
    Migrate(migrate::Direction),
    /// What only operators may do.
    #[command(subcommand)]
    Admin(admin::Action),
    /// Look at payments, ask their providers, accept, refund, enter disputes.
    #[command(subcommand)]
    Payments(payments::Action),
    /// Look at the webhooks that came in, and apply them again.
    #[command(subcommand)]
    Webhooks(webhooks::Action),
    /// Look at notifications on their way, send them again, take them out.
    #[command(subcommand)]
    Outbox(outbox::Action),
    /// Whether letters arrive.
    #[command(subcommand)]
    Email(email::Action),
    /// Paid calls.
    #[command(subcommand)]
    Preflight(preflight::Action),
    /// Ask providers about payments, without waiting for webhooks; exits with 1 when some could not be asked.
    Reconcile(reconcile::Options),
    /// Check the books; exits with 1 when they do not balance.
    Verify,
    /// The configuration.
    #[command(subcommand)]
    Config(config::Action),
    /// Print the description of the API.
    Openapi,
}

/// Does what the command line says.
///
/// # Errors
/// Whatever keeps it from being done; the message is for whoever typed the command.
pub async fn run(arguments: Arguments) -> Result<ExitCode, BoxError> {
    let environment = Environment::of_process();
    match arguments.command {
        Command::Serve => Box::pin(serve::run(&environment)).await?,
        Command::Sandbox(options) => sandbox::run(options, environment).await?,
        Command::Migrate(direction) => migrate::run(direction, &configured(&environment)?).await?,
        Command::Admin(action) => admin::run(action, &configured(&environment)?).await?,
        Command::Payments(action) => payments::run(action, &configured(&environment)?).await?,
        Command::Webhooks(action) => return webhooks::run(action, &configured(&environment)?).await,
        Command::Outbox(action) => outbox::run(action, &configured(&environment)?).await?,
        Command::Email(action) => email::run(action, &configured(&environment)?).await?,
        Command::Preflight(action) => preflight::run(action, &configured(&environment)?).await?,
        Command::Reconcile(options) => return reconcile::run(options, &configured(&environment)?).await,
        Command::Verify => return verify::run(&configured(&environment)?).await,
        Command::Config(action) => config::run(action, &environment)?,
        Command::Openapi => output::print(openapi::text()?.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration of a command beside the database.
fn configured(environment: &Environment) -> Result<Config, BoxError> {
    let config = Config::read(environment, Purpose::Command)?;
    telemetry::start(&config.log);
    Ok(config)
}

/// Who does what an operator may, as it is kept.
fn named(actor: &str) -> Result<&str, &'static str> {
    let actor = actor.trim();
    if actor.is_empty() || actor.len() > 200 || actor.contains(char::is_control) {
        return Err("--actor must be a name of at most 200 bytes");
    }
    Ok(actor)
}
