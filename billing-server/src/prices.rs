//! Prices that change without a restart: on SIGHUP their file is read again.
use std::{io, path::PathBuf};

use billing_core::SharedPrices;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::spawn_blocking,
};

use crate::{App, config::read_prices};

/// Waits for the signal. Without a file there is none: SIGHUP then ends the process, as it does when a terminal closes.
#[derive(Debug)]
pub(crate) struct Reload {
    hang_up: Signal,
    prices: SharedPrices,
    file: PathBuf,
}

impl Reload {
    pub(crate) fn of(app: &App) -> io::Result<Option<Self>> {
        let (Some(prices), Some(file)) = (&app.prices, &app.prices_file) else { return Ok(None) };
        let hang_up = signal(SignalKind::hangup())?;
        Ok(Some(Self { hang_up, prices: prices.clone(), file: file.clone() }))
    }

    /// Reads the prices again, as often as it is told to.
    pub(crate) async fn run(mut self) {
        while self.hang_up.recv().await.is_some() {
            let file = self.file.clone();
            let read = spawn_blocking(move || read_prices(&file)).await;
            let shown = self.file.display();
            match read.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(table) => {
                    self.prices.replace(table);
                    tracing::info!("prices were read again from {shown}, and hold from now on");
                }
                Err(problem) => tracing::error!("prices stay as they were: {shown} {problem}"),
            }
        }
    }
}
