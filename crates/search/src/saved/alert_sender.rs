//! Delivers alerts: records an event that requests a notification for the owner of the saved search.
//!
//! The event's stream id is derived from the delivery, so the journal itself knows whether the notification was
//! requested. No crash, rebuild or lost read model requests it twice.

use async_trait::async_trait;
use domain::fields::Choice;
use domain::notification::{
    Notification, NotificationCommand, NotificationRejection, NotificationRequest, Variables, notification_of,
};
use domain::preferences::{Channel, Kind, Preferences};
use domain::property::PropertyEvent;
use domain::user::User;
use domain::{Actor, Erasable, Metadata, Personal, PropertyId, Timestamp};
use journal::{AggregateStore, ExecuteError, Options};
use projection::ViewStore;
use projection::deliveries::{
    DeliveryHandler, DeliveryLookup, DeliveryOutcome, FARTHEST_SECONDS, LeasedDelivery,
};

use super::alerts::{ALERT, DIGEST, Occasion};
use super::{COLUMNS, Saved, template_vars, ways};
use crate::home::Home;
use crate::rows;

/// News older than a week is not sent any more.
const STALE_SECONDS: i64 = 7 * 86_400;
/// Rows of homes read per query.
const AT_ONCE: usize = 200;

/// Requests the notifications of alerts.
#[derive(Debug)]
pub struct AlertSender {
    pub aggregates: AggregateStore,
    pub store: ViewStore,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;
/// The result of a step, or the outcome that ended the delivery early.
type Step<T> = Result<Result<T, DeliveryOutcome>, Failed>;

#[async_trait]
impl DeliveryHandler for AlertSender {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        match self.told(order).await {
            Ok(Ok(outcome) | Err(outcome)) => outcome,
            Err(error) => DeliveryOutcome::Failed(error.to_string()),
        }
    }

    async fn look_up(&self, order: &LeasedDelivery) -> DeliveryLookup {
        let Some(id) = notification_of(&order.id) else { return DeliveryLookup::Unknown };
        match self.aggregates.load::<Notification>(&order.tenant, id).await {
            Ok((known, _)) if known.asked.is_some() => DeliveryLookup::Delivered,
            // Requesting again is safe: the stream refuses a second request.
            _ => DeliveryLookup::Missing,
        }
    }
}

impl AlertSender {
    async fn told(&self, order: &LeasedDelivery) -> Step<DeliveryOutcome> {
        let Some(saved) = self.saved(order).await? else {
            return Ok(ended("the search is not kept any more"));
        };
        if !saved.enabled {
            return Ok(ended("the search is switched off"));
        }
        let Some(channel) = Channel::from_word(&order.channel) else {
            return Ok(Err(DeliveryOutcome::Refused(format!("there is no channel {}", order.channel))));
        };
        if !ways(&saved.channels).contains(&channel) {
            return Ok(ended("another channel was chosen"));
        }
        // E-mails and text messages are checked against the person's choices again when they go out.
        let (choices, _) = self.aggregates.load::<Preferences>(&order.tenant, saved.owner).await?;
        if channel == Channel::InApp && !choices.wants(Kind::PropertyAlert, channel) {
            return Ok(ended("the person switched it off"));
        }
        let variables = match order.template.as_str() {
            ALERT => self.alert(order, &saved, channel).await?,
            DIGEST => self.digest(order, &saved, channel).await?,
            other => Err(DeliveryOutcome::Refused(format!("there is no alert {other}"))),
        };
        match variables {
            Ok(variables) => self.ask(order, &saved, channel, variables).await,
            Err(ended) => Ok(Err(ended)),
        }
    }

    async fn saved(&self, order: &LeasedDelivery) -> Result<Option<Saved>, Failed> {
        let sql = format!("select {COLUMNS} from saved_searches where id = $2 and tenant = $1");
        let key = vec![order.tenant.as_str().into(), order.recipient.to_string().into()];
        Ok(self.store.query(&sql, key).await?.first().and_then(Saved::read))
    }

    async fn alert(&self, order: &LeasedDelivery, saved: &Saved, channel: Channel) -> Step<Variables> {
        let event = order.event(&**self.aggregates.journal()).await?;
        if let Some(ended) = self.stale(event.timestamp) {
            return Ok(Err(ended));
        }
        let occasion = Occasion::of(&self.aggregates.decode::<PropertyEvent>(&event)?);
        let home: PropertyId = event.stream.id.parse()?;
        let stored = rows::one(&self.store, &order.tenant, home).await?;
        Ok(match (stored.and_then(rows::Stored::on_the_market), occasion) {
            (Some(home), Some(occasion)) => {
                let home = self.tellable(order, home, channel).await?;
                Ok(template_vars::alert(&home, occasion, &saved.name, channel))
            }
            _ => ended("the home left the market"),
        })
    }

    /// The homes of the digest that are still on the market, latest news first.
    async fn digest(&self, order: &LeasedDelivery, saved: &Saved, channel: Channel) -> Step<Variables> {
        let key = vec![
            order.tenant.as_str().into(),
            order.recipient.to_string().into(),
            order.seq.into(),
            channel.word().into(),
        ];
        let sql = "select m.home, m.due from saved_matches m where m.id = $2 and m.tenant = $1 and m.channel = $4
             and m.due = (select due from saved_matches where id = $2 and tenant = $1 and channel = $4 and seq = $3)
             order by m.seq desc";
        let matches = self.store.query(sql, key).await?;
        let Some(due) = matches.first().and_then(|row| row.int(1)).map(Timestamp::from_micros) else {
            return Ok(ended("it is no news any more"));
        };
        let now = self.aggregates.clock().now();
        if due > now && due <= now.plus_seconds(FARTHEST_SECONDS) {
            return Ok(Err(DeliveryOutcome::Later("it goes out in the morning".into(), due)));
        }
        if let Some(ended) = self.stale(due) {
            return Ok(Err(ended));
        }
        let mut ids: Vec<PropertyId> = Vec::new();
        for id in matches.iter().filter_map(|row| row.text(0)?.parse().ok()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let mut homes: Vec<Home> = Vec::new();
        for ids in ids.chunks(AT_ONCE) {
            let mut found = rows::homes(&self.store, &order.tenant, ids).await?;
            for home in ids.iter().filter_map(|id| found.remove(id)) {
                homes.push(self.tellable(order, home, channel).await?);
            }
        }
        let homes: Vec<&Home> = homes.iter().collect();
        Ok(if homes.is_empty() {
            ended("every home of it left the market")
        } else {
            Ok(template_vars::digest(&homes, &saved.name, channel))
        })
    }

    /// The home without its owner's words and photos, as long as the owner's e-mail address is not confirmed: nobody may
    /// have words or pictures of their own sent to others by an account that anybody can make. On this site they are
    /// seen anyway.
    async fn tellable(
        &self,
        order: &LeasedDelivery,
        mut home: Home,
        channel: Channel,
    ) -> Result<Home, Failed> {
        if channel != Channel::InApp {
            let (owner, _) = self.aggregates.load::<User>(&order.tenant, home.owner).await?;
            if owner.person.is_none_or(|owner| !owner.email_verified) {
                let kind = home.content.specifications.property_type.word().to_lowercase().replace('_', " ");
                home.content.title = Erasable::of(home.owner, format!("a new listing, {kind}"));
                home.content.location.area = Erasable::of(home.owner, String::new());
                home.images.clear();
            }
        }
        Ok(home)
    }

    async fn ask(
        &self,
        order: &LeasedDelivery,
        saved: &Saved,
        channel: Channel,
        variables: Variables,
    ) -> Step<DeliveryOutcome> {
        let Some(id) = notification_of(&order.id) else {
            return Ok(Err(DeliveryOutcome::Refused("its id is none of a delivery".into())));
        };
        let variables = Personal::of(saved.owner, variables);
        let subject = Some(saved.owner);
        let kind = Kind::PropertyAlert;
        let asked = NotificationRequest { id, subject, channel, kind, address: None, variables };
        let metadata = Metadata { causation_id: Some(order.event_id), ..Metadata::default() };
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata };
        let command = NotificationCommand::Request(Box::new(asked));
        match self.aggregates.execute::<Notification>(&actor, id, command, Options::default()).await {
            Ok(_) | Err(ExecuteError::Rejected(NotificationRejection::Exists)) => {
                Ok(Ok(DeliveryOutcome::Delivered))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn stale(&self, since: Timestamp) -> Option<DeliveryOutcome> {
        let over = since.plus_seconds(STALE_SECONDS) <= self.aggregates.clock().now();
        over.then(|| DeliveryOutcome::NotWanted("it is no news any more".into()))
    }
}

fn ended<T>(why: &str) -> Result<T, DeliveryOutcome> {
    Err(DeliveryOutcome::NotWanted(why.into()))
}
