//! Pins and names at one size. On a phone they are larger in the units of the drawing, so fewer of them have room.

use super::{Name, Pin, Placed, are_near, drawn, figure, pin};
use crate::home_search::{Bounds, HomeSearch};
use crate::localities;
use crate::messages::Language;

/// A place on the drawing, or a width and a height there.
type Pair = (f64, f64);

/// Homes nearer to each other than this are one pin.
const PIN: Pair = (72.0, 30.0);
/// The room between the middles of two names, and between those of a name and a pin.
const NAME: Pair = (96.0, 18.0);
const NAME_BY_PIN: Pair = (82.0, 22.0);
/// How far below its pin a name stands.
const BELOW: f64 = 25.0;

/// What is drawn on screens of one size; the stylesheet shows one of them.
pub(in crate::pages::results) struct Layer {
    pub(in crate::pages::results) class: &'static str,
    pub(in crate::pages::results) names: Vec<Name>,
    pub(in crate::pages::results) pins: Vec<Pin>,
}

/// The layers, with the units of the drawing that a pixel of a pin or a name takes there.
const SIZES: [(&str, f64); 2] = [("for-wide", 1.5), ("for-narrow", 2.4)];

pub(super) fn layers(
    language: Language,
    bounds: &Bounds,
    homes: &[Placed],
    wanted: &HomeSearch,
) -> Vec<Layer> {
    let layer = |(class, scale)| {
        let clusters = clusters(homes, scale);
        let firsts = clusters.iter().filter_map(|cluster| cluster.first());
        let at: Vec<Pair> = firsts.map(|home| (home.x, home.y)).collect();
        let names = Names { pins: &at, scale, taken: Vec::new(), put: Vec::new() };
        let pins = clusters.iter().filter_map(|cluster| pin(language, cluster, wanted)).collect();
        Layer { class, names: names.of(bounds), pins }
    };
    SIZES.into_iter().map(layer).collect()
}

/// The homes, those together that are near each other.
fn clusters(homes: &[Placed], scale: f64) -> Vec<Vec<&Placed>> {
    let mut clusters: Vec<Vec<&Placed>> = Vec::new();
    for home in homes {
        let is_near = |cluster: &&mut Vec<&Placed>| {
            let first = cluster.first();
            first.is_some_and(|first| are_near((first.x, first.y), (home.x, home.y), times(PIN, scale)))
        };
        match clusters.iter_mut().find(is_near) {
            Some(cluster) => cluster.push(home),
            None => clusters.push(vec![home]),
        }
    }
    clusters
}

fn times((wide, high): Pair, scale: f64) -> Pair {
    (wide * scale, high * scale)
}

/// The names that have room.
struct Names<'a> {
    pins: &'a [Pair],
    scale: f64,
    taken: Vec<Pair>,
    put: Vec<Name>,
}

impl Names<'_> {
    /// Below each pin the locality that is nearest to it, and others where there is room.
    fn of(mut self, bounds: &Bounds) -> Vec<Name> {
        let here = localities::all().filter(|(_, at)| bounds.holds(*at));
        let here: Vec<(&str, Pair)> = here.map(|(text, at)| (text, drawn(bounds, at))).collect();
        for pin in self.pins {
            let far = |(_, at): &(&str, Pair)| (at.0 - pin.0).hypot(at.1 - pin.1);
            let nearest = here.iter().min_by(|one, other| far(one).total_cmp(&far(other)));
            let nearest = nearest.filter(|(_, at)| are_near(*at, *pin, times(PIN, self.scale)));
            if let Some(&(text, _)) = nearest {
                self.put(text, *pin, true);
            }
        }
        for (text, at) in here {
            self.put(text, at, false);
        }
        self.put
    }

    /// Puts a name at a place, if it has room there.
    fn put(&mut self, text: &'static str, (x, y): Pair, is_pinned: bool) {
        let at = if is_pinned { (x, y + BELOW * self.scale) } else { (x, y) };
        let near = |others: &[Pair], room: Pair| {
            others.iter().any(|other| are_near(*other, at, times(room, self.scale)))
        };
        let is_crowded = near(self.pins, NAME_BY_PIN) || near(&self.taken, NAME);
        if is_crowded || self.put.iter().any(|name| name.text == text) {
            return;
        }
        self.taken.push(at);
        self.put.push(Name { text, x: figure(x), y: figure(y), is_pinned });
    }
}
