//! The colours of a mail's button: the company's colour, with text in white or in black.

use readmit_domain::Color;

/// The portal's colour, for companies without one.
const OWN: &str = "#4338ca";

/// The contrast that WCAG 2.2 asks of text (1.4.3). One of white and black has it on every colour.
const ENOUGH: f64 = 4.5;

pub(super) struct ButtonColors {
    pub background: String,
    pub text: &'static str,
}

impl ButtonColors {
    pub(super) fn of(company: Option<&Color>) -> Self {
        let Some(color) = company else { return Self { background: OWN.to_owned(), text: WHITE } };
        // WCAG 2.2, "contrast ratio": white has the luminance 1.
        let contrast_with_white = 1.05 / (luminance(color.rgb()) + 0.05);
        Self { background: color.to_string(), text: if contrast_with_white < ENOUGH { BLACK } else { WHITE } }
    }
}

const WHITE: &str = "#ffffff";
const BLACK: &str = "#000000";

/// WCAG 2.2, "relative luminance": 0 is black, 1 is white.
fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = rgb.map(|channel| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    linear.iter().zip([0.2126, 0.7152, 0.0722]).map(|(part, weight)| part * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn the_text_of_a_button_is_readable_on_every_colour() {
        let steps = || (0..=255).step_by(15);
        for (red, green, blue) in
            steps().flat_map(|red| steps().flat_map(move |green| steps().map(move |blue| (red, green, blue))))
        {
            let color: Color = format!("#{red:02x}{green:02x}{blue:02x}").parse().unwrap();
            let ButtonColors { background, text } = ButtonColors::of(Some(&color));
            let text: Color = text.parse().unwrap();
            let found = contrast(luminance(color.rgb()), luminance(text.rgb()));
            assert!(found >= ENOUGH, "{background} and {text}: {found}");
        }
    }

    #[test]
    fn a_dark_colour_has_white_text_a_light_one_black_and_a_company_without_one_has_the_portals() {
        let text_on = |color: &str| ButtonColors::of(Some(&color.parse().unwrap())).text;
        assert_eq!((text_on("#1d4ed8"), text_on("#facc15")), (WHITE, BLACK));
        let own = ButtonColors::of(None);
        assert_eq!((own.background.as_str(), own.text), (OWN, WHITE));
        assert!(contrast(luminance([0x43, 0x38, 0xca]), 1.0) >= ENOUGH);
    }
}
