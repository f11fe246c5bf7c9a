//! An index beside the rows, like a search index: it follows them at its own pace, and its readers wait for
//! both.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::actors::Life;
use crate::checker::Place;

/// How long changes gather.
const GATHER: Duration = Duration::from_millis(50);

#[derive(Default)]
pub struct Index(Mutex<Content>);

#[derive(Clone, Default)]
struct Content {
    /// Id of the file that the rows came from, and the number of its last indexed row.
    file: String,
    rows: u64,
    places: BTreeSet<Place>,
}

impl Index {
    pub fn holds(&self, place: &Place) -> bool {
        self.0.lock().unwrap().places.contains(place)
    }

    /// Indexes the rows after its own position.
    async fn catch_up(&self, life: &Life) -> Result<(), String> {
        let progress = &life.rows.memory().progress;
        let noted = progress.noted();
        let query = async |sql: &str| life.store.query(sql, Vec::new()).await.map_err(|e| e.to_string());
        let file = query("select id from made").await?[0].text(0).unwrap_or_default().to_owned();
        let known = self.0.lock().unwrap().file == file;
        // An index that is made again becomes visible only when it is complete.
        let mut content = if known {
            self.0.lock().unwrap().clone()
        } else {
            progress.is_late();
            Content { file: file.clone(), ..Content::default() }
        };
        life.chaos.pause().await;
        let behind = content.rows;
        let sql =
            format!("select log, seq, n, (select id from made) from rows where n > {behind} order by n");
        let rows = query(&sql).await?;
        life.chaos.pause().await;
        if life.chaos.fails(20) {
            return Err("simulated: the index fails".into());
        }
        // Another file took over in between: start again.
        if rows.iter().any(|row| row.text(3) != Some(&file)) {
            return Ok(());
        }
        for row in rows {
            content.places.insert((row.text(0).unwrap_or_default().to_owned(), row.count(1)));
            content.rows = row.count(2);
        }
        *self.0.lock().unwrap() = content;
        progress.is_done(noted);
        Ok(())
    }
}

/// Keeps the index in step with the rows.
pub async fn keep(life: Arc<Life>) {
    loop {
        let memory = life.rows.memory();
        if !memory.progress.is_behind() {
            memory.progress.change().await;
        }
        memory.progress.gather(GATHER).await;
        if let Err(error) = life.index.catch_up(&life).await {
            life.chaos.note(error);
            memory.progress.is_late();
            life.chaos.sleep(100, 2000).await;
        }
    }
}
