//! The kept lengths are what counting the rows gives, and the queue holds what waits, after every event.

use domain::report::{Cause, Complaint};
use domain::{Erasable, ReportId};

use super::*;

/// Every length, as it is counted.
const COUNTED: &str = "
    select 'kept', owner_id, count(*) from properties where status <> 'REMOVED' group by owner_id
    union all select 'listed', owner_id, count(*) from properties p where status = 'ACTIVE' and not exists
        (select 1 from absent_owners a where a.user_id = p.owner_id and a.tenant = p.tenant) group by owner_id
    union all select 'listed', '', count(*) from properties p where status = 'ACTIVE' and not exists
        (select 1 from absent_owners a where a.user_id = p.owner_id and a.tenant = p.tenant) group by tenant
    union all select 'featured', '', count(*) from properties p where status = 'ACTIVE' and featured = 1 and not exists
        (select 1 from absent_owners a where a.user_id = p.owner_id and a.tenant = p.tenant) group by tenant
    union all select 'waiting', '', count(*) from waiting group by tenant
    order by 1, 2";
const KEPT: &str = "select list, owner, length from list_lengths order by list, owner";

/// What waits, made from the rows that it follows from.
const WAITS: &str = "
    select p.id, count(r.id), p.status = 'PENDING_REVIEW' from properties p
    left join moderated m on m.property_id = p.id
    left join reports r on r.property_id = p.id and r.position > coalesce(m.position, 0)
    where p.status <> 'REMOVED' and p.owner_id not in (select user_id from erased_people)
    group by p.id having count(r.id) > 0 or p.status = 'PENDING_REVIEW' order by p.id";
const WAITING: &str = "select property_id, reports, pending from waiting order by property_id";

impl World {
    async fn say(&self, id: PropertyId, command: PropertyCommand) {
        let done = self.aggregates.execute::<Property>(&self.actor, id, command, Options::default()).await;
        done.unwrap();
    }

    async fn report(&self, property_id: PropertyId) {
        let report_id: ReportId = self.aggregates.fresh().into();
        let reporter_id = UserId::from(self.aggregates.fresh());
        let title = Erasable::of(self.owner, "A home".to_owned());
        let complaint =
            Complaint { report_id, property_id, title, reporter_id, cause: Cause::Fraud, details: None };
        let event = ReportEvent::Reported(complaint);
        let stream = StreamId::new(&self.actor.tenant, Report::TYPE, report_id);
        self.aggregates.record(&self.actor, stream, &event).await.unwrap();
    }

    async fn account(&self, event: UserEvent) {
        let stream = StreamId::new(&self.actor.tenant, User::TYPE, self.owner);
        self.aggregates.record(&self.actor, stream, &event).await.unwrap();
    }

    async fn ask(&self, sql: &str) -> Vec<::projection::Row> {
        self.store.query(sql, Vec::new()).await.unwrap()
    }
}

#[tokio::test]
async fn lengths_and_the_queue_are_what_the_rows_say_after_every_event() {
    let world = World::open();
    let moderator =
        By { person: UserId::from(world.aggregates.fresh()), role: Role::Moderator, moderated: false };
    let own = By { person: world.owner, role: Role::Seller, moderated: false };
    let moved = |from, to| UserEvent::StatusChanged { subject_id: world.owner, from, to };
    let (one, two) = (world.list().await, world.list().await);
    world.say(one, PropertyCommand::Feature(true, moderator)).await;
    world.say(two, PropertyCommand::Feature(true, moderator)).await;
    world.report(one).await;
    world.report(one).await;
    world.change(two, Status::Inactive).await;
    world.account(moved(UserStatus::Active, UserStatus::Suspended)).await;
    let three = world.list().await;
    world.change(two, Status::Active).await;
    world.report(two).await;
    world.say(one, PropertyCommand::Verify(true, moderator)).await;
    world.account(moved(UserStatus::Suspended, UserStatus::Active)).await;
    world.report(one).await;
    world.say(one, PropertyCommand::Remove(own)).await;
    world.say(three, PropertyCommand::Reject("No such place".into(), moderator)).await;
    world.account(UserEvent::Deleted { subject_id: world.owner }).await;
    world.account(moved(UserStatus::Inactive, UserStatus::Active)).await;
    let (mut longest, mut waited) = (0, 0);
    for (from, event) in (0..).zip(world.events().await) {
        let what = format!("after {from}, {}", event.event_type);
        world.apply(from, vec![event]).await.unwrap();
        assert_eq!(world.ask(KEPT).await, world.ask(COUNTED).await, "{what}");
        assert_eq!(world.ask(WAITING).await, world.ask(WAITS).await, "{what}");
        longest = longest.max(world.ask(KEPT).await.len());
        waited = waited.max(world.ask(WAITING).await.len());
    }
    assert_eq!((longest, waited), (5, 2), "every list had entries");
    assert!(world.ask(WAITING).await.is_empty(), "of somebody who left, nothing waits");
}

/// A report may be applied before its home, when the home's own events wait.
#[tokio::test]
async fn a_home_whose_report_came_first_waits_once_it_is_there() {
    let world = World::open();
    let id = world.list().await;
    world.report(id).await;
    let [listed, reported] = <[Envelope; 2]>::try_from(world.events().await).unwrap();
    let last = reported.position;
    let step = Advance {
        log: Log::Facts,
        from: 0,
        to: Checkpoint { position: last, event_id: Some(reported.event_id) },
        due: vec![reported, listed],
        parked: Vec::new(),
        block: None,
    };
    world.store.advance(Lease::default(), step).await.unwrap();
    assert_eq!(world.ask(WAITING).await, world.ask(WAITS).await);
    assert_eq!(world.ask(WAITING).await.len(), 1);
}
