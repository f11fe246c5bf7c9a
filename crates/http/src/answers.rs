//! Builds responses with the time and with the position of the caller's write.

use domain::Position;

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::reply::Reply;

impl AppContext {
    /// A 200 response with the current time.
    pub fn reply<T>(&self, message: &'static str, data: T) -> Reply<T> {
        Reply::new(message, data, (self.aggregates.clock().now(), self.epoch()))
    }

    /// The response to a command. Its position is sent to the caller and remembered for their next reads.
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
