//! What happened to a household: risk, income and the words people used.

use domain::household::HouseholdFile;

/// A kind of trouble, as the script names it.
#[derive(Debug)]
pub(super) struct Profile {
    name: &'static str,
    /// Risks of the investigation form.
    pub risks: &'static [&'static str],
    pub risk_note: &'static str,
    /// Dimensions with a problem besides income and risk.
    pub dimension: Option<&'static str>,
    /// Area of difficulty (HN22-064).
    pub difficulty: &'static str,
    /// 人均纯收入 found in the home, from and to, in yuan.
    pub per_capita_yuan: (i64, i64),
    /// 合规自付支出, from and to, in yuan.
    pub out_of_pocket_yuan: (i64, i64),
    /// What was reported; one is taken.
    pub descriptions: &'static [&'static str],
    /// What the two verifiers found.
    pub finding: &'static str,
}

const ALL: &[Profile] = &[
    Profile {
        name: "illness",
        risks: &["illness"],
        risk_note: "",
        dimension: None,
        difficulty: "medical_care",
        per_capita_yuan: (4600, 6800),
        out_of_pocket_yuan: (16_000, 58_000),
        descriptions: &[
            "家中有人住院治疗，报销后自付费用较大，家里存款已经用完。",
            "户主长期服药，今年又做了手术，不能外出务工。",
            "配偶确诊大病，需定期到市里治疗，家庭收入明显减少。",
        ],
        finding: "家中有人患病，治疗和陪护影响务工，自付费用负担重。",
    },
    Profile {
        name: "sudden",
        risks: &["accident"],
        risk_note: "",
        dimension: None,
        difficulty: "medical_care",
        per_capita_yuan: (7600, 9600),
        out_of_pocket_yuan: (60_000, 120_000),
        descriptions: &[
            "家里主要劳动力发生意外受伤，医疗费用已花去多年积蓄。",
            "突发意外，赔偿没有到位，一家人靠借钱维持。",
        ],
        finding: "突发意外，刚性支出大，基本生活出现严重困难。",
    },
    Profile {
        name: "schooling",
        risks: &["schooling"],
        risk_note: "",
        dimension: None,
        difficulty: "schooling",
        per_capita_yuan: (5200, 6700),
        out_of_pocket_yuan: (0, 2000),
        descriptions: &[
            "两个孩子同时上学，学费和生活费压力大。",
            "孩子在外读书，家里只有一人务工，开学的费用还没有着落。",
        ],
        finding: "非义务教育阶段上学支出较大，助学政策还没有落实。",
    },
    Profile {
        name: "disability",
        risks: &["disability"],
        risk_note: "",
        dimension: None,
        difficulty: "employment",
        per_capita_yuan: (4300, 6500),
        out_of_pocket_yuan: (2000, 15_000),
        descriptions: &[
            "家中有残疾人需要照护，另一名劳动力不能出门务工。",
            "残疾人护理费用增加，家庭收入下降。",
        ],
        finding: "家中有残疾人，照护占用劳动力，收入来源单一。",
    },
    Profile {
        name: "accident",
        risks: &["accident"],
        risk_note: "",
        dimension: None,
        difficulty: "employment",
        per_capita_yuan: (4800, 6600),
        out_of_pocket_yuan: (12_000, 40_000),
        descriptions: &[
            "务工时摔伤，半年内不能干活，工资停发。",
            "骑车摔伤住院，家里失去主要收入。",
        ],
        finding: "主要劳动力意外受伤，务工中断。",
    },
    Profile {
        name: "disaster",
        risks: &["natural_disaster"],
        risk_note: "洪涝灾害：去年汛期淹没承包地",
        dimension: None,
        difficulty: "entrepreneurship",
        per_capita_yuan: (4400, 6200),
        out_of_pocket_yuan: (0, 1500),
        descriptions: &[
            "去年汛期承包地被淹，秋粮绝收，今年缺少投入。",
            "大棚被暴雨冲毁，贷款还没有还清。",
        ],
        finding: "受灾后生产没有恢复，经营收入大幅减少。",
    },
    Profile {
        name: "employment",
        risks: &["unstable_employment"],
        risk_note: "",
        dimension: None,
        difficulty: "employment",
        per_capita_yuan: (5000, 6800),
        out_of_pocket_yuan: (0, 2500),
        descriptions: &[
            "今年以来务工单位停工，三个月没有工资收入。",
            "外出务工人员返乡，一直没有找到活干。",
        ],
        finding: "务工不稳，近半年收入明显下降。",
    },
    Profile {
        name: "housing",
        risks: &["unsafe_housing"],
        risk_note: "",
        dimension: Some("three_guarantees"),
        difficulty: "medical_care",
        per_capita_yuan: (5400, 6800),
        out_of_pocket_yuan: (0, 3000),
        descriptions: &[
            "比对发现住房可能存在安全隐患，一面墙体开裂。",
            "雨季房顶漏水，住房等级需要重新鉴定。",
        ],
        finding: "住房墙体开裂，鉴定为局部危险，一时无力修缮。",
    },
    Profile {
        name: "water",
        risks: &["unsafe_drinking_water"],
        risk_note: "",
        dimension: Some("drinking_water_safety"),
        difficulty: "medical_care",
        per_capita_yuan: (5600, 6800),
        out_of_pocket_yuan: (0, 1500),
        descriptions: &[
            "住在村外沟边，自来水管损坏，吃水靠拉运。",
            "水压不足，隔几天才来一次水。",
        ],
        finding: "供水管道损坏，季节性缺水。",
    },
    Profile {
        name: "labour",
        risks: &["lack_of_labour"],
        risk_note: "",
        dimension: None,
        difficulty: "employment",
        per_capita_yuan: (4200, 6300),
        out_of_pocket_yuan: (1000, 8000),
        descriptions: &[
            "家里老人多、孩子小，只有一人能干活。",
            "主要劳动力去年去世，家中缺少劳动力。",
        ],
        finding: "家庭劳动力不足，抚养负担重。",
    },
    Profile {
        name: "failed",
        risks: &["failed_industry_project"],
        risk_note: "",
        dimension: None,
        difficulty: "entrepreneurship",
        per_capita_yuan: (5000, 6600),
        out_of_pocket_yuan: (0, 2000),
        descriptions: &[
            "养殖的羊发病死亡较多，投入没有收回。",
            "合作种植的药材价格下跌，亏损较大。",
        ],
        finding: "产业项目亏损，贷款到期有压力。",
    },
];

impl Profile {
    /// The profile of that name in the script.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|p| p.name == name)
    }

    /// Whether what the file says makes this trouble believable.
    pub(super) fn fits(&self, file: &HouseholdFile) -> bool {
        let sick = |condition: &str| {
            file.active_members()
                .any(|m| m.health.iter().any(|h| h == condition))
        };
        let able = || {
            file.active_members()
                .filter(|m| matches!(m.labour.as_str(), "ordinary" | "skilled"))
                .count()
        };
        match self.name {
            "illness" => sick("serious_illness") || sick("long_term_chronic_illness"),
            "disability" => sick("disabled"),
            "schooling" => file.active_members().any(|m| {
                ["bachelor", "higher", "general", "secondary"]
                    .iter()
                    .any(|s| m.school_stage.starts_with(s))
            }),
            "labour" => able() <= 1,
            _ => file.active_members().any(|m| m.employment.is_some()),
        }
    }
}
