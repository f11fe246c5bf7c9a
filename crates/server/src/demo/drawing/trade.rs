//! Shops, offices and warehouses from outside.

use super::backdrop;
use super::buildings::{Facade, building, glazed, street, wall_colours};
use super::camera::{Plane, place};
use super::colour::{BLACK, Paint, WHITE, rgb};
use super::stage::Stage;

/// A tower of offices, with a lower wing.
pub fn offices(stage: &mut Stage) {
    let floors = f32::from(stage.chance.whole(8, 11));
    let wide = stage.chance.between(20.0, 27.0);
    glazed(stage, place(-wide * 0.5, 0.0, 2.0), place(wide, floors * 3.9, 18.0), 3.9);
    stage.cuboid(place(-wide * 0.5 - 6.0, 0.0, 0.0), place(wide + 12.0, 5.2, 2.0), rgb(196, 192, 186));
    let lobby = Plane {
        corner: place(-wide * 0.5 - 5.0, 0.0, -0.02),
        across: place(1.0, 0.0, 0.0),
        up: place(0.0, 1.0, 0.0),
    };
    let warm = rgb(255, 226, 180).mix(stage.light.haze, 0.3);
    stage.on(&lobby, [0.0, wide + 10.0], [0.3, 3.9], Paint::from_to(rgb(84, 104, 114), rgb(60, 76, 84)));
    stage.on(&lobby, [wide * 0.4, wide * 0.4 + 9.0], [0.1, 3.9], Paint::from(warm).opaque(0.7));
    for pillar in 0..9_u8 {
        let x = f32::from(pillar) * (wide + 10.0) / 8.0;
        stage.on(&lobby, [x, x + 0.5], [0.0, 4.4], stage.light.on(rgb(210, 206, 200), stage.light.front));
    }
    street(stage, -7.0, wide * 0.6);
}

/// Shops at the street, below two floors of flats.
pub fn shops(stage: &mut Stage) {
    let (wall, accent) = wall_colours(stage);
    let facade = Facade {
        floors: 3,
        storey: 3.8,
        bays: [5, 3],
        bay: 4.4,
        wall,
        accent,
        balconies: false,
        glass: [0.5, 0.44],
        stilts: false,
    };
    building(stage, place(-11.0, 0.0, 0.0), &facade);
    let plane =
        Plane { corner: place(-11.0, 0.0, -0.03), across: place(1.0, 0.0, 0.0), up: place(0.0, 1.0, 0.0) };
    for shop in 0..5_u8 {
        front(stage, &plane, f32::from(shop) * 4.4);
    }
    stage.flat([-40.0, 40.0], [-4.5, 0.0], 0.08, stage.light.on(rgb(198, 188, 176), 1.0));
    for side in [-1.0, 1.0] {
        let x = stage.chance.between(9.0, 13.0);
        backdrop::tree(stage, place(side * x, 0.0, -3.5), 6.2);
    }
    backdrop::road(stage, [-13.0, -4.6]);
}

/// One shop: a window or a shutter, a board without a name, and an awning.
fn front(stage: &mut Stage, plane: &Plane, left: f32) {
    let light = stage.light;
    let end = left + 4.4;
    let signs = [rgb(46, 108, 108), rgb(176, 88, 52), rgb(70, 84, 128), rgb(150, 120, 60), rgb(120, 62, 74)];
    let sign = stage.chance.one_of(&signs, signs[0]);
    stage.on(plane, [left + 0.2, end - 0.2], [0.0, 3.0], light.on(rgb(120, 116, 112), 0.9));
    if stage.chance.yes(0.25) {
        for slat in 0..14_u8 {
            let y = f32::from(slat) * 0.21;
            let shade = if slat % 2 == 0 { 0.84 } else { 0.74 };
            stage.on(plane, [left + 0.3, end - 0.3], [y, y + 0.21], light.on(rgb(178, 182, 186), shade));
        }
    } else {
        let warm = rgb(255, 222, 172).mix(rgb(120, 110, 100), 0.35 - light.lit * 0.6);
        stage.on(plane, [left + 0.3, end - 0.3], [0.25, 2.9], Paint::from_to(warm, warm.times(0.7)));
        for shelf in 0..3_u8 {
            let y = 0.7 + f32::from(shelf) * 0.72;
            stage.on(plane, [left + 0.5, end - 1.5], [y, y + 0.05], rgb(92, 72, 56));
            let mut x = left + 0.6;
            while x < end - 1.8 {
                let (wide, high) = (stage.chance.between(0.14, 0.36), stage.chance.between(0.16, 0.5));
                let tone = stage.chance.one_of(&signs, sign).mix(WHITE, stage.chance.between(0.1, 0.6));
                stage.on(plane, [x, x + wide], [y + 0.05, y + 0.05 + high], tone);
                x += wide + 0.08;
            }
        }
        stage.on(plane, [end - 1.4, end - 0.4], [0.0, 2.6], Paint::from(rgb(60, 70, 76)).opaque(0.75));
    }
    stage.on(plane, [left + 0.1, end - 0.1], [3.0, 3.8], light.on(sign, light.front));
    stage.on(plane, [left + 0.1, end - 0.1], [2.96, 3.02], light.on(sign, 0.6));
    for stripe in 0..11_u8 {
        let x = plane.corner.x + left + 0.2 + f32::from(stripe) * 0.364;
        let tone = if stripe % 2 == 0 { sign } else { WHITE };
        let corners = [
            place(x, 2.55, -1.5),
            place(x + 0.364, 2.55, -1.5),
            place(x + 0.364, 3.0, 0.0),
            place(x, 3.0, 0.0),
        ];
        stage.face(&corners, light.on(tone, 0.98));
    }
}

/// A hall for goods, with doors for lorries.
pub fn warehouse(stage: &mut Stage) {
    let light = stage.light;
    let yard = light.on(rgb(190, 186, 178), 0.98);
    stage.flat([-80.0, 80.0], [-24.0, 20.0], 0.01, Paint::from_to(yard.mix(light.haze, 0.3), yard));
    let sheet = stage
        .chance
        .one_of(&[rgb(186, 198, 204), rgb(206, 200, 186), rgb(150, 172, 182)], rgb(186, 198, 204));
    let (wide, high, deep) = (38.0, 8.4, 40.0);
    stage.cuboid(place(-wide * 0.5, 0.0, 0.0), place(wide, high, deep), sheet);
    let front = Plane {
        corner: place(-wide * 0.5, 0.0, -0.02),
        across: place(1.0, 0.0, 0.0),
        up: place(0.0, 1.0, 0.0),
    };
    for rib in 0..76_u8 {
        let x = f32::from(rib) * 0.5;
        stage.on(&front, [x, x + 0.08], [1.2, high], light.on(sheet, 0.78));
    }
    stage.on(&front, [0.0, wide], [0.0, 1.2], light.on(rgb(142, 138, 134), 0.9));
    let gable = [
        place(-wide * 0.5 - 0.6, high, -0.4),
        place(wide * 0.5 + 0.6, high, -0.4),
        place(0.0, high + 3.4, -0.4),
    ];
    stage.face(&gable, Paint::from_to(light.on(sheet, 0.98), light.on(sheet, 0.88)));
    let band = stage.chance.one_of(&[rgb(44, 106, 112), rgb(190, 110, 50)], rgb(44, 106, 112));
    stage.on(&front, [0.0, wide], [high - 0.9, high - 0.1], light.on(band, 0.95));
    for door in 0..4_u8 {
        let x = 4.0 + f32::from(door) * 8.4;
        stage.on(&front, [x - 0.25, x + 4.85], [0.0, 5.1], light.on(rgb(90, 92, 94), 0.9));
        let open = stage.chance.yes(0.3);
        for slat in 0..16_u8 {
            let y = f32::from(slat) * 0.3;
            let tone = if open && slat < 11 { BLACK } else { rgb(228, 228, 224) };
            let shade = if slat % 2 == 0 { 0.94 } else { 0.84 };
            stage.on(&front, [x, x + 4.6], [y, y + 0.3], light.on(tone, shade));
        }
    }
    lorry(stage, 6.0, -9.0);
    for edge in [-1.0, 1.0] {
        backdrop::tree(stage, place(edge * 26.0, 0.0, -2.0), 7.0);
    }
}

fn lorry(stage: &mut Stage, x: f32, z: f32) {
    stage.shadow(place(x + 3.4, 0.0, z), 5.0, 2.0);
    let cab =
        stage.chance.one_of(&[rgb(204, 112, 46), rgb(60, 104, 140), rgb(190, 176, 80)], rgb(204, 112, 46));
    stage.cuboid(place(x, 0.9, z), place(5.6, 2.5, 2.3), rgb(226, 222, 212));
    stage.cuboid(place(x + 5.8, 0.7, z), place(1.7, 2.2, 2.3), cab);
    let side = Plane {
        corner: place(x + 5.8, 0.7, z - 0.01),
        across: place(1.0, 0.0, 0.0),
        up: place(0.0, 1.0, 0.0),
    };
    stage.on(&side, [0.5, 1.5], [1.1, 1.9], rgb(70, 88, 98));
    for wheel in [0.9, 2.0, 6.5] {
        let (point, metre) = stage.camera.pixel(place(x + wheel, 0.5, z - 0.02));
        stage.canvas.ellipse(point, (0.5 * metre, 0.5 * metre), BLACK);
        stage.canvas.ellipse(point, (0.22 * metre, 0.22 * metre), rgb(150, 150, 150));
    }
}
