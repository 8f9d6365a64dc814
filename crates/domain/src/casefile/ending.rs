//! Whether a case may end as it is said to: the register, the letter and the
//! household's own paper must bear it out.

use jiff::civil::Date;

use super::action::{Action, Withdrawal};
use super::{Casefile, Facts, Refusal, Stage};
use crate::typed_text::{is_blank, readable_length, same_person};

/// The household's signed withdrawal, as evidence.
const WITHDRAWAL_PAPER: &str = "withdrawal_statement";

/// Adds a refusal for an end that nothing bears out, and for any act but the
/// end on a household that is no more.
pub(super) fn borne_out(
    casefile: &Casefile,
    action: &Action,
    occurred_on: Date,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    refused.extend(of_merged(casefile, action, facts));
    let Action::End {
        ending,
        reason,
        withdrawal,
    } = action
    else {
        return;
    };
    if !is_blank(reason) && readable_length(reason) < 6 {
        refused.push(Refusal::new(
            "reason_given",
            "终止的理由太短：请写明发生了什么、怎样核实的，让农户看得懂。",
            None,
        ));
        return;
    }
    let mut no = |message: &str| refused.push(Refusal::new("form_filled", message, None));
    match ending.as_str() {
        "moved_out" => moved_out(facts, &mut no),
        "merged" if !facts.register.merged => no(
            "户档案里还没有并户的登记，不能按“并入他户”终止：请先在农户档案里登记并户，写明并入哪一户。",
        ),
        "split" => split(casefile, facts, &mut no),
        "withdrawn" => withdrawn(withdrawal.as_ref(), casefile, occurred_on, facts, &mut no),
        _ => {}
    }
    let living = facts.members.iter().any(|m| m.active);
    if ending == "all_members_died" && living {
        no("档案里还有健在的家庭成员，不能按“全部成员死亡”终止。");
    }
    if ending == "refuses_to_sign" && casefile.records.commitment_letter.is_some() {
        no("承诺授权书已经签了，不能按“不愿签字”终止。");
    }
}

/// 整户迁出 stands in the register: nobody lives there any more, and somebody
/// moved away.
fn moved_out(facts: &Facts<'_>, no: &mut impl FnMut(&str)) {
    let stayed = facts.members.iter().any(|m| m.active);
    if stayed || !facts.members.iter().any(|m| m.left) {
        no("户档案里还没有整户迁出的登记，不能按“整户迁出”终止：请先在农户档案里逐人登记迁出。");
    }
}

/// 分户 stands in the register, entered since the case was opened: an earlier
/// one is no reason to end what was begun after it.
fn split(casefile: &Casefile, facts: &Facts<'_>, no: &mut impl FnMut(&str)) {
    let recorded = facts.register.last_split_recorded_on;
    if recorded.is_none_or(|on| on < casefile.opened_on) {
        no(
            "进入识别程序以来，户档案里没有分户的登记，不能按“分户”终止：请先在农户档案里登记分户，写明分出去的成员。",
        );
    }
}

/// Nobody lives in a merged household any more: nothing goes on but its end.
fn of_merged(casefile: &Casefile, action: &Action, facts: &Facts<'_>) -> Option<Refusal> {
    let goes_on = match action {
        Action::End { ending, .. } => ending != "merged",
        Action::ExplainOverdue { .. } | Action::StatePaper(_) | Action::DecideCorrection { .. } => {
            false
        }
        _ => true,
    };
    let merged = facts.register.merged && casefile.stage == Stage::Running;
    (merged && goes_on).then(|| {
        Refusal::new(
            "household_merged",
            "这户已并入他户，事项不再往下办：请由乡镇按“并入他户”终止；并入的户有风险的，另行登记线索。",
            None,
        )
    })
}

/// 农户自愿撤回 is the household's own signed word, and the paper is there.
fn withdrawn(
    withdrawal: Option<&Withdrawal>,
    casefile: &Casefile,
    occurred_on: Date,
    facts: &Facts<'_>,
    no: &mut impl FnMut(&str),
) {
    let Some(withdrawal) = withdrawal else {
        no(
            "农户自愿撤回要有农户签字的撤回申请：请写明谁签的、哪一天签的，并上传扫描件或写明纸质件存放在哪里。",
        );
        return;
    };
    let signer = facts
        .members
        .iter()
        .any(|m| m.active && m.adult && same_person(&m.name, &withdrawal.signed_by));
    if !signer {
        no("撤回申请要由本户成年成员签字，请核对签字人姓名。");
    }
    let first = casefile.leads.iter().map(|l| l.received_on).min();
    if withdrawal.signed_on > occurred_on || first.is_some_and(|f| withdrawal.signed_on < f) {
        no("撤回申请的签字日期不能早于发现线索，也不能晚于终止日期。");
    }
    let scanned = facts
        .evidence
        .is_some_and(|all| all.iter().any(|e| e.code == WITHDRAWAL_PAPER));
    if !scanned && readable_length(&withdrawal.paper_place) < 2 {
        no("撤回申请的原件在哪里：请上传扫描件，或写明纸质件存放在哪里。");
    }
}
