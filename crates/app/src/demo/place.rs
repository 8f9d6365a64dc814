//! Where the demo county lies: real division codes, invented people.

use domain::account::Level;
use domain::division::{DivisionCode, DivisionRecord, parse_division_csv, short_name};

use super::DemoSize;
use super::scene::Scene;
use crate::{App, AppError};

/// 新安县, 栾川县, 嵩县, 汝阳县, 伊川县: more of 洛阳 for the million.
const MORE_COUNTIES: [&str; 5] = ["410323", "410324", "410325", "410326", "410329"];

/// A village and how many households live there in the demo.
#[derive(Debug, Clone)]
pub(super) struct Village {
    pub code: DivisionCode,
    pub name: String,
    /// Name of the township, short.
    pub township: String,
    /// Running number from 1: the four digits after `98` in its people's
    /// identity numbers.
    pub ordinal: u16,
    pub households: u64,
}

/// The divisions to load and the villages to fill.
#[derive(Debug)]
pub(super) struct Places {
    pub divisions: Vec<DivisionRecord>,
    pub villages: Vec<Village>,
}

/// Parses a code this module wrote.
pub(super) fn code(text: &str) -> DivisionCode {
    text.parse().unwrap_or(DivisionCode::NATION)
}

/// 村民委员会 have 2 or 3 as the tenth digit; 社区 have 0 or 1.
fn is_rural_village(record: &DivisionRecord) -> bool {
    record.level == Level::Village && matches!(record.code.to_string().as_bytes()[9], b'2' | b'3')
}

/// Chooses divisions and villages for a size.
///
/// # Errors
/// When the division table of the policy folder cannot be read.
pub(super) fn places(app: &App, scene: &Scene, size: DemoSize) -> Result<Places, AppError> {
    let text = app.files.divisions().map_err(AppError::Internal)?;
    let all = parse_division_csv(&text).map_err(|e| AppError::Internal(e.to_string()))?;
    let own = [&scene.county[..6], &scene.neighbour[..6]];
    let counties: Vec<&str> = match size {
        DemoSize::Million => own.into_iter().chain(MORE_COUNTIES).collect(),
        DemoSize::Small | DemoSize::County => own.to_vec(),
    };
    let divisions: Vec<DivisionRecord> = all
        .into_iter()
        .filter(|r| {
            let text = r.code.to_string();
            let upper = matches!(r.level, Level::Province | Level::City | Level::County);
            (upper && text.starts_with(&scene.province[..2]))
                || counties.iter().any(|c| text.starts_with(c))
        })
        .collect();
    let first = |township: &str, count: usize| -> Vec<&DivisionRecord> {
        let inside = code(township);
        divisions
            .iter()
            .filter(|r| inside.contains(r.code) && is_rural_village(r))
            .take(count)
            .collect()
    };
    let mut chosen: Vec<&DivisionRecord> = Vec::new();
    match size {
        DemoSize::Small => {
            chosen.extend(first(scene.township, 16));
            chosen.extend(first(scene.second_township, 16));
        }
        DemoSize::County => chosen.extend(first(scene.county, usize::MAX)),
        DemoSize::Million => {
            chosen.extend(
                divisions
                    .iter()
                    .filter(|r| is_rural_village(r) && !code(scene.neighbour).contains(r.code)),
            );
        }
    }
    chosen.extend(first(scene.neighbour_township, 8));
    let total = match size {
        DemoSize::Small => scene.households,
        DemoSize::County | DemoSize::Million => size.households(),
    };
    let count = chosen.len() as u64;
    let name_of = |code: Option<DivisionCode>| {
        divisions
            .iter()
            .find(|r| Some(r.code) == code)
            .map_or_else(String::new, |r| short_name(&r.name))
    };
    let villages = chosen
        .iter()
        .zip(0u64..)
        .map(|(record, index)| Village {
            code: record.code,
            name: short_name(&record.name),
            township: name_of(record.code.at_level(Level::Township)),
            ordinal: u16::try_from(index + 1).unwrap_or(9999),
            // As even as whole households allow, and exactly the total.
            households: total * (index + 1) / count - total * index / count,
        })
        .collect();
    Ok(Places {
        villages,
        divisions,
    })
}
