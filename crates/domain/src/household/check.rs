//! What a household's file may say. What cannot be true is refused, naming the
//! field and what to do; the import checks its cells by the same lists
//! ([`crate::exchange`]).

use jiff::civil::Date;

use super::{AssuranceRecord, HouseholdFile, IncomeStatement, Member, MemberStatus};
use crate::code_list::CodeLists;
use crate::identity_number::{IdentityNumber, IssuingPrefixes, Sex};
use crate::typed_text::{is_blank, name_fault, readable_name};

/// A field and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub message: String,
}

/// What a check needs to know besides the file.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub today: Date,
    pub prefixes: IssuingPrefixes,
    pub codes: &'a CodeLists,
}

#[derive(Debug, Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, when: bool, field: &'static str, message: impl Into<String>) {
        if when && !self.0.iter().any(|f| f.field == field) {
            self.0.push(Fault {
                field,
                message: message.into(),
            });
        }
    }

    fn done(self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}

impl Rules<'_> {
    fn knows(&self, list: &str, code: &str) -> bool {
        self.codes.get(list).is_none_or(|l| l.get(code).is_some())
    }

    /// The name of a person as typed anew; one that stands in a file since
    /// before is corrected when it is to be printed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn name(&self, name: &str) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        let fault = name_fault(name);
        faults.add(fault.is_some(), "name", fault.unwrap_or_default());
        faults.done()
    }

    /// One person as typed: name, document, sex, birth, codes.
    ///
    /// # Errors
    /// Every field that cannot be true.
    pub fn member(&self, member: &Member) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(is_blank(&member.name), "name", "请填写姓名");
        faults.add(
            readable_name(&member.name).is_none(),
            "name",
            "姓名里有数字、符号或看不见的字符，请对照证件重新填写",
        );
        let relation = self
            .codes
            .get("relation_to_head")
            .and_then(|l| l.get(&member.relation));
        faults.add(relation.is_none(), "relation", "请选择与户主关系");
        faults.add(
            !["male", "female"].contains(&member.sex.as_str()),
            "sex",
            "请选择性别",
        );
        let only = relation.and_then(|r| r.attribute("sex"));
        faults.add(
            only.is_some_and(|sex| sex != member.sex),
            "relation",
            format!(
                "与户主关系“{}”和性别不符，请核对关系或性别",
                relation.map_or("", |r| r.label.as_str())
            ),
        );
        let grown = relation.is_some_and(|r| r.attribute("grown").is_some());
        faults.add(
            grown && !member.is_adult_on(self.today),
            "relation",
            format!(
                "未成年人不能登记为“{}”，请核对与户主关系或出生日期",
                relation.map_or("", |r| r.label.as_str())
            ),
        );
        self.document(member, &mut faults);
        faults.add(
            member.birth_on.is_some_and(|born| born > self.today),
            "birth_on",
            "出生日期不能晚于今天",
        );
        for (field, list, code) in [
            ("document_type", "document_type", &member.document_type),
            ("ethnicity", "ethnicity", &member.ethnicity),
            (
                "political_status",
                "political_status",
                &member.political_status,
            ),
            ("education", "education", &member.education),
            ("school_stage", "school_stage", &member.school_stage),
            ("labour", "labour_capacity", &member.labour),
            (
                "medical_insurance",
                "medical_insurance",
                &member.medical_insurance,
            ),
            (
                "pension_insurance",
                "pension_insurance",
                &member.pension_insurance,
            ),
        ] {
            faults.add(
                !code.is_empty() && !self.knows(list, code),
                field,
                "选项不在名单里，请重新选择",
            );
        }
        faults.add(
            member
                .health
                .iter()
                .any(|h| !self.knows("health_condition", h)),
            "health",
            "健康状况不在名单里，请重新选择",
        );
        faults.add(
            !member.education.is_empty() && !member.school_stage.is_empty(),
            "school_stage",
            "文化程度和在校情况只能填一项：在校的填在校情况，不在校的填文化程度",
        );
        faults.done()
    }

    /// What is asked of everybody who is entered, here as in the national
    /// sheets (their required columns).
    ///
    /// # Errors
    /// Every field left empty.
    pub fn complete(&self, member: &Member) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(member.health.is_empty(), "health", "请选择健康状况");
        faults.add(member.labour.is_empty(), "labour", "请选择劳动技能");
        faults.done()
    }

    /// Whether a relation is held by one member of a household only.
    pub fn is_held_once(&self, relation: &str) -> bool {
        let entry = self
            .codes
            .get("relation_to_head")
            .and_then(|l| l.get(relation));
        entry.is_some_and(|r| r.attribute("once").is_some())
    }

    /// No relation that only one may hold is held twice.
    ///
    /// # Errors
    /// When one is.
    pub fn relations(&self, members: &[Member], field: &'static str) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        let mut held: Vec<&str> = Vec::new();
        for member in members.iter().filter(|m| m.status == MemberStatus::Active) {
            faults.add(
                self.is_held_once(&member.relation) && held.contains(&member.relation.as_str()),
                field,
                "一户只有一名户主、一名配偶，请核对与户主关系",
            );
            held.push(&member.relation);
        }
        faults.done()
    }

    fn document(&self, member: &Member, faults: &mut Faults) {
        let citizen = ["", "resident_identity_card"].contains(&member.document_type.as_str());
        if member.document_number.is_empty() || !citizen {
            return;
        }
        match IdentityNumber::parse(&member.document_number, self.today, self.prefixes) {
            Err(error) => faults.add(true, "document_number", error.to_string()),
            Ok(number) => {
                let sex = match number.sex() {
                    Sex::Male => "male",
                    Sex::Female => "female",
                };
                faults.add(
                    member.sex != sex,
                    "sex",
                    "性别与身份证号不符，请对照证件核对",
                );
                faults.add(
                    member.birth_on.is_some_and(|b| b != number.birth_date()),
                    "birth_on",
                    "出生日期与身份证号不符，请对照证件核对",
                );
            }
        }
    }

    /// A child whose birth is registered on a day.
    ///
    /// # Errors
    /// When the child is no longer an infant, or not yet born that day.
    pub fn newborn(&self, member: &Member, effective_on: Date) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(member.birth_on.is_none(), "birth_on", "请填写出生日期");
        faults.add(
            member.age_on(self.today).is_some_and(|age| age > 0),
            "birth_on",
            "登记出生只用于未满1周岁的孩子；年龄更大的，请用“登记成员迁入”",
        );
        faults.add(
            member.birth_on.is_some_and(|born| born > effective_on),
            "effective_on",
            "生效日期不能早于出生日期",
        );
        faults.done()
    }

    /// What the household says of itself: type, one head, no number twice.
    ///
    /// # Errors
    /// Every rule that does not hold.
    pub fn household(&self, file: &HouseholdFile) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(
            !self.knows("household_type", &file.household_type),
            "household_type",
            "户类型不在名单里，请重新选择",
        );
        faults.add(
            !file.phone.is_empty() && !is_phone(&file.phone),
            "phone",
            "手机号应为 1 开头的 11 位数字",
        );
        faults.done()
    }

    /// A person about to join: no second head or spouse, no number twice.
    ///
    /// # Errors
    /// Every rule that does not hold.
    pub fn joins(&self, file: &HouseholdFile, member: &Member) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(
            member.relation == "head"
                && file
                    .active_members()
                    .any(|m| m.relation == "head" && m.id != member.id),
            "relation",
            "这户已有户主：请选择与户主的关系；要换户主的，另办“登记户主变更”",
        );
        faults.add(
            self.is_held_once(&member.relation)
                && file
                    .active_members()
                    .any(|m| m.relation == member.relation && m.id != member.id),
            "relation",
            "这户已登记了一名配偶，请核对与户主关系",
        );
        faults.add(
            !member.document_number.is_empty()
                && file.members.iter().any(|m| {
                    m.id != member.id
                        && m.status != MemberStatus::Left
                        && m.document_number == member.document_number
                }),
            "document_number",
            "这个证件号码已经登记在本户另一名成员名下，请先核对",
        );
        faults.done()
    }

    /// A new head: a child leads a household only where no grown-up is left.
    ///
    /// # Errors
    /// When a grown-up could lead it.
    pub fn head(&self, file: &HouseholdFile, field: &'static str) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        let adult = |m: &Member| m.birth_on.is_some() && m.is_adult_on(self.today);
        faults.add(
            file.head().is_some_and(|h| !h.is_adult_on(self.today))
                && file.active_members().any(adult),
            field,
            "户主未成年，而户内有成年人：请选择一名成年人作户主",
        );
        faults.done()
    }

    /// Whether somebody of age, or whose day of birth is not known, is in it.
    pub fn has_adult(&self, file: &HouseholdFile) -> bool {
        file.active_members().any(|m| m.is_adult_on(self.today))
    }

    /// A death or departure on a day.
    ///
    /// # Errors
    /// When the day cannot be.
    pub fn ends(&self, member: &Member, on: Date, effective_on: Date) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(on > self.today, "on", "日期不能晚于今天");
        faults.add(
            member.birth_on.is_some_and(|born| on < born),
            "on",
            "日期早于这名成员的出生日期，请核对",
        );
        faults.add(
            effective_on < on,
            "effective_on",
            "生效日期不能早于死亡或迁出的日期",
        );
        faults.done()
    }

    /// A statement of income and expenditure.
    ///
    /// # Errors
    /// Every field that cannot be true.
    pub fn income(
        &self,
        file: &HouseholdFile,
        statement: &IncomeStatement,
    ) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        let counted = usize::from(statement.counted_persons);
        faults.add(counted == 0, "counted_persons", "请填写共享收支的人数");
        faults.add(
            counted > file.members.len(),
            "counted_persons",
            format!(
                "计入人口多于档案里的 {} 人，请核对；有人没登记的，先登记成员",
                file.members.len()
            ),
        );
        faults.add(
            statement.period_to < statement.period_from,
            "period_to",
            "核算期的截止日期早于开始日期",
        );
        faults.add(
            statement.period_to > self.today,
            "period_to",
            "核算期的截止日期不能晚于今天",
        );
        let mut seen = Vec::new();
        for item in &statement.items {
            faults.add(
                !self.knows("income_source", &item.source),
                "items",
                "有一项收支来源不在名单里，请重新选择",
            );
            faults.add(
                item.amount_fen < 0,
                "items",
                "金额不能是负数：经营亏损的，收入和支出分别填写",
            );
            faults.add(
                seen.contains(&&item.source),
                "items",
                "同一项来源填了两次，请合并成一项",
            );
            seen.push(&item.source);
        }
        faults.add(statement.claims_fen < 0, "claims_fen", "金额不能是负数");
        faults.add(
            statement.out_of_pocket_fen < 0,
            "out_of_pocket_fen",
            "金额不能是负数",
        );
        faults.done()
    }

    /// A record of the three guarantees and drinking water.
    ///
    /// # Errors
    /// When it is dated in the future.
    pub fn assurances(&self, record: &AssuranceRecord) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.add(
            record.recorded_on > self.today,
            "recorded_on",
            "采集日期不能晚于今天",
        );
        faults.done()
    }
}

/// A mobile number of eleven digits.
pub fn is_phone(phone: &str) -> bool {
    phone.len() == 11 && phone.starts_with('1') && phone.bytes().all(|b| b.is_ascii_digit())
}
