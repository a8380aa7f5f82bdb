//! What is sold: looking things up in a very small archive.
use axum::http::request::Parts;
use billing_core::{Currency, Money};
use billing_tower::Meter;
use rmcp::{
    ErrorData, Json, ServerHandler,
    handler::server::{tool::Extension, wrapper::Parameters},
    model::{CallToolResult, ContentBlock, ServerCapabilities, ServerConfig},
    schemars, tool, tool_handler, tool_router,
};
use serde::{Deserialize, Serialize};

/// What a case that was found costs.
const FOUND: Money = Money::from_micros(250_000, Currency::USD);

/// The tools of this server.
#[derive(Clone, Debug)]
pub(crate) struct PaidTools {
    courts: &'static str,
    cases: &'static [&'static str],
}

impl Default for PaidTools {
    fn default() -> Self {
        Self {
            courts: "the only court",
            cases: &["the lost umbrella", "the crooked fence", "the broken fence"],
        }
    }
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
struct Search {
    /// A word of the title.
    word: String,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Found {
    titles: Vec<String>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
struct Read {
    title: String,
}

#[tool_router]
impl PaidTools {
    #[tool(description = "Lists the courts. Free.")]
    fn list_courts(&self) -> String {
        self.courts.to_owned()
    }

    /// The real cost: the meter comes with the head of the HTTP request, which every call has with it.
    #[tool(description = "Finds cases by a word of their titles. Costs 0.25 for each that is found.")]
    fn search_cases(
        &self,
        Parameters(Search { word }): Parameters<Search>,
        Extension(parts): Extension<Parts>,
    ) -> Result<Json<Found>, ErrorData> {
        let meter = parts.extensions.get::<Meter>();
        let meter =
            meter.ok_or_else(|| ErrorData::internal_error("the tool is not behind its layer", None))?;
        meter.record(Money::zero(Currency::USD));
        let mut titles = Vec::new();
        for title in self.cases.iter().filter(|title| title.contains(&word)) {
            meter.add(FOUND);
            titles.push((*title).to_owned());
        }
        Ok(Json(Found { titles }))
    }

    /// A fixed price: the estimate is the cost. A result that is an error costs nothing.
    #[tool(description = "Reads a case. Costs 1.00.")]
    fn read_case(&self, Parameters(Read { title }): Parameters<Read>) -> CallToolResult {
        if self.cases.contains(&title.as_str()) {
            CallToolResult::success(vec![ContentBlock::text(format!("This is the case of {title}."))])
        } else {
            CallToolResult::error(vec![ContentBlock::text(format!("there is no case of {title}"))])
        }
    }
}

#[tool_handler]
impl ServerHandler for PaidTools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}
