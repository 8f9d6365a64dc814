use super::*;

const FILES: &[(&str, &str)] = &[
    (
        "clearance_way",
        include_str!("../../../policy/codes/clearance_way.csv"),
    ),
    (
        "document_type",
        include_str!("../../../policy/codes/document_type.csv"),
    ),
    (
        "education",
        include_str!("../../../policy/codes/education.csv"),
    ),
    (
        "employment_channel",
        include_str!("../../../policy/codes/employment_channel.csv"),
    ),
    (
        "ethnicity",
        include_str!("../../../policy/codes/ethnicity.csv"),
    ),
    (
        "extreme_hardship_support",
        include_str!("../../../policy/codes/extreme_hardship_support.csv"),
    ),
    (
        "health_condition",
        include_str!("../../../policy/codes/health_condition.csv"),
    ),
    (
        "household_type",
        include_str!("../../../policy/codes/household_type.csv"),
    ),
    (
        "housing_grade",
        include_str!("../../../policy/codes/housing_grade.csv"),
    ),
    (
        "income_source",
        include_str!("../../../policy/codes/income_source.csv"),
    ),
    (
        "labour_capacity",
        include_str!("../../../policy/codes/labour_capacity.csv"),
    ),
    (
        "measure_category",
        include_str!("../../../policy/codes/measure_category.csv"),
    ),
    (
        "medical_insurance",
        include_str!("../../../policy/codes/medical_insurance.csv"),
    ),
    (
        "natural_disaster_kind",
        include_str!("../../../policy/codes/natural_disaster_kind.csv"),
    ),
    (
        "pension_insurance",
        include_str!("../../../policy/codes/pension_insurance.csv"),
    ),
    (
        "political_status",
        include_str!("../../../policy/codes/political_status.csv"),
    ),
    (
        "relation_to_head",
        include_str!("../../../policy/codes/relation_to_head.csv"),
    ),
    (
        "risk_type",
        include_str!("../../../policy/codes/risk_type.csv"),
    ),
    (
        "school_absence_reason",
        include_str!("../../../policy/codes/school_absence_reason.csv"),
    ),
    (
        "school_stage",
        include_str!("../../../policy/codes/school_stage.csv"),
    ),
    ("sex", include_str!("../../../policy/codes/sex.csv")),
    (
        "subsistence_allowance",
        include_str!("../../../policy/codes/subsistence_allowance.csv"),
    ),
];

fn national() -> CodeLists {
    CodeLists::parse(FILES.iter().copied()).unwrap()
}

#[test]
fn every_national_list_is_read_and_complete() {
    let lists = national();
    assert_eq!(lists.iter().count(), FILES.len());
    let count = |name: &str| lists.get(name).unwrap().entries().len();
    assert_eq!(count("relation_to_head"), 28);
    assert_eq!(count("ethnicity"), 56 + 2);
    assert_eq!(count("risk_type"), 11);
    assert_eq!(count("natural_disaster_kind"), 7);
    assert_eq!(count("measure_category"), 14);
    assert_eq!(count("school_stage"), 25);
    assert_eq!(count("income_source"), 3 + 4 + 5 + 15 + 4 + 2);
    let developmental = lists.get("measure_category").unwrap().entries();
    assert_eq!(
        developmental
            .iter()
            .filter(|entry| entry.note == "developmental")
            .count(),
        4
    );
    for (name, list) in lists.iter() {
        for entry in list.entries() {
            assert_eq!(list.lookup(&entry.label), Ok(entry), "{name}");
            assert_eq!(list.get(&entry.code), Some(entry), "{name}");
        }
    }
}

#[test]
fn labels_are_the_national_ones() {
    let lists = national();
    let labels = |name: &str| -> Vec<String> {
        lists
            .get(name)
            .unwrap()
            .entries()
            .iter()
            .map(|entry| entry.label.clone())
            .collect()
    };
    assert_eq!(
        labels("risk_type").join(" "),
        "因病 因学 因残 因自然灾害 因意外事故 因产业项目失败 因务工就业不稳 缺劳动力 因安全住房 因安全饮水 其他"
    );
    assert_eq!(
        labels("health_condition").join(" "),
        "健康 长期慢性病 患有大病 残疾"
    );
    assert_eq!(
        lists.label("clearance_way", "natural_clearance"),
        Some("自然消除")
    );
    assert_eq!(lists.label("clearance_way", "unknown"), None);
}

#[test]
fn income_rows_say_how_they_count() {
    let lists = national();
    for entry in lists.get("income_source").unwrap().entries() {
        assert!(
            entry
                .code
                .starts_with(&format!("{}.", entry.attribute("group").unwrap()))
        );
        assert!(["income", "expense"].contains(&entry.attribute("kind").unwrap()));
        assert!(["true", "false"].contains(&entry.attribute("counts_as_net_income").unwrap()));
    }
}

#[test]
fn writing_habits_are_understood() {
    let lists = national();
    let code = |list: &str, typed: &str| {
        lists
            .get(list)
            .unwrap()
            .lookup(typed)
            .map(|e| e.code.clone())
    };
    assert_eq!(code("relation_to_head", " 长 子 ").unwrap(), "son");
    assert_eq!(code("housing_grade", "Ｄ级").unwrap(), "grade_d");
    assert_eq!(
        code("labour_capacity", "弱（半）劳动力").unwrap(),
        "weak_or_semi"
    );
    assert_eq!(code("ethnicity", "汉").unwrap(), "han");
    assert_eq!(
        code("income_source", "wage.migrant_work").unwrap(),
        "wage.migrant_work"
    );
    let health = lists
        .get("health_condition")
        .unwrap()
        .lookup_many("长期慢性病、残疾，残疾;")
        .unwrap();
    assert_eq!(
        health.iter().map(|e| e.code.as_str()).collect::<Vec<_>>(),
        ["long_term_chronic_illness", "disabled"]
    );
}

#[test]
fn the_unknown_is_refused_with_the_nearest_label() {
    let lists = national();
    let error = lists
        .get("relation_to_head")
        .unwrap()
        .lookup("之外孙字")
        .unwrap_err();
    assert_eq!(error.nearest.as_deref(), Some("之外孙子"));
    assert_eq!(
        error.to_string(),
        "“之外孙字”不在“与户主关系”的选项中，是否应为“之外孙子”？"
    );
    let error = lists
        .get("relation_to_head")
        .unwrap()
        .lookup("村里的熟人")
        .unwrap_err();
    assert_eq!(error.nearest, None);
    assert!(error.to_string().ends_with("请从列表中选择"));
    assert!(
        lists
            .get("health_condition")
            .unwrap()
            .lookup_many("健康、好")
            .is_err()
    );
}

#[test]
fn a_faulty_list_is_refused_with_its_line() {
    let fail = |text: &str| CodeList::parse("test", text).unwrap_err();
    assert_eq!(fail("code,label\na,甲\n").line, 1);
    assert_eq!(fail("# title: 甲\nlabel,code\n").line, 2);
    assert_eq!(fail("# title: 甲\ncode,label\na,甲\nb,甲\n").line, 4);
    assert!(
        fail("# title: 甲\ncode,label\na,甲\na,乙\n")
            .reason
            .contains("两次")
    );
    assert!(
        fail("# title: 甲\ncode,label\n甲,甲\n")
            .reason
            .contains("小写")
    );
    assert!(
        fail("# title: 甲\ncode,label,aliases\na,甲,丙\nb,乙,丙\n")
            .reason
            .contains("两个选项")
    );
    assert_eq!(fail("# title: 甲\ncode,label\na\n").line, 3);
    assert!(fail("# title: 甲\ncode,label\na,\n").reason.contains("空"));
}
