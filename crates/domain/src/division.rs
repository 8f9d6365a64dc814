//! Administrative divisions (行政区划): 12-digit codes, levels and kinds.
//!
//! A code is province (2) + city (2) + county (2) + township (3) + village (3),
//! filled up with zeros. Levels may be skipped: 济源 (419001) is a county-level
//! city directly under its province, 东莞 (441900) a city whose townships have
//! no county. Codes are abolished and merged, and never reused.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::typed_text::to_half_width;

/// Provinces that have districts and counties but no cities (直辖市).
const MUNICIPALITIES: [u64; 4] = [11, 12, 31, 50];

/// Level of a division, from the nation down.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 国家, the root
    Nation,
    /// 省级
    Province,
    /// 市级
    City,
    /// 县级
    County,
    /// 乡级
    Township,
    /// 村级
    Village,
}

impl Level {
    /// How many digits of a code carry meaning at this level.
    pub fn digits(self) -> usize {
        match self {
            Level::Nation => 0,
            Level::Province => 2,
            Level::City => 4,
            Level::County => 6,
            Level::Township => 9,
            Level::Village => 12,
        }
    }

    /// The identifier used in packs and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Nation => "nation",
            Level::Province => "province",
            Level::City => "city",
            Level::County => "county",
            Level::Township => "township",
            Level::Village => "village",
        }
    }

    /// 国家, 省, 市, 县, 乡镇 or 村.
    pub fn label(self) -> &'static str {
        match self {
            Level::Nation => "国家",
            Level::Province => "省",
            Level::City => "市",
            Level::County => "县",
            Level::Township => "乡镇",
            Level::Village => "村",
        }
    }
}

/// Why a text is no division code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivisionCodeError {
    /// Not 2, 4, 6, 9 or 12 digits.
    #[error("“{typed}”不是行政区划代码，应为12位数字（或省2位、市4位、县6位、乡镇9位）")]
    Shape {
        /// What was given.
        typed: String,
    },
    /// A lower level is given without the one it stands in.
    #[error("行政区划代码“{typed}”中间缺级：有下级代码却没有上级代码，请核对")]
    Gap {
        /// What was given.
        typed: String,
    },
}

impl DivisionCodeError {
    /// Stable code for interfaces and reports.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "division_code.shape",
            Self::Gap { .. } => "division_code.gap",
        }
    }
}

/// A 12-digit division code; `000000000000` is the nation. Orders as its text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "440229101200")]
pub struct DivisionCode(u64);

impl DivisionCode {
    /// The root above all provinces.
    pub const NATION: DivisionCode = DivisionCode(0);

    /// Level, by the trailing zeros.
    pub fn level(self) -> Level {
        match self.0 {
            0 => Level::Nation,
            code if code % 10_000_000_000 == 0 => Level::Province,
            code if code % 100_000_000 == 0 => Level::City,
            code if code % 1_000_000 == 0 => Level::County,
            code if code % 1_000 == 0 => Level::Township,
            _ => Level::Village,
        }
    }

    /// The digits that carry meaning: `4419` for 东莞, `419001` for 济源, empty
    /// for the nation. Everything inside a division, and nothing else, begins
    /// with its prefix: fit for `LIKE prefix || '%'`.
    pub fn prefix(self) -> String {
        self.to_string()[..self.level().digits()].to_owned()
    }

    /// First and last 12-character text inside this division, itself included:
    /// fit for `BETWEEN`.
    pub fn text_range(self) -> RangeInclusive<String> {
        let filled = format!("{:9<12}", self.prefix());
        self.to_string()..=filled
    }

    /// Whether `other` is this division or lies inside it.
    pub fn contains(self, other: DivisionCode) -> bool {
        let unit = 10u64.pow(12 - self.level().digits() as u32);
        self.0 / unit == other.0 / unit
    }

    /// The division directly above by the code alone, over skipped levels;
    /// `None` for the nation.
    pub fn parent(self) -> Option<DivisionCode> {
        let mut parent = self.cut()?;
        if parent.is_grouping() {
            parent = parent.cut()?;
        }
        Some(parent)
    }

    /// All divisions above, nearest first, the nation last.
    pub fn ancestors(self) -> impl Iterator<Item = DivisionCode> {
        std::iter::successors(self.parent(), |code| code.parent())
    }

    /// The division of a level that holds this one, if there is one: the county
    /// of a village, or `None` for the county of a village of 东莞.
    pub fn at_level(self, level: Level) -> Option<DivisionCode> {
        std::iter::once(self)
            .chain(self.ancestors())
            .find(|code| code.level() == level)
    }

    /// Codes that only group others and are no authority: 市辖区 and 县 of a
    /// municipality (1101, 5002), 省直辖县级行政区划 (4190).
    pub fn is_grouping(self) -> bool {
        self.level() == Level::City
            && (self.0 / 100_000_000 % 100 >= 90
                || MUNICIPALITIES.contains(&(self.0 / 10_000_000_000)))
    }

    /// Zeroes the lowest level that is set. Skipped levels fall away by
    /// themselves: a township of 441900 cuts to the city.
    fn cut(self) -> Option<DivisionCode> {
        let unit = match self.level() {
            Level::Nation => return None,
            Level::Province => return Some(Self::NATION),
            Level::City => 10_000_000_000,
            Level::County => 100_000_000,
            Level::Township => 1_000_000,
            Level::Village => 1_000,
        };
        Some(DivisionCode(self.0 / unit * unit))
    }
}

impl FromStr for DivisionCode {
    type Err = DivisionCodeError;

    /// Accepts 12 digits or a shorter code of a level (2, 4, 6 or 9 digits).
    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let text = to_half_width(typed);
        let shape = || DivisionCodeError::Shape {
            typed: typed.to_owned(),
        };
        if !matches!(text.len(), 2 | 4 | 6 | 9 | 12) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(shape());
        }
        let code = DivisionCode(format!("{text:0<12}").parse().map_err(|_| shape())?);
        let part = |from: u32, width: u32| code.0 / 10u64.pow(12 - from - width) % 10u64.pow(width);
        let (province, city, county) = (part(0, 2), part(2, 2), part(4, 2));
        let (township, village) = (part(6, 3), part(9, 3));
        let below_province = city > 0 || county > 0 || township > 0 || village > 0;
        let gap = (province == 0 && below_province)
            || (city == 0 && (county > 0 || township > 0))
            || (township == 0 && village > 0);
        if gap {
            return Err(DivisionCodeError::Gap {
                typed: typed.to_owned(),
            });
        }
        Ok(code)
    }
}

impl TryFrom<String> for DivisionCode {
    type Error = DivisionCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DivisionCode> for String {
    fn from(code: DivisionCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DivisionCode({self})")
    }
}

/// What a division is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DivisionKind {
    /// 国家
    Nation,
    /// 省、自治区、直辖市
    Province,
    /// 地级市、自治州、盟
    City,
    /// 县、县级市、旗
    County,
    /// 市辖区
    District,
    /// 开发区, at county, township or village level
    DevelopmentZone,
    /// 街道
    Subdistrict,
    /// 镇
    Town,
    /// 乡、苏木
    RuralTownship,
    /// 国有农场、林场、牧场
    StateFarm,
    /// 行政村 (村民委员会)
    AdministrativeVillage,
    /// 社区 (居民委员会)
    Community,
    /// 其他
    Other,
}

impl DivisionKind {
    /// Judges by the suffix of the name, then by the code: townships 001-099
    /// are 街道, 100-199 镇, 200-399 乡; villages 001-199 and 4xx are 居委会,
    /// 200-399 and 5xx 村委会; counties x71-x79 are development zones.
    pub fn judge(code: DivisionCode, name: &str) -> DivisionKind {
        match code.level() {
            Level::Nation => Self::Nation,
            Level::Province => Self::Province,
            Level::City => Self::City,
            Level::County => {
                if (71..80).contains(&(code.0 / 1_000_000 % 100)) {
                    Self::DevelopmentZone
                } else if name.ends_with('区') {
                    Self::District
                } else {
                    Self::County
                }
            }
            Level::Township => judge_township(code.0 / 1_000 % 1_000, name),
            Level::Village => judge_village(code.0 % 1_000, name),
        }
    }

    /// The national label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Nation => "国家",
            Self::Province => "省",
            Self::City => "市",
            Self::County => "县",
            Self::District => "市辖区",
            Self::DevelopmentZone => "开发区",
            Self::Subdistrict => "街道",
            Self::Town => "镇",
            Self::RuralTownship => "乡",
            Self::StateFarm => "国有农场",
            Self::AdministrativeVillage => "行政村",
            Self::Community => "社区",
            Self::Other => "其他",
        }
    }
}

fn ends_with_any(name: &str, suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| name.ends_with(suffix))
}

fn is_zone(name: &str) -> bool {
    [
        "开发区",
        "园区",
        "示范区",
        "产业园",
        "工业园",
        "工业区",
        "集聚区",
        "聚集区",
        "高新区",
        "经济区",
        "实验区",
    ]
    .iter()
    .any(|word| name.contains(word))
}

fn is_farm(name: &str) -> bool {
    [
        "农场",
        "林场",
        "牧场",
        "渔场",
        "茶场",
        "马场",
        "鹿场",
        "原种场",
        "种畜场",
        "良种场",
    ]
    .iter()
    .any(|word| name.contains(word))
}

fn judge_township(number: u64, name: &str) -> DivisionKind {
    if ends_with_any(name, &["街道", "街道办事处"]) {
        return DivisionKind::Subdistrict;
    }
    if name.ends_with('镇') {
        return DivisionKind::Town;
    }
    if ends_with_any(name, &["乡", "苏木"]) {
        return DivisionKind::RuralTownship;
    }
    if is_farm(name) {
        return DivisionKind::StateFarm;
    }
    if is_zone(name) {
        return DivisionKind::DevelopmentZone;
    }
    match number {
        1..=99 => DivisionKind::Subdistrict,
        100..=199 => DivisionKind::Town,
        200..=399 => DivisionKind::RuralTownship,
        _ => DivisionKind::Other,
    }
}

fn judge_village(number: u64, name: &str) -> DivisionKind {
    if ends_with_any(name, &["村委会", "村民委员会"]) {
        return DivisionKind::AdministrativeVillage;
    }
    if ends_with_any(name, &["居委会", "居民委员会"]) {
        return DivisionKind::Community;
    }
    // 4xx and 5xx stand for units that are like a committee but are none.
    if number >= 400 && is_farm(name) {
        return DivisionKind::StateFarm;
    }
    if number >= 400 && is_zone(name) {
        return DivisionKind::DevelopmentZone;
    }
    match number {
        200..=399 | 500..=599 => DivisionKind::AdministrativeVillage,
        1..=199 | 400..=499 => DivisionKind::Community,
        _ if name.ends_with("社区") => DivisionKind::Community,
        _ => DivisionKind::AdministrativeVillage,
    }
}

/// The everyday name: 示例村村民委员会 and 示例村委会 are both 示例村.
pub fn short_name(name: &str) -> String {
    for (suffix, ending) in [
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
    ] {
        let Some(stem) = name.strip_suffix(suffix) else {
            continue;
        };
        if stem.is_empty() || ends_with_any(stem, &["村", "社区", "嘎查"]) {
            return if stem.is_empty() { name } else { stem }.to_owned();
        }
        return format!("{stem}{ending}");
    }
    name.to_owned()
}

/// How a township signs its papers: `某镇人民政府`, a 街道 as its 办事处.
pub fn township_government(township: &str) -> String {
    let ending = match township.chars().last() {
        Some('镇' | '乡') => "人民政府",
        Some('道') => "办事处",
        _ => "",
    };
    format!("{township}{ending}")
}

/// How a division signs its papers and is addressed where no document says:
/// the village by its committee, the township by its government.
pub fn customary_office(level: Level, name: &str) -> String {
    match level {
        Level::Village if name.ends_with("社区") => format!("{name}居民委员会"),
        Level::Village => format!("{name}村民委员会"),
        Level::Township => township_government(name),
        _ => name.to_owned(),
    }
}

/// One division as it is kept, with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DivisionRecord {
    /// Its code.
    pub code: DivisionCode,
    /// Official name.
    pub name: String,
    /// Level.
    pub level: Level,
    /// What it is.
    pub kind: DivisionKind,
    /// Division directly above; `None` for the nation.
    pub parent: Option<DivisionCode>,
    /// First day it exists; `None` when it is older than our data.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// Last day it exists; `None` while it does.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// Division that took it over when it was merged or renumbered.
    pub successor: Option<DivisionCode>,
}

impl DivisionRecord {
    /// A record that is valid without dates; level, kind and parent follow
    /// from code and name.
    pub fn new(code: DivisionCode, name: &str) -> Self {
        Self {
            code,
            name: name.to_owned(),
            level: code.level(),
            kind: DivisionKind::judge(code, name),
            parent: code.parent(),
            valid_from: None,
            valid_to: None,
            successor: None,
        }
    }

    /// Whether it exists on a day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// Why a division table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("行政区划表第{line}行：{reason}")]
pub struct DivisionTableError {
    /// 1-based line of the file.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// Reads a `code,name` table sorted by code without repeated codes, as
/// `policy/divisions` holds it.
pub fn parse_division_csv(csv_text: &str) -> Result<Vec<DivisionRecord>, DivisionTableError> {
    let mut records: Vec<DivisionRecord> = Vec::new();
    for (index, line) in csv_text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let fail = |reason: String| DivisionTableError {
            line: index + 1,
            reason,
        };
        let line = line.trim();
        if line.is_empty() || (index == 0 && line == "code,name") {
            continue;
        }
        let (code, name) = line
            .split_once(',')
            .filter(|(_, name)| !name.is_empty() && !name.contains([',', '"']))
            .ok_or_else(|| fail("应为“代码,名称”两列".to_owned()))?;
        let code: DivisionCode = code
            .parse()
            .map_err(|error: DivisionCodeError| fail(error.to_string()))?;
        if records.last().is_some_and(|last| last.code >= code) {
            return Err(fail(format!("代码{code}重复或没有按顺序排列")));
        }
        records.push(DivisionRecord::new(code, name));
    }
    Ok(records)
}

#[cfg(test)]
#[path = "division_tests.rs"]
mod tests;
