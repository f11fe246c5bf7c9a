//! Buildings of many floors, from the street.

use super::backdrop;
use super::camera::{Plane, Point3, place};
use super::colour::{BLACK, Colour, Paint, WHITE, rgb};
use super::stage::Stage;

/// How the walls of a building are divided.
#[derive(Clone, Copy)]
pub struct Facade {
    pub floors: u8,
    pub storey: f32,
    /// How many windows stand side by side in front, and on the sides.
    pub bays: [u8; 2],
    pub bay: f32,
    pub wall: Colour,
    pub accent: Colour,
    pub balconies: bool,
    /// How much of a wall is window: across, and up.
    pub glass: [f32; 2],
    /// A ground floor that stands on pillars, with cars below.
    pub stilts: bool,
}

impl Facade {
    pub fn high(&self) -> f32 {
        f32::from(self.floors) * self.storey
    }

    pub fn size(&self) -> Point3 {
        let [front, side] = self.bays;
        place(f32::from(front) * self.bay, self.high(), f32::from(side) * self.bay)
    }
}

const WALLS: [[u8; 3]; 6] =
    [[236, 228, 214], [226, 218, 206], [214, 206, 200], [240, 234, 226], [222, 206, 184], [206, 210, 212]];
const ACCENTS: [[u8; 3]; 6] =
    [[168, 96, 72], [92, 110, 118], [188, 142, 92], [124, 84, 70], [70, 112, 112], [150, 120, 96]];

pub fn wall_colours(stage: &mut Stage) -> (Colour, Colour) {
    let of = |[red, green, blue]: [u8; 3]| rgb(red, green, blue);
    let wall = stage.chance.one_of(&WALLS, WALLS[0]);
    let accent = stage.chance.one_of(&ACCENTS, ACCENTS[0]);
    (of(wall), of(accent))
}

/// A wall of a building whose windows stand in rows: the plane, its brightness and its number of bays.
fn wall(stage: &mut Stage, plane: &Plane, side: f32, bays: u8, facade: &Facade) {
    let light = stage.light;
    let (span, high) = (f32::from(bays) * facade.bay, facade.high());
    let colour = light.on(facade.wall, side);
    stage.on(
        plane,
        [0.0, span],
        [0.0, high],
        Paint::from_to(colour.mix(light.haze, 0.1), colour.times(0.95)),
    );
    for bay in 0..bays {
        if bay % 3 == 1 && !facade.stilts {
            let left = f32::from(bay) * facade.bay;
            let accent = light.on(facade.accent, side);
            stage.on(plane, [left + 0.06, left + facade.bay - 0.06], [0.0, high], accent);
        }
    }
    for floor in 0..facade.floors {
        let bottom = f32::from(floor) * facade.storey;
        stage.on(plane, [0.0, span], [bottom - 0.1, bottom + 0.1], colour.times(0.86));
        if floor == 0 && facade.stilts {
            stilts(stage, plane, (bays, side), facade);
            continue;
        }
        for bay in 0..bays {
            window(stage, plane, [f32::from(bay) * facade.bay, bottom], side, facade);
        }
    }
}

fn stilts(stage: &mut Stage, plane: &Plane, (bays, side): (u8, f32), facade: &Facade) {
    let span = f32::from(bays) * facade.bay;
    let dark = stage.light.on(rgb(70, 68, 66), side);
    stage.on(plane, [0.0, span], [0.0, facade.storey - 0.3], Paint::from_to(dark.times(0.7), dark));
    for pillar in 0..=bays {
        let at = (f32::from(pillar) * facade.bay).clamp(0.25, span - 0.25);
        let colour = stage.light.on(facade.wall, side * 0.94);
        stage.on(plane, [at - 0.25, at + 0.25], [0.0, facade.storey], colour);
    }
}

/// A window with its frame and the shade below its lintel.
fn window(stage: &mut Stage, plane: &Plane, [left, bottom]: [f32; 2], side: f32, facade: &Facade) {
    let light = stage.light;
    let [across, up] = facade.glass;
    let (span, high) = (facade.bay * across, facade.storey * up);
    let left = left + (facade.bay - span) * 0.5;
    let bottom = bottom + (facade.storey - high) * 0.42;
    let (end, top) = (left + span, bottom + high);
    stage.on(plane, [left - 0.1, end + 0.1], [bottom - 0.14, top + 0.1], light.on(WHITE, side * 0.94));
    let depth = stage.chance.between(0.3, 0.62);
    let glass = if stage.chance.yes(light.lit) {
        let warm = rgb(255, 206, 138).times(stage.chance.between(0.85, 1.0));
        Paint::from_to(warm, warm.times(0.86))
    } else {
        let sky = light.sky.mix(light.haze, 0.35);
        Paint::from_to(sky.mix(BLACK, depth), rgb(44, 54, 64).mix(sky, 0.16))
    };
    stage.on(plane, [left, end], [bottom, top], glass);
    let curtain = stage.chance.between(0.0, 0.4) * span;
    if curtain > span * 0.2 {
        let cloth = Paint::from(light.on(rgb(226, 214, 196), side * 0.7)).opaque(0.55);
        stage.on(plane, [left, left + curtain], [bottom, top], cloth);
    }
    stage.on(plane, [left, end], [top - 0.16, top], Paint::from(BLACK).opaque(0.35));
    let bar = left.midpoint(end);
    stage.on(plane, [bar - 0.04, bar + 0.04], [bottom, top], light.on(WHITE, side * 0.8));
}

/// The balconies of one bay in front: a slab, a parapet of glass and its rail, on every floor.
fn balconies(stage: &mut Stage, low: Point3, bay: u8, facade: &Facade) {
    const DEEP: f32 = 1.3;
    let left = low.x + f32::from(bay) * facade.bay + 0.15;
    let wide = facade.bay - 0.3;
    for floor in 1..facade.floors {
        let y = low.y + f32::from(floor) * facade.storey;
        let front = Plane {
            corner: place(left, y, low.z - DEEP),
            across: place(1.0, 0.0, 0.0),
            up: place(0.0, 1.0, 0.0),
        };
        let wall = Plane { corner: place(left, y, low.z - 0.01), ..front };
        let shade = stage.light.shade;
        stage.on(&wall, [0.0, wide], [facade.storey - 1.0, facade.storey], Paint::from(BLACK).opaque(shade));
        stage.cuboid(place(left, y - 0.12, low.z - DEEP), place(wide, 0.2, DEEP), facade.wall.times(0.98));
        let glass = Paint::from(stage.light.haze.mix(rgb(96, 128, 140), 0.6)).opaque(0.58);
        stage.on(&front, [0.0, wide], [0.1, 1.0], glass);
        stage.on(&front, [0.0, wide], [0.98, 1.06], stage.light.on(rgb(84, 82, 82), 0.9));
        if stage.chance.yes(0.25) {
            let spot = stage.camera.pixel(front.at(stage.chance.between(0.4, wide - 0.3), 1.1));
            let green = stage.light.on(rgb(84, 124, 64), 0.95);
            stage.canvas.ellipse(spot.0, (0.34 * spot.1, 0.3 * spot.1), green);
        }
    }
}

/// A building with its low, left, near corner.
pub fn building(stage: &mut Stage, low: Point3, facade: &Facade) {
    let (size, light) = (facade.size(), stage.light);
    // The roof comes first: the walls hide all of its underside but what reaches out.
    let roof = low.plus(place(-0.25, size.y - 0.1, -0.25));
    let tank = roof.plus(place(size.x * 0.58, 0.9, size.z * 0.3));
    stage.cuboid(tank, place(3.0, 2.2, 3.0), facade.accent.mix(facade.wall, 0.5));
    stage.cuboid(roof, place(size.x + 0.5, 0.9, size.z + 0.5), facade.wall.times(0.95));
    let up = place(0.0, 1.0, 0.0);
    if stage.camera.at.x < low.x {
        let plane = Plane { corner: low.plus(place(0.0, 0.0, size.z)), across: place(0.0, 0.0, -1.0), up };
        wall(stage, &plane, light.left, facade.bays[1], facade);
    }
    if stage.camera.at.x > low.x + size.x {
        let plane = Plane { corner: low.plus(place(size.x, 0.0, 0.0)), across: place(0.0, 0.0, 1.0), up };
        wall(stage, &plane, light.right, facade.bays[1], facade);
    }
    let plane = Plane { corner: low, across: place(1.0, 0.0, 0.0), up };
    wall(stage, &plane, light.front, facade.bays[0], facade);
    if facade.balconies {
        for bay in (0..facade.bays[0]).filter(|bay| bay % 3 != 1) {
            balconies(stage, low, bay, facade);
        }
    }
}

/// A wall of glass, as offices have.
pub fn glazed(stage: &mut Stage, low: Point3, size: Point3, storey: f32) {
    stage.cuboid(low.plus(place(0.0, size.y, 0.0)), place(size.x, 1.2, size.z), rgb(176, 184, 188));
    let light = stage.light;
    let up = place(0.0, 1.0, 0.0);
    let from_left = stage.camera.at.x < low.x;
    let flank = if from_left {
        Plane { corner: low.plus(place(0.0, 0.0, size.z)), across: place(0.0, 0.0, -1.0), up }
    } else {
        Plane { corner: low.plus(place(size.x, 0.0, 0.0)), across: place(0.0, 0.0, 1.0), up }
    };
    let front = Plane { corner: low, across: place(1.0, 0.0, 0.0), up };
    let sunlit = if from_left { light.left } else { light.right };
    for (plane, span, sunlit) in [(flank, size.z, sunlit), (front, size.x, light.front)] {
        let top = light.sky.mix(light.haze, 0.3).times(sunlit);
        let low = rgb(58, 84, 98).mix(light.haze, 0.25).times(sunlit);
        stage.on(&plane, [0.0, span], [0.0, size.y], Paint::from_to(top, low));
        let mut y = 0.0;
        while y < size.y - 0.5 {
            let mut x = 0.0;
            while x < span - 0.1 {
                let end = (x + 1.5).min(span);
                let lit = stage.chance.yes(light.lit * 1.2);
                let tone = if lit { rgb(255, 226, 176) } else { WHITE };
                let opacity = if lit { 0.8 } else { stage.chance.between(0.0, 0.16) };
                stage.on(
                    &plane,
                    [x + 0.05, end - 0.05],
                    [y + 0.9, y + storey],
                    Paint::from(tone).opaque(opacity),
                );
                x += 1.5;
            }
            stage.on(
                &plane,
                [0.0, span],
                [y, y + 0.9],
                Paint::from(light.on(rgb(126, 146, 156), sunlit)).opaque(0.7),
            );
            y += storey;
        }
    }
}

/// What stands around a building at the street.
pub fn street(stage: &mut Stage, front: f32, reach: f32) {
    let colour = stage.chance.one_of(&[rgb(214, 200, 178), rgb(196, 190, 184)], rgb(214, 200, 178));
    backdrop::compound(stage, [-reach * 2.6, reach * 2.6], front, [-3.2, 3.2], colour);
    for side in [-1.0, 1.0] {
        for _ in 0..stage.chance.whole(2, 3) {
            let x = side * stage.chance.between(reach * 0.62, reach * 1.5);
            let (z, high) = (front + stage.chance.between(1.0, 5.0), stage.chance.between(5.0, 8.5));
            if stage.chance.yes(0.3) {
                backdrop::palm(stage, place(x, 0.0, z), high * 1.2);
            } else {
                backdrop::tree(stage, place(x, 0.0, z), high);
            }
        }
    }
    backdrop::road(stage, [front - 10.5, front - 3.0]);
}
