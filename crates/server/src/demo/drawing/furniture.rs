//! What stands in the rooms.

use super::camera::{Plane, Point3, place};
use super::colour::{BLACK, Colour, Paint, WHITE, rgb};
use super::rooms::{self, BACK, DEEP, Lining, WIDE};
use super::stage::Stage;

const HALF: f32 = WIDE / 2.0;

fn cloth(stage: &mut Stage) -> Colour {
    let all =
        [rgb(122, 140, 146), rgb(190, 172, 150), rgb(96, 122, 122), rgb(168, 120, 98), rgb(142, 134, 150)];
    stage.chance.one_of(&all, all[0])
}

fn wood(stage: &mut Stage) -> Colour {
    let all = [rgb(136, 98, 66), rgb(104, 74, 52), rgb(176, 136, 96), rgb(220, 210, 196)];
    stage.chance.one_of(&all, all[0])
}

pub fn living(stage: &mut Stage) {
    let lining = Lining::of(stage);
    rooms::shell(stage, &lining);
    rooms::painting(stage, [1.5, 1.5], [2.2, 0.85]);
    rooms::plant(stage, place(HALF - 0.5, 0.0, DEEP - 0.5), 1.2);
    let (fabric, timber) = (cloth(stage), wood(stage));
    stage.shadow(place(0.0, 0.0, 4.4), 1.9, 0.9);
    stage.cuboid(place(-1.4, 0.14, 4.2), place(2.8, 0.3, 0.95), fabric.times(0.9));
    stage.cuboid(place(-1.4, 0.44, 4.85), place(2.8, 0.46, 0.3), fabric);
    for seat in 0..3_u8 {
        stage.cuboid(
            place(-1.38 + f32::from(seat) * 0.925, 0.44, 4.2),
            place(0.9, 0.14, 0.72),
            fabric.times(1.05),
        );
    }
    for arm in [-1.62, 1.4] {
        stage.cuboid(place(arm, 0.1, 4.15), place(0.22, 0.56, 1.0), fabric.times(0.95));
    }
    for (x, tone) in [(-1.1, rgb(214, 168, 96)), (0.7, rgb(232, 226, 214))] {
        stage.cuboid(place(x, 0.58, 4.6), place(0.44, 0.38, 0.16), tone);
    }
    stage.flat([-1.7, 1.7], [1.9, 3.7], 0.012, stage.light.on(lining.accent.mix(WHITE, 0.4), 0.9));
    stage.flat([-1.55, 1.55], [2.02, 3.58], 0.014, stage.light.on(lining.accent.mix(WHITE, 0.6), 0.92));
    stage.shadow(place(0.0, 0.02, 2.8), 0.9, 0.5);
    table(stage, place(-0.65, 0.0, 2.5), place(1.3, 0.42, 0.65), timber);
    stage.cuboid(place(-0.2, 0.42, 2.7), place(0.34, 0.05, 0.24), rgb(196, 92, 66));
    screen(stage, timber);
    rooms::lamp(stage, place(-HALF + 0.5, 0.0, DEEP - 0.5), 1.5);
    rooms::fan(stage);
}

/// A low board with a screen, at the wall without a window.
fn screen(stage: &mut Stage, timber: Colour) {
    let side = if stage.light.is_from_left() { HALF - 0.42 } else { -HALF };
    stage.cuboid(place(side, 0.12, 1.6), place(0.42, 0.4, 1.9), timber);
    let wall = Plane {
        corner: place(side.signum() * (HALF - 0.03), 0.9, 1.9),
        across: place(0.0, 0.0, 1.0),
        up: place(0.0, 1.0, 0.0),
    };
    stage.on(&wall, [0.0, 1.3], [0.0, 0.78], Paint::from_to(rgb(40, 44, 50), rgb(22, 24, 28)));
}

/// A board on four legs.
fn table(stage: &mut Stage, low: Point3, size: Point3, timber: Colour) {
    for (x, z) in [(0.0, size.z - 0.06), (size.x - 0.06, size.z - 0.06), (0.0, 0.0), (size.x - 0.06, 0.0)] {
        stage.cuboid(low.plus(place(x, 0.0, z)), place(0.06, size.y, 0.06), timber.times(0.8));
    }
    stage.cuboid(low.plus(place(0.0, size.y - 0.05, 0.0)), place(size.x, 0.06, size.z), timber);
}

pub fn bedroom(stage: &mut Stage) {
    let lining = Lining::of(stage);
    rooms::shell(stage, &lining);
    let (fabric, timber) = (cloth(stage), wood(stage));
    wardrobe(stage, timber);
    rooms::painting(stage, [1.9, 1.75], [1.4, 0.7]);
    stage.cuboid(place(-1.05, 0.0, DEEP - 0.14), place(2.1, 1.15, 0.12), timber.times(0.95));
    for x in [-1.62, 1.12] {
        stage.cuboid(place(x, 0.0, DEEP - 0.5), place(0.5, 0.48, 0.44), timber);
        rooms::lamp(stage, place(x + 0.25, 0.48, DEEP - 0.3), 0.42);
    }
    stage.shadow(place(0.0, 0.0, 4.0), 1.5, 1.8);
    stage.cuboid(place(-1.0, 0.08, 3.2), place(2.0, 0.26, 2.05), timber.times(0.85));
    stage.cuboid(place(-0.98, 0.34, 3.22), place(1.96, 0.24, 2.0), rgb(246, 242, 234));
    stage.cuboid(place(-1.01, 0.3, 3.18), place(2.02, 0.3, 1.25), fabric.mix(WHITE, 0.25));
    stage.cuboid(place(-1.01, 0.6, 4.1), place(2.02, 0.03, 0.34), rgb(250, 247, 240));
    for x in [-0.86, 0.1] {
        stage.cuboid(place(x, 0.58, 4.72), place(0.76, 0.2, 0.42), rgb(252, 250, 245));
    }
    stage.cuboid(place(-0.3, 0.6, 4.5), place(0.6, 0.24, 0.18), fabric.times(0.85));
    stage.flat([-1.7, 1.7], [1.9, 3.0], 0.012, stage.light.on(lining.accent.mix(WHITE, 0.5), 0.9));
    rooms::fan(stage);
}

fn wardrobe(stage: &mut Stage, timber: Colour) {
    let from_left = stage.light.is_from_left();
    let x = if from_left { HALF - 0.6 } else { -HALF };
    stage.cuboid(place(x, 0.0, 2.6), place(0.6, 2.4, 2.4), timber.mix(WHITE, 0.3));
    let face = if from_left { HALF - 0.605 } else { -HALF + 0.605 };
    for door in 0..4_u8 {
        let z = 2.6 + f32::from(door) * 0.6;
        stage.line(place(face, 0.02, z), place(face, 2.4, z), 0.016, timber.times(0.7));
        stage.line(place(face, 1.05, z + 0.5), place(face, 1.25, z + 0.5), 0.03, rgb(70, 66, 62));
    }
}

pub fn kitchen(stage: &mut Stage) {
    let lining = Lining { tiles: Some(0.6), ..Lining::of(stage) };
    rooms::shell(stage, &lining);
    let fronts = [rgb(226, 222, 212), rgb(112, 134, 132), rgb(176, 138, 100), rgb(188, 84, 66)];
    let front = stage.chance.one_of(&fronts, fronts[0]);
    let light = stage.light;
    stage.on(&BACK, [0.0, WIDE], [0.86, 1.55], light.on(rgb(236, 232, 224), 0.95));
    for row in 0..5_u8 {
        let y = 0.86 + f32::from(row) * 0.14;
        stage.on(&BACK, [0.0, WIDE], [y, y + 0.012], light.on(rgb(206, 200, 192), 0.9));
    }
    stage.cuboid(place(-HALF, 0.0, DEEP - 0.62), place(WIDE, 0.82, 0.62), front);
    stage.cuboid(place(-HALF, 0.82, DEEP - 0.66), place(WIDE, 0.05, 0.66), rgb(58, 60, 64));
    for unit in 0..9_u8 {
        let x = -HALF + f32::from(unit) * 0.6;
        let z = DEEP - 0.625;
        stage.line(place(x, 0.08, z), place(x, 0.8, z), 0.014, front.times(0.68));
        stage.line(place(x + 0.2, 0.72, z), place(x + 0.42, 0.72, z), 0.022, rgb(70, 68, 66));
    }
    for (x, wide) in [(-HALF, 1.9), (0.5, 2.1)] {
        stage.cuboid(place(x, 1.55, DEEP - 0.36), place(wide, 0.78, 0.36), front.mix(WHITE, 0.35));
        let mut door = x;
        while door < x + wide {
            stage.line(
                place(door, 1.56, DEEP - 0.365),
                place(door, 2.32, DEEP - 0.365),
                0.014,
                front.times(0.7),
            );
            door += 0.5;
        }
    }
    stage.cuboid(place(-0.5, 1.75, DEEP - 0.45), place(0.8, 0.16, 0.45), rgb(150, 154, 158));
    stage.cuboid(place(-0.22, 1.9, DEEP - 0.3), place(0.26, 0.9, 0.3), rgb(164, 168, 172));
    stage.cuboid(place(-0.4, 0.87, DEEP - 0.55), place(0.62, 0.04, 0.42), BLACK);
    for x in [-0.24, 0.06] {
        stage.cuboid(place(x - 0.1, 0.91, DEEP - 0.45), place(0.22, 0.13, 0.2), rgb(190, 192, 194));
    }
    stage.flat([0.9, 1.5], [DEEP - 0.55, DEEP - 0.15], 0.875, rgb(150, 156, 160));
    let from_left = light.is_from_left();
    let x = if from_left { HALF - 0.72 } else { -HALF };
    stage.shadow(place(x + 0.36, 0.0, 3.2), 0.6, 0.5);
    stage.cuboid(place(x, 0.02, 3.0), place(0.72, 1.78, 0.72), rgb(186, 190, 194));
    let timber = wood(stage);
    table(stage, place(-0.9, 0.0, 1.9), place(1.7, 0.76, 0.8), timber);
    stage.cuboid(place(-0.25, 0.77, 2.15), place(0.5, 0.08, 0.3), rgb(214, 176, 96));
}

pub fn bath(stage: &mut Stage) {
    let lining =
        Lining { tiles: Some(0.4), floor: rgb(170, 172, 172), has_window: false, ..Lining::of(stage) };
    rooms::shell(stage, &lining);
    let light = stage.light;
    let tile = lining.accent.mix(WHITE, 0.55);
    stage.on(&BACK, [0.0, WIDE], [0.0, 2.9], Paint::from_to(light.on(tile, 0.98), light.on(tile, 0.9)));
    for row in 0..8_u8 {
        let y = f32::from(row) * 0.4;
        stage.on(&BACK, [0.0, WIDE], [y, y + 0.012], light.on(tile, 0.78));
        let x = f32::from(row) * 0.7;
        stage.on(&BACK, [x, x + 0.012], [0.0, 2.9], light.on(tile, 0.8));
    }
    stage.on(&BACK, [0.0, WIDE], [1.2, 1.4], light.on(lining.accent.times(0.72), 0.95));
    let mirror = Paint::from_to(light.haze.mix(WHITE, 0.5), light.sky.mix(WHITE, 0.55));
    stage.on(&BACK, [0.55, 2.15], [1.15, 2.15], rgb(86, 74, 64));
    stage.on(&BACK, [0.6, 2.1], [1.2, 2.1], mirror);
    let timber = wood(stage);
    stage.cuboid(place(-2.15, 0.35, DEEP - 0.55), place(1.8, 0.46, 0.55), timber);
    stage.cuboid(place(-2.2, 0.81, DEEP - 0.6), place(1.9, 0.06, 0.6), rgb(236, 234, 230));
    let (point, metre) = stage.camera.pixel(place(-1.25, 0.9, DEEP - 0.3));
    stage.canvas.ellipse(point, (0.34 * metre, 0.1 * metre), rgb(252, 252, 250));
    stage.canvas.ellipse((point.0, point.1 + 0.02 * metre), (0.26 * metre, 0.06 * metre), rgb(214, 218, 220));
    stage.line(place(-1.25, 0.9, DEEP - 0.1), place(-1.25, 1.12, DEEP - 0.2), 0.04, rgb(150, 154, 158));
    stage.shadow(place(0.35, 0.0, DEEP - 0.5), 0.5, 0.5);
    stage.cuboid(place(0.1, 0.0, DEEP - 0.62), place(0.44, 0.4, 0.6), rgb(250, 250, 248));
    stage.cuboid(place(0.06, 0.4, DEEP - 0.66), place(0.52, 0.06, 0.62), rgb(240, 240, 238));
    stage.cuboid(place(0.06, 0.46, DEEP - 0.16), place(0.52, 0.4, 0.16), rgb(250, 250, 248));
    let glass =
        Plane { corner: place(1.0, 0.0, DEEP), across: place(0.0, 0.0, -1.0), up: place(0.0, 1.0, 0.0) };
    stage.on(&glass, [0.0, 2.0], [0.0, 2.1], Paint::from(rgb(196, 218, 222)).opaque(0.3));
    stage.line(glass.at(2.0, 0.0), glass.at(2.0, 2.1), 0.03, rgb(150, 154, 158));
    stage.line(place(1.8, 1.1, DEEP - 0.05), place(1.8, 2.25, DEEP - 0.05), 0.03, rgb(160, 164, 168));
    stage.line(place(1.8, 2.25, DEEP - 0.05), place(1.8, 2.2, DEEP - 0.4), 0.08, rgb(160, 164, 168));
}

/// Desks with screens, as in offices and shared ones.
pub fn desks(stage: &mut Stage) {
    let lining = Lining { tiles: Some(0.6), ..Lining::of(stage) };
    rooms::shell(stage, &lining);
    rooms::painting(stage, [1.4, 1.4], [2.4, 0.9]);
    let (timber, fabric) = (wood(stage), cloth(stage));
    for row in (0..3_u8).rev() {
        let z = 1.6 + f32::from(row) * 1.3;
        for x in [-2.1, -0.55, 1.0] {
            stage.shadow(place(x + 0.6, 0.0, z + 0.3), 0.8, 0.4);
            table(stage, place(x, 0.0, z), place(1.25, 0.74, 0.62), timber);
            stage.cuboid(place(x + 0.3, 0.9, z + 0.42), place(0.64, 0.38, 0.04), BLACK.mix(WHITE, 0.1));
            stage.cuboid(place(x + 0.58, 0.76, z + 0.44), place(0.08, 0.16, 0.04), rgb(80, 82, 86));
            stage.cuboid(place(x + 0.4, 0.46, z - 0.4), place(0.46, 0.07, 0.42), fabric);
            stage.cuboid(place(x + 0.4, 0.53, z - 0.42), place(0.46, 0.48, 0.06), fabric.times(0.9));
        }
    }
    rooms::plant(stage, place(HALF - 0.4, 0.0, DEEP - 0.4), 1.2);
}

/// An empty hall with shelves, as warehouses and workshops are inside.
pub fn hall(stage: &mut Stage) {
    let lining = Lining {
        wall: rgb(206, 210, 212),
        accent: rgb(190, 196, 200),
        floor: rgb(166, 164, 160),
        tiles: Some(1.3),
        has_window: false,
    };
    rooms::shell(stage, &lining);
    let frame = stage.chance.one_of(&[rgb(52, 96, 140), rgb(196, 106, 44)], rgb(52, 96, 140));
    for x in [-HALF + 0.1, 0.75] {
        for level in 0..3_u8 {
            let y = f32::from(level) * 0.85;
            stage.cuboid(place(x, y + 0.02, DEEP - 0.8), place(1.75, 0.06, 0.7), frame);
            let mut at = x + 0.08;
            while at < x + 1.4 {
                let (wide, high) = (stage.chance.between(0.28, 0.5), stage.chance.between(0.3, 0.62));
                let shade = stage.chance.between(0.85, 1.1);
                stage.cuboid(
                    place(at, y + 0.08, DEEP - 0.7),
                    place(wide, high, 0.5),
                    rgb(196, 160, 116).times(shade),
                );
                at += wide + 0.06;
            }
        }
        for post in [x, x + 1.7] {
            stage.cuboid(place(post, 0.0, DEEP - 0.82), place(0.07, 2.6, 0.07), frame.times(0.9));
        }
    }
    for bar in 0..4_u8 {
        let z = 0.6 + f32::from(bar) * 1.3;
        stage.cuboid(place(-HALF, rooms::HIGH - 0.16, z), place(WIDE, 0.12, 0.12), rgb(150, 156, 160));
    }
    stage.shadow(place(-0.4, 0.0, 2.9), 0.8, 0.5);
    stage.cuboid(place(-1.0, 0.0, 2.6), place(1.1, 0.12, 0.9), rgb(164, 126, 86));
    stage.cuboid(place(-0.95, 0.12, 2.65), place(0.95, 0.7, 0.78), rgb(204, 170, 126));
}
