//! A room: its walls, its window, and the light that falls through it.

use super::camera::{Plane, Point3, place};
use super::colour::{Colour, Paint, WHITE, rgb};
use super::stage::Stage;

pub const WIDE: f32 = 5.2;
pub const DEEP: f32 = 5.4;
pub const HIGH: f32 = 2.9;
const UP: Point3 = place(0.0, 1.0, 0.0);
const ACROSS: Point3 = place(1.0, 0.0, 0.0);

/// The wall opposite the camera.
pub const BACK: Plane = Plane { corner: place(-WIDE / 2.0, 0.0, DEEP), across: ACROSS, up: UP };

/// What a room is lined with.
pub struct Lining {
    pub wall: Colour,
    pub accent: Colour,
    pub floor: Colour,
    /// Tiles of this size in metres; wooden boards without.
    pub tiles: Option<f32>,
    pub has_window: bool,
}

impl Lining {
    pub fn of(stage: &mut Stage) -> Self {
        let walls = [rgb(240, 234, 224), rgb(234, 232, 226), rgb(236, 226, 212), rgb(226, 232, 230)];
        let accents = [
            rgb(150, 172, 168),
            rgb(196, 164, 134),
            rgb(122, 142, 150),
            rgb(206, 188, 164),
            rgb(176, 140, 124),
        ];
        let floors = [rgb(226, 214, 196), rgb(206, 200, 192), rgb(176, 138, 100), rgb(152, 112, 80)];
        let floor = stage.chance.whole(0, 3);
        Self {
            wall: stage.chance.one_of(&walls, walls[0]),
            accent: stage.chance.one_of(&accents, accents[0]),
            floor: floors.get(usize::from(floor)).copied().unwrap_or(floors[0]),
            tiles: (floor < 2).then_some(0.8),
            has_window: true,
        }
    }
}

/// Draws the room and a window in one of its side walls.
pub fn shell(stage: &mut Stage, lining: &Lining) {
    let (light, half) = (stage.light, WIDE / 2.0);
    let near = -1.5;
    let inside = |colour: Colour, side: f32| light.on(colour, 0.62 + side * 0.36);
    let ceiling = inside(rgb(246, 244, 240), 0.9);
    stage.flat([-half, half], [near, DEEP], HIGH, Paint::from_to(ceiling.times(0.9), ceiling));
    let floor = inside(lining.floor, 0.95);
    stage.flat([-half, half], [near, DEEP], 0.0, Paint::from_to(floor.times(1.04), floor.times(0.86)));
    joints(stage, lining, floor);
    let west = Plane { corner: place(-half, 0.0, near), across: place(0.0, 0.0, 1.0), up: UP };
    let east = Plane { corner: place(half, 0.0, near), ..west };
    let back = inside(lining.accent, 0.9);
    stage.on(&BACK, [0.0, WIDE], [0.0, HIGH], Paint::from_to(back, back.times(0.93)));
    let long = DEEP - near;
    let from_left = light.is_from_left();
    for (wall, side) in [(&west, light.right), (&east, light.left)] {
        let colour = inside(lining.wall, side);
        stage.on(wall, [0.0, long], [0.0, HIGH], Paint::from_to(colour, colour.times(0.92)));
        stage.on(wall, [0.0, long], [0.0, 0.1], inside(rgb(206, 198, 188), side));
    }
    stage.on(&BACK, [0.0, WIDE], [0.0, 0.1], inside(rgb(206, 198, 188), 0.8));
    if lining.has_window {
        window(stage, if from_left { &west } else { &east });
        sunlight(stage, from_left);
    }
    let (point, metre) = stage.camera.pixel(place(0.0, HIGH, 3.0));
    stage.canvas.glow(point, (metre * 1.6, metre * 0.4), rgb(255, 236, 200), 0.3 + light.lit);
}

/// Where the sun falls on the floor.
fn sunlight(stage: &mut Stage, from_left: bool) {
    let side = if from_left { -1.0 } else { 1.0 };
    let (outer, inner) = (side * WIDE / 2.0, side * (WIDE / 2.0 - 2.4));
    let patch =
        [place(outer, 0.01, 2.1), place(inner, 0.01, 1.2), place(inner, 0.01, 3.6), place(outer, 0.01, 4.5)];
    stage.face(&patch, Paint::from(stage.light.sun.mix(WHITE, 0.4)).opaque(0.26));
}

fn joints(stage: &mut Stage, lining: &Lining, floor: Colour) {
    let half = WIDE / 2.0;
    let (step, dark) = (lining.tiles.unwrap_or(0.2), floor.times(0.9));
    let mut x = -half;
    while x <= half {
        stage.line(place(x, 0.0, -1.4), place(x, 0.0, DEEP), 0.014, dark);
        x += step;
    }
    let mut z = -1.4;
    while lining.tiles.is_some() && z <= DEEP {
        stage.line(place(-half, 0.0, z), place(half, 0.0, z), 0.014, dark);
        z += step;
    }
}

/// A window with the sky, far towers and curtains.
fn window(stage: &mut Stage, wall: &Plane) {
    let light = stage.light;
    let (span, rise) = ([3.1, 5.7], [0.75, 2.45]);
    stage.on(wall, [span[0] - 0.08, span[1] + 0.08], [rise[0] - 0.08, rise[1] + 0.08], light.on(WHITE, 0.92));
    stage.on(wall, span, rise, Paint::from_to(light.sky.mix(WHITE, 0.35), light.haze.mix(WHITE, 0.3)));
    for tower in 0..7_u8 {
        let x = span[0] + f32::from(tower) * 0.36;
        let high = stage.chance.between(0.25, 0.8);
        let distant = light.on(rgb(130, 142, 158), 0.9).mix(light.haze, 0.5);
        stage.on(wall, [x, x + tower_width(tower)], [rise[0], rise[0] + high], distant);
    }
    for bar in [span[0] + 0.86, span[0] + 1.73] {
        stage.on(wall, [bar - 0.025, bar + 0.025], rise, light.on(rgb(96, 94, 92), 0.9));
    }
    let cloths = [rgb(222, 208, 188), rgb(176, 190, 186), rgb(206, 176, 150)];
    let cloth = stage.chance.one_of(&cloths, cloths[0]);
    for [from, to] in [[2.55, 3.2], [5.6, 6.25]] {
        let mut x = from;
        while x < to {
            let shade = stage.chance.between(0.72, 0.98);
            stage.on(
                wall,
                [x, x + 0.09],
                [0.05, 2.6],
                Paint::from_to(light.on(cloth, shade), light.on(cloth, shade * 0.9)),
            );
            x += 0.085;
        }
    }
    stage.on(wall, [2.5, 6.3], [2.58, 2.64], rgb(96, 80, 66));
}

fn tower_width(tower: u8) -> f32 {
    if tower.is_multiple_of(2) { 0.3 } else { 0.22 }
}

/// A ceiling fan, as every room of this city has one.
pub fn fan(stage: &mut Stage) {
    let metal = stage.light.on(rgb(132, 108, 86), 0.9);
    let hub = place(0.0, HIGH - 0.42, 2.4);
    stage.line(place(0.0, HIGH, 2.4), hub, 0.05, metal);
    let begin = stage.chance.between(0.0, 2.0);
    for blade in 0..3_u8 {
        let angle = begin + f32::from(blade) * std::f32::consts::TAU / 3.0;
        let tip = hub.plus(place(angle.cos() * 0.62, 0.0, angle.sin() * 0.62));
        stage.line(hub, tip, 0.13, metal);
    }
    let (point, metre) = stage.camera.pixel(hub);
    stage.canvas.ellipse(point, (0.11 * metre, 0.07 * metre), metal.times(1.2));
}

/// A picture on the back wall: hills and a sun.
pub fn painting(stage: &mut Stage, [left, bottom]: [f32; 2], [wide, high]: [f32; 2]) {
    let tones = [rgb(206, 142, 84), rgb(92, 132, 136), rgb(176, 102, 84), rgb(214, 186, 130)];
    let (ground, hill) = (stage.chance.one_of(&tones, tones[0]), stage.chance.one_of(&tones, tones[1]));
    let (right, top) = (left + wide, bottom + high);
    stage.on(&BACK, [left - 0.05, right + 0.05], [bottom - 0.05, top + 0.05], rgb(74, 60, 50));
    stage.on(
        &BACK,
        [left, right],
        [bottom, top],
        Paint::from_to(ground.mix(WHITE, 0.75), ground.mix(WHITE, 0.4)),
    );
    let corners = [
        BACK.at(left, bottom),
        BACK.at(right, bottom),
        BACK.at(right, bottom + high * 0.3),
        BACK.at(left + wide * 0.4, bottom + high * 0.55),
        BACK.at(left, bottom + high * 0.25),
    ];
    stage.face(&corners, hill);
    let (point, metre) = stage.camera.pixel(BACK.at(left + wide * 0.7, bottom + high * 0.7));
    stage.canvas.ellipse(point, (wide * 0.1 * metre, wide * 0.1 * metre), ground);
}

/// A plant in a pot.
pub fn plant(stage: &mut Stage, foot: Point3, high: f32) {
    stage.shadow(foot, 0.4, 0.3);
    stage.cuboid(foot.plus(place(-0.18, 0.0, -0.18)), place(0.36, 0.36, 0.36), rgb(190, 176, 160));
    let light = stage.light;
    for _ in 0..26 {
        let (dx, dy) = (stage.chance.between(-1.0, 1.0), stage.chance.between(0.25, 1.0));
        let soil = foot.plus(place(0.0, 0.36, 0.0));
        let tip = foot.plus(place(dx * high * 0.34, 0.36 + dy * high * (1.0 - dx.abs() * 0.3), 0.0));
        let shade = stage.chance.between(0.6, 1.0);
        stage.line(soil, tip, 0.055, light.on(rgb(76, 118, 66), shade));
    }
}

/// A standing lamp or a lamp on a table.
pub fn lamp(stage: &mut Stage, foot: Point3, high: f32) {
    let light = stage.light;
    stage.line(foot, foot.plus(place(0.0, high, 0.0)), 0.03, rgb(92, 78, 62));
    let (point, metre) = stage.camera.pixel(foot.plus(place(0.0, high, 0.0)));
    let shade = rgb(250, 232, 196);
    let corners = [
        (point.0 - 0.12 * metre, point.1 - 0.12 * metre),
        (point.0 + 0.12 * metre, point.1 - 0.12 * metre),
        (point.0 + 0.2 * metre, point.1 + 0.14 * metre),
        (point.0 - 0.2 * metre, point.1 + 0.14 * metre),
    ];
    stage.canvas.fill(&corners, Paint::from_to(light.on(shade, 1.0), light.on(shade, 0.88)));
    stage.canvas.glow(point, (0.9 * metre, 0.9 * metre), rgb(255, 226, 170), 0.1 + light.lit * 0.6);
}
