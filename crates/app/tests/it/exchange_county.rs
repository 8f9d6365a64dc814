//! A county's file: memory stays flat, a second import changes nothing. The
//! test runs it small; `./dev bench` runs it at 150 k households and 525 k rows,
//! reading in a child process as the server does, and prints the figures, which
//! are never asserted. `SHOUWANG_BENCH_FOLDER` keeps the files for the peer.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use domain::exchange::ConflictRule;
use domain::identity_number::IdentityNumber;
use jiff::ToSpan as _;
use jiff::civil::date;
use rust_xlsxwriter::Workbook;

use crate::exchange::{COUNTY, app_in, check, clerk_of, merge};

const HEADERS: [&str; 32] = [
    "省（自治区、直辖市）",
    "市（地、州、盟）",
    "县（市、区、旗）",
    "乡（镇、街道）",
    "行政村",
    "行政区划代码",
    "村民小组",
    "户编号",
    "家庭人口",
    "户类型",
    "家庭住址",
    "联系电话",
    "姓名",
    "性别",
    "证件类型",
    "证件号码",
    "出生日期",
    "与户主关系",
    "民族",
    "政治面貌",
    "文化程度",
    "健康状况",
    "劳动技能",
    "务工地点",
    "务工时间（月）",
    "工资性收入（元）",
    "生产经营性收入（元）",
    "财产性收入（元）",
    "转移性收入（元）",
    "生产经营性支出（元）",
    "家庭纯收入（元）",
    "人均纯收入（元）",
];

/// Columns that hold numbers.
const NUMBERS: [usize; 8] = [8, 25, 26, 27, 28, 29, 30, 31];

/// Rows of 户信息 of so many households, as text.
fn county_rows(
    households: u32,
    villages: &[(String, String)],
) -> impl Iterator<Item = [String; 32]> {
    let mut person = 0u32;
    (0..households).flat_map(move |household| {
        let members = 2 + household % 4;
        let (code, village) = &villages[household as usize % villages.len()];
        let each = 9000;
        let rows: Vec<_> = (0..members)
            .map(|member| {
                let born = date(1950, 1, 1)
                    .checked_add(i64::from(person % 20_000).days())
                    .expect("date");
                let sequence =
                    u16::try_from(person / 20_000 * 2 + u32::from(member == 0)).expect("small");
                let number = IdentityNumber::invent(327, born, sequence).expect("number");
                person += 1;
                let given = ["青禾", "向阳", "守田", "望秋"][member as usize % 4];
                let mut row: [String; 32] = [
                    "河南省",
                    "洛阳市",
                    "宜阳县",
                    "某镇",
                    village,
                    code,
                    "一组",
                    "",
                    "",
                    "一般农户",
                    "",
                    "",
                    "",
                    "",
                    "居民身份证",
                    "",
                    "",
                    "",
                    "汉族",
                    "群众",
                    "初中",
                    "健康",
                    "普通劳动力",
                    "",
                    "",
                    "",
                    "0",
                    "0",
                    "0",
                    "0",
                    "",
                    "",
                ]
                .map(str::to_owned);
                row[7] = format!("9899{household:08}");
                row[8] = members.to_string();
                row[10] = format!("{village}{household}号");
                row[11] = format!("199{household:08}");
                row[12] = format!("麦{given}");
                row[13] = if member == 0 { "男" } else { "女" }.to_owned();
                row[15] = number.reveal().to_owned();
                row[16] = born.to_string();
                row[17] = ["户主", "配偶", "之女", "之母", "其他"][member as usize].to_owned();
                (row[25], row[30]) = ((members * each).to_string(), (members * each).to_string());
                row[31] = each.to_string();
                row
            })
            .collect();
        rows
    })
}

/// Writes the rows as a workbook, its texts in the cells or, as offices'
/// programs do, in a table they share; returns how many there are.
fn write_workbook(path: &Path, shared: bool, rows: impl Iterator<Item = [String; 32]>) -> u32 {
    let mut book = Workbook::new();
    let sheet = if shared {
        book.add_worksheet_with_low_memory()
    } else {
        book.add_worksheet_with_constant_memory()
    };
    let sheet = sheet.expect("sheet").set_name("户信息").expect("name");
    sheet.write_string(0, 0, "户信息").expect("title");
    for (column, header) in (0u16..).zip(HEADERS) {
        sheet.write_string(2, column, header).expect("header");
    }
    let mut at = 3u32;
    for row in rows {
        for (column, text) in row.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            let place = u16::try_from(column).expect("few columns");
            if NUMBERS.contains(&column) {
                let number: f64 = text.parse().expect("number");
                sheet.write_number(at, place, number).expect("cell");
            } else {
                sheet.write_string(at, place, text).expect("cell");
            }
        }
        at += 1;
    }
    book.save(path).expect("saved");
    at - 3
}

/// Writes a 户信息 workbook; returns its rows.
pub fn write_county(path: &Path, households: u32, villages: &[(String, String)]) -> u32 {
    write_workbook(path, false, county_rows(households, villages))
}

/// Writes the rows as CSV in GB18030, as the national system gives them.
fn write_csv(path: &Path, rows: impl Iterator<Item = [String; 32]>) {
    let mut out = BufWriter::new(File::create(path).expect("file"));
    let mut line = |cells: &[&str]| {
        let text = format!("{}\r\n", cells.join(","));
        out.write_all(&encoding_rs::GB18030.encode(&text).0)
            .expect("line");
    };
    line(&["户信息"]);
    line(&[]);
    line(&HEADERS);
    for row in rows {
        line(&row.each_ref().map(String::as_str));
    }
    out.flush().expect("written");
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(name).map(str::to_owned));
    line.and_then(|l| l.split_whitespace().next().and_then(|n| n.parse().ok()))
        .unwrap_or(0)
}

/// User and system time of this process and of the children it waited for, in
/// seconds: what a busy machine does not stretch.
fn cpu_seconds() -> f64 {
    // Fields 14 to 17 of proc(5), in hundredths; the name before them may hold spaces.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(4);
    ticks.filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// What was measured, step by step.
struct Figures {
    rows: u32,
    steps: Vec<serde_json::Value>,
}

impl Figures {
    fn note(&mut self, step: &str, since: &(Instant, f64)) {
        let (seconds, cpu) = (since.0.elapsed().as_secs_f64(), cpu_seconds() - since.1);
        let per_second = |time: f64| (f64::from(self.rows) / time.max(0.01)).round();
        self.steps.push(serde_json::json!({
            "step": step,
            "seconds": (seconds * 100.0).round() / 100.0,
            "cpu": (cpu * 100.0).round() / 100.0,
            "rows_per_second": per_second(seconds),
            "rows_per_cpu_second": per_second(cpu),
            "process_peak_mb": memory("VmHWM:") >> 10,
        }));
    }
}

fn now() -> (Instant, f64) {
    (Instant::now(), cpu_seconds())
}

#[tokio::test(flavor = "multi_thread")]
async fn county_file_is_imported_with_flat_memory() {
    let households = std::env::var("SHOUWANG_HOUSEHOLDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_500);
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let villages: Vec<(String, String)> = app
        .store
        .villages(&clerk.scope)
        .await
        .expect("villages")
        .into_iter()
        .map(|v| (v.code, v.name))
        .collect();
    if let Ok(program) = std::env::var("SHOUWANG_BINARY") {
        app::exchange::read_in_child_process(program.into());
    }
    let files = std::env::var("SHOUWANG_BENCH_FOLDER")
        .map_or_else(|_| folder.path().to_path_buf(), PathBuf::from);
    let path = files.join("inline.xlsx");
    let county = || county_rows(households, &villages);
    let rows = write_county(&path, households, &villages);
    write_workbook(&files.join("shared.xlsx"), true, county());
    write_csv(&files.join("gb18030.csv"), county());
    let bytes = std::fs::metadata(&path).expect("file").len();
    let mut figures = Figures {
        rows,
        steps: Vec::new(),
    };

    // Reading and checking alone, of one county in three kinds of file.
    for name in ["inline.xlsx", "shared.xlsx", "gb18030.csv"] {
        let file = File::open(files.join(name)).expect("file");
        let started = now();
        let mut rows_done = || figures.note(&format!("{name} rows"), &started);
        let checked = app.check_alone(&clerk, file, name, &mut rows_done).await;
        let checked = checked.expect("checked");
        assert_eq!(checked, (u64::from(rows), u64::from(households)), "{name}");
        figures.note(&format!("{name} checked"), &started);
    }

    let started = now();
    let import = check(&app, &clerk, &path).await;
    figures.note("check", &started);
    assert_eq!(
        (import.counts.errors, import.counts.warnings),
        (0, import.counts.warnings)
    );
    assert_eq!(import.counts.new_households, u64::from(households));
    let started = now();
    let merged = merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;
    figures.note("merge", &started);
    assert_eq!(merged.counts.new_households, u64::from(households));
    let started = now();
    let again = check(&app, &clerk, &path).await;
    figures.note("check_again", &started);
    assert_eq!(again.counts.unchanged, u64::from(households));
    assert!(memory("VmHWM:") < 1 << 20, "peak above 1 GB");
    println!(
        "{}",
        serde_json::json!({"benchmark": "import_county", "households": households, "rows": rows, "file_mb": bytes >> 20, "child_process": std::env::var("SHOUWANG_BINARY").is_ok(), "steps": figures.steps})
    );
}
