use reqwest::Url;

/// The fields of a query. One that is there twice is not there: who reads the other one would see something else.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of(query: Option<&str>) -> Self {
        let Ok(mut url) = Url::parse("https://billing.invalid") else { return Self::default() };
        url.set_query(query);
        Self(url.query_pairs().into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str());
        let (Some(value), None) = (found.next(), found.next()) else { return None };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_where_it_is_there_once() {
        let fields = Fields::of(Some("a=1%202&b=x&b=y&c=&d=%ff&%65=z"));
        let found = ["a", "b", "c", "d", "e", "f"].map(|name| fields.get(name));
        assert_eq!(found, [Some("1 2"), None, Some(""), Some("\u{fffd}"), Some("z"), None]);
        assert_eq!(Fields::of(None).get("a"), None);
    }
}
