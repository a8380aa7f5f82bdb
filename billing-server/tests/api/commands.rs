use std::{fs, path::Path, process::Output};

use crate::support::Launch;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a command has printed; it must have succeeded.
#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

/// A file at the root of the repository, or of this crate.
fn kept(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_kept_description_of_the_api_is_that_of_the_code() {
    let described = printed(&Launch::serve().run(&["openapi"]));
    assert!(
        described == kept("openapi.json"),
        "run: cargo run -p billing-server -- openapi > billing-server/openapi.json"
    );
}

#[test]
fn the_kept_example_of_the_environment_is_that_of_the_code() {
    let example = printed(&Launch::serve().run(&["config", "example"]));
    assert!(
        example == kept("../.env.example"),
        "run: cargo run -p billing-server -- config example > .env.example"
    );
}

#[test]
fn everything_wrong_with_the_configuration_is_told_at_once() {
    let launch = Launch::serve()
        .with_env("JWT_SECRET", "too short")
        .with_env("BIND_ADDR", "nowhere")
        .with_env("STRIPE_SECRET_KEY", "sk_test_0123456789")
        .with_env("HOLD_TTL", "0s")
        .with_env("PRICES_FILE", "missing.toml");
    for command in [&["serve"][..], &["config", "check"]] {
        let output = launch.run(command);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        for name in [
            "JWT_SECRET",
            "BIND_ADDR",
            "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_WEBHOOK_SECRET",
            "HOLD_TTL",
            "PRICES_FILE",
        ] {
            assert!(told.contains(&format!("\n  {name} ")), "{name} in {told}");
        }
        assert!(!told.contains("too short") && !text(&output.stdout).contains("sk_test"), "{output:?}");
    }
}

#[test]
fn serving_without_a_token_secret_is_refused() {
    let output = Launch::serve().with_env("JWT_SECRET", "").run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("JWT_SECRET is not set"), "{output:?}");
}

#[test]
fn the_sandbox_refuses_keys_that_move_real_money() {
    let output = Launch::serve().with_env("STRIPE_SECRET_KEY", "sk_live_0123456789").run(&["sandbox"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("STRIPE_SECRET_KEY is a live key"), "{output:?}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let server = Launch::serve().start().await;
    let output = Launch::serve().with_env("BIND_ADDR", server.addr()).run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(&format!("can't listen on {}", server.addr())), "{output:?}");
}

#[test]
fn the_database_goes_up_and_down() {
    let launch = Launch::serve();
    assert!(printed(&launch.run(&["migrate", "status"])).lines().all(|line| line.starts_with("missing")));
    printed(&launch.run(&["migrate", "up"]));
    let steps = printed(&launch.run(&["migrate", "status"]));
    assert!(steps.lines().all(|line| line.starts_with("applied")), "{steps}");
    assert!(printed(&launch.run(&["verify"])).contains("the books balance"));
    for _ in steps.lines() {
        assert!(printed(&launch.run(&["migrate", "down"])).starts_with("taken back"));
    }
    assert!(printed(&launch.run(&["migrate", "down"])).starts_with("there is nothing"));
    printed(&launch.run(&["migrate", "up"]));
}

#[tokio::test]
async fn operators_see_payments_and_books_beside_a_running_server() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let user = server.api_as("anna");
    let payment = user.create_payment("10").await;
    payment.pay(&server.stripe()).await;
    user.call("search_cases").await.expect(200);

    let folder = launch.sandbox_folder();
    let secrets: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("secrets.json")).unwrap()).unwrap();
    let secret = |name: &str| secrets[name].as_str().unwrap();
    let beside = launch
        .with_env("DATA_DIR", folder.display().to_string())
        .with_env("STRIPE_SECRET_KEY", secret("stripe_secret_key"))
        .with_env("STRIPE_PUBLISHABLE_KEY", secret("stripe_publishable_key"))
        .with_env("STRIPE_WEBHOOK_SECRET", secret("stripe_webhook_secret"))
        .with_env("STRIPE_API_BASE", server.exported("STRIPE_URL"));
    let verified = printed(&beside.run(&["verify"]));
    assert!(
        verified.contains("@gateway/stripe  -10.00 USD") && verified.contains("@revenue  0.0125 USD"),
        "{verified}"
    );
    assert!(printed(&beside.run(&["payments", "list", "--account", "anna"])).contains(&payment.id));
    assert_eq!(printed(&beside.run(&["payments", "list", "--account", "boris"])), "");
    for id in [&payment.id, &payment.intent] {
        for action in ["show", "sync"] {
            assert!(printed(&beside.run(&["payments", action, id])).contains("status      succeeded"));
        }
    }
    assert_eq!(beside.run(&["payments", "show", "pi_unknown"]).status.code(), Some(1));
}

#[cfg(unix)]
#[tokio::test]
async fn the_sandbox_keeps_its_secrets_to_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let launch = Launch::sandbox();
    let server = launch.start().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = launch.sandbox_folder();
    assert_eq!(mode(&folder), 0o700);
    for file in ["env", "secrets.json"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    assert!(server.banner.contains("SANDBOX"), "{}", server.banner);
    let token = server.exported("TOKEN");
    assert!(server.banner.contains(&token));
    assert!(!server.log().contains(&token) && !server.log().contains("whsec_"), "{}", server.log());
}
