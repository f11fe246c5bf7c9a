//! Draws the photographs of the sample homes: façades, rooms, plots and views, by kind, hour and seed. Nothing here is a
//! picture of a real place. The same seed gives the same bytes.
//!
//! ```text
//! View + seed -> camera, light -> sky … ground … building or room (far before near) -> JPEG
//! ```

mod backdrop;
mod buildings;
mod camera;
mod canvas;
mod chance;
mod colour;
mod furniture;
mod houses;
mod land;
mod light;
mod rooms;
mod stage;
mod trade;

use buildings::{Facade, building, street, wall_colours};
use camera::{Camera, place};
use canvas::Canvas;
use chance::Chance;
use colour::{BLACK, rgb};
use light::{Hour, Light};
use stage::Stage;

pub const WIDE: u16 = 1600;
pub const HIGH: u16 = 1066;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    Tower,
    Block,
    Villa,
    House,
    Farmhouse,
    Terrace,
    Offices,
    Shops,
    Warehouse,
    Plot,
    Field,
    Living,
    Bedroom,
    Kitchen,
    Bath,
    Balcony,
    Desks,
    Hall,
}

impl View {
    fn is_inside(self) -> bool {
        matches!(self, Self::Living | Self::Bedroom | Self::Kitchen | Self::Bath | Self::Desks | Self::Hall)
    }
}

/// The pixels of a picture, row by row: red, green, blue.
pub fn draw(view: View, seed: u64) -> Vec<u8> {
    // The photos of one home, whose seeds are neighbours, are taken in the same light.
    let mut visit = Chance::of(seed >> 8);
    let hour = visit.one_of(&[Hour::Morning, Hour::Noon, Hour::Noon, Hour::Dusk], Hour::Noon);
    let light = Light::of(hour, &mut visit);
    let mut chance = Chance::of(seed);
    let camera = camera(view, &mut chance);
    let mut stage = Stage { canvas: Canvas::new(WIDE, HIGH), camera, light, chance };
    if !view.is_inside() {
        outdoors(&mut stage, view);
    }
    show(&mut stage, view);
    stage.canvas.vignette(0.24);
    stage.canvas.pixels
}

/// Stands at a place that shows the whole of it, a little to one side, with the horizon at a share of the height.
fn camera(view: View, chance: &mut Chance) -> Camera {
    let side = if chance.yes(0.5) { 1.0 } else { -1.0 };
    let (away, up, off, zoom, horizon) = match view {
        View::Tower => (72.0, 5.0, 28.0, 1540.0, 0.9),
        View::Offices => (66.0, 5.0, 28.0, 1420.0, 0.89),
        View::Block => (32.0, 3.6, 13.0, 1500.0, 0.82),
        View::Villa => (21.0, 2.6, 9.5, 1560.0, 0.7),
        View::House => (20.0, 3.0, 8.5, 1640.0, 0.74),
        View::Farmhouse => (21.0, 2.4, 7.0, 1480.0, 0.6),
        View::Shops => (19.0, 2.2, 7.0, 1120.0, 0.76),
        View::Warehouse => (36.0, 3.6, 10.0, 1240.0, 0.66),
        View::Plot | View::Field => (11.0, 4.6, 2.5, 1000.0, 0.36),
        View::Terrace => (7.5, 1.7, 1.6, 980.0, 0.5),
        View::Balcony => (2.2, 1.55, 0.4, 900.0, 0.5),
        View::Living | View::Bedroom | View::Kitchen | View::Desks | View::Hall => {
            (0.75, 1.35, 0.55, 930.0, 0.47)
        }
        View::Bath => (-1.3, 1.45, 0.5, 960.0, 0.47),
    };
    let off = side * off * chance.between(0.75, 1.05);
    let turned = -(off / (away + 6.0)).atan() * if view.is_inside() { 0.5 } else { 0.92 };
    let middle = (f32::from(WIDE) * 0.5, f32::from(HIGH) * horizon);
    Camera::new(place(off, up, -away), turned, zoom, middle)
}

fn outdoors(stage: &mut Stage, view: View) {
    let ((_, horizon), _) = stage.camera.pixel(place(0.0, stage.camera.at.y, 9000.0));
    backdrop::sky(stage, horizon);
    backdrop::skyline(
        stage,
        horizon,
        if view == View::Balcony || view == View::Terrace { 210.0 } else { 110.0 },
    );
    let below = match view {
        View::Balcony => -16.0,
        View::Terrace => -24.0,
        _ => 0.0,
    };
    if below < 0.0 {
        let green = stage.light.on(rgb(112, 128, 92), 0.9);
        let far = green.mix(stage.light.haze, 0.6);
        stage.flat([-2000.0, 2000.0], [20.0, 3000.0], below, colour::Paint::from_to(far, green));
        return;
    }
    let soil = if matches!(view, View::Plot | View::Field | View::Farmhouse) {
        rgb(158, 146, 96)
    } else {
        rgb(176, 164, 142)
    };
    backdrop::ground(stage, soil);
    if stage.chance.yes(0.6) {
        let (x, size) = (stage.chance.between(-70.0, 70.0), stage.chance.between(6.0, 12.0));
        backdrop::rocks(stage, place(x, 0.0, 110.0), size);
    }
}

fn show(stage: &mut Stage, view: View) {
    match view {
        View::Tower => tower(stage),
        View::Block => block(stage),
        View::Villa => houses::villa(stage),
        View::House => houses::house(stage),
        View::Farmhouse => houses::farmhouse(stage),
        View::Terrace => houses::terrace(stage),
        View::Offices => trade::offices(stage),
        View::Shops => trade::shops(stage),
        View::Warehouse => trade::warehouse(stage),
        View::Plot => land::plot(stage, false),
        View::Field => land::plot(stage, true),
        View::Living => furniture::living(stage),
        View::Bedroom => furniture::bedroom(stage),
        View::Kitchen => furniture::kitchen(stage),
        View::Bath => furniture::bath(stage),
        View::Balcony => land::balcony(stage),
        View::Desks => furniture::desks(stage),
        View::Hall => furniture::hall(stage),
    }
}

/// A tower of flats, with others of its kind behind it.
fn tower(stage: &mut Stage) {
    let (wall, accent) = wall_colours(stage);
    let front = Facade {
        floors: stage.chance.whole(11, 14),
        storey: 3.1,
        bays: [stage.chance.whole(4, 6), 4],
        bay: 3.5,
        wall,
        accent,
        balconies: true,
        glass: [0.56, 0.52],
        stilts: stage.chance.yes(0.5),
    };
    let left = -f32::from(front.bays[0]) * front.bay * 0.5;
    let behind = Facade { wall: wall.mix(stage.light.haze, 0.4), balconies: false, bays: [4, 3], ..front };
    for side in [-1.0, 1.0] {
        building(stage, place(side * 34.0 - 7.0, 0.0, 34.0), &behind);
    }
    building(stage, place(left, 0.0, 0.0), &front);
    street(stage, -9.0, -left * 1.9);
}

/// A block of a few floors: builder floors, shared homes, serviced flats.
fn block(stage: &mut Stage) {
    let (wall, accent) = wall_colours(stage);
    let facade = Facade {
        floors: stage.chance.whole(4, 5),
        storey: 3.1,
        bays: [stage.chance.whole(3, 5), 4],
        bay: 3.2,
        wall,
        accent,
        balconies: stage.chance.yes(0.7),
        glass: [0.5, 0.5],
        stilts: true,
    };
    let left = -f32::from(facade.bays[0]) * facade.bay * 0.5;
    let next = Facade { wall: wall.mix(BLACK, 0.06), floors: 3, stilts: false, balconies: false, ..facade };
    building(stage, place(left - 17.5, 0.0, 3.0), &next);
    building(stage, place(-left + 2.0, 0.0, 4.0), &next);
    building(stage, place(left, 0.0, 0.0), &facade);
    street(stage, -5.0, -left * 1.7);
}
