//! What the columns of 监测对象信息 must say together.

use std::collections::BTreeSet;

use super::assemble::{Assembler, Draft};
use super::finding::FindingKind as Kind;

/// The thirteen after-removal columns (消除后…).
const AFTER_CLEARANCE: [&str; 13] = [
    "clearance.unsafe_housing",
    "clearance.school_dropout",
    "clearance.unsafe_drinking_water",
    "clearance.uninsured_member",
    "clearance.wage_income_yuan",
    "clearance.operating_income_yuan",
    "clearance.property_income_yuan",
    "clearance.transfer_income_yuan",
    "clearance.operating_expenditure_yuan",
    "clearance.net_income_yuan",
    "clearance.net_income_per_person_yuan",
    "clearance.insurance_payout_yuan",
    "clearance.compliant_own_payment_yuan",
];

impl Assembler<'_> {
    pub(super) fn monitoring(&self, draft: &mut Draft<'_>) {
        let Some(row) = draft.rows.iter().find(|r| {
            self.sheet(r)
                .column_of_field("identification.identified_in")
                .is_some()
        }) else {
            return;
        };
        let form = &draft.form;
        // Blank, and not because its cell was rejected or its column is absent.
        let blank = |field: &str| {
            form.get(field).is_empty()
                && draft.present.contains(field)
                && !draft.rejected.contains(field)
        };
        let mut found = Vec::new();
        let mut add =
            |kind: Kind, field: &str| found.push(self.at(kind, row, field, self.value(row, field)));

        let (identified, cleared_in) = (
            form.get("identification.identified_in"),
            form.get("clearance.cleared_in"),
        );
        let this_month = format!(
            "{:04}-{:02}",
            self.rules.today.year(),
            self.rules.today.month()
        );
        if identified > this_month.as_str() {
            add(Kind::IdentifiedInFuture, "identification.identified_in");
        }
        if !identified.is_empty() && identified < self.layout.monitored_since.as_str() {
            add(
                Kind::IdentifiedBeforeMonitoring,
                "identification.identified_in",
            );
        }
        if cleared_in > this_month.as_str() {
            add(Kind::ClearedInFuture, "clearance.cleared_in");
        }
        match form.get("clearance.cleared") {
            "yes" => {
                if !cleared_in.is_empty() && !identified.is_empty() && cleared_in < identified {
                    add(Kind::ClearedBeforeIdentified, "clearance.cleared_in");
                }
                if blank("clearance.cleared_in") {
                    add(Kind::ClearedWithoutMonth, "clearance.cleared_in");
                }
                if blank("clearance.way") {
                    add(Kind::ClearedWithoutWay, "clearance.way");
                }
                if let Some(first) = AFTER_CLEARANCE.iter().find(|f| blank(f)) {
                    add(Kind::ClearedColumnsMissing, first);
                }
            }
            "no" if !cleared_in.is_empty() => {
                add(Kind::ClearanceWithoutCleared, "clearance.cleared_in")
            }
            _ => {}
        }

        let risks: Vec<(String, &str)> = (1..=5)
            .map(|n| format!("identification.risk_{n}"))
            .map(|f| {
                let value = form.get(&f);
                (f, value)
            })
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let rejected = draft
            .rejected
            .iter()
            .any(|f| f.starts_with("identification.risk_"));
        let unread = risks.is_empty() && rejected;
        if risks.is_empty() && !rejected {
            add(Kind::MonitoredWithoutRisk, "identification.risk_1");
        }
        let mut seen = BTreeSet::new();
        for (field, value) in &risks {
            if !seen.insert(*value) {
                add(Kind::RiskRepeated, field);
            }
        }
        if seen.contains("other") && blank("identification.other_risk_remark") {
            add(
                Kind::OtherRiskWithoutRemark,
                "identification.other_risk_remark",
            );
        }
        if seen.contains("natural_disaster") && blank("identification.natural_disaster_kind") {
            add(
                Kind::NaturalDisasterWithoutKind,
                "identification.natural_disaster_kind",
            );
        }
        let household_type = form.get("household.household_type");
        if let Some(lifted) = self
            .category_lifted
            .get(form.get("identification.monitored_category"))
            && !household_type.is_empty()
            && household_type.starts_with("lifted") != *lifted
        {
            add(
                Kind::CategoryContradictsHouseholdType,
                "identification.monitored_category",
            );
        }
        // Nobody is monitored for a risk that could not be read.
        draft.form.rejected |= unread;
        draft.findings.extend(found);
    }
}
