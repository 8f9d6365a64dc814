//! A file beside what the register has come to know since: the dead and those
//! who left, households that are closed, income that was half read, and the
//! corrected copy sent back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use app::App;
use app::exchange::{ImportFinding, ImportView};
use app::household::{Change, ChangeHousehold};
use calamine::{Data, Reader as _};
use domain::account::{Operation, Principal};
use domain::exchange::ConflictRule;
use domain::household::{HouseholdFile, IncomeItem, IncomeStatement};
use jiff::civil::date;
use store::household::HouseholdRow;

use crate::exchange::{COUNTY, app_in, check, clerk_of, findings, fixture, merge};

const VILLAGE: (&str, &str) = ("410327102207", "花庄村");
const NET: &str = "家庭纯收入（元）";
const WAGE: &str = "工资性收入（元）";
const OPERATING: &str = "生产经营性收入（元）";

type Row = Vec<(&'static str, String)>;

/// An invented number of a birth date; odd numbers are men.
fn number(birth: &str, sequence: u32) -> String {
    let start = format!("980309{}{sequence:03}", birth.replace('-', ""));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = start.bytes().map(|b| usize::from(b - b'0'));
    let sum: usize = digits.zip(weights).map(|(d, w)| d * w).sum();
    format!("{start}{}", char::from(b"10X98765432"[sum % 11]))
}

fn person(code: &str, name: &str, relation: &str, birth: &str, sequence: u32) -> Row {
    let sex = if sequence % 2 == 1 { "男" } else { "女" };
    [
        ("县（市、区、旗）", "宜阳县"),
        ("乡（镇、街道）", "柳泉镇"),
        ("行政村", VILLAGE.1),
        ("行政区划代码", VILLAGE.0),
        ("户编号", code),
        ("家庭人口", "1"),
        ("户类型", "一般农户"),
        ("姓名", name),
        ("性别", sex),
        ("证件号码", &number(birth, sequence)),
        ("与户主关系", relation),
        ("文化程度", "初中"),
        ("健康状况", "健康"),
        ("劳动技能", "普通劳动力"),
    ]
    .map(|(header, value)| (header, value.to_owned()))
    .to_vec()
}

fn with(mut row: Row, values: &[(&'static str, &str)]) -> Row {
    for (header, value) in values {
        row.retain(|(h, _)| h != header);
        row.push((header, (*value).to_owned()));
    }
    row
}

/// 户信息 with these rows; every cell is text.
fn write_rows(path: &Path, rows: &[Row]) -> PathBuf {
    let mut headers: Vec<&str> = Vec::new();
    for (header, _) in rows.iter().flatten() {
        if !headers.contains(header) {
            headers.push(header);
        }
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("户信息").expect("name");
    for (at, header) in (0..).zip(&headers) {
        sheet.write_string(2, at, *header).expect("header");
    }
    for (line, row) in (3..).zip(rows) {
        for (header, value) in row {
            let at = headers.iter().position(|h| h == header).expect("column");
            let at = u16::try_from(at).expect("column");
            sheet.write_string(line, at, value).expect("cell");
        }
    }
    book.save(path).expect("saved");
    path.to_owned()
}

fn clerk() -> Principal {
    let mut clerk = clerk_of(COUNTY);
    clerk.operations.insert(Operation::HouseholdChange);
    clerk
}

/// The household of a 户编号.
async fn household(app: &App, clerk: &Principal, code: &str) -> (HouseholdRow, HouseholdFile) {
    let codes = [code.to_owned()];
    let rows = app.store.households_by_codes(&clerk.scope, &codes).await;
    let id = rows.expect("read").pop().expect("household").id;
    let found = app.store.household_file(&clerk.scope, &id).await;
    found.expect("read").expect("household")
}

/// A change on the day the file began, which is that of its import.
async fn change(app: &App, clerk: &Principal, code: &str, change: Change) {
    let (row, _) = household(app, clerk, code).await;
    let form = ChangeHousehold {
        expected_version: row.version,
        effective_on: app.today(),
        reason: "入户核实".into(),
        collected_by: "甲乙丙".into(),
        reviewed_by: String::new(),
        change,
    };
    let changed = app.change_household(clerk, &row.id, form).await;
    changed.expect("changed");
}

async fn import(app: &App, clerk: &Principal, path: &Path, rule: ConflictRule) -> ImportView {
    let checked = check(app, clerk, path).await;
    assert_eq!(checked.status, "checked");
    merge(app, clerk, &checked.id, rule).await
}

fn of_code(found: Vec<ImportFinding>, code: &str) -> Vec<ImportFinding> {
    found.into_iter().filter(|f| f.code == code).collect()
}

fn family(code: &str) -> Vec<Row> {
    vec![
        person(code, "安一", "户主", "1960-01-01", 1),
        person(code, "安二", "配偶", "1961-01-01", 2),
        person(code, "安三", "之子", "1985-01-01", 3),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_file_brings_nobody_back() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let path = folder.path().join("older.xlsx");
    let [one, two] = ["980309000001", "980309000002"];
    let other = vec![person(two, "白一", "户主", "1970-01-01", 5)];
    let older = [family(one), other].concat();
    write_rows(&path, &older);
    import(&app, &clerk, &path, ConflictRule::KeepOurs).await;
    let (_, file) = household(&app, &clerk, one).await;
    let [_, wife, son] = file.members.as_slice() else {
        panic!("three members");
    };
    let on = date(2024, 4, 10);
    let died = Change::MemberDied {
        member_id: wife.id.clone(),
        on,
        note: String::new(),
        new_head_id: None,
        relations: BTreeMap::new(),
    };
    change(&app, &clerk, one, died).await;
    let left = Change::MemberLeft {
        member_id: son.id.clone(),
        on,
        note: String::new(),
        new_head_id: None,
        relations: BTreeMap::new(),
    };
    change(&app, &clerk, one, left).await;

    for rule in [ConflictRule::KeepOurs, ConflictRule::TakeTheirs] {
        let again = check(&app, &clerk, &path).await;
        let found = of_code(findings(&app, &clerk, &again.id).await, "member_departed");
        let said: Vec<&str> = found.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "“安二”在农户档案里已经死亡（2024-04-10起）：不导入这名成员，也不会恢复",
                "“安三”在农户档案里已经转出本户（2024-04-10起）：不导入这名成员，也不会恢复",
            ]
        );
        assert_eq!((found[0].row, found[1].row), (5, 6));
        assert!(found[0].suggestion.is_some(), "what to do");
        assert_eq!((again.counts.rejected_rows, again.counts.unchanged), (2, 2));
        merge(&app, &clerk, &again.id, rule).await;
        let (_, file) = household(&app, &clerk, one).await;
        assert_eq!(file.members.len(), 3, "nobody stands twice");
        let active: Vec<&str> = file.active_members().map(|m| m.name.as_str()).collect();
        assert_eq!(active, ["安一"]);
    }

    // Who died in one household is no new member of another either.
    let elsewhere = with(older[1].clone(), &[("户编号", two), ("与户主关系", "其他")]);
    let path = folder.path().join("elsewhere.xlsx");
    write_rows(&path, &[older[3].clone(), elsewhere]);
    let merged = import(&app, &clerk, &path, ConflictRule::TakeTheirs).await;
    let found = findings(&app, &clerk, &merged.id).await;
    assert_eq!(of_code(found, "member_departed").len(), 1);
    assert_eq!(household(&app, &clerk, two).await.1.members.len(), 1);
    // Who left may live elsewhere.
    let moved = with(older[2].clone(), &[("户编号", two), ("与户主关系", "其他")]);
    write_rows(&path, &[older[3].clone(), moved]);
    import(&app, &clerk, &path, ConflictRule::TakeTheirs).await;
    assert_eq!(household(&app, &clerk, two).await.1.members.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_dead_head_or_a_closed_household_is_held_back() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let path = folder.path().join("older.xlsx");
    let [one, two] = ["980309000011", "980309000012"];
    let other = vec![person(two, "白一", "户主", "1970-01-01", 5)];
    write_rows(&path, &[family(one), other].concat());
    import(&app, &clerk, &path, ConflictRule::KeepOurs).await;
    let (_, file) = household(&app, &clerk, one).await;
    let son = &file.members[2];
    let died = Change::MemberDied {
        member_id: file.members[0].id.clone(),
        on: date(2024, 4, 10),
        note: String::new(),
        new_head_id: Some(file.members[1].id.clone()),
        relations: BTreeMap::from([(son.id.clone(), son.relation.clone())]),
    };
    change(&app, &clerk, one, died).await;
    let again = import(&app, &clerk, &path, ConflictRule::TakeTheirs).await;
    let found = of_code(findings(&app, &clerk, &again.id).await, "member_departed");
    assert!(found.iter().any(|f| f.message.contains("户主“安一”")));
    let (row, file) = household(&app, &clerk, one).await;
    assert_eq!(row.version, 2, "nothing of the older file is taken");
    let head = file.active_members().find(|m| m.relation == "head");
    assert_eq!(head.expect("head").name, "安二");

    let into = household(&app, &clerk, two).await.0.id;
    let relations = file
        .active_members()
        .map(|m| (m.id.clone(), "other".to_owned()));
    let joined = Change::MergedInto {
        household_id: into,
        relations: relations.collect(),
    };
    change(&app, &clerk, one, joined).await;
    let last = check(&app, &clerk, &path).await;
    let found = findings(&app, &clerk, &last.id).await;
    let closed = of_code(found, "household_closed");
    assert_eq!(closed.len(), 1);
    assert!(
        closed[0].message.contains("已并入980309000012户"),
        "{}",
        closed[0].message
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_income_is_no_income() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let path = folder.path().join("income.xlsx");
    let code = |n: u32| format!("98030900002{n}");
    let earner = |n: u32, name: &str, wage: &str, net: &str| {
        let row = person(&code(n), name, "户主", "1975-01-01", 10 * n + 1);
        with(row, &[(OPERATING, "5000"), (WAGE, wage), (NET, net)])
    };
    let rows = [
        earner(1, "全收", "3000", "8000"),
        earner(2, "坏资", "3,000元", "8000"),
        earner(3, "净差", "", "80000"),
        earner(4, "无净", "3000", ""),
    ];
    write_rows(&path, &rows);
    let merged = import(&app, &clerk, &path, ConflictRule::TakeTheirs).await;
    assert_eq!(
        (merged.counts.rejected_rows, merged.counts.left_out_cells),
        (0, 2)
    );
    let found = findings(&app, &clerk, &merged.id).await;
    let short = of_code(found, "income_incomplete");
    assert_eq!((short.len(), short[0].row), (1, 6));
    assert!(short[0].message.contains("80000元") && short[0].message.contains("5000元"));
    for (n, income) in [(1, 1), (2, 0), (3, 0), (4, 1)] {
        let (row, file) = household(&app, &clerk, &code(n)).await;
        assert_eq!(file.income.len(), income, "{n}");
        let gaps = app.import_gaps(&clerk.scope, &row.id).await.expect("gaps");
        let left_out = gaps.iter().any(|(code, _)| code == "cells_left_out");
        assert_eq!(left_out, income == 0, "{n}: {gaps:?}");
    }

    // The copy offers both; filled in and sent back, the income is whole.
    let copy = app
        .import_corrections(&clerk, &merged.id)
        .await
        .expect("copy");
    let back = folder.path().join("copy.xlsx");
    fill(
        &copy,
        &back,
        &[("坏资", WAGE, "3000"), ("净差", WAGE, "75000")],
    );
    let second = import(&app, &clerk, &back, ConflictRule::KeepOurs).await;
    assert_eq!((second.counts.errors, second.counts.changed), (0, 2));
    for (n, total) in [(2, 800_000), (3, 8_000_000)] {
        let (row, file) = household(&app, &clerk, &code(n)).await;
        let amounts = file.income[0].items.iter().map(|i| i.amount_fen);
        assert_eq!(amounts.sum::<i64>(), total);
        let gaps = app.import_gaps(&clerk.scope, &row.id).await.expect("gaps");
        assert_eq!(gaps, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_income_replaces_that_of_the_same_period() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let path = folder.path().join("income.xlsx");
    let code = "980309000031";
    let head = person(code, "安一", "户主", "1975-01-01", 1);
    write_rows(&path, std::slice::from_ref(&head));
    import(&app, &clerk, &path, ConflictRule::KeepOurs).await;
    let statement = IncomeStatement {
        period_from: date(2023, 5, 1),
        period_to: date(2024, 4, 30),
        items: vec![IncomeItem {
            source: "wage.other".into(),
            amount_fen: 900_000,
            note: String::new(),
        }],
        claims_fen: 0,
        out_of_pocket_fen: 0,
        counted_persons: 1,
    };
    change(&app, &clerk, code, Change::Income { statement }).await;
    write_rows(&path, &[with(head, &[(WAGE, "7000"), (NET, "7000")])]);
    import(&app, &clerk, &path, ConflictRule::TakeTheirs).await;
    let (_, file) = household(&app, &clerk, code).await;
    let totals: Vec<i64> = file.income.iter().map(|s| s.items[0].amount_fen).collect();
    assert_eq!(totals, [700_000]);
}

/// The corrected copy as its reader fills it in: name of the person, header,
/// value. What stands there otherwise stays.
fn fill(copy: &[u8], path: &Path, cells: &[(&str, &str, &str)]) {
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(copy)).expect("a workbook");
    let mut filled = rust_xlsxwriter::Workbook::new();
    let mut done = 0;
    for (name, range) in book.worksheets() {
        let sheet = filled.add_worksheet().set_name(&name).expect("name");
        let text = |cell: &Data| cell.to_string();
        let headers: Vec<String> = range
            .rows()
            .nth(2)
            .map(|row| row.iter().map(text).collect())
            .unwrap_or_default();
        let names = headers.iter().position(|h| h == "姓名");
        let start = range.start().unwrap_or_default();
        for (line, row) in (start.0..).zip(range.rows()) {
            let who = names.map(|at| text(&row[at])).unwrap_or_default();
            for (at, cell) in row.iter().enumerate() {
                let said = cells.iter().find(|(name, header, _)| {
                    *name == who && headers.get(at).is_some_and(|h| h == header)
                });
                done += usize::from(said.is_some());
                let value = said.map_or_else(|| text(cell), |(_, _, value)| (*value).to_owned());
                let at = u16::try_from(at).expect("column");
                if !value.is_empty() {
                    sheet.write_string(line, at, value).expect("cell");
                }
            }
        }
    }
    assert_eq!(done, cells.len(), "every cell is offered");
    filled.save(path).expect("saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_keys_come_back_filled_in() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let first = import(
        &app,
        &clerk,
        &fixture("keys_merged.xlsx"),
        ConflictRule::KeepOurs,
    )
    .await;
    assert_eq!((first.counts.accepted, first.counts.new_households), (0, 0));
    let found = of_code(
        findings(&app, &clerk, &first.id).await,
        "household_key_missing",
    );
    let copy = app
        .import_corrections(&clerk, &first.id)
        .await
        .expect("copy");
    // Each row without key says which one it seems to belong to.
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(copy.clone())).expect("workbook");
    let range = book.worksheet_range("监测对象信息").expect("sheet");
    let header: Vec<String> = range
        .rows()
        .nth(2)
        .expect("header")
        .iter()
        .map(Data::to_string)
        .collect();
    let column = |name: &str| header.iter().position(|h| h == name).expect("column");
    let (name_at, key_at) = (column("姓名"), column("户编号"));
    let (mut above, mut cells) = (String::new(), Vec::new());
    for row in range.rows().skip(3) {
        match row[key_at].to_string() {
            key if key.is_empty() => cells.push((row[name_at].to_string(), above.clone())),
            key => above = key,
        }
    }
    assert_eq!(cells.len(), found.len());
    for finding in &found {
        let advice = finding.suggestion.as_deref().unwrap_or_default();
        assert!(
            cells.iter().any(|(_, key)| advice.contains(key.as_str())),
            "{advice}"
        );
    }
    let cells: Vec<(&str, &str, &str)> = cells
        .iter()
        .map(|(name, key)| (name.as_str(), "户编号", key.as_str()))
        .collect();
    let back = folder.path().join("copy.xlsx");
    fill(&copy, &back, &cells);
    let second = import(&app, &clerk, &back, ConflictRule::KeepOurs).await;
    assert_eq!((second.counts.errors, second.counts.rejected_rows), (0, 0));
    assert_eq!(second.counts.new_households, 3);
    let codes: Vec<String> = findings(&app, &clerk, &second.id)
        .await
        .into_iter()
        .map(|f| f.code)
        .collect();
    assert!(!codes.contains(&"sheet_unknown".to_owned()), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_export_of_a_half_filled_member_comes_back() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let path = folder.path().join("one.xlsx");
    let code = "980309000041";
    let spouse = person(code, "安二", "配偶", "1976-01-01", 2);
    let rows = [
        person(code, "安一", "户主", "1975-01-01", 1),
        with(spouse, &[("健康状况", ""), ("劳动技能", "")]),
    ];
    write_rows(&path, &rows);
    import(&app, &clerk, &path, ConflictRule::KeepOurs).await;
    assert_eq!(household(&app, &clerk, code).await.1.members.len(), 2);
    let mut export = app.export_national(&clerk, None).await.expect("export");
    let mut file = std::fs::File::create(&path).expect("file");
    std::io::copy(&mut export.file, &mut file).expect("copied");
    let back = check(&app, &clerk, &path).await;
    assert_eq!(
        (
            back.counts.rejected_rows,
            back.counts.unchanged,
            back.counts.changed
        ),
        (0, 1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_risk_nobody_can_read_starts_no_monitoring() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk());
    let copy = std::fs::read(fixture("header_shifted.xlsx")).expect("fixture");
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(copy)).expect("workbook");
    let range = book.worksheet_range("监测对象信息").expect("sheet");
    let header: Vec<String> = range
        .rows()
        .nth(4)
        .expect("header")
        .iter()
        .map(Data::to_string)
        .collect();
    let risk = header
        .iter()
        .position(|h| h == "致贫返贫风险1")
        .expect("column");
    let key = header.iter().position(|h| h == "户编号").expect("column");
    let first = range.rows().nth(5).expect("row")[key].to_string();
    let mut bad = rust_xlsxwriter::Workbook::new();
    let sheet = bad.add_worksheet().set_name("监测对象信息").expect("name");
    for (line, row) in (0..).zip(range.rows()) {
        for (at, cell) in row.iter().enumerate() {
            let unknown = at == risk && row[key].to_string() == first;
            let value = if unknown {
                "因懒".to_owned()
            } else {
                cell.to_string()
            };
            let at = u16::try_from(at).expect("column");
            if !value.is_empty() {
                sheet.write_string(line, at, value).expect("cell");
            }
        }
    }
    let path = folder.path().join("risk.xlsx");
    bad.save(&path).expect("saved");
    let merged = import(&app, &clerk, &path, ConflictRule::TakeTheirs).await;
    assert_eq!(merged.counts.new_households, 7, "the eighth waits");
    let codes = [first];
    let rows = app.store.households_by_codes(&clerk.scope, &codes).await;
    assert!(rows.expect("read").is_empty());
}
