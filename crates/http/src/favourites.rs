//! Lists that say of each home whether the caller saved it.

use domain::Fields;
use domain::favourites::Favourites;

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::paging::Paging;
use crate::request::Request;

/// What the API document says about the parameter that [`include_favourite`] reads.
pub const INCLUDE_FAVOURITE: &str =
    "`favorite` adds `isFavorited` to each home, for somebody signed in: whether they saved it.";

/// Reads the parameter `include`: whether each home of a list is to say whether the caller saved it.
pub fn include_favourite(f: &mut Fields<'_>) -> bool {
    f.text("include", 1..=20).as_deref() == Some("favorite")
}

/// `Query<FirstHomes<10>>`: as [`crate::First`], of homes that may say whether the caller saved them.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstHomes<const SIZE: i64> {
    /// The first entries.
    pub paging: Paging,
    /// See [`include_favourite`].
    pub with_favourites: bool,
}

impl<const SIZE: i64> Request for FirstHomes<SIZE> {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { with_favourites: include_favourite(f), paging: Paging::first(f, SIZE) })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "include").then_some(INCLUDE_FAVOURITE)
    }
}

impl AppContext {
    /// All homes that the caller saved, read once for a whole list. `None` if the list is not to tell them, or nobody
    /// is signed in.
    ///
    /// # Errors
    /// If the journal is unavailable.
    pub async fn favourites(&self, caller: &Caller, is_asked: bool) -> Result<Option<Favourites>, Failure> {
        let Some(user) = caller.user().filter(|_| is_asked && !caller.is_program()) else { return Ok(None) };
        let (favourites, _) = self.aggregates.load::<Favourites>(&caller.tenant, user).await?;
        Ok(Some(favourites))
    }
}
