use std::process::ExitCode;

use crate::{BoxError, config::Config, output::print, store::Store};

pub(super) async fn run(config: &Config) -> Result<ExitCode, BoxError> {
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let audit = store.stores.ledger.verify().await?;
    store.schema.close().await;

    print(format_args!("accounts    {}", audit.accounts))?;
    print(format_args!("postings    {}", audit.postings))?;
    print(format_args!("open holds  {}", audit.open_holds))?;
    for (account, balance) in &audit.house {
        print(format_args!("{account}  {balance}"))?;
    }
    if !audit.residue.is_zero() {
        print(format_args!("residues of exchange  {}", audit.residue))?;
    }
    for difference in &audit.differences {
        print(format_args!(
            "DIFFERS  {}: {} is recorded as {}, and comes to {}",
            difference.account, difference.figure, difference.recorded, difference.computed
        ))?;
    }
    if audit.is_clean() {
        print("the books balance")?;
        Ok(ExitCode::SUCCESS)
    } else {
        print(format_args!("the books do NOT balance: {} differences", audit.differences.len()))?;
        Ok(ExitCode::FAILURE)
    }
}
