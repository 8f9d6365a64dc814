//! Notices and announcements from households with numbers, illnesses and
//! minors planted in every field they come from: none of it is printed.

use app::PolicyFiles;
use app::paper::{Template, line_of, print_page, protection_of};
use domain::household::{
    AssuranceRecord, Employment, HouseholdFile, IncomeItem, IncomeStatement, Member,
};
use domain::paper::{
    Announcement, Filled, Layout, NeverPublic, Paper as _, PaperKind, PublicNotice, PublicPlace,
    PublicText, SubstituteLine,
};
use jiff::civil::{Date, date};

use crate::paper::{parts, text_of};

const PAPERS: usize = 10_000;
const TODAY: Date = date(2022, 5, 4);

/// Deterministic numbers, so that a failure can be seen again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }

    fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }

    /// An invented identity number with its check digit.
    fn identity(&mut self, birth: Date) -> String {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let body = format!(
            "98{}{}{}",
            self.digits(4),
            birth.strftime("%Y%m%d"),
            self.digits(3)
        );
        let sum: u32 = body
            .chars()
            .zip(WEIGHTS)
            .map(|(c, w)| c.to_digit(10).expect("a digit") * w)
            .sum();
        format!("{body}{}", b"10X98765432"[sum as usize % 11] as char)
    }

    fn name(&mut self) -> String {
        let given = [
            "安", "宁", "平", "和", "顺", "达", "昌", "盛", "泰", "康", "裕", "丰", "瑞", "祥",
        ];
        let family = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "欧阳", "买"];
        format!(
            "{}{}{}",
            self.one(&family),
            self.one(&given),
            self.one(&given)
        )
    }
}

const ILLNESSES: [&str; 8] = [
    "肺癌",
    "尿毒症",
    "白血病",
    "精神残疾",
    "脑梗偏瘫",
    "艾滋病",
    "慢性肾衰竭透析",
    "抑郁症",
];

/// A household whose every free text holds every secret.
struct Planted {
    file: HouseholdFile,
    head_name: String,
    secrets: Vec<String>,
}

fn planted(dice: &mut Dice, serial: usize) -> Planted {
    let mut secrets = Vec::new();
    let illness = dice.one(&ILLNESSES);
    secrets.push(illness.to_owned());
    let phone = format!("199{}", dice.digits(8));
    let card = format!("6222{}", dice.digits(15));
    secrets.extend([phone.clone(), card.clone()]);
    let mut members = Vec::new();
    let minor_head = dice.below(12) == 0;
    for index in 0..=dice.below(4) + 1 {
        let minor = if index == 0 {
            minor_head
        } else {
            dice.below(2) == 0
        };
        let year = if minor {
            2006 + dice.below(15)
        } else {
            1940 + dice.below(60)
        };
        let birth = date(
            year as i16,
            dice.below(12) as i8 + 1,
            dice.below(28) as i8 + 1,
        );
        let number = dice.identity(birth);
        // A child's name is its own: printed nowhere, it can be searched for.
        let name = if minor {
            format!(
                "童{}{}",
                ["甲", "乙", "丙", "丁", "戊", "己"][index as usize % 6],
                serial_word(serial)
            )
        } else {
            dice.name()
        };
        if minor {
            secrets.push(name.clone());
        }
        secrets.extend([
            number.clone(),
            birth.strftime("%Y%m%d").to_string(),
            birth.to_string(),
            format!("{}年{}月{}日", birth.year(), birth.month(), birth.day()),
        ]);
        members.push((name, number, birth));
    }
    let everything = format!("{illness} {phone} {card} {}", members[0].1);
    let text = || everything.clone();
    let member = |(index, (name, number, birth)): (usize, (String, String, Date))| Member {
        id: format!("m{index}"),
        name,
        document_type: "resident_identity_card".into(),
        document_number: number,
        sex: "male".into(),
        birth_on: Some(birth),
        relation: if index == 0 { "head" } else { "other" }.into(),
        ethnicity: text(),
        political_status: text(),
        education: text(),
        school_stage: text(),
        health: vec![text(), "serious_illness".into(), "disabled".into()],
        labour: text(),
        phone: phone.clone(),
        medical_insurance: text(),
        pension_insurance: text(),
        subsistence_allowance: text(),
        subsistence_allowance_since: None,
        extreme_hardship_support: text(),
        disability_card: text(),
        registered: true,
        lives_here: true,
        shares_income: true,
        status: domain::household::MemberStatus::Active,
        status_since: None,
        employment: Some(Employment {
            place: text(),
            employer: text(),
            months: Some(3),
            monthly_wage_fen: Some(300_000),
        }),
    };
    let members: Vec<Member> = members.into_iter().enumerate().map(member).collect();
    let head_name = members[0].name.clone();
    let file = HouseholdFile {
        code: Some(format!("{}{}", members[0].document_number, dice.digits(4))),
        village: "980101101201".parse().expect("a code"),
        grid_id: Some(text()),
        address: text(),
        phone: phone.clone(),
        household_type: text(),
        lifted_year: None,
        members,
        income: vec![IncomeStatement {
            period_from: date(2021, 1, 1),
            period_to: date(2021, 12, 31),
            items: vec![IncomeItem {
                source: text(),
                amount_fen: 1,
                note: text(),
            }],
            claims_fen: 0,
            out_of_pocket_fen: 9_876_543,
            counted_persons: 1,
        }],
        assurances: vec![AssuranceRecord {
            recorded_on: date(2022, 1, 1),
            housing_problem: true,
            schooling_problem: true,
            water_problem: false,
            insurance_problem: true,
            note: text(),
        }],
        tags: vec![text()],
        resettlement_area: text(),
        merged_into: None,
        split_off: Vec::new(),
        moved_out_to: None,
    };
    Planted {
        file,
        head_name,
        secrets,
    }
}

/// A number as four rare characters, so that it looks like part of a name.
fn serial_word(serial: usize) -> String {
    const SIGNS: [char; 10] = ['璟', '玥', '琰', '珂', '珺', '琛', '瑾', '璇', '琬', '瑜'];
    format!("{serial:05}")
        .chars()
        .map(|c| SIGNS[c.to_digit(10).expect("a digit") as usize])
        .collect()
}

/// A paper of one to four households; `None` when it is refused, as it must be.
fn paper(
    dice: &mut Dice,
    kind: PaperKind,
    never: &NeverPublic,
    serial: usize,
) -> (Option<Filled>, Vec<String>) {
    let (mut lines, mut secrets, mut fit) = (Vec::new(), Vec::new(), true);
    for position in 1..=dice.below(4) as usize + 1 {
        let planted = planted(dice, serial * 5 + position);
        secrets.extend(planted.secrets.clone());
        let mut name = planted.head_name.clone();
        // Some clerks wrote what they knew into the name.
        if dice.below(40) == 0 {
            let secret = dice.below(planted.secrets.len() as u64) as usize;
            name = format!("{name}{}", planted.secrets[secret]);
        }
        let approved = match dice.below(3) {
            0 => None,
            1 => Some(SubstituteLine::Guardian { name: dice.name() }),
            _ => Some(SubstituteLine::CodeTail {
                tail: dice.digits(4),
            }),
        };
        let asked = dice.below(30) == 0;
        let minor = !planted.file.members[0].is_adult_on(TODAY);
        let approved = approved.filter(|_| minor || asked);
        let named = approved.is_none();
        let protection = protection_of(&planted.file, approved, asked, TODAY);
        let category = match dice.below(10) {
            0 => "因病返贫户",
            1 => "残疾人家庭199000012345",
            _ => "边缘易致贫户",
        };
        match line_of(
            &format!("第 {position} 户"),
            &planted.file,
            &name,
            &protection,
            category,
            never,
            TODAY,
        ) {
            Ok(line) => {
                assert!(
                    !named || (!minor && !asked),
                    "an unapproved name was printed"
                );
                lines.push(line);
            }
            Err(unfit) => {
                assert!(!planted.secrets.iter().any(|s| unfit.0.contains(s.as_str())));
                fit = false;
            }
        }
    }
    if !fit {
        return (None, secrets);
    }
    let place = PublicPlace::new("样例县", "样例镇", "样例村", never).expect("a place");
    let filled = if kind == PaperKind::PublicNotice {
        PublicNotice {
            place,
            issued_by: PublicText::name("样例村村民委员会", "张贴单位", never).expect("fit"),
            after: Vec::new(),
            posted_on: TODAY,
            stands_until: date(2022, 5, 9),
            days_required: 5,
            lines,
        }
        .filled()
    } else {
        let number = match dice.below(20) {
            0 => PublicText::document_number(&secrets[0], never),
            1 => PublicText::document_number(&secrets[1], never),
            _ => PublicText::document_number("样防〔2022〕15号", never),
        };
        let Ok(document_number) = number else {
            return (None, secrets);
        };
        Announcement {
            place,
            issued_by: PublicText::name("样例镇人民政府", "单位", never).expect("a name"),
            document_number,
            approved_on: TODAY,
            announced_on: TODAY,
            lines,
        }
        .filled()
    };
    (Some(filled), secrets)
}

/// Letters and digits only: a number broken by spaces is still that number.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn ten_thousand_public_papers_tell_nothing() {
    let files = PolicyFiles::load(None).expect("policy folder");
    let never = NeverPublic::parse(files.text("papers/never_public.txt").expect("words"));
    let (mut written, mut refused, mut searched) = (0usize, 0usize, 0usize);
    for (kind, seed) in [
        (PaperKind::PublicNotice, 0x5EED_0001),
        (PaperKind::Announcement, 0x5EED_0002),
    ] {
        let name = kind.as_str();
        let bytes = files
            .bytes(&format!("papers/{name}.docx"))
            .expect("a template");
        let template = Template::open(kind, bytes).expect("a template");
        let layout = files
            .text(&format!("papers/{name}.layout.txt"))
            .expect("a layout");
        let layout = Layout::parse(layout).expect("a layout");
        let mut dice = Dice(seed);
        let mut own = 0;
        for serial in 0.. {
            if own == PAPERS / 2 {
                break;
            }
            let (data, secrets) = paper(&mut dice, kind, &never, serial);
            let Some(data) = data else {
                refused += 1;
                continue;
            };
            own += 1;
            let document = template.fill(&data).expect("filled");
            let page = print_page(&layout, &data);
            let mut places = vec![page.clone(), bare(&text_of(&page))];
            for (part, content) in parts(&document) {
                assert!(
                    !part.starts_with("docProps") && !part.contains("custom"),
                    "{part}"
                );
                assert!(
                    !content.contains("rsid") && !content.contains("author"),
                    "{part}"
                );
                if part == "word/document.xml" {
                    let text = bare(&text_of(&content));
                    for word in never.words() {
                        assert!(
                            !text.contains(word.as_str()),
                            "{kind:?} {serial} tells {word}"
                        );
                    }
                    places.push(text);
                }
                places.push(part);
                places.push(content);
            }
            for secret in &secrets {
                for place in &places {
                    searched += 1;
                    assert!(
                        !place.contains(secret.as_str()),
                        "{kind:?} {serial} holds a planted secret"
                    );
                }
            }
        }
        written += own;
    }
    println!(
        "papers written: {written}, rightly refused: {refused}, searches for a planted secret: {searched}, found: 0"
    );
    assert_eq!(written, PAPERS);
    assert!(refused > 1_000, "{refused} refused");
}
