//! The part of the console that is the same at every provider: how webhooks are disturbed.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Path, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::courier::DeliveryPlan;
use super::engine::{Engine, Provider};
use super::html::button;
use super::refusal::Refusal;

/// How late the console's late webhooks are.
const LATE: Duration = Duration::from_secs(10);

/// The button that was pressed.
#[derive(Deserialize)]
struct Pressed {
    plan: String,
}

pub(crate) fn router<P: Provider>() -> Router<Arc<Engine<P>>> {
    Router::new()
        .route("/console/webhooks", post(set_plan))
        .route("/console/webhooks/{id}/redeliver", post(redeliver))
}

async fn set_plan<P: Provider>(
    Shared(engine): Shared<Arc<Engine<P>>>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let plan = DeliveryPlan::new();
    let plan = match pressed.plan.as_str() {
        "usual" => plan,
        "drop_next" => plan.with_next_dropped(1),
        "drop_all" => plan.with_all_dropped(),
        "duplicate" => plan.with_duplicates(1),
        "delay" => plan.with_delay(LATE),
        other => return P::Error::malformed(format!("There is no plan `{other}`.")).into_response(),
    };
    engine.courier.set_plan(plan);
    Redirect::to("/").into_response()
}

async fn redeliver<P: Provider>(Shared(engine): Shared<Arc<Engine<P>>>, Path(id): Path<String>) -> Response {
    match engine.redeliver(&id).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(error) => error.into_response(),
    }
}

/// Buttons, and what is planned now.
pub(crate) fn section(plan: &DeliveryPlan) -> String {
    let press = |name: &str, label: &str| button("/console/webhooks", "", label, &[("plan", name)]);
    let buttons = [
        press("usual", "Deliver"),
        press("drop_next", "Drop the next"),
        press("drop_all", "Drop all"),
        press("duplicate", "Send twice"),
        press("delay", "10 seconds late"),
    ];
    format!("<h2>Webhooks</h2><p class=\"muted\">Now: {}.</p>{}", in_words(plan), buttons.concat())
}

fn in_words(plan: &DeliveryPlan) -> String {
    let mut words = Vec::new();
    if plan.drop_all {
        words.push("all are dropped".to_owned());
    } else if plan.drop_next > 0 {
        words.push(format!("the next {} are dropped", plan.drop_next));
    }
    if plan.duplicates > 0 {
        words.push(format!("each is sent {} times", plan.duplicates.saturating_add(1)));
    }
    if plan.delay_ms > 0 {
        words.push(format!("each is {} ms late", plan.delay_ms));
    }
    if plan.hold {
        words.push("they are held back".to_owned());
    }
    if plan.chaos.is_some() {
        words.push("each is left to chance".to_owned());
    }
    if words.is_empty() { "delivered at once".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::in_words;
    use crate::simulators::shared::courier::{Chaos, DeliveryPlan};

    #[test]
    fn a_plan_is_told_in_words() {
        assert_eq!(in_words(&DeliveryPlan::new()), "delivered at once");
        let plan = DeliveryPlan::new().with_next_dropped(1).with_delay(Duration::from_millis(20));
        assert_eq!(in_words(&plan), "the next 1 are dropped, each is 20 ms late");
        let plan = DeliveryPlan::new().with_all_dropped().with_duplicates(2).with_hold();
        assert_eq!(
            in_words(&plan.with_chaos(Chaos::new(1))),
            "all are dropped, each is sent 3 times, they are held back, each is left to chance"
        );
    }
}
