//! The light of an hour of the day.

use super::chance::Chance;
use super::colour::{Colour, rgb};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hour {
    Morning,
    Noon,
    Dusk,
}

#[derive(Clone, Copy)]
pub struct Light {
    pub hour: Hour,
    pub sky: Colour,
    /// The sky at the horizon, and the haze in front of what is far.
    pub haze: Colour,
    /// The colour of the light on things.
    pub sun: Colour,
    /// How bright sides are that face left, right, to the camera, and up.
    pub left: f32,
    pub right: f32,
    pub front: f32,
    pub top: f32,
    /// How many windows are lit.
    pub lit: f32,
    pub shade: f32,
}

impl Light {
    pub fn of(hour: Hour, chance: &mut Chance) -> Self {
        let (sky, haze, sun, lit, shade) = match hour {
            Hour::Morning => (rgb(104, 164, 214), rgb(247, 226, 200), rgb(255, 243, 224), 0.04, 0.34),
            Hour::Noon => (rgb(84, 146, 206), rgb(214, 230, 240), rgb(255, 253, 247), 0.0, 0.4),
            Hour::Dusk => (rgb(52, 66, 118), rgb(247, 172, 118), rgb(236, 196, 176), 0.42, 0.24),
        };
        let [sunny, dim] = if hour == Hour::Noon { [0.98, 0.76] } else { [1.05, 0.64] };
        let (left, right) = if chance.yes(0.5) { (sunny, dim) } else { (dim, sunny) };
        let (front, top) = (chance.between(0.86, 0.94), 1.06);
        Self { hour, sky, haze, sun, left, right, front, top, lit, shade }
    }

    pub fn on(&self, colour: Colour, side: f32) -> Colour {
        colour.under(self.sun).times(side)
    }

    pub fn is_from_left(&self) -> bool {
        self.left > self.right
    }
}
