//! A rough drawing of the city: its outer ring road, its river and its lakes, each within about a kilometre.

use super::{drawn, figure};
use crate::home_search::Bounds;
use crate::localities::Point;

/// What a shape is; the stylesheet draws each in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feature {
    Road,
    River,
    Lake,
}

impl Feature {
    fn class(self) -> &'static str {
        match self {
            Self::Road => "road",
            Self::River => "river",
            Self::Lake => "lake",
        }
    }
}

/// A shape on the drawing, as a path.
pub(crate) struct Shape {
    pub(crate) class: &'static str,
    pub(crate) path: String,
}

/// Latitudes and longitudes.
type Corners = &'static [(f64, f64)];

const RING_ROAD: Corners = &[
    (17.528, 78.232),
    (17.462, 78.246),
    (17.440, 78.285),
    (17.418, 78.336),
    (17.386, 78.352),
    (17.352, 78.366),
    (17.308, 78.378),
    (17.262, 78.392),
    (17.232, 78.432),
    (17.212, 78.482),
    (17.214, 78.560),
    (17.252, 78.618),
    (17.312, 78.662),
    (17.372, 78.682),
    (17.442, 78.688),
    (17.514, 78.662),
    (17.568, 78.612),
    (17.596, 78.566),
    (17.622, 78.492),
    (17.596, 78.428),
    (17.574, 78.372),
    (17.564, 78.302),
    (17.528, 78.232),
];

const MUSI: Corners = &[
    (17.372, 78.330),
    (17.362, 78.382),
    (17.368, 78.428),
    (17.374, 78.474),
    (17.378, 78.512),
    (17.388, 78.562),
    (17.412, 78.612),
    (17.420, 78.690),
];

const HUSSAIN_SAGAR: Corners = &[
    (17.438, 78.470),
    (17.434, 78.482),
    (17.422, 78.484),
    (17.412, 78.478),
    (17.412, 78.466),
    (17.424, 78.462),
];

const OSMAN_SAGAR: Corners = &[
    (17.394, 78.296),
    (17.384, 78.318),
    (17.370, 78.318),
    (17.366, 78.298),
    (17.372, 78.276),
    (17.386, 78.278),
];

const HIMAYAT_SAGAR: Corners = &[
    (17.338, 78.352),
    (17.332, 78.374),
    (17.316, 78.372),
    (17.304, 78.352),
    (17.312, 78.338),
    (17.328, 78.340),
];

const DURGAM_CHERUVU: Corners =
    &[(17.434, 78.386), (17.434, 78.392), (17.426, 78.392), (17.424, 78.388), (17.430, 78.384)];

const FEATURES: [(Feature, Corners); 6] = [
    (Feature::Lake, HUSSAIN_SAGAR),
    (Feature::Lake, OSMAN_SAGAR),
    (Feature::Lake, HIMAYAT_SAGAR),
    (Feature::Lake, DURGAM_CHERUVU),
    (Feature::River, MUSI),
    (Feature::Road, RING_ROAD),
];

/// The shapes of the city on a drawing of `bounds`. What lies outside is cut off by the drawing's own edge.
pub(crate) fn shapes(bounds: &Bounds) -> Vec<Shape> {
    FEATURES
        .into_iter()
        .map(|(feature, corners)| Shape { class: feature.class(), path: path(bounds, feature, corners) })
        .collect()
}

fn path(bounds: &Bounds, feature: Feature, corners: Corners) -> String {
    let point = |(lat, lon): &(f64, f64)| {
        let (x, y) = drawn(bounds, Point { lat: *lat, lon: *lon });
        format!("{} {}", figure(x), figure(y))
    };
    let points: Vec<String> = corners.iter().map(point).collect();
    let end = if feature == Feature::Lake { "Z" } else { "" };
    format!("M{}{end}", points.join("L"))
}
