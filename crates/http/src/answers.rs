//! How a service answers: stamped with the time, and with the position of what the caller did.

use domain::Position;

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::reply::Reply;

impl AppContext {
    /// A 200 answer, stamped now.
    pub fn reply<T>(&self, message: &'static str, data: T) -> Reply<T> {
        Reply::new(message, data, (self.aggregates.clock().now(), self.epoch()))
    }

    /// An answer to a command: its position is remembered as the caller's own, and told.
    pub fn done<T>(
        &self,
        caller: &Caller,
        message: &'static str,
        data: T,
        position: Option<Position>,
    ) -> Reply<T> {
        if let (Some(user), Some(position)) = (caller.user(), position) {
            self.seen.remember(&caller.tenant, user, position);
        }
        self.reply(message, data).position(position)
    }
}
