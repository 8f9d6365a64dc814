use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn code(text: &str) -> DivisionCode {
    text.parse().unwrap()
}

#[test]
fn short_codes_are_filled_and_levels_read() {
    for (typed, full, level) in [
        ("41", "410000000000", Level::Province),
        ("4402", "440200000000", Level::City),
        ("440229", "440229000000", Level::County),
        ("４４０２２９１０１", "440229101000", Level::Township),
        (" 440229101200 ", "440229101200", Level::Village),
        ("000000000000", "000000000000", Level::Nation),
        ("441900", "441900000000", Level::City),
        ("441900003", "441900003000", Level::Township),
    ] {
        assert_eq!(
            (code(typed).to_string().as_str(), code(typed).level()),
            (full, level)
        );
    }
}

#[test]
fn no_code_is_guessed() {
    for typed in [
        "",
        "4",
        "44022",
        "44022910",
        "4402291012001",
        "44022A",
        "-4",
        "440229101２a",
    ] {
        assert_eq!(
            typed.parse::<DivisionCode>().unwrap_err().code(),
            "division_code.shape"
        );
    }
    for typed in ["410012000000", "440229000200", "000029000000"] {
        assert_eq!(
            typed.parse::<DivisionCode>().unwrap_err().code(),
            "division_code.gap"
        );
    }
}

#[test]
fn parents_pass_over_skipped_levels() {
    let chain =
        |text: &str| -> Vec<String> { code(text).ancestors().map(|c| c.prefix()).collect() };
    assert_eq!(
        chain("440229101200"),
        ["440229101", "440229", "4402", "44", ""]
    );
    assert_eq!(chain("419001001001"), ["419001001", "419001", "41", ""]);
    assert_eq!(chain("441900003001"), ["441900003", "4419", "44", ""]);
    assert_eq!(chain("110101001001"), ["110101001", "110101", "11", ""]);
    assert_eq!(chain("500229"), ["50", ""]);
    assert_eq!(DivisionCode::NATION.parent(), None);
    assert_eq!(
        code("440229101200").at_level(Level::County),
        Some(code("440229"))
    );
    assert_eq!(code("441900003001").at_level(Level::County), None);
    assert_eq!(code("419001001001").at_level(Level::City), None);
}

#[test]
fn containment_is_right_for_skipped_levels() {
    let inside = |outer: &str, inner: &str| code(outer).contains(code(inner));
    assert!(inside("441900", "441900003001"));
    assert!(inside("419001", "419001001001"));
    assert!(inside("41", "419001001001"));
    assert!(inside("440229", "440229"));
    assert!(!inside("440229101200", "440229101"));
    assert!(!inside("440229", "440230"));
    assert!(!inside("441900003", "441900004001"));
    assert!(DivisionCode::NATION.contains(code("419001")));
    assert_eq!(
        code("4402").text_range(),
        "440200000000".to_owned()..="440299999999".to_owned()
    );
    assert_eq!(DivisionCode::NATION.text_range().end(), "999999999999");
}

#[test]
fn kinds_follow_name_and_code() {
    use DivisionKind::*;
    for (text, name, kind) in [
        ("410171", "示例经济技术开发区", DevelopmentZone),
        ("440203", "示例区", District),
        ("440229", "示例县", County),
        ("440229001", "示例街道", Subdistrict),
        ("440229101", "示例镇", Town),
        ("410771360", "开发区示例乡", RuralTownship),
        ("150725201", "示例苏木", RuralTownship),
        ("130113500", "示例农场", StateFarm),
        ("410971400", "示例工业园区", DevelopmentZone),
        ("440229101001", "示例社区居委会", Community),
        ("440229101200", "示例村民委员会", AdministrativeVillage),
        ("440229101201", "示例社区", AdministrativeVillage),
        ("440229101002", "示例村居民委员会", Community),
        ("130113500501", "示例农场第四管理区", StateFarm),
        ("130113500401", "示例开发区虚拟社区", DevelopmentZone),
    ] {
        assert_eq!(DivisionKind::judge(code(text), name), kind, "{name}");
    }
}

#[test]
fn short_names_read_well() {
    for (name, short) in [
        ("示例村村民委员会", "示例村"),
        ("示例村委会", "示例村"),
        ("示例社区居委会", "示例社区"),
        ("示例居民委员会", "示例社区"),
        ("示例嘎查村委会", "示例嘎查"),
        ("村委会", "村委会"),
        ("示例镇", "示例镇"),
    ] {
        assert_eq!(short_name(name), short);
    }
}

#[test]
fn a_table_is_read_and_its_faults_named() {
    let records = parse_division_csv("code,name\n41,示例省\n419001000000,示例市\n").unwrap();
    assert_eq!(records[1].parent, Some(records[0].code));
    assert_eq!(records[1].kind, DivisionKind::County);
    assert_eq!(
        parse_division_csv("code,name\n42,乙\n41,甲\n")
            .unwrap_err()
            .line,
        3
    );
    assert_eq!(parse_division_csv("code,name\n42\n").unwrap_err().line, 2);
    assert!(
        parse_division_csv("4x,甲\n")
            .unwrap_err()
            .reason
            .contains("行政区划代码")
    );
}

#[test]
fn validity_includes_both_ends() {
    let mut record = DivisionRecord::new(code("440229"), "示例县");
    assert!(record.is_valid_on(date(1990, 1, 1)));
    record.valid_to = Some(date(2023, 6, 30));
    assert!(record.is_valid_on(date(2023, 6, 30)) && !record.is_valid_on(date(2023, 7, 1)));
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(json["code"], "440229000000");
    assert_eq!(
        serde_json::from_value::<DivisionRecord>(json).unwrap(),
        record
    );
}

/// Codes of every shape, skipped levels included.
fn any_code() -> impl Strategy<Value = DivisionCode> {
    let city = prop_oneof![1u64..30, Just(90)];
    (11u64..66, city, 0u64..80, 1u64..600, 1u64..600, 0usize..6).prop_map(
        |(province, city, county, township, village, depth)| {
            let text = format!("{province:02}{city:02}{county:02}{township:03}{village:03}");
            let level = [
                Level::Nation,
                Level::Province,
                Level::City,
                Level::County,
                Level::Township,
                Level::Village,
            ][depth];
            format!("{:0<12}", &text[..level.digits()]).parse().unwrap()
        },
    )
}

proptest! {
    #[test]
    fn every_ancestor_contains(inner in any_code()) {
        for outer in inner.ancestors() {
            prop_assert!(outer.contains(inner) && !inner.contains(outer));
            prop_assert!(outer.level() < inner.level());
            prop_assert!(!outer.is_grouping());
        }
        prop_assert!(inner.contains(inner));
    }

    #[test]
    fn prefix_range_and_contains_agree(outer in any_code(), inner in any_code()) {
        let contains = outer.contains(inner);
        prop_assert_eq!(contains, inner.to_string().starts_with(&outer.prefix()));
        prop_assert_eq!(contains, outer.text_range().contains(&inner.to_string()));
        if !outer.is_grouping() {
            let listed = outer == inner || inner.ancestors().any(|code| code == outer);
            prop_assert_eq!(contains, listed);
        }
    }

    #[test]
    fn text_form_is_stable(code in any_code()) {
        let text = code.to_string();
        prop_assert_eq!(text.parse::<DivisionCode>().unwrap(), code);
        prop_assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{text}\""));
    }
}
