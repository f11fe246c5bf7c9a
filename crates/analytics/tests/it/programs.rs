//! Partners' programs are no people: what their API keys do is in no count, whenever the journal tells of them.

use std::collections::BTreeSet;

use domain::activity::ActivityEvent;
use domain::api_key::{ApiKeyEvent, ApiKeyGrant, ApiKeyScope};
use domain::{Log, Personal};
use serde_json::{Value, json};

use crate::rebuild::rebuilt;
use crate::site::{App, START, Somebody, site};

async fn search(site: &App, who: &Somebody) {
    let filters = json!({"query": "castle"}).as_object().unwrap().clone();
    let event = ActivityEvent::Searched { filters: Personal::of(who.user, filters), results_count: 0 };
    site.happened(Some(who), who.stream("activity"), &event, START).await;
}

/// An admin makes an API key, which acts as `program`.
pub async fn key(site: &App, admin: &Somebody, program: &Somebody) {
    let event = ApiKeyEvent::Created {
        api_key_id: program.user.uuid().into(),
        created_by: admin.user,
        grant: ApiKeyGrant {
            name: "Their shop".into(),
            scopes: BTreeSet::from([ApiKeyScope::ListingsRead]),
            expires_at: None,
            requests_per_minute: 60,
        },
        secret_sha256: "a-hash".into(),
    };
    site.happened(Some(admin), program.stream("api-key"), &event, START).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_no_person() {
    let site = site().await;
    let admin = site.somebody("hyderabad");
    let people: Vec<Somebody> = (0..4).map(|_| site.somebody("hyderabad")).collect();
    for who in &people {
        search(&site, who).await;
    }
    let program = site.somebody("hyderabad");
    // The two logs are read side by side: what a key did may come before the key.
    search(&site, &program).await;
    let before = site.report("hyderabad", "").await;
    assert_eq!(before["nothingFound"][0]["people"], 5, "{before}");
    key(&site, &admin, &program).await;
    search(&site, &program).await;
    let report = site.report("hyderabad", "").await;
    assert_eq!(report["nothingFound"], json!([]), "{report}");
    assert_eq!(report["funnels"]["homes"][0]["people"], Value::Null, "{report}");
    assert_eq!(
        report["activePeople"]["total"]["people"], 5,
        "the admin acted, and the key did not: {report}"
    );

    let live = site.analytics.store().dump().await.unwrap();
    let (facts, activity) = (site.everything(Log::Facts).await, site.everything(Log::Activity).await);
    let (facts, activity) = ((Log::Facts, &*facts), (Log::Activity, &*activity));
    for (number, logs) in [[facts, activity], [activity, facts]].into_iter().enumerate() {
        let path = site.directory.path().join(format!("rebuilt-{number}.db"));
        assert_eq!(rebuilt(&site, &path, logs, 100, false).await, live);
    }
}
