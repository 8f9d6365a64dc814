//! Figures as documents print them, kept as exact fractions.

use num_rational::Ratio;

/// An exact number; money in yuan, rates in percent.
pub type Exact = Ratio<i128>;

/// Reads `9612`, `1.5`, `6,408.00` or `-0.3`: at most twelve digits before the
/// point and six after it, so that no product below overflows.
pub fn exact(text: &str) -> Option<Exact> {
    let plain: String = crate::typed_text::to_half_width(text.trim()).replace(',', "");
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or((1, plain.as_str()), |d| (-1, d));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !numeric(whole) || !numeric(part) || whole.len() > 12 || part.len() > 6 {
        return None;
    }
    let scale = 10_i128.pow(u32::try_from(part.len()).ok()?);
    let units: i128 = format!("{whole}{part}").parse().ok()?;
    Some(Ratio::new(sign * units, scale))
}

/// The number in decimal, at most four places; `约` marks one cut short.
pub fn decimal_text(value: Exact) -> String {
    let shown = (value * 10_000).round() / 10_000;
    let units = (shown * 10_000).to_integer();
    let mark = if shown == value { "" } else { "约 " };
    let minus = if units < 0 { "-" } else { "" };
    let units = units.abs();
    let text = format!("{minus}{}.{:04}", units / 10_000, units % 10_000);
    let trimmed = text.trim_end_matches('0').trim_end_matches('.');
    format!("{mark}{trimmed}")
}

#[cfg(test)]
mod tests {
    use super::{decimal_text, exact};

    #[test]
    fn figures_are_exact() {
        for (typed, shown) in [
            ("9612", "9612"),
            ("6,408.50", "6408.5"),
            ("8.8", "8.8"),
            ("-0.30", "-0.3"),
            ("１．５", "1.5"),
        ] {
            assert_eq!(decimal_text(exact(typed).expect(typed)), shown);
        }
        for wrong in ["", "一", "1.", ".5", "1e5", "9999999999999", "1.2.3"] {
            assert_eq!(exact(wrong), None, "{wrong}");
        }
        let third = exact("1").expect("one") / 3;
        assert_eq!(decimal_text(third), "约 0.3333");
    }
}
