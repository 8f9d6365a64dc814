//! Invented families: who lives together, with names, numbers and schooling
//! that fit one another.

use std::collections::HashSet;

use domain::household::{Employment, Member, MemberStatus};
use domain::identity_number::IdentityNumber;
use jiff::civil::Date;

use super::random::Random;

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const MALE: &str = "伟强磊军洋勇杰涛明超刚平辉健鹏飞波斌宇浩凯华建国志文武德福贵庆林山海峰成龙根柱栓宝新春生安顺来喜长有全民";
const FEMALE: &str =
    "芳娜敏静丽艳娟霞秀英玲桂兰梅红玉凤琴云莲素花彩翠萍莉荣爱春香巧珍菊雪婷慧淑娥改枝焕青瑞雅琳";
/// Names of the young come as fashionable pairs.
const BOYS: [&str; 24] = [
    "浩宇", "子轩", "宇泽", "博文", "梓豪", "俊杰", "一诺", "嘉辰", "天佑", "奕辰", "思远", "家乐",
    "子墨", "明轩", "睿哲", "嘉豪", "文博", "志远", "浩然", "子航", "宇航", "梓睿", "鹏程", "佳明",
];
const GIRLS: [&str; 24] = [
    "欣怡", "梓涵", "诗雨", "可馨", "佳琪", "思彤", "雨桐", "梦瑶", "依诺", "语嫣", "若曦", "心妍",
    "雨欣", "佳怡", "紫萱", "诗涵", "静怡", "梦洁", "子萱", "晓彤", "雅静", "欣悦", "文静", "婉婷",
];
const PLACES: [&str; 9] = [
    "洛阳市涧西区",
    "洛阳市洛龙区",
    "郑州市金水区",
    "江苏省苏州市",
    "浙江省宁波市",
    "广东省东莞市",
    "上海市松江区",
    "本县城区",
    "本乡镇",
];
const EMPLOYERS: [&str; 7] = [
    "建筑工地",
    "电子厂",
    "服装厂",
    "物流站",
    "餐馆",
    "机械加工厂",
    "家政服务",
];

/// Draws the people of one village; no number is given out twice in it.
#[derive(Debug)]
pub(super) struct People<'a> {
    pub random: &'a mut Random,
    /// The day the ages refer to.
    pub today: Date,
    /// Four digits after `98` of the numbers.
    pub region: u16,
    given: HashSet<(Date, u16)>,
}

/// What is decided before a person is drawn.
#[derive(Debug, Clone, Copy)]
struct Person {
    relation: &'static str,
    male: bool,
    age: i64,
    surname: char,
}

fn letter(random: &mut Random, letters: &str) -> char {
    let count = letters.chars().count() as u64;
    let index = usize::try_from(random.below(count)).unwrap_or(0);
    letters.chars().nth(index).unwrap_or('明')
}

impl<'a> People<'a> {
    pub(super) fn new(random: &'a mut Random, today: Date, region: u16) -> Self {
        Self {
            random,
            today,
            region,
            given: HashSet::new(),
        }
    }

    /// A family; sizes from 1 to 6, 3.5 on average.
    pub(super) fn family(&mut self) -> Vec<Member> {
        let size = self
            .random
            .weighted(&[(1, 6), (2, 20), (3, 24), (4, 26), (5, 16), (6, 8)]);
        let plan = self.plan(size);
        let minority = self.random.percent(3);
        plan.into_iter()
            .map(|person| self.member(person, minority))
            .collect()
    }

    /// Relations, sexes and ages of a family of that size.
    fn plan(&mut self, size: u8) -> Vec<Person> {
        let surname = letter(self.random, SURNAMES);
        let male = self.random.percent(86);
        let elders = size <= 2 && self.random.percent(60);
        let age = match (size, elders) {
            (1 | 2, true) => self.random.between(62, 86),
            (1, false) => self.random.between(45, 61),
            (2, false) => self.random.between(33, 58),
            (3, _) => self.random.between(28, 56),
            _ => self.random.between(29, 52),
        };
        let mut family = vec![Person {
            relation: "head",
            male,
            age,
            surname,
        }];
        let other = |random: &mut Random| letter(random, SURNAMES);
        let mut left = size - 1;
        // A widowed or lone parent now and then; most heads are married.
        if left > 0 && (elders || size > 2 && self.random.percent(88)) {
            let age = (age + self.random.between(-4, 2)).max(24);
            family.push(Person {
                relation: "spouse",
                male: !male,
                age,
                surname: other(self.random),
            });
            left -= 1;
        }
        let fathers_name = if male {
            surname
        } else {
            family.get(1).map_or(surname, |s| s.surname)
        };
        let oldest_child = age - 23;
        let mut parents = match size {
            3 => u8::from(self.random.percent(25)),
            4 => u8::from(self.random.percent(35)) + u8::from(self.random.percent(15)),
            5 => 1 + u8::from(self.random.percent(40)),
            6 => 2,
            _ => 0,
        };
        if age > 66 {
            parents = 0;
        }
        // The parents of the husband live with the family.
        let relations = if male {
            ["mother", "father"]
        } else {
            ["husbands_mother", "husbands_father"]
        };
        for (index, relation) in relations.into_iter().enumerate() {
            if left == 0 || index >= usize::from(parents) {
                break;
            }
            let surname = if index == 0 {
                other(self.random)
            } else {
                fathers_name
            };
            let age = (age + self.random.between(22, 28)).min(92) - i64::from(index == 0);
            family.push(Person {
                relation,
                male: index == 1,
                age,
                surname,
            });
            left -= 1;
        }
        let mut next = oldest_child.min(24);
        while left > 0 {
            let age = self.random.between((next - 6).max(0), next.max(0));
            let boy = self.random.percent(52);
            let relation = if boy { "son" } else { "daughter" };
            family.push(Person {
                relation,
                male: boy,
                age,
                surname: fathers_name,
            });
            next = age - 2;
            left -= 1;
        }
        family
    }

    fn member(&mut self, person: Person, minority: bool) -> Member {
        let Person {
            relation,
            male,
            age,
            surname,
        } = person;
        let birth = self.random.birth(age, self.today);
        let name = self.name(surname, male, age);
        let newborn = age == 0 && self.random.percent(30);
        let number = if newborn {
            String::new()
        } else {
            self.number(birth, male)
        };
        let health = self.health(age);
        let disabled = health.iter().any(|h| h == "disabled");
        let (class, grade) = (self.random.between(1, 7), self.random.between(1, 4));
        let (education, school_stage) = self.schooling(birth);
        let in_school = !school_stage.is_empty();
        let labour = self.labour(age, in_school, &health, grade);
        let employment = self.employment(age, labour);
        let insured = !self.random.per_mille(8);
        let employee = employment.is_some() && self.random.percent(5);
        let away = employment.as_ref().is_some_and(|e| e.months >= Some(9)) && relation != "head";
        Member {
            id: self.random.id(),
            name,
            document_type: if newborn {
                "none"
            } else {
                "resident_identity_card"
            }
            .into(),
            disability_card: if disabled && !newborn {
                format!("{number}{class}{grade}")
            } else {
                String::new()
            },
            document_number: number,
            sex: if male { "male" } else { "female" }.into(),
            birth_on: Some(birth),
            relation: relation.into(),
            ethnicity: if minority { "hui" } else { "han" }.into(),
            political_status: self.political_status(age, in_school).into(),
            education: education.into(),
            school_stage: school_stage.into(),
            health,
            labour: labour.into(),
            phone: String::new(),
            medical_insurance: match (insured, employee) {
                (false, _) => "none",
                (true, true) => "employee",
                (true, false) => "resident",
            }
            .into(),
            pension_insurance: match age {
                0..=15 => "none",
                _ if in_school || self.random.percent(4) => "none",
                _ if employee => "employee",
                _ => "resident",
            }
            .into(),
            subsistence_allowance: "none".into(),
            subsistence_allowance_since: None,
            extreme_hardship_support: "none".into(),
            registered: true,
            lives_here: !(away && self.random.percent(40)),
            shares_income: true,
            status: MemberStatus::Active,
            status_since: None,
            employment,
        }
    }

    fn name(&mut self, surname: char, male: bool, age: i64) -> String {
        if age < 24 {
            let given = if male {
                self.random.pick(&BOYS)
            } else {
                self.random.pick(&GIRLS)
            };
            return format!("{surname}{given}");
        }
        let letters = if male { MALE } else { FEMALE };
        let mut name = String::from(surname);
        let first = letter(self.random, letters);
        name.push(first);
        if self.random.percent(80) {
            let second = letter(self.random, letters);
            if second != first {
                name.push(second);
            }
        }
        name
    }

    fn number(&mut self, birth: Date, male: bool) -> String {
        loop {
            let half = u16::try_from(self.random.below(500)).unwrap_or(0);
            let sequence = half * 2 + u16::from(male);
            let sequence = sequence.min(999);
            if self.given.insert((birth, sequence))
                && let Some(number) = IdentityNumber::invent(self.region, birth, sequence)
            {
                return number.reveal().to_owned();
            }
        }
    }

    fn health(&mut self, age: i64) -> Vec<String> {
        let (chronic, serious, disabled) = match age {
            0..=17 => (4, 1, 6),
            18..=39 => (15, 2, 12),
            40..=59 => (90, 8, 30),
            _ => (280, 18, 55),
        };
        let mut health = Vec::new();
        if self.random.per_mille(chronic) {
            health.push("long_term_chronic_illness".to_owned());
        }
        if self.random.per_mille(serious) {
            health.push("serious_illness".to_owned());
        }
        if self.random.per_mille(disabled) {
            health.push("disabled".to_owned());
        }
        if health.is_empty() {
            health.push("healthy".to_owned());
        }
        health
    }

    /// Education or stage of schooling, never both; classes start on 1
    /// September.
    fn schooling(&mut self, birth: Date) -> (&'static str, &'static str) {
        let autumn = if self.today.month() >= 9 {
            self.today.year()
        } else {
            self.today.year() - 1
        };
        let september = Date::new(autumn, 9, 1).unwrap_or(self.today);
        let age = i64::from(domain::identity_number::age_on(birth, september));
        let stage = match age {
            _ if birth > september => "preschool_age_child",
            0..=2 => "preschool_age_child",
            3..=5 => "preschool_education",
            6..=11 => "primary_school",
            12 => "grade_7",
            13 => "grade_8",
            14 => "grade_9",
            15..=17 if self.random.percent(94) => {
                let general = self.random.percent(60);
                match (age, general) {
                    (15, true) => "general_senior_secondary_1",
                    (16, true) => "general_senior_secondary_2",
                    (17, true) => "general_senior_secondary_3",
                    (15, false) => "secondary_vocational_1",
                    (16, false) => "secondary_vocational_2",
                    _ => "secondary_vocational_3",
                }
            }
            18..=21 if self.random.percent(55) => {
                let bachelor = age == 21 || self.random.percent(45);
                match (age, bachelor) {
                    (18, true) => "bachelor_1",
                    (19, true) => "bachelor_2",
                    (20, true) => "bachelor_3",
                    (21, true) => "bachelor_4",
                    (18, false) => "higher_vocational_1",
                    (19, false) => "higher_vocational_2",
                    _ => "higher_vocational_3",
                }
            }
            _ => "",
        };
        if !stage.is_empty() {
            return ("", stage);
        }
        let education = match age {
            ..=17 => "junior_secondary",
            18..=39 => self.random.weighted(&[
                ("junior_secondary", 45),
                ("senior_secondary", 28),
                ("junior_college", 17),
                ("bachelor_or_above", 10),
            ]),
            40..=59 => self.random.weighted(&[
                ("primary_school", 25),
                ("junior_secondary", 55),
                ("senior_secondary", 16),
                ("junior_college", 4),
            ]),
            _ => self.random.weighted(&[
                ("illiterate_or_semi_literate", 24),
                ("primary_school", 46),
                ("junior_secondary", 25),
                ("senior_secondary", 5),
            ]),
        };
        (education, "")
    }

    fn labour(&mut self, age: i64, in_school: bool, health: &[String], grade: i64) -> &'static str {
        let has = |condition: &str| health.iter().any(|h| h == condition);
        match age {
            0..=15 => "none",
            _ if in_school => "none",
            _ if has("disabled") && grade <= 2 => "lost",
            75.. => "none",
            60.. => "weak_or_semi",
            _ if has("disabled") || has("serious_illness") => "weak_or_semi",
            _ if self.random.percent(18) => "skilled",
            _ => "ordinary",
        }
    }

    fn employment(&mut self, age: i64, labour: &str) -> Option<Employment> {
        let usual = match (labour, age) {
            ("ordinary" | "skilled", 18..=45) => 88,
            ("ordinary" | "skilled", 46..=59) => 62,
            _ => 0,
        };
        if !self.random.percent(usual) {
            return None;
        }
        let best = if labour == "skilled" { 7200 } else { 5200 };
        Some(Employment {
            place: self.random.pick(&PLACES).into(),
            employer: self.random.pick(&EMPLOYERS).into(),
            months: u8::try_from(self.random.between(4, 11)).ok(),
            monthly_wage_fen: Some(self.random.between(26, best / 100) * 10_000),
        })
    }

    fn political_status(&mut self, age: i64, in_school: bool) -> &'static str {
        match age {
            14..=22 if in_school && self.random.percent(35) => "youth_league_member",
            25.. if self.random.percent(5) => "communist_party_member",
            _ => "masses",
        }
    }
}
