//! The second and third pass over sorted rows, and the keys they sort by.

use std::sync::atomic::Ordering;

use domain::division::DivisionCode;
use domain::exchange::{
    Assembler, CheckedRow, FindingKind, HouseholdRows, PersonPlace, SheetReading, VillageAnswer,
    link_persons,
};

use super::{CheckInput, FINDINGS_AT_ONCE, Out, Output, PROGRESS_EVERY_ROWS, Stop};
use crate::exchange::sorter::Sorter;

const HOUSEHOLDS_AT_ONCE: usize = 250;
/// Rows kept of one key; one more than a household may have tells enough.
const ROWS_KEPT: usize = 121;

pub(super) fn answer(input: &CheckInput, code: &str) -> VillageAnswer {
    match input.villages.get(code) {
        Some(name) => VillageAnswer::Known(name.clone()),
        None if code
            .parse::<DivisionCode>()
            .is_ok_and(|c| !input.scope.contains(c)) =>
        {
            VillageAnswer::Outside
        }
        None => VillageAnswer::Unknown,
    }
}

pub(super) fn assembler<'a>(
    input: &'a CheckInput,
    readings: &'a [SheetReading],
    villages: &'a (dyn Fn(&str) -> VillageAnswer + Send + Sync),
) -> Assembler<'a> {
    Assembler {
        layout: &input.layout,
        readings,
        rules: input.rules,
        villages,
        category_lifted: &input.category_lifted,
    }
}

/// Kinds of what is sorted under a household key.
const DISPUTED: u8 = 0;
pub(super) const ROW: u8 = 1;
const EMPLOYMENT: u8 = 2;
/// A row without key below the rows of this one.
pub(super) const KEYLESS: u8 = 3;

pub(super) fn household_key(code: &str, kind: u8, row: &CheckedRow) -> Vec<u8> {
    let mut key = code.as_bytes().to_vec();
    key.extend([0, kind]);
    key.extend(row.reading.to_be_bytes());
    key.extend(row.row.to_be_bytes());
    key
}

/// The citizen's number without the rest of a disability card, then the place.
pub(super) fn person_key(number: &str, row: &CheckedRow) -> Vec<u8> {
    let citizen = if matches!(number.len(), 20 | 22) {
        number.get(..18).unwrap_or(number)
    } else {
        number
    };
    let mut key = citizen.as_bytes().to_vec();
    key.push(0);
    key.extend(row.reading.to_be_bytes());
    key.extend(row.row.to_be_bytes());
    key
}

fn text_of(key: &[u8]) -> &[u8] {
    key.split(|b| *b == 0).next().unwrap_or_default()
}

/// Second pass: the places of each person meet.
pub(super) fn link(
    input: &CheckInput,
    persons: Sorter,
    households: &mut Sorter,
    rejected: &mut u64,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut sorted = persons.finish()?;
    let mut findings = Vec::new();
    let mut next = sorted.next()?;
    while let Some((key, payload)) = next {
        let number = text_of(&key).to_vec();
        let mut places: Vec<PersonPlace> = vec![unpack(&payload)?];
        next = loop {
            match sorted.next()? {
                Some((key, payload)) if text_of(&key) == number => places.push(unpack(&payload)?),
                other => break other,
            }
        };
        if places.len() == 1 && places[0].household.is_some() {
            continue;
        }
        let number = String::from_utf8_lossy(&number).into_owned();
        let outcome = link_persons(&number, places);
        *rejected += outcome
            .findings
            .iter()
            .filter(|f| f.kind == FindingKind::EmploymentPersonUnknown)
            .count() as u64;
        findings.extend(outcome.findings);
        for code in outcome.disputed {
            let mut key = code.into_bytes();
            key.extend([0, DISPUTED]);
            households.push(key, Vec::new())?;
        }
        for (code, link) in outcome.employment {
            let mut key = code.into_bytes();
            key.extend([0, EMPLOYMENT]);
            households.push(key, pack(&link)?)?;
        }
        if findings.len() >= FINDINGS_AT_ONCE
            && !out(Output::Findings(std::mem::take(&mut findings)))
        {
            return Err(Stop::Cancelled);
        }
        if input.cancelled.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
    }
    out(Output::Findings(findings));
    Ok(())
}

/// What is sorted, as bytes that live no longer than the check.
pub(super) fn pack(value: &impl serde::Serialize) -> std::io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(std::io::Error::other)
}

fn unpack<T: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<T, Stop> {
    postcard::from_bytes(payload).map_err(|e| Stop::Failed(e.to_string()))
}

/// Third pass: the rows of each household meet.
pub(super) fn group(
    input: &CheckInput,
    readings: &[SheetReading],
    households: Sorter,
    rows: u64,
    rejected: &mut u64,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let villages = |code: &str| answer(input, code);
    let assembler = assembler(input, readings, &villages);
    let mut sorted = households.finish()?;
    let (mut findings, mut forms) = (Vec::new(), Vec::new());
    let (mut done, mut told) = (0u64, 0u64);
    let mut next = sorted.next()?;
    while let Some((key, payload)) = next {
        let code = text_of(&key).to_vec();
        let mut household = HouseholdRows {
            code: String::from_utf8_lossy(&code).into_owned(),
            ..HouseholdRows::default()
        };
        let mut beyond = 0;
        collect(&mut household, &key, &payload, &mut beyond)?;
        next = loop {
            match sorted.next()? {
                Some((key, payload)) if text_of(&key) == code => {
                    collect(&mut household, &key, &payload, &mut beyond)?
                }
                other => break other,
            }
        };
        if household.rows.is_empty() {
            continue;
        }
        let members = household.rows.len() as u64 + beyond;
        let (form, found) = assembler.assemble(&household);
        done += members;
        if form.rejected {
            *rejected += members;
        }
        findings.extend(found);
        forms.push(form);
        if forms.len() >= HOUSEHOLDS_AT_ONCE {
            let going = out(Output::Findings(std::mem::take(&mut findings)))
                && out(Output::Households(std::mem::take(&mut forms)));
            if !going || input.cancelled.load(Ordering::Relaxed) {
                return Err(Stop::Cancelled);
            }
        }
        if done - told >= PROGRESS_EVERY_ROWS {
            told = done;
            out(Output::Progress("checking", done, rows));
        }
    }
    out(Output::Findings(findings));
    if !out(Output::Households(forms)) {
        return Err(Stop::Cancelled);
    }
    Ok(())
}

fn collect(
    household: &mut HouseholdRows,
    key: &[u8],
    payload: &[u8],
    beyond: &mut u64,
) -> Result<(), Stop> {
    let kind = key[text_of(key).len() + 1..].first().copied();
    match kind {
        Some(DISPUTED) => household.disputed = true,
        Some(ROW) if household.rows.len() < ROWS_KEPT => household.rows.push(unpack(payload)?),
        Some(ROW) => *beyond += 1,
        Some(KEYLESS) => household.keyless.push(unpack(payload)?),
        _ => household.employment.push(unpack(payload)?),
    }
    Ok(())
}
