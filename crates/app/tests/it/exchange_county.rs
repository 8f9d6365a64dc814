//! A county's file: memory stays flat, a second import changes nothing. The
//! test runs it small; `./dev bench` runs it at 150 k households and 525 k rows,
//! reading in a child process as the server does, and prints the figures, which
//! are never asserted. `SHOUWANG_BENCH_FILE` keeps the file for the peer.

use std::path::Path;
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

/// Writes a 户信息 workbook; returns its rows.
pub fn write_county(path: &Path, households: u32, villages: &[(String, String)]) -> u32 {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    let sheet = sheet.expect("sheet").set_name("户信息").expect("name");
    sheet.write_string(0, 0, "户信息").expect("title");
    for (column, header) in (0u16..).zip(HEADERS) {
        sheet.write_string(2, column, header).expect("header");
    }
    let mut row = 3u32;
    let mut person = 0u32;
    for household in 0..households {
        let members = 2 + household % 4;
        // Rows of a household are scattered: every tenth comes in two parts.
        let (code, village) = &villages[household as usize % villages.len()];
        let (wage, each) = (f64::from(members) * 9000.0, 9000.0);
        for member in 0..members {
            let born = date(1950, 1, 1)
                .checked_add(i64::from(person % 20_000).days())
                .expect("date");
            let sequence =
                u16::try_from(person / 20_000 * 2 + u32::from(member == 0)).expect("small");
            let number = IdentityNumber::invent(327, born, sequence).expect("number");
            person += 1;
            let male = member == 0;
            let texts = [
                "河南省",
                "洛阳市",
                "宜阳县",
                "某镇",
                village.as_str(),
                code.as_str(),
                "一组",
                &format!("9899{household:08}"),
                "",
                "一般农户",
                &format!("{village}{household}号"),
                &format!("199{household:08}"),
                &format!(
                    "麦{}",
                    ["青禾", "向阳", "守田", "望秋"][member as usize % 4]
                ),
                if male { "男" } else { "女" },
                "居民身份证",
                number.reveal(),
                &born.to_string(),
                ["户主", "配偶", "之女", "之母", "其他"][member as usize],
                "汉族",
                "群众",
                "初中",
                "健康",
                "普通劳动力",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
            ];
            for (column, text) in (0u16..).zip(texts).filter(|(_, t)| !t.is_empty()) {
                sheet.write_string(row, column, text).expect("cell");
            }
            sheet.write_number(row, 8, members).expect("cell");
            for (column, amount) in [
                (25, wage),
                (26, 0.0),
                (27, 0.0),
                (28, 0.0),
                (29, 0.0),
                (30, wage),
                (31, each),
            ] {
                sheet.write_number(row, column, amount).expect("cell");
            }
            row += 1;
        }
    }
    book.save(path).expect("saved");
    row - 3
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(name).map(str::to_owned));
    line.and_then(|l| l.split_whitespace().next().and_then(|n| n.parse().ok()))
        .unwrap_or(0)
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
    let path = std::env::var("SHOUWANG_BENCH_FILE")
        .map_or_else(|_| folder.path().join("county.xlsx"), Into::into);
    let rows = write_county(&path, households, &villages);
    let bytes = std::fs::metadata(&path).expect("file").len();
    let started = Instant::now();
    let mut figures = Vec::new();
    let import = check(&app, &clerk, &path).await;
    let seconds = started.elapsed().as_secs_f64();
    figures.push(("check", seconds, memory("VmHWM:") >> 10));
    assert_eq!(
        (import.counts.errors, import.counts.warnings),
        (0, import.counts.warnings)
    );
    assert_eq!(import.counts.new_households, u64::from(households));
    let started = Instant::now();
    let merged = merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;
    let seconds = started.elapsed().as_secs_f64();
    figures.push(("merge", seconds, memory("VmHWM:") >> 10));
    assert_eq!(merged.counts.new_households, u64::from(households));
    let started = Instant::now();
    let again = check(&app, &clerk, &path).await;
    figures.push((
        "check_again",
        started.elapsed().as_secs_f64(),
        memory("VmHWM:") >> 10,
    ));
    assert_eq!(again.counts.unchanged, u64::from(households));
    assert!(memory("VmHWM:") < 1 << 20, "peak above 1 GB");
    let steps: Vec<serde_json::Value> = figures
        .into_iter()
        .map(|(step, seconds, peak_mb)| {
            serde_json::json!({
                "step": step,
                "seconds": (seconds * 10.0).round() / 10.0,
                "rows_per_second": (f64::from(rows) / seconds).round(),
                "process_peak_mb": peak_mb,
            })
        })
        .collect();
    println!(
        "{}",
        serde_json::json!({"benchmark": "import_county", "households": households, "rows": rows, "file_mb": bytes >> 20, "child_process": std::env::var("SHOUWANG_BINARY").is_ok(), "steps": steps})
    );
}
