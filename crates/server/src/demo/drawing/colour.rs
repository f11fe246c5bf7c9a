//! Colours and what a shape is painted with.

/// Red, green and blue, each from 0 to 255.
#[derive(Clone, Copy)]
pub struct Colour(pub [f32; 3]);

pub const WHITE: Colour = Colour([255.0, 255.0, 255.0]);
pub const BLACK: Colour = Colour([18.0, 18.0, 22.0]);

pub fn rgb(red: u8, green: u8, blue: u8) -> Colour {
    Colour([f32::from(red), f32::from(green), f32::from(blue)])
}

impl Colour {
    /// This colour with a share of another.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let (Self([r, g, b]), Self([red, green, blue])) = (self, other);
        Self([r + (red - r) * share, g + (green - g) * share, b + (blue - b) * share])
    }

    /// Brighter above 1, darker below.
    pub fn times(self, factor: f32) -> Self {
        Self(self.0.map(|channel| (channel * factor).clamp(0.0, 255.0)))
    }

    /// As under light of a colour.
    pub fn under(self, light: Self) -> Self {
        let (Self([r, g, b]), Self([red, green, blue])) = (self, light);
        Self([r * red / 255.0, g * green / 255.0, b * blue / 255.0])
    }
}

/// From one colour at the top of a shape to another at its bottom.
#[derive(Clone, Copy)]
pub struct Paint {
    pub top: Colour,
    pub bottom: Colour,
    pub opacity: f32,
}

impl Paint {
    pub fn from_to(top: Colour, bottom: Colour) -> Self {
        Self { top, bottom, opacity: 1.0 }
    }

    pub fn opaque(self, opacity: f32) -> Self {
        Self { opacity, ..self }
    }
}

impl From<Colour> for Paint {
    fn from(colour: Colour) -> Self {
        Self::from_to(colour, colour)
    }
}
