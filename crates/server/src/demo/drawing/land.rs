//! Plots, and the view from a balcony.

use super::backdrop;
use super::camera::{Plane, place};
use super::colour::{Paint, WHITE, rgb};
use super::stage::Stage;

/// A plot between its boundary stones, at a road of its layout.
pub fn plot(stage: &mut Stage, is_farmland: bool) {
    let light = stage.light;
    for _ in 0..stage.chance.whole(1, 3) {
        let (x, z) = (stage.chance.between(-60.0, 60.0), stage.chance.between(60.0, 95.0));
        let size = stage.chance.between(6.0, 11.0);
        backdrop::rocks(stage, place(x, 0.0, z), size);
    }
    for number in 0..18_u8 {
        let x = f32::from(number) * 8.0 - 72.0 + stage.chance.between(-3.0, 3.0);
        let (z, high) = (stage.chance.between(48.0, 58.0), stage.chance.between(4.0, 7.0));
        backdrop::tree(stage, place(x, 0.0, z), high);
    }
    let soil =
        stage.chance.one_of(&[rgb(168, 124, 86), rgb(182, 142, 98), rgb(150, 128, 84)], rgb(168, 124, 86));
    let earth = light.on(if is_farmland { rgb(118, 136, 70) } else { soil }, 0.98);
    stage.flat([-9.0, 9.0], [2.0, 24.0], 0.02, Paint::from_to(earth.mix(light.haze, 0.2), earth));
    if is_farmland {
        rows(stage);
    } else {
        layout(stage);
    }
    tufts(stage);
    boundary(stage);
}

fn rows(stage: &mut Stage) {
    let light = stage.light;
    for row in 0..12_u8 {
        let x = f32::from(row) * 1.5 - 8.4;
        stage.flat([x, x + 0.55], [2.0, 24.0], 0.03, light.on(rgb(122, 92, 62), 0.95));
    }
}

/// The roads of the layout, with kerbs and lamps.
fn layout(stage: &mut Stage) {
    let light = stage.light;
    let tar = light.on(rgb(104, 104, 108), 0.95);
    stage.flat([-90.0, 90.0], [-7.0, -0.6], 0.02, Paint::from_to(tar.times(1.1), tar));
    stage.flat([11.0, 18.0], [-0.6, 90.0], 0.02, Paint::from_to(tar.mix(light.haze, 0.4), tar));
    stage.cuboid(place(-90.0, 0.0, -0.6), place(100.6, 0.16, 0.3), rgb(214, 210, 200));
    for dash in 0..24_u8 {
        let x = f32::from(dash) * 5.0 - 60.0;
        stage.flat([x, x + 2.0], [-3.9, -3.76], 0.03, light.on(WHITE, 0.95));
    }
    for lamp in 0..4_u8 {
        let z = 42.0 - f32::from(lamp) * 12.0;
        let foot = place(10.4, 0.0, z);
        let head = foot.plus(place(0.0, 6.0, 0.0));
        stage.line(foot, head, 0.12, light.on(rgb(120, 124, 128), 0.9));
        stage.line(head, head.plus(place(1.4, 0.2, 0.0)), 0.1, light.on(rgb(120, 124, 128), 0.9));
        if light.lit > 0.2 {
            let (point, metre) = stage.camera.pixel(head.plus(place(1.3, 0.1, 0.0)));
            stage.canvas.glow(point, (metre * 1.1, metre * 1.1), rgb(255, 226, 170), 0.9);
        }
    }
}

/// Grass between the stones.
fn tufts(stage: &mut Stage) {
    let light = stage.light;
    for _ in 0..150 {
        let (x, z) = (stage.chance.between(-13.0, 10.5), stage.chance.between(1.0, 25.0));
        let high = stage.chance.between(0.12, 0.4);
        let shade = stage.chance.between(0.8, 1.15);
        let green = light.on(rgb(134, 142, 78), shade);
        for blade in [-0.5, 0.0, 0.5] {
            let tip = place(x + blade * high, high, z);
            stage.line(place(x, 0.0, z), tip, 0.04, green);
        }
    }
}

/// White stones at the corners and along the sides, with a rope between them.
fn boundary(stage: &mut Stage) {
    let light = stage.light;
    let mut stones = Vec::new();
    for step in 0..5_u8 {
        let share = f32::from(step) / 4.0;
        stones.push((-8.6 + 17.2 * share, 23.6));
    }
    for step in (0..4_u8).rev() {
        let z = 2.4 + f32::from(step) * 5.3;
        stones.extend([(-8.6, z), (8.6, z)]);
    }
    stones.extend([(-4.3, 2.4), (0.0, 2.4), (4.3, 2.4)]);
    let corners = [(-8.6, 2.4), (-8.6, 23.6), (8.6, 23.6), (8.6, 2.4)];
    for ((x, z), (next_x, next_z)) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        stage.line(
            place(*x, 0.62, *z),
            place(*next_x, 0.62, *next_z),
            0.05,
            light.on(rgb(238, 234, 224), 1.0),
        );
    }
    for (x, z) in stones {
        stage.shadow(place(x, 0.0, z), 0.4, 0.5);
        stage.cuboid(place(x - 0.13, 0.0, z - 0.13), place(0.26, 0.75, 0.26), rgb(240, 236, 228));
        stage.cuboid(place(x - 0.13, 0.75, z - 0.13), place(0.26, 0.12, 0.26), rgb(196, 84, 58));
    }
}

/// What is seen from a balcony: rocks, trees and towers, above a rail of glass.
pub fn balcony(stage: &mut Stage) {
    let light = stage.light;
    for _ in 0..stage.chance.whole(2, 4) {
        let (x, z) = (stage.chance.between(-90.0, 90.0), stage.chance.between(110.0, 150.0));
        let size = stage.chance.between(9.0, 16.0);
        backdrop::rocks(stage, place(x, -14.0, z), size);
    }
    for number in 0..26_u8 {
        let x = f32::from(number) * 7.0 - 90.0 + stage.chance.between(-3.0, 3.0);
        let (z, high) = (stage.chance.between(70.0, 95.0), stage.chance.between(6.0, 10.0));
        backdrop::tree(stage, place(x, -16.0, z), high);
    }
    let tiles = light.on(rgb(206, 190, 168), 0.94);
    stage.flat([-4.0, 4.0], [-2.0, 1.6], 0.0, Paint::from_to(tiles, tiles.times(0.88)));
    for line in 0..14_u8 {
        let at = f32::from(line) * 0.6 - 4.0;
        stage.line(place(at, 0.0, -2.0), place(at, 0.0, 1.6), 0.02, tiles.times(0.84));
    }
    let rail =
        Plane { corner: place(-4.0, 0.0, 1.6), across: place(1.0, 0.0, 0.0), up: place(0.0, 1.0, 0.0) };
    stage.on(&rail, [0.0, 8.0], [0.0, 1.05], Paint::from(rgb(186, 208, 212)).opaque(0.24));
    for post in 0..6_u8 {
        let x = f32::from(post) * 1.6;
        stage.on(&rail, [x, x + 0.05], [0.0, 1.05], light.on(rgb(86, 88, 92), 0.9));
    }
    stage.on(&rail, [0.0, 8.0], [1.05, 1.12], light.on(rgb(108, 78, 56), 1.0));
    stage.cuboid(place(-3.6, 2.72, 1.1), place(7.2, 0.2, 0.5), rgb(224, 214, 200));
    for (x, size) in [(-2.3, 0.5), (2.2, 0.62)] {
        stage.shadow(place(x, 0.0, 1.0), 0.5, 0.4);
        stage.cuboid(place(x - 0.22, 0.0, 0.8), place(0.44, 0.42, 0.44), rgb(176, 104, 74));
        for _ in 0..34 {
            let (dx, dy) = (stage.chance.between(-1.0, 1.0), stage.chance.between(0.0, 1.4));
            let (point, metre) = stage.camera.pixel(place(x + dx * size * 0.7, 0.5 + dy * size, 0.9));
            let shade = stage.chance.between(0.65, 1.1);
            let leaf = light.on(rgb(84, 128, 70), shade);
            stage.canvas.ellipse(point, (0.07 * metre, 0.055 * metre), leaf);
        }
    }
}
