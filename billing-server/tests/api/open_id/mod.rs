//! Signing in at an OpenID Connect provider: `oidc-provider`, which is certified and none of ours.
mod front;
mod world;

use serde_json::{Value, json};

use self::{
    front::Forgery,
    world::{Habits, World},
};
use crate::support::{Browser, eventually};

/// Comes back with a code, and demands where the browser is sent then.
async fn arrives(browser: &Browser, address: &str, location: &str) {
    let answer = browser.get(address).await.expect(303);
    assert_eq!(answer.header("location"), location, "{address}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn is_refused(world: &World, browser: &Browser, address: &str, word: &str) {
    arrives(browser, address, &format!("/login?error={word}&return_to=%2Ftopup")).await;
    assert_eq!(browser.account().await, None);
    assert_eq!(browser.cookie("billing-sign-in"), None, "{}", world.server.log());
}

#[tokio::test]
async fn who_has_signed_in_at_the_provider_is_signed_in_here() {
    let world = World::new().await;
    let browser = world.browser();
    let state = browser.get("/auth/session").await.expect(200).json();
    assert_eq!(state["sign_in"], json!([{"kind": "oidc", "url": "/auth/login"}]));
    let (address, _) = world.at_the_door(&browser, "/topup").await;
    assert!(!address.contains("code"));
    let address = world.sign_in_there(&browser, "/topup?amount=10", "olena").await;
    arrives(&browser, &address, "/topup?amount=10").await;
    assert_eq!(browser.cookie("billing-sign-in"), None);
    let state = browser.get("/auth/session").await.expect(200).json();
    let told = (&state["account"], &state["name"], &state["email"]);
    assert_eq!(told, (&json!("olena"), &json!("Name of olena"), &json!("olena@example.com")));
    assert_eq!(browser.get("/api/billing/balance").await.expect(200).raw("user_id"), "\"olena\"");
    let settings = browser.get("/api/billing/settings").await.expect(200);
    assert_eq!(settings.raw("email"), "\"olena@example.com\"");

    let code = address.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let state = address.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let log = world.server.log();
    for secret in [code, state, "olena@example.com", front::CLIENT_SECRET] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(log.contains("olena signed in"), "{log}");
}

#[tokio::test]
async fn who_does_not_want_to_is_not_signed_in() {
    let world = World::new().await;
    let browser = world.browser();
    let (address, _) = world.at_the_door(&browser, "/topup").await;
    let answer = browser.get(&format!("{address}/abort")).await;
    let (address, _) = browser.follow(&address, answer, &world.callback()).await;
    assert!(address.contains("error=access_denied"), "{address}");
    is_refused(&world, &browser, &address, "cancelled").await;
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_that_has_begun_it_and_is_good_once() {
    let world = World::new().await;
    let (browser, other) = (world.browser(), world.browser());
    let address = world.sign_in_there(&browser, "/topup", "olena").await;
    // Somebody is sent to where another would be signed in.
    arrives(&other, &address, "/login?error=expired").await;
    assert_eq!(other.account().await, None);
    world.sign_in_there(&other, "/topup", "taras").await;
    is_refused(&world, &other, &address, "expired").await;

    let attempt = browser.cookie("billing-sign-in").unwrap();
    let wrong = address.replace("state=", "state=x");
    is_refused(&world, &browser, &wrong, "expired").await;
    browser.set_cookie("billing-sign-in", Some(&attempt));
    is_refused(&world, &browser, &format!("{address}&state=x"), "expired").await;
    browser.set_cookie("billing-sign-in", Some(&attempt));
    is_refused(&world, &browser, &format!("{}/auth/callback?code=x", world.server.url), "expired").await;

    browser.set_cookie("billing-sign-in", Some(&attempt));
    arrives(&browser, &address, "/topup").await;
    assert_eq!(browser.account().await.as_deref(), Some("olena"));
    // Once more, with all that the browser had.
    let thief = world.browser();
    thief.set_cookie("billing-sign-in", Some(&attempt));
    is_refused(&world, &thief, &address, "expired").await;
    // Its code with an attempt of another: the provider knows who has begun.
    let fresh = world.sign_in_there(&thief, "/topup", "taras").await;
    let code = |address: &str| address.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let unused = world.sign_in_there(&browser, "/topup", "olena").await;
    is_refused(&world, &thief, &fresh.replace(&code(&fresh), &code(&unused)), "expired").await;
    let fresh = world.sign_in_there(&thief, "/topup", "taras").await;
    is_refused(&world, &thief, &fresh.replace(&code(&fresh), &code(&address)), "expired").await;
    let fresh = world.sign_in_there(&thief, "/topup", "taras").await;
    let issuer = fresh.replace("iss=", "iss=https%3A%2F%2Fevil.com%2F");
    assert_ne!(fresh, issuer);
    is_refused(&world, &thief, &issuer, "refused").await;
}

#[tokio::test]
async fn only_a_token_that_is_the_providers_and_of_this_very_attempt_is_believed() {
    let world = World::new().await;
    let browser = world.browser();
    let past = |claims: &mut Value| claims["exp"] = json!(jsonwebtoken::get_current_timestamp() - 1);
    for (index, forgery) in [
        Forgery::Claims(past),
        Forgery::Claims(|claims| claims["aud"] = json!("another")),
        Forgery::Claims(|claims| claims["aud"] = json!(["billing", "another"])),
        Forgery::Claims(|claims| claims["azp"] = json!("another")),
        Forgery::Claims(|claims| claims["iss"] = json!("https://evil.com")),
        Forgery::Claims(|claims| claims["nonce"] = json!("another")),
        Forgery::Claims(|claims| drop(claims.as_object_mut().unwrap().remove("nonce"))),
        Forgery::Claims(|claims| claims["sub"] = json!("@revenue")),
        Forgery::OtherKey,
        Forgery::ClientSecret,
        Forgery::Scratched,
        Forgery::Missing,
    ]
    .into_iter()
    .enumerate()
    {
        eprintln!("forgery {index}");
        world.front.forge(forgery);
        let address = world.sign_in_there(&browser, "/topup", "olena").await;
        is_refused(&world, &browser, &address, "refused").await;
    }
    // One that says it is not signed is no token at all.
    world.front.forge(Forgery::Unsigned);
    let address = world.sign_in_there(&browser, "/topup", "olena").await;
    let answer = browser.get(&address).await.expect(303);
    assert!(answer.header("location").starts_with("/login?error="), "{answer:?}");
    assert_eq!(browser.account().await, None);
    // The same hand, and nothing wrong.
    world.front.forge(Forgery::Claims(|claims| claims["azp"] = json!("billing")));
    let address = world.sign_in_there(&browser, "/topup", "olena").await;
    arrives(&browser, &address, "/topup").await;
    assert_eq!(browser.account().await.as_deref(), Some("olena"));
}

#[tokio::test]
async fn nobody_is_sent_on_to_another_site() {
    let world = World::new().await;
    let browser = world.browser();
    for foreign in
        ["//evil.com", "https://evil.com", "/\\evil.com", "/%2F/evil.com", "%2F%2Fevil.com", "/.//evil.com"]
    {
        let address = world.sign_in_there(&browser, foreign, "olena").await;
        arrives(&browser, &address, "/").await;
    }
}

#[tokio::test]
async fn while_the_provider_is_away_nobody_new_is_signed_in() {
    let world = World::new().await;
    world.set_in_order(false);
    let browser = world.browser();
    let away = "/login?error=unavailable&return_to=%2Ftopup";
    arrives(&browser, "/auth/login?return_to=/topup", away).await;
    world.set_in_order(true);
    eventually("the provider is asked again", async || {
        let answer = browser.get("/auth/login?return_to=/topup").await.expect(303);
        answer.header("location").starts_with(&world.front.url).then_some(())
    })
    .await;
    let address = world.sign_in_there(&browser, "/topup", "olena").await;
    world.set_in_order(false);
    is_refused(&world, &browser, &address, "unavailable").await;
    // What is known of it does for the way there.
    let answer = browser.get("/auth/login").await.expect(303);
    assert!(answer.header("location").starts_with(&world.front.url));
}

#[tokio::test]
async fn providers_have_habits_of_their_own() {
    let asked = Habits { auth_method: "client_secret_post", email_in_token: false, email_verified: true };
    let world = World::with(asked).await;
    let browser = world.browser();
    let address = world.sign_in_there(&browser, "/", "olena").await;
    arrives(&browser, &address, "/").await;
    let state = browser.get("/auth/session").await.expect(200).json();
    assert_eq!((&state["name"], &state["email"]), (&json!("Name of olena"), &json!("olena@example.com")));

    for email_in_token in [true, false] {
        let unproven = Habits { email_in_token, email_verified: false, ..Habits::default() };
        let world = World::with(unproven).await;
        let browser = world.browser();
        let address = world.sign_in_there(&browser, "/", "olena").await;
        arrives(&browser, &address, "/").await;
        let state = browser.get("/auth/session").await.expect(200).json();
        assert_eq!((&state["account"], &state["email"]), (&json!("olena"), &Value::Null));
    }
}
