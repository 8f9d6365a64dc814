//! The forms people post, filled in plausibly. Every free text carries the
//! canary of its village.

use domain::identity_number::IdentityNumber;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::place::{PLACES, Place, in_words};

/// The identity number of the n-th head of a village.
pub fn head_number(place: Place, number: u16) -> String {
    let region = PLACES
        .iter()
        .position(|p| *p == place)
        .map_or(0, |i| u16::try_from(i).unwrap_or(0) + 1);
    let sequence = 2 * number + 1;
    IdentityNumber::invent(region, date(1980, 3, 5), sequence)
        .expect("a number")
        .reveal()
        .to_owned()
}

/// The name of the n-th head of a village.
pub fn head_name(place: Place, number: u16) -> String {
    let number = in_words(&number.to_string());
    format!("李{}号{number}", place.canary())
}

/// A couple and a child.
pub fn household(place: Place, number: u16) -> Value {
    let canary = place.canary();
    let words = in_words(&number.to_string());
    json!({
        "village": place.village,
        "code": format!("{canary}-{number}"),
        "address": format!("{canary}组{number}号"),
        "phone": "19900001234",
        "household_type": "ordinary_household",
        "members": [
            {"name": head_name(place, number), "relation": "head", "sex": "male", "birth_on": null,
             "document_number": head_number(place, number), "health": ["healthy"], "labour": "ordinary"},
            {"name": format!("王{canary}妻{words}"), "relation": "spouse", "sex": "female", "birth_on": "1982-06-01",
             "health": ["healthy"], "labour": "ordinary"},
            {"name": format!("李{canary}子{words}"), "relation": "son", "sex": "male", "birth_on": "2012-09-01",
             "health": ["healthy"], "labour": "none"},
        ],
        "collected_by": format!("采集{canary}"),
        "reason": "新建档",
    })
}

/// A lead on a household.
pub fn lead(place: Place, household_id: &str, channel: &str, received_on: Date) -> Value {
    let canary = place.canary();
    json!({
        "household_id": household_id,
        "channel": channel,
        "discovery_mode": "real_time",
        "received_on": received_on,
        "description": format!("{canary}户主住院，自付费用大"),
        "reporter": format!("报告人{canary}"),
        "risks": ["illness"],
    })
}

/// A conclusion of a lead by two named people.
pub fn conclusion(version: i64, outcome: &str, on: Date) -> Value {
    json!({"expected_version": version, "outcome": outcome, "reason": "入户看过，情况写在记录里", "on": on, "verified_by": ["张三", "李四"]})
}

/// F2 with a risk found, inside the line.
pub fn verify_home(place: Place, recommends: bool) -> Value {
    let canary = place.canary();
    let judge = |codes: &[&str], bad: &[&str]| -> Vec<Value> {
        codes.iter().map(|c| json!({"code": c, "problem": bad.contains(c), "finding": format!("{canary}看到的情况")})).collect()
    };
    json!({
        "type": "verify_home",
        "verifiers": ["核实人甲", "核实人乙"],
        "income": {
            "wage_fen": 1_200_000, "operating_fen": 300_000, "property_fen": 0, "transfer_fen": 200_000,
            "operating_expense_fen": 100_000, "persons": 3, "period_from": "2021-05-01", "period_to": "2022-04-30",
            "claims_fen": 0, "out_of_pocket_fen": 2_500_000,
        },
        "dimensions": judge(
            &["income_and_expenditure", "three_guarantees", "drinking_water_safety", "risk"],
            &["income_and_expenditure", "risk"],
        ),
        "difficulties": judge(&["medical_care", "schooling", "employment", "entrepreneurship"], &["medical_care"]),
        "risks": ["illness"],
        "opinion": format!("{canary}建议提交评议"),
        "recommends": recommends,
        "household_signed": {
            "mode": "signature", "name": format!("李{canary}"), "witness": null,
            "relation": "户主的弟弟", "reason": "户主住院，委托签字",
        },
    })
}

/// F3, signed by the members given.
pub fn sign_letter(members: &[String]) -> Value {
    let signatures: Vec<Value> = members
        .iter()
        .map(|id| json!({"member_id": id, "mode": "signature", "signer_name": "本人", "reason": null, "witness": null}))
        .collect();
    json!({"type": "sign_letter", "truthfulness": true, "query_authorisation": true, "signatures": signatures, "valid_until": null})
}

pub fn request_cross_check(members: &[String]) -> Value {
    json!({"type": "request_cross_check", "member_ids": members, "items": ["车辆", "房产"]})
}

/// A department's answer with a hit on each of the members given.
pub fn answer_cross_check(place: Place, hits: &[String]) -> Value {
    let hits: Vec<Value> = hits
        .iter()
        .map(|id| json!({"member_id": id, "item": "车辆", "finding": format!("{}名下有车一辆", place.canary())}))
        .collect();
    json!({"type": "answer_cross_check", "department": "县公安局", "answered_by": "信息岗", "discrepancies": hits})
}

pub fn resolve(index: usize) -> Value {
    json!({"type": "resolve_discrepancy", "index": index, "explanation": "车已转卖未过户", "verified_by": "核实人甲", "conclusion": "cleared", "note": ""})
}

pub fn reuse_cross_check(source: &str, checked_on: Date) -> Value {
    json!({"type": "reuse_cross_check", "source": source, "checked_on": checked_on, "reference": "低保核对报告", "confirmed_by": "民政所甲"})
}

/// Paper kept at a place, by the codes of what it is.
pub fn state_paper(codes: &[&str], place: &str) -> Value {
    json!({"type": "state_paper", "codes": codes, "place": place})
}

/// A field of a record put right.
pub fn correction(step: &str, field: &str, value: &str) -> Value {
    json!({
        "type": "request_correction", "step": step, "field": field, "value": value,
        "reason": "与纸质原件不一致", "asked_by": "经办人甲",
    })
}

/// A meeting of nine about the casefiles given, with their versions.
pub fn appraisal(
    place: Place,
    held_on: Date,
    items: &[(String, i64)],
    round: u16,
    recommends: bool,
) -> Value {
    let canary = place.canary();
    let (votes_for, votes_against, result) = if recommends {
        (7, 1, "recommend")
    } else {
        (2, 6, "not_recommend")
    };
    let items: Vec<Value> = items
        .iter()
        .map(|(id, version)| {
            json!({
                "casefile_id": id, "expected_version": version, "round": round, "recused": [],
                "votes_for": votes_for, "votes_against": votes_against, "abstentions": 1,
                "result": result, "opinion": format!("{canary}评议意见"),
            })
        })
        .collect();
    json!({
        "held_on": held_on, "place": format!("{canary}村委会"), "village": place.village,
        "chair": "主持人", "recorder": "记录人",
        "attendance": [{"role": "villager_representative", "count": 9}],
        "minutes": format!("{canary}会议记录"),
        "items": items,
    })
}

pub fn notice(place: Place, posted_on: Date, items: &[(String, i64)]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|(id, v)| json!({"casefile_id": id, "expected_version": v}))
        .collect();
    json!({"village": place.village, "posted_on": posted_on, "place": format!("{}公开栏", place.canary()), "items": items})
}

pub fn objection(place: Place, casefile_id: &str, on: Date) -> Value {
    let canary = place.canary();
    json!({
        "casefile_id": casefile_id, "received_on": on, "content": format!("{canary}家里有车"),
        "anonymous": false, "objector_name": format!("异议人{canary}"),
    })
}

pub fn objection_answer(upheld: bool, on: Date) -> Value {
    json!({"answer": "车已转卖，有转让协议", "upheld": upheld, "answered_on": on, "handled_by": "办理人"})
}

pub fn review(outcome: &str) -> Value {
    json!({"type": "review", "outcome": outcome, "checkers": ["核查人"], "opinion": "核查意见"})
}

pub fn review_back(to: &str) -> Value {
    json!({"type": "review", "outcome": "send_back", "checkers": ["核查人"], "opinion": "", "send_back_to": to, "reason": "支出没有票据，请补充"})
}

pub fn review_refuse(ground: &str) -> Value {
    json!({
        "type": "review", "outcome": "refuse", "checkers": ["核查人"], "opinion": "", "ground": ground,
        "reason": "评议没有通过，困难已经解决", "judgements": judgements(),
    })
}

/// What a refusal says of each dimension of HN22.
pub fn judgements() -> Vec<Value> {
    let found = |code| json!({"code": code, "problem": false, "finding": "看过，没有问题"});
    DIMENSIONS.into_iter().map(found).collect()
}

pub const DIMENSIONS: [&str; 4] = [
    "income_and_expenditure",
    "three_guarantees",
    "drinking_water_safety",
    "risk",
];

pub fn decide(on: Date) -> Value {
    json!({
        "type": "decide", "outcome": "approve", "category": "marginal_at_risk", "document_number": "测试〔2022〕1号",
        "signed_on": on, "signatory": "签发人", "opinion": "同意纳入", "dimensions_considered": DIMENSIONS,
    })
}

pub fn decide_refuse(ground: &str) -> Value {
    json!({
        "type": "decide", "outcome": "refuse", "opinion": "", "judgements": judgements(),
        "ground": ground, "reason": "四个方面没有发现风险",
    })
}

pub fn announce() -> Value {
    json!({"type": "announce", "place": "村务公开栏", "issued_by": "柳泉镇人民政府"})
}

pub fn archive(entry_on: Date) -> Value {
    json!({
        "type": "archive", "entry_on": entry_on, "national_reference": "8800-1",
        "collected_by": "采集人", "entered_by": "录入人", "reviewed_by": "审核人",
    })
}

/// A request to keep the head of a household off public papers.
pub fn name_protection(place: Place, household: &str) -> Value {
    let canary = place.canary();
    json!({
        "household_id": household, "ground": "protected_person", "reason": format!("{canary}的原因"),
        "substitute": "guardian", "guardian_name": format!("{canary}监护人"),
    })
}
