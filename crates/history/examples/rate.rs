//! Measures how many events per second the read model applies on one core: 200,000 envelopes in batches of 1,024 into
//! a real file. Run with `cargo run --release -p history --example rate`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement told on the terminal")]
#![expect(clippy::disallowed_methods, reason = "a measurement needs the machine's clock")]

use std::time::Instant;

use bus::{Advance, Checkpoint, Lease, Target};
use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId};
use history::History;
use uuid::Uuid;

const EVENTS: u64 = 200_000;
const BATCH: usize = 1024;
const USERS: u64 = 5_000;
const HOMES: u64 = 2_000;
/// The time between two events: 20 events per second.
const STEP_MICROS: u64 = 50_000;

fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u128((0x0197_0000_0000_7000_8000_0000_0000_0000 + u128::from(kind << 48)) | u128::from(number))
}

/// A deterministic, scattered number.
fn scattered(seed: u64) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11
}

fn envelope(number: u64) -> Envelope {
    let tenant = TenantId::stored("hyderabad");
    let user: UserId = id(1, scattered(number) % USERS).into();
    let home = id(2, scattered(number + 7) % HOMES);
    let snapshot = format!(
        r#""area":"Gachibowli","price":9500000,"propertyId":"{home}","title":"3BHK Apartment in Gachibowli""#
    );
    let (kind, event_type, data) = match scattered(number + 13) % 10 {
        0 => ("property", "PROPERTY_CREATED", listed(home, user)),
        1 => ("session", "USER_LOGIN", format!(r#"{{"sessionId":"{home}","userId":"{user}"}}"#)),
        2 => ("favourite", "PROPERTY_FAVORITED", format!("{{{snapshot}}}")),
        _ => ("activity", "PROPERTY_VIEWED", format!(r#"{{"counted":true,{snapshot},"views":1}}"#)),
    };
    let encrypted = "k".repeat(90);
    let metadata = format!(
        r#"{{"correlationId":"{home}","ipAddress":{{"$sealed":{{"box":"{encrypted}","subject":"{user}"}}}},"sessionId":"{home}","userAgent":{{"$sealed":{{"box":"{encrypted}","subject":"{user}"}}}}}}"#
    );
    let micros = 1_790_000_000_000_000 + number * STEP_MICROS;
    let event_id =
        Uuid::from_u128((u128::from(micros / 1000) << 80) | 0x7000_8000_0000_0000_0000 | u128::from(number));
    Envelope {
        position: Position { log: Log::Activity, epoch: 1, seq: number },
        event_id,
        stream: StreamId::new(&tenant, kind, user),
        version: number,
        user_id: Some(user),
        event_type: event_type.into(),
        schema_version: 1,
        timestamp: Timestamp::from_micros(i64::try_from(micros).unwrap()),
        data: data.into(),
        metadata: metadata.into(),
    }
}

fn listed(home: Uuid, owner: UserId) -> String {
    let description = "A quiet home near the metro with a view of the lake. ".repeat(12);
    format!(
        r#"{{"amenities":["Lift","Parking"],"description":"{description}","location":{{"area":"Gachibowli","city":"Hyderabad","coordinates":{{"lat":17.4401,"lng":78.3489}}}},"ownerId":"{owner}","price":9500000,"propertyId":"{home}","specifications":{{"bathrooms":3,"bedrooms":3,"listingType":"SALE","propertyType":"APARTMENT"}},"status":"ACTIVE","title":"3BHK Apartment in Gachibowli"}}"#
    )
}

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir_in(std::env::args().nth(1).unwrap_or_else(|| ".".into())).unwrap();
    let store = History::view(&directory.path().join("history.db")).unwrap();
    let events: Vec<Envelope> = (1..=EVENTS).map(envelope).collect();
    let mut from = 0;
    let mut steps = Vec::new();
    for due in events.chunks(BATCH) {
        let last = due.last().unwrap();
        let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
        let due = due.to_vec();
        steps.push(Advance { log: Log::Activity, from, to, due, parked: Vec::new(), block: None });
        from = last.position.seq;
    }
    let began = Instant::now();
    let busy = cpu_seconds();
    for step in steps {
        store.advance(Lease::default(), step).await.unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    let busy = cpu_seconds() - busy;
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = |seconds: f64| EVENTS as f64 / seconds;
    let bytes = std::fs::metadata(directory.path().join("history.db")).unwrap().len();
    println!("{EVENTS} events in {seconds:.2} s: {:.0} events/s; {} MB", rate(seconds), bytes / 1_000_000);
    println!("{busy:.2} s of processor time: {:.0} events/s on a core of its own", rate(busy));
}

/// CPU time of this process so far; zero where there is no `/proc`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat.split_whitespace().skip(13).take(2).filter_map(|f| f.parse().ok()).collect();
    fields.iter().sum::<f64>() / 100.0
}
