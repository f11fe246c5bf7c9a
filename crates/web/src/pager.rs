//! Links for paging through a list. People count pages from 1, the API from 0.

/// The links around one page of a list.
pub(crate) struct Pager {
    /// The page number, from 1.
    pub(crate) page: u64,
    pub(crate) of: u64,
    path: String,
    kept: Vec<(&'static str, String)>,
}

impl Pager {
    /// `page` counts from 0. `kept` are the other query parameters of the list.
    pub(crate) fn new(path: &str, page: u64, of: u64, kept: Vec<(&'static str, String)>) -> Self {
        Self { page: page + 1, of, path: path.to_owned(), kept }
    }

    pub(crate) fn previous(&self) -> Option<String> {
        (self.page > 1).then(|| self.link((self.page - 1).min(self.of.max(1))))
    }

    /// This page of the list.
    pub(crate) fn here(&self) -> String {
        self.link(self.page)
    }

    /// Whether the list ends before this page.
    pub(crate) fn is_past_the_end(&self) -> bool {
        self.page > self.of.max(1)
    }

    /// The first page of the list.
    pub(crate) fn first(&self) -> String {
        self.link(1)
    }

    pub(crate) fn next(&self) -> Option<String> {
        (self.page < self.of).then(|| self.link(self.page + 1))
    }

    fn link(&self, page: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.kept.iter().filter(|(_, value)| !value.is_empty()));
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::Pager;

    #[test]
    fn the_other_parameters_stay() {
        let pager = Pager::new("/homes", 1, 3, vec![("sort", "price-low".to_owned())]);
        assert_eq!(pager.previous().unwrap(), "/homes?sort=price-low");
        assert_eq!(pager.next().unwrap(), "/homes?sort=price-low&page=3");
    }

    #[test]
    fn past_the_end_the_way_back_leads_to_the_last_page() {
        let pager = Pager::new("/homes", 998, 3, vec![]);
        assert!(pager.is_past_the_end());
        assert_eq!((&*pager.previous().unwrap(), pager.next()), ("/homes?page=3", None));
        let empty = Pager::new("/homes", 4, 0, vec![]);
        assert!(empty.is_past_the_end() && !Pager::new("/homes", 0, 0, vec![]).is_past_the_end());
        assert_eq!(empty.previous().unwrap(), "/homes");
    }

    #[test]
    fn an_end_is_an_end() {
        let only = Pager::new("/homes", 0, 1, vec![]);
        assert_eq!((only.previous(), only.next()), (None, None));
    }
}
