//! Villas, houses, farmhouses and roof terraces.

use super::backdrop;
use super::buildings::{Facade, building, wall_colours};
use super::camera::{Plane, place};
use super::colour::{BLACK, Paint, WHITE, rgb};
use super::stage::Stage;

const UP: super::camera::Point3 = place(0.0, 1.0, 0.0);
const ACROSS: super::camera::Point3 = place(1.0, 0.0, 0.0);

/// A villa: two volumes with flat roofs that reach out, large windows, a porch and a lawn.
pub fn villa(stage: &mut Stage) {
    let (wall, accent) = wall_colours(stage);
    let light = stage.light;
    stage.flat(
        [-40.0, 40.0],
        [-9.0, 40.0],
        0.02,
        Paint::from_to(light.on(rgb(118, 146, 82), 0.9), light.on(rgb(104, 136, 72), 1.0)),
    );
    stage.flat([-1.6, 2.2], [-9.0, 0.0], 0.03, light.on(rgb(206, 198, 186), 1.0));
    let volume = Facade {
        floors: 2,
        storey: 3.4,
        bays: [2, 3],
        bay: 3.6,
        wall,
        accent,
        balconies: false,
        glass: [0.66, 0.66],
        stilts: false,
    };
    building(stage, place(-8.2, 0.0, 1.0), &volume);
    building(stage, place(-1.0, 0.0, 0.0), &Facade { bays: [2, 3], bay: 4.2, ..volume });
    let plane = Plane { corner: place(-1.0, 0.0, -0.02), across: ACROSS, up: UP };
    stage.on(&plane, [0.4, 4.0], [0.0, 3.2], light.on(accent, light.front));
    stage.on(&plane, [1.5, 2.9], [0.0, 2.5], light.on(rgb(112, 74, 48), light.front));
    stage.on(&plane, [2.62, 2.7], [1.0, 1.5], light.on(rgb(214, 186, 120), 1.0));
    for step in 0..3_u8 {
        let down = f32::from(step) * 0.16;
        stage.cuboid(place(0.1, 0.0, -1.2 + down * 2.0), place(3.4, 0.16 + down, 0.5), rgb(212, 206, 198));
    }
    stage.cuboid(place(-0.8, 3.3, -2.4), place(5.6, 0.28, 2.6), wall.times(0.96));
    for post in [-0.6, 4.3] {
        stage.cuboid(place(post, 0.0, -2.2), place(0.3, 3.3, 0.3), accent);
    }
    stage.cuboid(place(-9.0, 6.8, -1.4), place(17.6, 0.3, 1.4), wall.times(0.9));
    let rail = Plane { corner: place(-0.8, 3.58, -2.4), across: ACROSS, up: UP };
    stage.on(&rail, [0.0, 5.6], [0.0, 0.95], Paint::from(rgb(150, 178, 186)).opaque(0.5));
    stage.on(&rail, [0.0, 5.6], [0.92, 1.0], light.on(rgb(80, 78, 78), 1.0));
    garden(stage, 10.0);
}

fn garden(stage: &mut Stage, reach: f32) {
    for side in [-1.0, 1.0] {
        let x = side * stage.chance.between(reach, reach * 1.25);
        let high = stage.chance.between(5.0, 7.5);
        if stage.chance.yes(0.5) {
            backdrop::palm(stage, place(x, 0.0, -1.0), high * 1.1);
        } else {
            backdrop::tree(stage, place(x, 0.0, -1.0), high);
        }
        backdrop::hedge(stage, [side * 5.6 - 2.6, side * 5.6 + 2.6], -4.6, 0.8);
    }
}

/// An independent house of two floors behind its compound wall.
pub fn house(stage: &mut Stage) {
    let (wall, accent) = wall_colours(stage);
    let bays = stage.chance.whole(3, 4);
    let facade = Facade {
        floors: 2,
        storey: 3.3,
        bays: [bays, 3],
        bay: 3.1,
        wall,
        accent,
        balconies: true,
        glass: [0.5, 0.5],
        stilts: false,
    };
    let left = -f32::from(bays) * facade.bay * 0.5;
    building(stage, place(left, 0.0, 0.0), &facade);
    stage.cuboid(place(left - 0.5, 6.6, -1.5), place(-left * 2.0 + 1.0, 0.3, 1.5), accent.mix(wall, 0.4));
    let tank = stage.camera.pixel(place(left + 2.0, 8.3, 3.0));
    stage.canvas.ellipse(tank.0, (tank.1 * 0.7, tank.1 * 0.8), stage.light.on(rgb(52, 56, 62), 1.0));
    backdrop::compound(stage, [-24.0, 24.0], -4.5, [-2.0, 2.0], wall.mix(accent, 0.2));
    for side in [-1.0, 1.0] {
        let (x, high) = (stage.chance.between(8.5, 11.0), stage.chance.between(5.5, 8.0));
        backdrop::tree(stage, place(side * x, 0.0, -2.5), high);
    }
    backdrop::road(stage, [-13.0, -7.0]);
}

/// A low house with a tiled roof and a veranda among trees.
pub fn farmhouse(stage: &mut Stage) {
    let light = stage.light;
    let grass = light.on(rgb(132, 148, 84), 0.96);
    stage.flat([-60.0, 60.0], [-12.0, 60.0], 0.02, Paint::from_to(grass.mix(light.haze, 0.3), grass));
    for number in 0..7_u8 {
        let x = f32::from(number) * 6.5 - 20.0 + stage.chance.between(-1.5, 1.5);
        let high = stage.chance.between(6.0, 8.0);
        backdrop::tree(stage, place(x, 0.0, 15.0), high);
    }
    let (wall, _) = wall_colours(stage);
    let facade = Facade {
        floors: 1,
        storey: 3.2,
        bays: [5, 3],
        bay: 3.0,
        wall,
        accent: rgb(150, 92, 62),
        balconies: false,
        glass: [0.42, 0.5],
        stilts: false,
    };
    building(stage, place(-7.5, 0.0, 0.0), &facade);
    let tiles = rgb(172, 92, 62);
    let (eaves, ridge) = (3.1, 5.6);
    let front =
        [place(-8.6, eaves, -3.0), place(8.6, eaves, -3.0), place(6.4, ridge, 4.5), place(-6.4, ridge, 4.5)];
    stage.face(&front, Paint::from_to(light.on(tiles, 1.05), light.on(tiles, 0.84)));
    for row in 1..9_u8 {
        let share = f32::from(row) / 9.0;
        let (half, y, z) = (8.6 - 2.2 * share, eaves + (ridge - eaves) * share, -3.0 + 7.5 * share);
        stage.line(place(-half, y, z), place(half, y, z), 0.05, light.on(tiles, 0.7));
    }
    stage.flat([-8.4, 8.4], [-3.0, 0.0], 0.2, light.on(rgb(176, 120, 92), 0.95));
    for post in 0..6_u8 {
        let x = f32::from(post) * 3.2 - 8.1;
        stage.cuboid(place(x, 0.2, -2.9), place(0.24, 2.9, 0.24), rgb(128, 92, 66));
    }
    backdrop::hedge(stage, [-16.0, -3.0], -6.0, 0.7);
    backdrop::tree(stage, place(12.5, 0.0, -4.0), 7.5);
}

/// The terrace of a penthouse, with plants and the city below.
pub fn terrace(stage: &mut Stage) {
    let light = stage.light;
    let deck = light.on(rgb(178, 144, 110), 0.98);
    stage.flat([-14.0, 14.0], [-8.0, 6.0], 0.0, Paint::from_to(deck.mix(light.haze, 0.25), deck));
    for board in 0..40_u8 {
        let x = f32::from(board) * 0.7 - 14.0;
        stage.line(place(x, 0.01, -8.0), place(x, 0.01, 6.0), 0.03, deck.times(0.8));
    }
    let rail = Plane { corner: place(-14.0, 0.0, 6.0), across: ACROSS, up: UP };
    stage.on(
        &rail,
        [0.0, 28.0],
        [0.0, 1.1],
        Paint::from(light.haze.mix(rgb(130, 164, 176), 0.5)).opaque(0.4),
    );
    stage.on(&rail, [0.0, 28.0], [1.08, 1.16], light.on(rgb(70, 70, 72), 1.0));
    for planter in 0..5_u8 {
        let x = f32::from(planter) * 3.6 - 8.4;
        stage.cuboid(place(x, 0.0, 5.0), place(1.7, 0.55, 0.6), rgb(146, 138, 130));
        for _ in 0..14 {
            let at = place(x + stage.chance.between(0.0, 1.7), stage.chance.between(0.55, 1.15), 5.2);
            let (point, metre) = stage.camera.pixel(at);
            let shade = stage.chance.between(0.75, 1.15);
            let leaf = light.on(rgb(86, 126, 66), shade);
            stage.canvas.ellipse(point, (0.2 * metre, 0.17 * metre), leaf);
        }
    }
    seats(stage);
    let wood = rgb(122, 90, 64);
    for post in [2.6, 7.4] {
        stage.cuboid(place(post, 0.0, 3.8), place(0.22, 2.9, 0.22), wood);
        stage.cuboid(place(post, 0.0, -1.0), place(0.22, 2.9, 0.22), wood);
    }
    for beam in 0..11_u8 {
        stage.cuboid(place(2.3, 2.9, -1.3 + f32::from(beam) * 0.55), place(5.7, 0.16, 0.12), wood);
    }
}

fn seats(stage: &mut Stage) {
    let cloth = stage.chance.one_of(&[rgb(226, 218, 204), rgb(188, 196, 196)], rgb(226, 218, 204));
    for (x, z, wide, deep) in [(-5.2, 3.0, 3.4, 1.0), (-5.2, 0.4, 1.0, 2.6)] {
        stage.shadow(place(x + wide * 0.5, 0.0, z), wide * 0.62, deep);
        stage.cuboid(place(x, 0.0, z), place(wide, 0.4, deep), rgb(116, 88, 66));
        stage.cuboid(place(x + 0.05, 0.4, z), place(wide - 0.1, 0.16, deep), cloth);
    }
    stage.cuboid(place(-5.2, 0.5, 3.7), place(3.4, 0.5, 0.3), cloth.times(0.94));
    stage.shadow(place(-2.6, 0.0, 1.4), 0.9, 0.8);
    stage.cuboid(place(-3.4, 0.0, 1.0), place(1.5, 0.36, 0.9), BLACK.mix(WHITE, 0.75));
}
