//! The time zones whose days and hours are counted. The time zones of the world are compiled in, so days do not depend on
//! the machine.

use std::collections::BTreeMap;

use domain::{TenantId, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};

/// The version of the rows that the projection makes, apart from the zone.
const ROWS: u32 = 1;

/// A time zone of the IANA database, such as `Asia/Kolkata`.
#[derive(Clone, Debug)]
pub struct ReportingZone {
    name: String,
    zone: TimeZone,
}

/// There is no time zone of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone;

impl std::fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no such time zone; write a name such as Asia/Kolkata")
    }
}

impl std::error::Error for UnknownZone {}

impl std::str::FromStr for ReportingZone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZone)?;
        // The database is not particular about capital letters.
        let name = zone.iana_name().ok_or(UnknownZone)?.to_owned();
        Ok(Self { name, zone })
    }
}

impl<'de> Deserialize<'de> for ReportingZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl ReportingZone {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day (counted from 1970-01-01) and the hour that a clock there shows. When clocks are set back, an hour is
    /// shown twice, and both count as one.
    #[must_use]
    pub fn day_and_hour(&self, at: Timestamp) -> (i64, i64) {
        let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default();
        let shown = self.zone.to_datetime(at);
        (days(shown.date()), shown.hour().into())
    }
}

/// The time zones of all tenants.
#[derive(Clone, Debug)]
pub struct ReportingZones {
    common: ReportingZone,
    own: BTreeMap<TenantId, ReportingZone>,
}

impl From<ReportingZone> for ReportingZones {
    fn from(common: ReportingZone) -> Self {
        Self::new(common, BTreeMap::new())
    }
}

impl ReportingZones {
    /// All tenants have the zone `common`, but for those with their own.
    #[must_use]
    pub fn new(common: ReportingZone, own: BTreeMap<TenantId, ReportingZone>) -> Self {
        Self { common, own }
    }

    /// The zone of a tenant.
    #[must_use]
    pub fn of(&self, tenant: &TenantId) -> &ReportingZone {
        self.own.get(tenant).unwrap_or(&self.common)
    }

    /// The version of a projection that counts by these zones. It differs from zone to zone: a read model made with other
    /// ones is made again.
    #[must_use]
    pub fn version(&self) -> u32 {
        let all = self.own.iter().fold(self.common.name.clone(), |all, (tenant, zone)| {
            all + &format!(" {}={}", tenant.as_str(), zone.name)
        });
        // FNV-1a.
        all.bytes().fold(0x811c_9dc5 ^ ROWS, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }
}

fn days(date: Date) -> i64 {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let at = jiff::tz::Offset::UTC.to_timestamp(midnight);
    at.map_or(0, |at| at.as_second().div_euclid(86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> ReportingZone {
        name.parse().unwrap()
    }

    #[test]
    fn days_and_hours_are_those_of_the_zone() {
        let at: Timestamp = "2026-11-20T20:15:00Z".parse().unwrap();
        let (utc, india) = (zone("UTC").day_and_hour(at), zone("Asia/Kolkata").day_and_hour(at));
        assert_eq!((india.0 - utc.0, utc.1, india.1), (1, 20, 1));
        assert_eq!(india.0, at.india_day());
        assert_eq!(zone("Asia/Kathmandu").day_and_hour(at).1, 2, "at 02:00 exactly");
        // The same hour twice, on the day when summer ends.
        let [first, second] = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map(|at| at.parse().unwrap());
        assert_eq!(zone("Europe/Berlin").day_and_hour(first), zone("Europe/Berlin").day_and_hour(second));
        let before = Timestamp::from_micros(-1);
        assert_eq!(zone("UTC").day_and_hour(before), (-1, 23));
    }

    #[test]
    fn hours_that_clocks_skip_are_nobodys() {
        let before_and_after = |name: &str, at: &str| {
            let after: Timestamp = at.parse().unwrap();
            let [before, after] = [after.plus_seconds(-1), after].map(|at| zone(name).day_and_hour(at));
            (after.0 - before.0, before.1, after.1)
        };
        // Summer begins at two o'clock, at midnight, and by half an hour; a whole day is left out.
        assert_eq!(before_and_after("America/New_York", "2026-03-08T07:00:00Z"), (0, 1, 3));
        assert_eq!(before_and_after("America/Havana", "2026-03-08T05:00:00Z"), (1, 23, 1));
        assert_eq!(before_and_after("Australia/Lord_Howe", "2026-10-03T15:30:00Z"), (0, 1, 2));
        assert_eq!(before_and_after("Pacific/Apia", "2011-12-30T10:00:00Z"), (2, 23, 0));
    }

    #[test]
    fn zones_have_names_and_versions_of_their_own() {
        assert_eq!(zone("asia/kolkata").name(), "Asia/Kolkata");
        let (india, nepal) = (zone("Asia/Kolkata"), zone("Asia/Kathmandu"));
        let own = |tenant: &str, zone: &ReportingZone| {
            ReportingZones::new(india.clone(), BTreeMap::from([(TenantId::stored(tenant), zone.clone())]))
        };
        let zones = [
            ReportingZones::from(india.clone()),
            ReportingZones::from(nepal.clone()),
            own("pune", &nepal),
            own("delhi", &nepal),
            own("pune", &india),
        ];
        let versions: std::collections::BTreeSet<u32> = zones.iter().map(ReportingZones::version).collect();
        assert_eq!(versions.len(), zones.len());
        let [pune, delhi] = ["pune", "delhi"].map(TenantId::stored);
        assert_eq!(
            (zones[2].of(&pune).name(), zones[2].of(&delhi).name()),
            ("Asia/Kathmandu", "Asia/Kolkata")
        );
        for wrong in ["", "Nowhere", "+05:30", "IST-5:30"] {
            assert!(wrong.parse::<ReportingZone>().is_err(), "{wrong}");
        }
    }
}
