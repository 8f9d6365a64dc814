//! The pure part on small tables; whole files are read in `app`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;

use super::*;
use crate::code_list::CodeLists;
use crate::identity_number::{IdentityNumber, IssuingPrefixes};

const RULES: CellRules = CellRules {
    today: date(2022, 5, 16),
    prefixes: IssuingPrefixes::Demo,
};

fn codes() -> CodeLists {
    let mut lists: Vec<(String, String)> = vec![(
        "monitored_category".into(),
        "# title: 监测对象类别\ncode,label,aliases,note\nlifted_unstable,脱贫不稳定户,,\nmarginal_at_risk,边缘易致贫户,,\n".into(),
    )];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy/codes");
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "csv") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            lists.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    CodeLists::parse(lists.iter().map(|(n, t)| (n.as_str(), t.as_str()))).unwrap()
}

const LAYOUT: &str = include_str!("../../../../policy/layouts/national-2022.toml");

fn layout(codes: &CodeLists) -> Layout {
    let names: BTreeSet<String> = codes.iter().map(|(n, _)| n.to_owned()).collect();
    Layout::parse(LAYOUT, &names).unwrap()
}

fn text(words: &str) -> RawCell<'static> {
    RawCell::Text(words.to_owned().into())
}

#[test]
fn cells_are_read_as_they_are_meant() {
    let codes = codes();
    let layout = layout(&codes);
    let read = |field: &str, raw: RawCell| {
        let column = layout.column(field).unwrap();
        let list = column.list.as_deref().and_then(|l| codes.get(l));
        check_cell(column, list, &raw, RULES).map_err(|f| f.kind.code())
    };
    let table = [
        (
            "identification.identified_in",
            text("2022年3月"),
            Ok("2022-03"),
        ),
        (
            "identification.identified_in",
            RawCell::Number(202_203.0),
            Ok("2022-03"),
        ),
        (
            "identification.identified_in",
            RawCell::Date(44_621.0),
            Ok("2022-03"),
        ),
        (
            "identification.identified_in",
            RawCell::Number(3.0),
            Err("date_serial_absurd"),
        ),
        (
            "identification.identified_in",
            text("202213"),
            Err("year_month_malformed"),
        ),
        (
            "member.born_on",
            RawCell::Number(29_000.0),
            Ok("1979-05-25"),
        ),
        ("member.born_on", text("1990-02-30"), Err("date_malformed")),
        (
            "member.work_months",
            RawCell::Number(6.5),
            Err("number_not_whole"),
        ),
        ("member.work_months", text("１１"), Ok("11")),
        (
            "household.phone",
            RawCell::Number(19_932_800_447.0),
            Ok("19932800447"),
        ),
        (
            "household.phone",
            text("12900001234"),
            Err("phone_malformed"),
        ),
        (
            "identification.wage_income_yuan",
            text("1,234.50"),
            Ok("1234.5"),
        ),
        (
            "identification.wage_income_yuan",
            text("inf"),
            Err("number_malformed"),
        ),
        (
            "identification.wage_income_yuan",
            RawCell::Number(-1.0),
            Err("amount_negative"),
        ),
        (
            "member.name",
            text("阿依古丽・买买提 "),
            Ok("阿依古丽·买买提"),
        ),
        (
            "member.name",
            text("李\u{200B}秀英"),
            Err("name_invalid_characters"),
        ),
        (
            "member.health_condition",
            text("患有大病，长期慢性病"),
            Ok("long_term_chronic_illness,serious_illness"),
        ),
        (
            "member.relation_to_head",
            text("邻居"),
            Err("label_unknown"),
        ),
        ("household.address", text("一号\n二楼"), Ok("一号 二楼")),
        (
            "division.code",
            RawCell::Number(410_327_102_211.0),
            Ok("410327102211"),
        ),
        (
            "member.identity_number",
            RawCell::Number(9.8e17),
            Err("identity_stored_as_number"),
        ),
        (
            "member.identity_number",
            text("9.80328E+17"),
            Err("identity_stored_as_number"),
        ),
    ];
    for (field, raw, want) in table {
        let got = read(field, raw.clone());
        assert_eq!(got.as_deref(), want.as_ref().map(|w| *w), "{field} {raw:?}");
    }
}

#[test]
fn layout_refuses_what_it_does_not_know() {
    let codes = codes();
    let names: BTreeSet<String> = codes.iter().map(|(n, _)| n.to_owned()).collect();
    let broken = [
        LAYOUT.replace("field = \"household.address\"", "field = \"house.address\""),
        LAYOUT.replace(
            "field = \"household.address\"",
            "field = \"household.phone\"",
        ),
        LAYOUT.replace("list = \"sex\"", "list = \"gender\""),
        LAYOUT.replace("type = \"phone\"", "type = \"telephone\""),
        LAYOUT.replace("header = \"家庭住址\"", "header = \"联系电话\""),
    ];
    for text in broken {
        assert!(Layout::parse(&text, &names).is_err());
    }
}

#[test]
fn header_is_found_shifted_and_merged() {
    let codes = codes();
    let layout = layout(&codes);
    let headers: Vec<(u32, String)> = layout.sheets[2]
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| (u32::try_from(i).unwrap(), c.header.clone()))
        .collect();
    let rows = vec![(1, vec![(0, "户信息".to_owned())]), (6, headers.clone())];
    assert_eq!(recognise_sheet(&layout, "Sheet1", &rows), Some(2));
    let (reading, findings) = read_header(&layout, 2, "户信息", &rows, &[]);
    assert_eq!(reading.unwrap().header_row, 6);
    assert_eq!(
        findings.iter().map(|f| f.kind).collect::<Vec<_>>(),
        [FindingKind::HeaderRowShifted]
    );

    let (above, below): (Vec<_>, Vec<_>) = headers.into_iter().partition(|(i, _)| *i < 7);
    let rows = vec![(2, above), (3, below)];
    let (reading, findings) = read_header(&layout, 2, "户信息", &rows, &[]);
    assert_eq!(
        findings
            .iter()
            .map(|f| (f.kind, f.value.as_str()))
            .collect::<Vec<_>>(),
        [(FindingKind::HeaderMerged, "2-3")]
    );
    assert!(reading.unwrap().usable);
}

fn member(name: &str, relation: &str, sequence: u16) -> FormMember {
    let number = IdentityNumber::invent(327, date(1980, 1, 2), sequence).unwrap();
    let values = [
        ("member.name", name),
        ("member.relation_to_head", relation),
        ("member.sex", "male"),
        ("member.identity_number", number.reveal()),
    ];
    FormMember {
        values: values
            .iter()
            .map(|(f, v)| ((*f).to_owned(), (*v).to_owned()))
            .collect(),
        ..FormMember::default()
    }
}

fn form() -> Form {
    let values = [
        ("household.household_type", "ordinary_household"),
        ("household.address", "张庄村7号"),
        ("household.arable_land_mu", "3.6"),
        ("household.wage_income_yuan", "20000"),
        ("household.migrant_work_income_yuan", "15000"),
        ("household.operating_expenditure_yuan", "500.5"),
        ("household.unsafe_housing", "no"),
        ("identification.monitored_category", "marginal_at_risk"),
        ("identification.identified_in", "2022-03"),
        ("identification.risk_1", "illness"),
        ("clearance.cleared", "no"),
        ("identification.wage_income_yuan", "9000"),
    ];
    Form {
        code: "980328000001".into(),
        village: "410327102211".into(),
        values: values
            .iter()
            .map(|(f, v)| ((*f).to_owned(), (*v).to_owned()))
            .collect(),
        members: vec![member("麦守田", "head", 11), member("麦青禾", "son", 13)],
        ..Form::default()
    }
}

fn taken_over(form: &Form, today: jiff::civil::Date) -> (crate::household::HouseholdFile, Form) {
    let mut next = 0;
    let mut new_id = || {
        next += 1;
        format!("member-{next}")
    };
    let file = apply_to_file(None, form, today, &mut new_id).unwrap();
    let ours = form_of(&Register {
        file: &file,
        episode: episode_of(form),
        office: Some(form),
    });
    (file, ours)
}

#[test]
fn a_form_taken_over_differs_in_nothing() {
    let theirs = form();
    let (file, ours) = taken_over(&theirs, RULES.today);
    assert_eq!(differences(&ours, &theirs), []);
    let statement = file.latest_income().unwrap();
    assert_eq!(statement.net_income_fen(), 2_000_000 - 50_050);
    assert_eq!(
        (statement.period_from, statement.period_to),
        (date(2021, 5, 1), date(2022, 4, 30))
    );
    assert_eq!(file.income.len(), 2, "at identification, and now");
    // A month later the same file still changes nothing.
    let settled = settle(&ours, &theirs, ConflictRule::TakeTheirs);
    let later = apply_to_file(Some(&file), &settled, date(2022, 6, 20), &mut String::new).unwrap();
    assert_eq!(later, file);
}

#[test]
fn a_period_has_one_statement_and_back_then_replaces_nothing() {
    let mut theirs = form();
    theirs
        .values
        .retain(|field, _| !field.starts_with("household.") || field == "household.address");
    // Identified in March: the period of a statement entered by hand.
    let (mut file, _) = taken_over(&theirs, RULES.today);
    assert_eq!(file.income.len(), 1);
    file.income[0].items[0].note = String::new();
    file.income[0].items[0].amount_fen = 1_200_000;
    let again = |file: &crate::household::HouseholdFile, form: &Form, today| {
        apply_to_file(Some(file), form, today, &mut String::new).unwrap()
    };
    assert_eq!(again(&file, &theirs, RULES.today), file);
    // What the file says of now, for the same twelve months, replaces it.
    let values = &mut theirs.values;
    values.insert("household.wage_income_yuan".into(), "20000".into());
    let now = again(&file, &theirs, date(2022, 3, 20));
    let amounts: Vec<i64> = now.income.iter().map(|s| s.net_income_fen()).collect();
    assert_eq!(amounts, [2_000_000]);
    assert_eq!(again(&now, &theirs, date(2022, 3, 21)), now);
}

#[test]
fn conflicts_are_settled_by_the_rule_and_nobody_is_removed() {
    let (file, ours) = taken_over(&form(), RULES.today);
    let mut theirs = form();
    theirs
        .values
        .insert("household.address".into(), "张庄村8号".into());
    theirs
        .values
        .insert("household.phone".into(), "19900001111".into());
    theirs.values.remove("household.arable_land_mu");
    theirs.members.remove(1);
    theirs.members.push(member("麦向阳", "son", 15));
    let fields: Vec<String> = differences(&ours, &theirs)
        .into_iter()
        .map(|d| d.field)
        .collect();
    assert_eq!(fields, ["household.address", "household.phone", "member"]);
    for (rule, address) in [
        (ConflictRule::KeepOurs, "张庄村7号"),
        (ConflictRule::TakeTheirs, "张庄村8号"),
    ] {
        let settled = settle(&ours, &theirs, rule);
        let merged =
            apply_to_file(Some(&file), &settled, RULES.today, &mut || "new".into()).unwrap();
        assert_eq!(
            (merged.address.as_str(), merged.phone.as_str()),
            (address, "19900001111")
        );
        assert_eq!(
            merged
                .members
                .iter()
                .map(|m| m.name.as_str())
                .collect::<Vec<_>>(),
            ["麦守田", "麦青禾", "麦向阳"]
        );
        assert_eq!(
            settled.get("household.arable_land_mu"),
            "3.6",
            "a blank cell erases nothing"
        );
    }
}

#[test]
fn one_person_in_two_households_stops_both() {
    let place = |sheet: &str, row: u32, household: Option<&str>, name: &str| PersonPlace {
        sheet: sheet.into(),
        row,
        column: 3,
        header: "证件号码".into(),
        value: "x".into(),
        name: name.into(),
        household: household.map(str::to_owned),
        employment: BTreeMap::from([("employment.place".to_owned(), "郑州市".to_owned())]),
        name_place: None,
    };
    let both = link_persons(
        "n",
        vec![
            place("户信息", 4, Some("1"), "麦青禾"),
            place("户信息", 9, Some("2"), "麦青禾"),
        ],
    );
    assert_eq!(both.disputed, ["1", "2"]);
    assert_eq!(
        both.findings.iter().map(|f| f.row).collect::<Vec<_>>(),
        [4, 9]
    );
    let unknown = link_persons("n", vec![place("已外出务工", 7, None, "麦青禾")]);
    assert_eq!(
        unknown.findings[0].kind,
        FindingKind::EmploymentPersonUnknown
    );
    let linked = link_persons(
        "n",
        vec![
            place("户信息", 4, Some("1"), "麦青禾"),
            place("已外出务工", 7, None, "麦青"),
        ],
    );
    assert_eq!(
        (linked.employment.len(), linked.findings[0].kind),
        (1, FindingKind::EmploymentNameMismatch)
    );
}

#[test]
fn columns_have_letters() {
    assert_eq!(
        [0, 25, 26, 701, 702, 16_383].map(column_letter),
        ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    );
}
