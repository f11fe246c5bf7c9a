//! A picture being made: what is drawn first lies behind.

use super::camera::{Camera, Plane, Point3, place};
use super::canvas::{Canvas, Point};
use super::chance::Chance;
use super::colour::{BLACK, Colour, Paint};
use super::light::Light;

pub struct Stage {
    pub canvas: Canvas,
    pub camera: Camera,
    pub light: Light,
    pub chance: Chance,
}

impl Stage {
    pub fn face(&mut self, corners: &[Point3], paint: impl Into<Paint>) {
        let outline = self.camera.outline(corners);
        if outline.len() > 2 {
            self.canvas.fill(&outline, paint.into());
        }
    }

    /// A rectangle on a plane: from left to right, and from bottom to top.
    pub fn on(&mut self, plane: &Plane, across: [f32; 2], up: [f32; 2], paint: impl Into<Paint>) {
        self.face(&plane.rectangle(across, up), paint);
    }

    /// A rectangle on the ground, or at another height.
    pub fn flat(&mut self, [left, right]: [f32; 2], [near, far]: [f32; 2], y: f32, paint: impl Into<Paint>) {
        let corners =
            [place(left, y, near), place(right, y, near), place(right, y, far), place(left, y, far)];
        self.face(&corners, paint);
    }

    /// A box: its low, left, near corner and its size. Only the sides that the camera sees are drawn.
    pub fn cuboid(&mut self, low: Point3, size: Point3, colour: Colour) {
        let (eye, high, light) = (self.camera.at, low.plus(size), self.light);
        let shaded = |shine: f32| Paint::from_to(light.on(colour, shine), light.on(colour, shine * 0.93));
        if eye.x < low.x || eye.x > high.x {
            let (x, shine) = if eye.x < low.x { (low.x, light.left) } else { (high.x, light.right) };
            let corners = [
                place(x, low.y, low.z),
                place(x, low.y, high.z),
                place(x, high.y, high.z),
                place(x, high.y, low.z),
            ];
            self.face(&corners, shaded(shine));
        }
        if eye.z < low.z {
            let corners =
                [low, place(high.x, low.y, low.z), place(high.x, high.y, low.z), place(low.x, high.y, low.z)];
            self.face(&corners, shaded(light.front));
        }
        if eye.y > high.y {
            self.flat([low.x, high.x], [low.z, high.z], high.y, light.on(colour, light.top));
        } else if eye.y < low.y {
            self.flat([low.x, high.x], [low.z, high.z], low.y, light.on(colour, 0.6));
        }
    }

    /// The soft shadow of a thing that stands on the ground or a floor.
    pub fn shadow(&mut self, middle: Point3, wide: f32, deep: f32) {
        let (point, metre) = self.camera.pixel(middle);
        let (_, farther) = self.camera.pixel(middle.plus(place(0.0, 0.0, deep)));
        // How much of the depth is seen depends on how far below the eye it lies.
        let high = (self.camera.at.y - middle.y).abs() * (metre - farther).abs();
        let shade = self.light.shade;
        self.canvas.glow(point, (wide * metre, high.max(3.0)), BLACK, shade * 1.1);
    }

    /// A line on the picture, as a thin polygon.
    pub fn line(&mut self, from: Point3, to: Point3, thick: f32, colour: Colour) {
        let ((start, metre), (end, farther)) = (self.camera.pixel(from), self.camera.pixel(to));
        let (x, y): Point = (end.0 - start.0, end.1 - start.1);
        let length = x.hypot(y).max(0.01);
        let (x, y) = (-y / length * thick * 0.5, x / length * thick * 0.5);
        let (near, far) = ((x * metre, y * metre), (x * farther, y * farther));
        let outline = [
            (start.0 + near.0, start.1 + near.1),
            (end.0 + far.0, end.1 + far.1),
            (end.0 - far.0, end.1 - far.1),
            (start.0 - near.0, start.1 - near.1),
        ];
        self.canvas.fill(&outline, colour.into());
    }
}
