//! What operators do beside a running server.
use crate::support::Launch;

#[tokio::test]
async fn an_operator_sees_and_changes_an_account() {
    let launch = Launch::serve();
    let server = launch.start().await;
    let user = server.api_as("anna");
    let shown = launch.printed(&["admin", "account", "show", "anna"]);
    for line in [
        "account        anna",
        "balance        0.00 USD, 0.00 USD held",
        "daily limit    10.00 USD, 0.00 USD used, until ",
        "time zone      Europe/Kyiv",
        "tier           none of its own",
        "billing        on",
        "suspended      no",
        "charged calls  0, 0.00 USD spent",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    let set = |change: &[&str]| {
        let arguments = [&["admin", "account", "set", "anna", "--actor", "olena"], change].concat();
        launch.run(&arguments)
    };
    let all = [
        "--tier",
        "business",
        "--daily-limit-usd",
        "25.5",
        "--monthly-limit-usd",
        "250",
        "--suspend",
        "--billing",
        "off",
    ];
    let output = set(&all);
    assert!(output.status.success(), "{output:?}");
    let log = String::from_utf8(output.stderr).unwrap();
    let told = "account anna was changed by olena: tier business, daily limit 25.50 USD, monthly limit 250.00 USD, \
        suspended, billing off";
    assert!(log.contains(told), "{log}");
    let balance = user.get("/api/billing/balance").await.expect(200);
    for (field, value) in [
        ("pricing_tier", "\"business\""),
        ("daily_limit_usd", "25.50"),
        ("monthly_limit_usd", "250.00"),
        ("suspended", "true"),
        ("billing_enabled", "false"),
    ] {
        assert_eq!(balance.raw(field), value, "{field}");
    }
    // What is not named stays.
    assert!(set(&["--no-tier", "--resume"]).status.success());
    let balance = user.get("/api/billing/balance").await.expect(200);
    assert_eq!((balance.raw("pricing_tier"), balance.raw("suspended")), ("null".into(), "false".into()));
    assert_eq!(
        (balance.raw("daily_limit_usd"), balance.raw("billing_enabled")),
        ("25.50".into(), "false".into())
    );
}

#[test]
fn a_change_that_can_not_be_is_refused() {
    let launch = Launch::serve()
        .with_file(
            "prices.toml",
            "default_tier = \"startup\"\ntiers = { startup = \"30\", business = \"50\" }",
        )
        .with_env("PRICES_FILE", "prices.toml");
    launch.printed(&["migrate", "up"]);
    let set = ["admin", "account", "set", "anna", "--actor", "olena"];
    let refused = launch.refused(&[&set[..], &["--tier", "gold"]].concat());
    assert!(refused.contains("PRICES_FILE has no tier \"gold\"; it has: business, startup"), "{refused}");
    let above = launch.refused(&[&set[..], &["--daily-limit-usd", "1001"]].concat());
    assert!(above.contains("1000"), "{above}");
    let nobody = ["admin", "account", "set", "anna", "--suspend", "--actor", " "];
    assert!(launch.refused(&nobody).contains("--actor"));
    // The command line itself.
    for change in [
        &[][..],
        &["--tier", "a", "--no-tier"],
        &["--suspend", "--resume"],
        &["--billing", "maybe"],
        &["--daily-limit-usd", "many"],
    ] {
        assert_eq!(launch.run(&[&set[..], change].concat()).status.code(), Some(2), "{change:?}");
    }
    let unnamed = launch.run(&["admin", "account", "set", "anna", "--suspend"]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert_eq!(launch.run(&["admin", "account", "show", "@revenue"]).status.code(), Some(2));
    assert!(launch.printed(&["admin", "account", "show", "anna"]).contains("none of its own"));
}
