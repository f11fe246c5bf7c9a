//! Pixels, and polygons with smooth edges on them.

use super::colour::{Colour, Paint};

pub type Point = (f32, f32);

/// Each row of pixels is sampled this many times for the edges of shapes.
const SAMPLES: u8 = 4;
/// Less than this is not seen.
const FAINT: f32 = 0.004;
/// More than this hides what was there.
const SOLID: f32 = 0.996;

pub struct Canvas {
    pub width: u16,
    pub height: u16,
    pub pixels: Vec<u8>,
    /// How the cover of the row changes from pixel to pixel.
    cover: Vec<f32>,
    crossings: Vec<f32>,
}

/// The pixel in which a coordinate lies.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn pixel_at(at: f32, most: u16) -> usize {
    at.clamp(0.0, f32::from(most)) as usize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn channel(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

fn extent(numbers: impl Iterator<Item = f32>) -> (f32, f32) {
    numbers.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), it| (least.min(it), most.max(it)))
}

impl Canvas {
    pub fn new(width: u16, height: u16) -> Self {
        let (across, down) = (usize::from(width), usize::from(height));
        let pixels = vec![0; across * down * 3];
        Self { width, height, pixels, cover: vec![0.0; across + 2], crossings: Vec::new() }
    }

    /// Paints the inside of a polygon.
    pub fn fill(&mut self, outline: &[Point], paint: Paint) {
        let (top, bottom) = extent(outline.iter().map(|corner| corner.1));
        let (left, right) = extent(outline.iter().map(|corner| corner.0));
        let rows = pixel_at(top.floor(), self.height)..pixel_at(bottom.ceil(), self.height);
        let columns = pixel_at(left.floor(), self.width)..pixel_at(right.ceil() + 1.0, self.width);
        if columns.is_empty() {
            return;
        }
        let mut down = u16::try_from(rows.start).map_or(0.0, f32::from);
        // Colours change over the part that is seen.
        let (top, bottom) = (top.max(0.0), bottom.min(f32::from(self.height)));
        for row in rows {
            for sample in 0..SAMPLES {
                self.cross(outline, down + (f32::from(sample) + 0.5) / f32::from(SAMPLES));
            }
            let share = ((down + 0.5 - top) / (bottom - top).max(1.0)).clamp(0.0, 1.0);
            self.blend(row, columns.clone(), (paint.top.mix(paint.bottom, share), paint.opacity));
            down += 1.0;
        }
    }

    /// Adds the cover of one sample line.
    fn cross(&mut self, outline: &[Point], line: f32) {
        self.crossings.clear();
        let following = outline.iter().cycle().skip(1);
        for ((x, y), (next_x, next_y)) in outline.iter().zip(following) {
            if (*y <= line) != (*next_y <= line) {
                self.crossings.push(x + (next_x - x) * (line - y) / (next_y - y));
            }
        }
        self.crossings.sort_by(f32::total_cmp);
        let weight = 1.0 / f32::from(SAMPLES);
        for pair in self.crossings.chunks_exact(2) {
            if let [begin, end] = pair {
                for (at, weight) in [(begin, weight), (end, -weight)] {
                    let at = at.clamp(0.0, f32::from(self.width));
                    let (pixel, part) = (pixel_at(at, self.width), at - at.floor());
                    for (cover, share) in self.cover.iter_mut().skip(pixel).zip([1.0 - part, part]) {
                        *cover += weight * share;
                    }
                }
            }
        }
    }

    fn blend(&mut self, row: usize, columns: std::ops::Range<usize>, (colour, opacity): (Colour, f32)) {
        let begin = row * usize::from(self.width);
        let (from, to) = ((begin + columns.start) * 3, (begin + columns.end) * 3);
        let Some(pixels) = self.pixels.get_mut(from..to) else { return };
        let solid = colour.0.map(channel);
        let mut covered = 0.0;
        let mut changes = self.cover.iter_mut().skip(columns.start);
        for (pixel, change) in pixels.chunks_exact_mut(3).zip(&mut changes) {
            covered += std::mem::take(change);
            let share = covered * opacity;
            if share > FAINT {
                if share > SOLID {
                    pixel.copy_from_slice(&solid);
                    continue;
                }
                for (old, new) in pixel.iter_mut().zip(colour.0) {
                    let was = f32::from(*old);
                    *old = channel(was + (new - was) * share);
                }
            }
        }
        // An edge may reach into the two pixels after the shape.
        changes.take(2).for_each(|change| *change = 0.0);
    }

    /// An ellipse, or a part of a blob of leaves.
    pub fn ellipse(&mut self, (x, y): Point, (wide, high): Point, paint: impl Into<Paint>) {
        /// Enough corners that nobody sees them.
        const CORNERS: u8 = 28;
        let outline: Vec<Point> = (0..CORNERS)
            .map(|corner| f32::from(corner) / f32::from(CORNERS) * std::f32::consts::TAU)
            .map(|angle| (x + wide * angle.cos(), y + high * angle.sin()))
            .collect();
        self.fill(&outline, paint.into());
    }

    /// Light or shade that fades towards its edge.
    pub fn glow(&mut self, middle: Point, (wide, high): Point, colour: Colour, opacity: f32) {
        let (most_across, most_down) = (self.width, self.height);
        let across = pixel_at(middle.0 - wide, most_across)..pixel_at(middle.0 + wide, most_across);
        let down = pixel_at(middle.1 - high, most_down)..pixel_at(middle.1 + high, most_down);
        let left = u16::try_from(across.start).map_or(0.0, f32::from) + 0.5;
        let rows = self.pixels.chunks_exact_mut(usize::from(most_across) * 3);
        for (row, pixels) in (0_u16..).zip(rows).skip(down.start).take(down.len()) {
            let up = (f32::from(row) + 0.5 - middle.1) / high;
            let mut x = left;
            for pixel in pixels.chunks_exact_mut(3).skip(across.start).take(across.len()) {
                let aside = (x - middle.0) / wide;
                x += 1.0;
                let near = 1.0 - aside * aside - up * up;
                if near > 0.0 {
                    let share = opacity * near * near;
                    for (old, new) in pixel.iter_mut().zip(colour.0) {
                        let was = f32::from(*old);
                        *old = channel(was + (new - was) * share);
                    }
                }
            }
        }
    }

    /// Darkens the corners, as a lens does.
    pub fn vignette(&mut self, strength: f32) {
        let (wide, high) = (f32::from(self.width), f32::from(self.height));
        let rows = self.pixels.chunks_exact_mut(usize::from(self.width) * 3);
        for (row, pixels) in (0_u16..).zip(rows) {
            let down = f32::from(row) / high - 0.5;
            for (column, pixel) in (0_u16..).zip(pixels.chunks_exact_mut(3)) {
                let across = f32::from(column) / wide - 0.5;
                let kept = 1.0 - strength * (across * across + down * down);
                for value in pixel {
                    *value = channel(f32::from(*value) * kept);
                }
            }
        }
    }
}
