//! The part of the console that is the same at every provider: how webhooks are disturbed.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Path, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::courier::{Chaos, Delivery, DeliveryPlan};
use super::engine::{Engine, Provider};
use super::html::{button, escape};
use super::refusal::Refusal;

/// How late the console's late webhooks are.
const LATE: Duration = Duration::from_secs(10);

/// Older deliveries are not shown.
const SHOWN: usize = 20;

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
        "chance" => {
            let chaos = Chaos::new(fastrand::u64(..)).with_drop_percent(20);
            plan.with_chaos(chaos.with_most_duplicates(3).with_most_delay(LATE))
        }
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

/// What is planned now, buttons to plan otherwise, and the latest deliveries.
pub(crate) fn section<P: Provider>(engine: &Engine<P>) -> String {
    let press = |name: &str, label: &str| button("/console/webhooks", "", label, &[("plan", name)]);
    let buttons = [
        press("usual", "Deliver"),
        press("drop_next", "Drop the next"),
        press("drop_all", "Drop all"),
        press("duplicate", "Send twice"),
        press("delay", "10 seconds late"),
        press("chance", "Leave to chance"),
    ];
    let rows: String = engine.courier.latest(SHOWN).iter().map(row).collect();
    let table = if rows.is_empty() {
        String::new()
    } else {
        format!("<table><tr><th>About<th>What<th>Answer<th>Do</tr>{rows}</table>")
    };
    format!(
        "<h2>Webhooks</h2><p class=\"muted\">Now: {}.</p><p>{}</p>{table}",
        in_words(&engine.courier.plan()),
        buttons.concat(),
    )
}

fn row(delivery: &Delivery) -> String {
    let answer = match (delivery.dropped, delivery.status) {
        (true, _) => "dropped".to_owned(),
        (_, Some(status)) => status.to_string(),
        (_, None) => "none".to_owned(),
    };
    format!(
        "<tr><td>{}<br><span class=\"muted\">{}, attempt {}</span><td>{}<td>{answer}<td>{}</tr>",
        escape(&delivery.object),
        escape(&delivery.event),
        delivery.attempt,
        escape(&delivery.kind),
        button(&format!("/console/webhooks/{}/redeliver", delivery.event), "", "Send again", &[]),
    )
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
