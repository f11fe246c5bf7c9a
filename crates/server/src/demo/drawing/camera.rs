//! Where things stand in a picture: metres in space become pixels.

use super::canvas::Point;

/// A place in space, in metres: to the right, up, and away.
#[derive(Clone, Copy)]
pub struct Point3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

pub const fn place(x: f32, y: f32, z: f32) -> Point3 {
    Point3 { x, y, z }
}

impl Point3 {
    pub fn plus(self, other: Self) -> Self {
        place(self.x + other.x, self.y + other.y, self.z + other.z)
    }

    pub fn times(self, factor: f32) -> Self {
        place(self.x * factor, self.y * factor, self.z * factor)
    }
}

/// A wall, floor or other flat thing: a corner, and the directions in which it is measured.
#[derive(Clone, Copy)]
pub struct Plane {
    pub corner: Point3,
    pub across: Point3,
    pub up: Point3,
}

impl Plane {
    pub fn at(&self, across: f32, up: f32) -> Point3 {
        self.corner.plus(self.across.times(across)).plus(self.up.times(up))
    }

    /// The corners of a rectangle: from left to right, and from bottom to top.
    pub fn rectangle(&self, [left, right]: [f32; 2], [bottom, top]: [f32; 2]) -> [Point3; 4] {
        [self.at(left, bottom), self.at(right, bottom), self.at(right, top), self.at(left, top)]
    }
}

/// Looks straight ahead, turned to the right by an angle. Upright lines stay upright, as with the lenses that
/// photographers of houses use.
pub struct Camera {
    pub at: Point3,
    turn: (f32, f32),
    /// Pixels for a metre at a distance of one metre.
    zoom: f32,
    /// The middle of the picture and the height of the horizon, in pixels.
    middle: Point,
}

/// Nothing nearer than this is drawn.
const NEAREST: f32 = 0.15;

impl Camera {
    pub fn new(at: Point3, turned: f32, zoom: f32, middle: Point) -> Self {
        Self { at, turn: turned.sin_cos(), zoom, middle }
    }

    fn seen(&self, from: Point3) -> Point3 {
        let (x, y, z) = (from.x - self.at.x, from.y - self.at.y, from.z - self.at.z);
        let (sin, cos) = self.turn;
        place(x * cos - z * sin, y, x * sin + z * cos)
    }

    fn point(&self, seen: Point3) -> Point {
        (self.middle.0 + self.zoom * seen.x / seen.z, self.middle.1 - self.zoom * seen.y / seen.z)
    }

    /// The pixel of a place, and the pixels of a metre there.
    pub fn pixel(&self, of: Point3) -> (Point, f32) {
        let seen = self.seen(of);
        let seen = place(seen.x, seen.y, seen.z.max(NEAREST));
        (self.point(seen), self.zoom / seen.z)
    }

    /// The outline of a flat shape, without what lies behind the camera.
    pub fn outline(&self, corners: &[Point3]) -> Vec<Point> {
        let seen: Vec<Point3> = corners.iter().map(|corner| self.seen(*corner)).collect();
        let mut outline = Vec::with_capacity(seen.len() + 2);
        let following = seen.iter().cycle().skip(1);
        for (corner, next) in seen.iter().zip(following) {
            if corner.z >= NEAREST {
                outline.push(self.point(*corner));
            }
            if (corner.z >= NEAREST) != (next.z >= NEAREST) {
                let share = (NEAREST - corner.z) / (next.z - corner.z);
                let (x, y) = (corner.x + (next.x - corner.x) * share, corner.y + (next.y - corner.y) * share);
                outline.push(self.point(place(x, y, NEAREST)));
            }
        }
        outline
    }
}
