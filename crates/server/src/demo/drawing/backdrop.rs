//! What lies behind every home of this city: sky, a skyline, granite, and trees.

use super::camera::{Point3, place};
use super::colour::{BLACK, Colour, Paint, WHITE, rgb};
use super::light::Hour;
use super::stage::Stage;

/// The sky down to the horizon, with the sun's glow and clouds.
pub fn sky(stage: &mut Stage, horizon: f32) {
    let (wide, light) = (f32::from(stage.canvas.width), stage.light);
    let below = horizon + 40.0;
    let whole = [(0.0, 0.0), (wide, 0.0), (wide, below), (0.0, below)];
    stage.canvas.fill(&whole, Paint::from_to(light.sky, light.haze));
    let across = if light.is_from_left() { wide * 0.12 } else { wide * 0.88 };
    let (size, strength) = if light.hour == Hour::Noon { (360.0, 0.35) } else { (620.0, 0.6) };
    let glow = light.haze.mix(WHITE, 0.5);
    stage.canvas.glow((across, horizon * 0.72), (size, size * 0.75), glow, strength);
    for _ in 0..stage.chance.whole(2, 5) {
        let x = stage.chance.between(0.0, wide);
        let y = stage.chance.between(horizon * 0.08, horizon * 0.55);
        for _ in 0..7 {
            let (dx, dy) = (stage.chance.between(-150.0, 150.0), stage.chance.between(-14.0, 14.0));
            let size = (stage.chance.between(60.0, 150.0), stage.chance.between(10.0, 24.0));
            stage.canvas.glow((x + dx, y + dy), size, light.haze.mix(WHITE, 0.6), 0.22);
        }
    }
}

/// Distant buildings in the haze.
pub fn skyline(stage: &mut Stage, horizon: f32, highest: f32) {
    let (wide, light) = (f32::from(stage.canvas.width), stage.light);
    for (depth, share) in [(0.78, 0.6), (0.6, 1.0)] {
        let colour = light.on(rgb(120, 132, 150), 0.9).mix(light.haze, depth);
        let mut x = -20.0;
        while x < wide {
            let across = stage.chance.between(26.0, 84.0);
            let high = stage.chance.between(0.15, 1.0) * highest * share;
            let outline =
                [(x, horizon), (x, horizon - high), (x + across, horizon - high), (x + across, horizon)];
            stage.canvas.fill(&outline, Paint::from_to(colour, colour.mix(light.haze, 0.3)));
            if light.lit > 0.2 {
                windows_far(stage, (x, horizon - high), (across, high));
            }
            x += across + stage.chance.between(-6.0, 40.0);
        }
    }
}

fn windows_far(stage: &mut Stage, (x, y): (f32, f32), (across, high): (f32, f32)) {
    for _ in 0..stage.chance.whole(4, 12) {
        let left = x + stage.chance.between(3.0, across - 8.0);
        let top = y + stage.chance.between(4.0, high.max(10.0) - 4.0);
        let outline = [(left, top), (left + 4.0, top), (left + 4.0, top + 5.0), (left, top + 5.0)];
        stage.canvas.fill(&outline, Paint::from(rgb(255, 214, 150)).opaque(0.75));
    }
}

/// Granite boulders, piled as they lie around the city.
pub fn rocks(stage: &mut Stage, at: Point3, size: f32) {
    let light = stage.light;
    for (number, (dx, dy)) in
        [(-0.9, 0.28), (0.85, 0.3), (0.0, 0.42), (-0.42, 0.98), (0.38, 1.02), (0.02, 1.5)]
            .into_iter()
            .enumerate()
    {
        let ((x, y), metre) = stage.camera.pixel(at.plus(place(dx * size, dy * size, 0.0)));
        let scale = if number < 3 { 0.62 } else { 0.46 };
        let (wide, high) =
            (scale * size * metre * stage.chance.between(0.9, 1.15), scale * size * metre * 0.78);
        let grey = stage.chance.between(0.85, 1.1);
        let rock = light.on(rgb(168, 154, 142), grey).mix(light.haze, 0.12);
        stage.canvas.ellipse((x, y), (wide, high), Paint::from_to(rock.times(1.12), rock.times(0.62)));
        let towards_sun = if light.is_from_left() { -1.0 } else { 1.0 };
        let spot = (x + towards_sun * wide * 0.3, y - high * 0.3);
        stage.canvas.glow(spot, (wide * 0.55, high * 0.5), light.sun, 0.22);
    }
}

/// The ground from the camera to the horizon.
pub fn ground(stage: &mut Stage, colour: Colour) {
    let light = stage.light;
    let far = light.on(colour, 0.95).mix(light.haze, 0.45);
    stage.flat([-900.0, 900.0], [-60.0, 900.0], 0.0, Paint::from_to(far, light.on(colour, 0.92)));
}

/// A broad tree: a trunk and leaves in clumps, darker below.
pub fn tree(stage: &mut Stage, foot: Point3, high: f32) {
    let light = stage.light;
    stage.shadow(foot, high * 0.42, high * 0.3);
    let trunk = light.on(rgb(96, 74, 56), 0.9);
    stage.line(foot, foot.plus(place(0.0, high * 0.6, 0.0)), high * 0.06, trunk);
    let green =
        stage.chance.one_of(&[rgb(74, 112, 58), rgb(92, 124, 62), rgb(62, 100, 66)], rgb(74, 112, 58));
    let towards_sun = if light.is_from_left() { -1.0 } else { 1.0 };
    for layer in 0..3_u8 {
        let layer = f32::from(layer);
        let shade = 0.62 + layer * 0.2;
        for _ in 0..26 {
            let spread = high * 0.36;
            let dx = stage.chance.between(-1.0, 1.0) * spread + towards_sun * layer * high * 0.05;
            let dy = high * (0.66 + layer * 0.05) + stage.chance.between(-0.5, 0.5) * high * 0.42
                - dx.abs() * 0.28;
            let ((x, y), metre) = stage.camera.pixel(foot.plus(place(dx, dy, 0.0)));
            let size = high * stage.chance.between(0.05, 0.115) * metre;
            let leaf = light.on(green, shade * stage.chance.between(0.88, 1.14));
            stage.canvas.ellipse((x, y), (size, size * 0.86), leaf);
        }
    }
}

/// A palm.
pub fn palm(stage: &mut Stage, foot: Point3, high: f32) {
    let light = stage.light;
    stage.shadow(foot, high * 0.2, high * 0.16);
    let head = foot.plus(place(high * 0.05, high, 0.0));
    stage.line(foot, head, high * 0.035, light.on(rgb(124, 102, 80), 0.9));
    for leaf in 0..11_u8 {
        let angle = f32::from(leaf) / 11.0 * std::f32::consts::TAU;
        let shade = stage.chance.between(0.7, 1.1);
        let green = light.on(rgb(86, 120, 58), shade);
        let reach = high * stage.chance.between(0.3, 0.42);
        let middle =
            head.plus(place(angle.cos() * reach * 0.55, 0.12 * high + angle.sin() * reach * 0.3, 0.0));
        let tip = head.plus(place(angle.cos() * reach, angle.sin() * reach * 0.45 - high * 0.08, 0.0));
        stage.line(head, middle, high * 0.05, green);
        stage.line(middle, tip, high * 0.035, green.times(0.9));
    }
}

/// A hedge of clipped leaves, along the picture.
pub fn hedge(stage: &mut Stage, [left, right]: [f32; 2], z: f32, high: f32) {
    let green = rgb(78, 112, 60);
    stage.cuboid(place(left, 0.0, z), place(right - left, high, 0.8), green);
    let mut x = left;
    while x < right {
        let y = high * stage.chance.between(0.55, 1.05);
        let (point, metre) = stage.camera.pixel(place(x, y, z));
        let shade = stage.chance.between(0.75, 1.1);
        let leaf = stage.light.on(green, shade);
        stage.canvas.ellipse(point, (0.3 * metre, 0.22 * metre), leaf);
        x += 0.22;
    }
}

/// A road along the picture, with kerbs.
pub fn road(stage: &mut Stage, [near, far]: [f32; 2]) {
    let light = stage.light;
    let tar = light.on(rgb(98, 98, 102), 0.9);
    stage.flat([-120.0, 120.0], [near, far], 0.01, Paint::from_to(tar.times(1.08), tar));
    stage.cuboid(place(-120.0, 0.0, far), place(240.0, 0.16, 0.35), rgb(206, 202, 192));
    let middle = near + (far - near) * 0.5;
    for dash in 0..20_u8 {
        let x = f32::from(dash) * 6.0 - 60.0;
        stage.flat([x, x + 2.6], [middle - 0.07, middle + 0.07], 0.02, light.on(WHITE, 0.9));
    }
}

/// A compound wall with a gap for the gate, which is closed by bars.
pub fn compound(stage: &mut Stage, [left, right]: [f32; 2], z: f32, gate: [f32; 2], colour: Colour) {
    for [from, to] in [[left, gate[0]], [gate[1], right]] {
        stage.cuboid(place(from, 0.0, z), place(to - from, 1.5, 0.22), colour);
        stage.cuboid(place(from, 1.5, z - 0.05), place(to - from, 0.1, 0.32), colour.times(0.82));
    }
    for post in gate {
        stage.cuboid(place(post - 0.2, 0.0, z - 0.1), place(0.4, 1.9, 0.4), colour.times(0.9));
    }
    let bars = stage.light.on(BLACK.mix(WHITE, 0.2), 1.0);
    let mut x = gate[0] + 0.2;
    while x < gate[1] - 0.1 {
        stage.line(place(x, 0.1, z), place(x, 1.45, z), 0.05, bars);
        x += 0.22;
    }
    for y in [0.2, 0.85, 1.45] {
        stage.line(place(gate[0], y, z), place(gate[1], y, z), 0.06, bars);
    }
}
