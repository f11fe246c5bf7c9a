//! Looks over images that are there: renditions that are missing, damaged, or of other widths than today's are made anew
//! from the widest whole one, for what was uploaded is not kept. What is whole stays as it is: making a lossy image of a
//! lossy one only costs, so there is nothing to gain from another quality. One image at a time, so that what it takes is
//! bounded and no two jobs meet at an image; what is right is passed over, so a job that was cut short is begun again.

mod renewal;

use domain::audit::{AuditEvent, NearDuplicates, Optimized};
use domain::file::{File, FileContent};
use domain::{Actor, FileId, StreamId, UserId};
use http_kit::Job;

use crate::Files;

/// Rows read at a time.
const PAGE: u64 = 200;
/// Images whose hashes differ in so many bits of 64 look alike.
const NEAR: u32 = 5;
/// Pairs that are told; the rest is counted.
const MOST_PAIRS: usize = 100;

const COUNT: &str =
    "select count(*) from files where tenant = $1 and gone = 0 and ($2 = '' or owner_id = $2)";
const OF_ONE: &str =
    "select owner_id, id from files where tenant = $1 and gone = 0 and owner_id = $2 and id > $3
                      order by id limit $4";
const OF_ALL: &str =
    "select owner_id, id from files where tenant = $1 and gone = 0 and (owner_id, id) > ($2, $3)
                      order by owner_id, id limit $4";

/// Why a job ends early.
type OptimizeError = Box<dyn std::error::Error + Send + Sync>;

/// A job to be done.
pub struct OptimizeJob {
    pub files: Files,
    pub actor: Actor,
    pub stream: StreamId,
    /// Whose images; nothing is everybody's.
    pub owner: Option<UserId>,
}

/// What is known so far.
#[derive(Default)]
struct Tally {
    told: Optimized,
    /// Whose images are being looked at, and what these look like.
    owner: String,
    looks: Vec<(FileId, u64)>,
}

impl Tally {
    /// Compares an image with the others of its owner; those of one owner come one after the other.
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
    /// Does it, and writes down what came of it.
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
                // Whoever asked may be anybody: where the bytes lie is no concern of theirs.
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
        let rows = self.files.store.query(COUNT, vec![tenant.into(), whose.clone().into()]).await?;
        let total = rows.first().map_or(0, |row| row.count(0));
        let sql = if self.owner.is_some() { OF_ONE } else { OF_ALL };
        let (mut tally, mut done, mut last) = (Tally::default(), 0, (whose, String::new()));
        loop {
            let (owner, id) = last.clone();
            let keys = vec![tenant.into(), owner.into(), id.into(), PAGE.into()];
            let rows = self.files.store.query(sql, keys).await?;
            let page = rows.iter().filter_map(|row| Some((row.text(0)?.to_owned(), row.text(1)?.to_owned())));
            let page: Vec<_> = page.collect();
            for (owner, id) in &page {
                self.file(owner, id.parse()?, &mut tally).await?;
                done += 1;
                // Files may have come since they were counted.
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
