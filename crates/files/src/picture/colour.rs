//! Converts images to sRGB, the only colours that every browser shows alike. The renditions carry no profile.
//!
//! A profile that cannot be read is left out, as browsers do: the picture itself is whole. A profile of another kind of
//! colours than the picture's is left out, too.

use image::{ColorType, DynamicImage, RgbImage, RgbaImage};
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ParsingOptions, TransferCharacteristics, TransformOptions, curve_from_gamma,
};

use super::PictureError;

/// No profile in use is larger; those of printers have about 2 MB.
pub const MOST_OF_A_PROFILE: usize = 4 * 1024 * 1024;
/// The entries of a profile's largest table.
const MOST_OF_A_TABLE: usize = 2_000_000;

/// What the numbers of an image mean.
#[derive(Default)]
pub struct Colours {
    /// How they differ from sRGB; `None` if they do not, or if nothing tells.
    pub profile: Option<Box<ColorProfile>>,
    /// Whether they are amounts of ink.
    pub cmyk: bool,
}

impl Colours {
    /// The colours of an image with this ICC profile.
    pub fn of_profile(profile: Option<&[u8]>, cmyk: bool) -> Result<Self, PictureError> {
        let options = ParsingOptions {
            max_profile_size: MOST_OF_A_PROFILE,
            max_allowed_clut_size: MOST_OF_A_TABLE,
            ..ParsingOptions::default()
        };
        let read = |bytes| ColorProfile::new_from_slice_with_options(bytes, options).ok();
        let profile = profile.and_then(read).map(Box::new);
        let signal = profile.as_ref().and_then(|profile| profile.cicp.as_ref());
        if signal.is_some_and(|signal| is_hdr(signal.transfer_characteristics)) {
            return Err(PictureError::HighRange);
        }
        Ok(Self { profile, cmyk })
    }

    /// The colours of a PNG: the first of `cICP`, `iCCP`, `sRGB`, and `gAMA` with `cHRM` (PNG 3, section 4.3).
    pub fn of_png(info: &png::Info<'_>, profile: Option<&[u8]>) -> Result<Self, PictureError> {
        if let Some(signal) = &info.coding_independent_code_points
            && let Some(profile) = of_signal(*signal)?
        {
            return Ok(Self { profile: Some(Box::new(profile)), cmyk: false });
        }
        if profile.is_some() {
            return Self::of_profile(profile, false);
        }
        let gamma = info.gama_chunk.map(png::ScaledFloat::into_value).filter(|_| info.srgb.is_none());
        let profile = gamma.and_then(|gamma| of_gamma(gamma, info.chrm_chunk.as_ref()));
        Ok(Self { profile: profile.map(Box::new), cmyk: false })
    }
}

fn is_hdr(transfer: TransferCharacteristics) -> bool {
    matches!(transfer, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg)
}

/// The profile that a `cICP` chunk describes; `None` if it describes none, or not one of RGB in full range.
fn of_signal(signal: png::CodingIndependentCodePoints) -> Result<Option<ColorProfile>, PictureError> {
    let primaries = CicpColorPrimaries::try_from(signal.color_primaries);
    let transfer = TransferCharacteristics::try_from(signal.transfer_function);
    let (Ok(color_primaries), Ok(transfer_characteristics)) = (primaries, transfer) else { return Ok(None) };
    if is_hdr(transfer_characteristics) {
        return Err(PictureError::HighRange);
    }
    if signal.matrix_coefficients != 0 || !signal.is_video_full_range_image {
        return Ok(None);
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    Ok(Some(profile).filter(ColorProfile::is_matrix_shaper))
}

/// The profile of an image that was written for a screen with this exponent, and these primary colours.
fn of_gamma(encoding: f32, primaries: Option<&png::SourceChromaticities>) -> Option<ColorProfile> {
    // Others are mistakes of the program that wrote them.
    if !(0.1..=2.0).contains(&encoding) {
        return None;
    }
    // Many programs write this for sRGB.
    let is_common = (encoding - 0.454_55).abs() < 0.005;
    let mut profile = ColorProfile::new_srgb();
    if let Some(primaries) = primaries {
        let point =
            |(x, y): (png::ScaledFloat, png::ScaledFloat)| Chromaticity::new(x.into_value(), y.into_value());
        let red_green_blue = ColorPrimaries {
            red: point(primaries.red),
            green: point(primaries.green),
            blue: point(primaries.blue),
        };
        profile.update_rgb_colorimetry(point(primaries.white).to_xyyb(), red_green_blue);
    }
    if !is_common {
        let curve = curve_from_gamma(1.0 / encoding);
        profile.cicp = None;
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    Some(profile)
}

/// `image` in sRGB, with eight bits a channel and with alpha if it has alpha.
pub fn to_srgb(image: DynamicImage, colours: &Colours) -> DynamicImage {
    if colours.cmyk {
        let inks = image.into_rgba8();
        let (width, height) = inks.dimensions();
        let profile =
            colours.profile.as_deref().filter(|profile| profile.color_space == DataColorSpace::Cmyk);
        let bytes = profile.and_then(|profile| {
            let transform = transform8(profile, Layout::Rgba, Layout::Rgb)?;
            rows(inks.as_raw(), width as usize, (4, 3), |from, to| transform.transform(from, to).ok())
        });
        let bytes = bytes.unwrap_or_else(|| inks.pixels().flat_map(|ink| without_profile(ink.0)).collect());
        return RgbImage::from_raw(width, height, bytes)
            .map_or_else(DynamicImage::default, DynamicImage::ImageRgb8);
    }
    let converted = colours.profile.as_deref().and_then(|profile| converted(&image, profile));
    converted.unwrap_or_else(|| {
        if image.color().has_alpha() {
            DynamicImage::ImageRgba8(image.into_rgba8())
        } else {
            DynamicImage::ImageRgb8(image.into_rgb8())
        }
    })
}

/// What inks look like if no profile tells.
fn without_profile([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = |ink: u8| {
        let light = u32::from(255 - ink) * u32::from(255 - black) + 127;
        u8::try_from(light / 255).unwrap_or(255)
    };
    [light(cyan), light(magenta), light(yellow)]
}

/// `None` if the profile does not fit the image, or describes no colours that an image could have.
fn converted(image: &DynamicImage, profile: &ColorProfile) -> Option<DynamicImage> {
    let (alpha, width) = (image.color().has_alpha(), image.width() as usize);
    let grey = matches!(image.color(), ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16);
    let from = match (profile.color_space, alpha) {
        (DataColorSpace::Gray, false) if grey => Layout::Gray,
        (DataColorSpace::Gray, true) if grey => Layout::GrayAlpha,
        (DataColorSpace::Rgb, false) => Layout::Rgb,
        (DataColorSpace::Rgb, true) => Layout::Rgba,
        _ => return None,
    };
    let to = if alpha { Layout::Rgba } else { Layout::Rgb };
    let channels = (from.channels(), to.channels());
    let is_deep = image.color().bytes_per_pixel() > image.color().channel_count();
    let bytes = if is_deep {
        let deep = match from {
            Layout::Gray => image.to_luma16().into_raw(),
            Layout::GrayAlpha => image.to_luma_alpha16().into_raw(),
            Layout::Rgb => image.to_rgb16().into_raw(),
            _ => image.to_rgba16().into_raw(),
        };
        let options = TransformOptions::default();
        let transform = profile.create_transform_16bit(from, &ColorProfile::new_srgb(), to, options).ok()?;
        keeps_black_and_white(channels, u16::MAX, |from, to| transform.transform(from, to).ok())?;
        let mut row = vec![0; width * channels.1];
        rows(&deep, width, channels, |from, to: &mut [u8]| {
            transform.transform(from, &mut row).ok()?;
            to.iter_mut().zip(&row).for_each(|(to, deep)| *to = shallow(*deep));
            Some(())
        })
    } else {
        let transform = transform8(profile, from, to)?;
        keeps_black_and_white(channels, u8::MAX, |from, to| transform.transform(from, to).ok())?;
        let flat = |bytes: &[u8]| rows(bytes, width, channels, |from, to| transform.transform(from, to).ok());
        match from {
            Layout::Rgb if grey => flat(image.to_rgb8().as_raw()),
            Layout::Rgba if grey => flat(image.to_rgba8().as_raw()),
            _ => flat(image.as_bytes()),
        }
    }?;
    let (width, height) = (image.width(), image.height());
    if alpha {
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    }
}

fn transform8(
    profile: &ColorProfile,
    from: Layout,
    to: Layout,
) -> Option<std::sync::Arc<moxcms::Transform8BitExecutor>> {
    profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()
}

fn shallow(deep: u16) -> u8 {
    u8::try_from((u32::from(deep) + 128) / 257).unwrap_or(u8::MAX)
}

/// Converts row by row.
fn rows<T>(
    from: &[T],
    width: usize,
    (before, after): (usize, usize),
    mut convert: impl FnMut(&[T], &mut [u8]) -> Option<()>,
) -> Option<Vec<u8>> {
    let mut to = vec![0; from.len() / before * after];
    let rows = from.chunks_exact(width * before).zip(to.chunks_exact_mut(width * after));
    for (from, to) in rows {
        convert(from, to)?;
    }
    Some(to)
}

/// Whether white stays light and black stays dark. A profile that is damaged, but can be read, would make a photo that
/// shows nothing.
fn keeps_black_and_white<T: Copy + Default + Into<u32>>(
    (before, after): (usize, usize),
    most: T,
    transform: impl Fn(&[T], &mut [T]) -> Option<()>,
) -> Option<()> {
    // Sixteen pixels, because transforms may need more than a few.
    let shade = |given: T| {
        let from = vec![given; before * 16];
        let mut to = vec![T::default(); after * 16];
        transform(&from, &mut to)?;
        Some(to[..3].iter().map(|&channel| channel.into() * 100 / most.into()).collect::<Vec<u32>>())
    };
    let is_right =
        shade(most)?.iter().all(|light| *light >= 70) && shade(T::default())?.iter().all(|dark| *dark <= 40);
    is_right.then_some(())
}
