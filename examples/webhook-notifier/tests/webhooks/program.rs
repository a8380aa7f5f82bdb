use std::process::{Command, Output, Stdio};

use tokio::task::spawn_blocking;

use crate::{
    SECRET,
    receiver::{Answer, Receiver},
};

/// Runs the program to its end.
async fn run(environment: &[(&'static str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-webhook-notifier"));
    command.env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_tells_of_three_events() {
    let receiver = Receiver::answering([Answer::Status(204), Answer::Status(410)]).await;
    let output = run(&[("WEBHOOK_URL", &receiver.url), ("WEBHOOK_SECRET", SECRET)]).await;
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.lines().filter(|line| line.ends_with(" delivered")).count(), 2, "{printed}");
    assert_eq!(printed.lines().filter(|line| line.contains(" given_up: ")).count(), 1, "{printed}");
    let mut kinds: Vec<_> =
        receiver.received().iter().map(|webhook| webhook.body["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    assert_eq!(kinds, ["billing.balance_low", "billing.needs_review", "billing.payment_succeeded"]);
}

#[tokio::test]
async fn the_program_says_what_it_lacks() {
    let output = run(&[("WEBHOOK_URL", "https://example.com")]).await;
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("WEBHOOK_SECRET is not set"), "{output:?}");
}
