//! Free space on the disks below the data directory. The warning comes well before they are full.

use std::path::{Path, PathBuf};

use domain::system::SystemEvent;
use gateway::{Component, HealthStatus};
use serde_json::json;

use crate::app::reports::Reports;
use crate::settings;

/// Parts of the data directory that may be disks of their own.
const PLACES: [&str; 6] = ["", "journal", "keys", "views", "files", "mailbox"];
const BYTES_PER_MIB: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Room {
    free: u64,
    total: u64,
}

pub struct Disks {
    places: Vec<PathBuf>,
    limits: settings::Disk,
    filling: bool,
}

impl Disks {
    pub fn below(data_dir: &Path, limits: settings::Disk) -> Self {
        let places = PLACES.map(|place| data_dir.join(place)).into();
        Self { places, limits, filling: false }
    }

    pub async fn look(&mut self, reports: &Reports) -> Component {
        let places = self.places.clone();
        let rooms = tokio::task::spawn_blocking(move || places.iter().filter_map(|at| room(at)).collect());
        let rooms: Vec<Room> = rooms.await.unwrap_or_default();
        let beyond = |room: &Room| i128::from(room.free) - i128::from(self.limit(room.total));
        let Some(least) = rooms.into_iter().min_by_key(beyond) else {
            return Component {
                status: HealthStatus::Warn,
                details: json!({"error": "its room is not known"}),
            };
        };
        measure(least);
        if let Some(event) = self.judge(least) {
            reports.send("disk", event);
        }
        let status = if self.filling { HealthStatus::Warn } else { HealthStatus::Up };
        Component { status, details: json!({"freeBytes": least.free, "totalBytes": least.total}) }
    }

    /// The event to report, if the state changed.
    fn judge(&mut self, room: Room) -> Option<SystemEvent> {
        let Room { free, total } = room;
        let few = self.limit(total);
        // Hysteresis: recovery needs a tenth more space, so that the state does not flip at one byte.
        let filling = if self.filling { free < few + few / 10 } else { free < few };
        if filling == self.filling {
            return None;
        }
        self.filling = filling;
        let [free_mib, total_mib] = [free, total].map(|bytes| bytes / BYTES_PER_MIB);
        Some(if filling {
            tracing::error!(free_mib, total_mib, "the disk fills up; see docs/operations.md");
            SystemEvent::DiskFilling { free_bytes: free, total_bytes: total }
        } else {
            tracing::info!(free_mib, total_mib, "the disk has room again");
            SystemEvent::DiskRecovered { free_bytes: free, total_bytes: total }
        })
    }

    fn limit(&self, total: u64) -> u64 {
        let part = total / 100 * u64::from(self.limits.warn_percent);
        part.max(u64::from(self.limits.warn_mib) * BYTES_PER_MIB)
    }
}

/// `None` when the place does not exist.
fn room(place: &Path) -> Option<Room> {
    let told = rustix::fs::statvfs(place).ok()?;
    Some(Room { free: told.f_bavail * told.f_frsize, total: told.f_blocks * told.f_frsize })
}

#[expect(clippy::cast_precision_loss, reason = "metrics")]
fn measure(room: Room) {
    metrics::gauge!("disk_free_bytes").set(room.free as f64);
    metrics::gauge!("disk_total_bytes").set(room.total as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fills_is_reported_once_and_so_is_the_room_it_has_again() {
        let limits = settings::Disk { warn_percent: 10, warn_mib: 1024 };
        let mut disks = Disks::below(Path::new("data"), limits);
        let (gib, total) = (1 << 30, 100 << 30);
        let mut judge = |free| disks.judge(Room { free, total });
        assert_eq!(judge(50 * gib), None);
        assert_eq!(judge(10 * gib + 1), None);
        let told = |free_bytes| SystemEvent::DiskFilling { free_bytes, total_bytes: total };
        assert_eq!(judge(9 * gib), Some(told(9 * gib)));
        assert_eq!(judge(5 * gib), None, "said already");
        assert_eq!(judge(10 * gib + 1), None, "about the limit it is not said back and forth");
        let well = SystemEvent::DiskRecovered { free_bytes: 12 * gib, total_bytes: total };
        assert_eq!(judge(12 * gib), Some(well));
        let small = 4 * gib;
        assert_eq!(disks.limit(small), gib, "of a small disk a tenth is little");
        disks.limits = settings::Disk { warn_percent: 0, warn_mib: 0 };
        assert_eq!(disks.limit(total), 0, "never");
    }
}
