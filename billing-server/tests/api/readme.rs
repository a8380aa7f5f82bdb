//! The first journey of the README, as it stands there.
use std::{path::Path, process::Command};

use crate::support::Launch;

/// A command of the README, and what its answer has to hold.
#[derive(Debug)]
struct Step {
    command: String,
    expected: Vec<String>,
}

fn journey() -> Vec<Step> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, journey) = readme.split_once("the_readme_is_true").unwrap();
    let (_, commands) = journey.split_once("```sh\n").unwrap();
    let (commands, _) = commands.split_once("```").unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for line in commands.lines() {
        match line.strip_prefix("#=> ") {
            Some(expected) => steps.last_mut().unwrap().expected.push(expected.to_owned()),
            None if line.is_empty() || line.starts_with('#') => {}
            None => steps.push(Step { command: line.to_owned(), expected: Vec::new() }),
        }
    }
    steps
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_is_true() {
    let steps = journey();
    assert!(steps.iter().filter(|step| !step.expected.is_empty()).count() >= 8, "{steps:?}");
    let launch = Launch::lived_in_sandbox();
    let _server = launch.start().await;
    let mark = "@@ next";
    let commands: Vec<_> = steps.iter().map(|step| format!("echo '{mark}'\n{}\n", step.command)).collect();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &commands.concat()])
        .current_dir(launch.folder())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<&str> = printed.split(mark).skip(1).collect();
    assert_eq!(answers.len(), steps.len());
    for (step, answer) in steps.iter().zip(answers) {
        for expected in &step.expected {
            assert!(answer.contains(expected), "{}\nshould say {expected}\nbut says {answer}", step.command);
        }
    }
}
