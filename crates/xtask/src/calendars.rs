//! `cargo xtask calendars`: the national table of holidays and make-up
//! workdays, from the data file of the PyPI package `chinesecalendar`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use domain::calendar::WorkCalendar;

/// Arguments of `cargo xtask calendars`.
#[derive(Debug, clap::Args)]
pub struct CalendarsArgs {
    /// `chinese_calendar/constants.py` of an unpacked `chinesecalendar` wheel.
    #[arg(long)]
    from: PathBuf,
    /// First year to take.
    #[arg(long, default_value_t = 2020)]
    first_year: i16,
    /// Where the table goes.
    #[arg(long, default_value = "policy/calendars/cn-workdays.csv")]
    to: PathBuf,
}

/// Writes the table and reads it back with the domain's own parser.
pub fn run(args: &CalendarsArgs) -> Result<(), Box<dyn Error>> {
    let table = table(&fs::read_to_string(&args.from)?, args.first_year)?;
    let calendar = WorkCalendar::parse(&table)?;
    fs::write(&args.to, &table)?;
    let years: Vec<i16> = calendar.years().collect();
    println!(
        "{}: {} rows, complete years {years:?}",
        args.to.display(),
        table.lines().count() - 1
    );
    Ok(())
}

fn table(source: &str, first_year: i16) -> Result<String, Box<dyn Error>> {
    let mut names = BTreeMap::new();
    let mut rows = BTreeMap::new();
    let mut kind = None;
    for line in source.lines().map(str::trim) {
        match line {
            "holidays = {" => kind = Some("holiday"),
            "workdays = {" => kind = Some("workday"),
            "}" => kind = None,
            _ => {}
        }
        let quoted: Vec<&str> = line.split('"').collect();
        if let (Some((identifier, _)), [_, _, _, chinese, _]) =
            (line.split_once(" = \""), &quoted[..])
        {
            names.insert(identifier.to_owned(), (*chinese).to_owned());
        }
        let (Some(kind), Some(entry)) = (kind, line.strip_prefix("datetime.date(")) else {
            continue;
        };
        let (date, holiday) = entry
            .split_once("): Holiday.")
            .ok_or(format!("unexpected: {line}"))?;
        let parts: Vec<i16> = date
            .split(',')
            .filter_map(|part| part.split_once('=')?.1.trim().parse().ok())
            .collect();
        let [year, month, day] = parts[..] else {
            return Err(format!("no date: {line}").into());
        };
        let holiday = holiday.split('.').next().unwrap_or_default();
        let name = names
            .get(holiday)
            .ok_or(format!("unknown holiday: {line}"))?;
        if year >= first_year {
            rows.insert(
                format!("{year:04}-{month:02}-{day:02}"),
                format!("{kind},{name}"),
            );
        }
    }
    let lines: String = rows
        .iter()
        .map(|(date, rest)| format!("{date},{rest}\n"))
        .collect();
    Ok(format!("date,kind,name\n{lines}"))
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn reads_the_package_file() {
        let source = "    labour_day = \"Labour Day\", \"劳动节\", 1\nholidays = {\n    \
            datetime.date(year=2019, month=5, day=1): Holiday.labour_day.value,\n    \
            datetime.date(year=2026, month=5, day=1): Holiday.labour_day.value,\n}\nworkdays = {\n    \
            datetime.date(year=2026, month=5, day=9): Holiday.labour_day.value,\n}\nin_lieu_days = {\n    \
            datetime.date(year=2026, month=5, day=5): Holiday.labour_day.value,\n}\n";
        assert_eq!(
            table(source, 2020).unwrap(),
            "date,kind,name\n2026-05-01,holiday,劳动节\n2026-05-09,workday,劳动节\n"
        );
    }
}
