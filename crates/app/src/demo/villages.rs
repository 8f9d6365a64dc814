//! What the villages of the demo reported of themselves (行政村信息).

use std::collections::BTreeMap;

use domain::exchange::VillageFigures;
use store::audit::chain_of;

use super::place::Village;
use super::random::Random;
use crate::{App, AppError};

/// Saves an invented report: figures as the register counts them, except that
/// one village in five has not kept up. Chance of its own, so that a report
/// moves nobody else in the demo.
///
/// # Errors
/// When the database refuses.
pub(super) async fn report(
    app: &App,
    village: &Village,
    counted: VillageFigures,
) -> Result<(), AppError> {
    let random = &mut Random::new(u64::from(village.ordinal), 0);
    let behind = u64::from(village.ordinal % 5 == 1) * 2;
    let mut values = BTreeMap::new();
    let mut put = |field: &str, value: String| values.insert(format!("village.{field}"), value);
    for (field, count) in [
        ("households", counted.households.saturating_sub(behind)),
        ("persons", counted.persons.saturating_sub(behind * 3)),
        ("lifted_households", counted.lifted_households),
        ("lifted_persons", counted.lifted_persons),
        ("monitored_households", counted.monitored_households),
        ("monitored_persons", counted.monitored_persons),
        ("migrant_workers", counted.persons / 4),
        ("clinics", 1 + random.below(2)),
        ("doctors", random.below(3)),
        ("public_toilets", 1 + random.below(6)),
        ("unsafe_drinking_water_households", 0),
        ("unsafe_housing_households", 0),
    ] {
        put(field, count.to_string());
    }
    let income = format!("{}.{}", random.between(5, 60), random.between(1, 9));
    put("collective_income_ten_thousand_yuan", income);
    put("arable_land_mu", random.between(900, 4200).to_string());
    put("bus_service", "yes".into());
    put("hardened_road", "yes".into());
    let cooperative = if random.percent(70) { "yes" } else { "no" };
    put("cooperative", cooperative.into());
    let mut tx = app.store.write(app.system_actor()).await?;
    tx.save_village_record(
        village.code,
        &values,
        ("2021年度信息采集", "demo", "乡镇录入员"),
        0,
    )
    .await?;
    tx.audit(
        &chain_of(Some(village.code)),
        "demo.village_reported",
        &format!("division/{}", village.code),
        "",
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
