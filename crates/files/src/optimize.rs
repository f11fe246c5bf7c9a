//! Checks stored images. Renditions that are missing, damaged, or of other widths than today's are re-encoded from
//! the widest intact one, because the uploaded file is not kept. Intact renditions stay as they are: encoding a lossy
//! image again only degrades it, so another quality would gain nothing. One image is processed at a time, so that the
//! resources are bounded and no two jobs work on the same image. Correct images are skipped, so an interrupted job
//! can be started again.

mod renewal;

use domain::audit::{AuditEvent, NearDuplicates, Optimized};
use domain::file::{File, FileContent};
use domain::{Actor, FileId, StreamId, UserId};
use http_kit::Job;

use crate::Files;

/// Rows read at a time.
const PAGE: u64 = 200;
/// Images whose hashes differ in at most this many of 64 bits look alike.
const NEAR: u32 = 5;
/// Maximum number of pairs that are reported; the rest is only counted.
const MOST_PAIRS: usize = 100;

const COUNT_ALL: &str = "select count(*) from files where tenant = $1 and gone = 0";
const COUNT_OF_ONE: &str = "select count(*) from files where tenant = $1 and gone = 0 and owner_id = $2";
const OF_ONE: &str =
    "select owner_id, id from files where tenant = $1 and gone = 0 and owner_id = $2 and id > $3
                      order by id limit $4";
const OF_ALL: &str =
    "select owner_id, id from files where tenant = $1 and gone = 0 and (owner_id, id) > ($2, $3)
                      order by owner_id, id limit $4";

/// Why a job ends early.
type OptimizeError = Box<dyn std::error::Error + Send + Sync>;

/// A job that checks images.
pub struct OptimizeJob {
    pub files: Files,
    pub actor: Actor,
    pub stream: StreamId,
    /// Whose images to check; `None` for everybody's.
    pub owner: Option<UserId>,
}

/// The results so far.
#[derive(Default)]
struct Tally {
    told: Optimized,
    /// The owner whose images are being checked; `looks` holds the hashes of these images.
    owner: String,
    looks: Vec<(FileId, u64)>,
}

impl Tally {
    /// Compares an image with the others of its owner. The images of one owner must come one after another.
    fn compare(&mut self, owner: &str, id: FileId, look: u64) {
        if self.owner != owner {
            owner.clone_into(&mut self.owner);
            self.looks.clear();
        }
        for (first, other) in &self.looks {
            let distance = (other ^ look).count_ones();
            if distance <= NEAR {
                self.told.near_duplicates += 1;
                if self.told.pairs.len() < MOST_PAIRS {
                    self.told.pairs.push(NearDuplicates { first: *first, second: id, distance });
                }
            }
        }
        self.looks.push((id, look));
    }
}

impl OptimizeJob {
    /// Runs the job, and records its result.
    pub async fn run(self, job: Job) {
        let event = match self.look_over(&job).await {
            Ok(told) => {
                tracing::info!(
                    images = told.images,
                    renewed = told.renewed,
                    lost = told.lost,
                    "images were looked over"
                );
                AuditEvent::OptimizeFinished(told)
            }
            Err(error) => {
                tracing::error!(%error, "images could not be looked over");
                // Anybody may have started the job, and must not learn where the bytes are stored.
                let reason = "the files could not all be read or written; start it again".into();
                AuditEvent::OptimizeFailed { reason }
            }
        };
        if let Err(error) = self.files.context.aggregates.record(&self.actor, self.stream, &event).await {
            tracing::error!(%error, "the end of an optimisation could not be written down");
        }
    }

    async fn look_over(&self, job: &Job) -> Result<Optimized, OptimizeError> {
        let tenant = self.actor.tenant.as_str();
        let whose = self.owner.map_or_else(String::new, |owner| owner.to_string());
        let (count, keys) = match self.owner {
            Some(_) => (COUNT_OF_ONE, vec![tenant.into(), whose.clone().into()]),
            None => (COUNT_ALL, vec![tenant.into()]),
        };
        let rows = self.files.store.query(count, keys).await?;
        let total = rows.first().map_or(0, |row| row.count(0));
        let sql = if self.owner.is_some() { OF_ONE } else { OF_ALL };
        let mut tally = Tally::default();
        let mut done = 0;
        let mut last = (whose, String::new());
        loop {
            let (owner, id) = last.clone();
            let keys = vec![tenant.into(), owner.into(), id.into(), PAGE.into()];
            let rows = self.files.store.query(sql, keys).await?;
            let page = rows.iter().filter_map(|row| Some((row.text(0)?.to_owned(), row.text(1)?.to_owned())));
            let page: Vec<_> = page.collect();
            for (owner, id) in &page {
                self.file(owner, id.parse()?, &mut tally).await?;
                done += 1;
                // Files may have been added since the count.
                job.progress(done, total.max(done));
            }
            match page.into_iter().next_back() {
                Some(behind) => last = behind,
                None => return Ok(tally.told),
            }
        }
    }

    async fn file(&self, owner: &str, id: FileId, tally: &mut Tally) -> Result<(), OptimizeError> {
        let _alone = self.files.optimizing.lock().await;
        // The read model may be behind: the journal decides.
        let (File(known), version) =
            self.files.context.aggregates.load::<File>(&self.actor.tenant, id).await?;
        let Some(known) = known.filter(|known| known.is_image() && !known.deleted) else { return Ok(()) };
        let seen = self.image(&known, version).await?;
        tally.told.images += 1;
        tally.told.bytes_before += seen.bytes_before;
        tally.told.renewed += u64::from(seen.renewed.is_some());
        tally.told.lost += u64::from(seen.is_lost);
        let content = seen.renewed.as_ref().unwrap_or(&known.content);
        if let FileContent::Image { look, .. } = content
            && !seen.is_lost
        {
            tally.told.bytes_after += content.stored().iter().map(|stored| stored.size).sum::<u64>();
            if let Ok(look) = u64::from_str_radix(look, 16) {
                tally.compare(owner, id, look);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_differ_in_few_bits_are_told_in_pairs_of_one_owner() {
        let id = |last: u128| FileId::from(uuid::Uuid::from_u128(last));
        let mut tally = Tally::default();
        for (owner, file, look) in
            [("a", 1, 0b0), ("a", 2, 0b1_1111), ("a", 3, u64::MAX), ("a", 4, 0b1), ("b", 5, 0b0)]
        {
            tally.compare(owner, id(file), look);
        }
        let pairs: Vec<_> = tally.told.pairs.iter().map(|p| (p.first, p.second, p.distance)).collect();
        assert_eq!(pairs, [(id(1), id(2), 5), (id(1), id(4), 1), (id(2), id(4), 4)]);
        for file in 6..30 {
            tally.compare("b", id(file), 0);
        }
        assert_eq!((tally.told.pairs.len(), tally.told.near_duplicates), (MOST_PAIRS, 3 + 25 * 24 / 2));
    }
}
