use url::Url;

/// Where letters lead: pages of the front end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Without a slash at its end, and without anything that HTML would need escaped.
    base: Option<String>,
}

impl Links {
    /// To the pages under this URL; or the rule that it breaks.
    pub(crate) fn under(url: &str) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(|_| "must be a url")?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err("must be https or http");
        }
        if !is_plain || url.query().is_some() || url.fragment().is_some() {
            return Err("must have no user, query or fragment");
        }
        if url.as_str().contains(['&', '\'', '"', '<', '>']) {
            return Err("must have no quotes and no &");
        }
        Ok(Self { base: Some(url.as_str().trim_end_matches('/').to_owned()) })
    }

    pub(crate) fn top_up(&self) -> Option<String> {
        self.to("topup")
    }

    pub(crate) fn history(&self) -> Option<String> {
        self.to("transactions")
    }

    pub(crate) fn settings(&self) -> Option<String> {
        self.to("settings")
    }

    fn to(&self, page: &str) -> Option<String> {
        self.base.as_ref().map(|base| format!("{base}/{page}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_under_the_front_end() {
        for (url, page) in [
            ("https://app.example.com", "https://app.example.com/topup"),
            ("https://app.example.com/", "https://app.example.com/topup"),
            ("http://localhost:8080/billing/", "http://localhost:8080/billing/topup"),
            ("https://приклад.укр", "https://xn--80aikifvh.xn--j1amh/topup"),
            ("https://example.com/\"><script>", "https://example.com/%22%3E%3Cscript%3E/topup"),
        ] {
            assert_eq!(Links::under(url).unwrap().top_up().unwrap(), page);
        }
        assert_eq!(Links::default().history(), None);
        for url in [
            "",
            "app.example.com",
            "ftp://a",
            "javascript:alert(1)",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "https://a/b&c",
            "https://a/b'c",
        ] {
            assert!(Links::under(url).is_err(), "{url}");
        }
    }
}
