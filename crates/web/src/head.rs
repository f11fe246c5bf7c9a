//! What a page tells search engines, and people with whom it is shared. A page without a [`Head`] is in no index.

mod pages;

pub(crate) use pages::{front, listing, plain, results};

use crate::structured_data::JsonLd;

/// The findable part of a page. All addresses are complete, with scheme and host.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    /// The one address under which the page is listed, whatever filters or sources led here.
    pub(crate) canonical: String,
    /// A sentence about the page. It must hold no contact and nothing personal.
    pub(crate) description: String,
    pub(crate) image: Option<Preview>,
    pub(crate) json_ld: Vec<JsonLd>,
    /// Whether the page is left out of indexes: a result of few homes, or of words nobody else would type.
    pub(crate) noindex: bool,
    /// The pages before and after this one, in a list.
    pub(crate) prev: Option<String>,
    pub(crate) next: Option<String>,
}

/// The picture that stands for the page where it is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    pub(crate) url: String,
    pub(crate) alt: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Head {
    pub(crate) fn new(canonical: String, description: impl Into<String>) -> Self {
        Self { canonical, description: description.into(), ..Self::default() }
    }

    pub(crate) fn with_image(self, image: Option<Preview>) -> Self {
        Self { image, ..self }
    }

    pub(crate) fn with_data(mut self, data: JsonLd) -> Self {
        self.json_ld.push(data);
        self
    }

    pub(crate) fn unlisted_if(self, noindex: bool) -> Self {
        Self { noindex: self.noindex || noindex, ..self }
    }

    /// The size of the card that other sites show: a large one only if there is a picture.
    pub(crate) fn card(&self) -> &'static str {
        if self.image.is_some() { "summary_large_image" } else { "summary" }
    }
}
