//! Whether what was typed can be true at all: bounds, known codes, dates that
//! fit, names that are there. No clause is behind these; they keep nonsense
//! out of a file on which others rely.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::action::{Action, Appraisal, HomeVerification, LetterSignature, Verdict};
use super::cross_check::newly_on_allowance;
use super::objection::answered_above;
use super::{Casefile, Facts, Refusal, Stage, assessment};
use crate::calendar::plus_days;
use crate::policy::{GuardKind, Procedure, StepKind};
use crate::typed_text::{is_blank, same_person};

/// Adds a refusal for everything that is missing or cannot be.
pub(super) fn filled(
    casefile: &Casefile,
    action: &Action,
    occurred_on: Date,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    let mut no = |message: &str| refused.push(Refusal::new("form_filled", message, None));
    let blank = is_blank;
    let check = casefile.records.cross_check.as_ref();
    let findings = match action {
        Action::RecordAppraisal(a) => a.findings.as_ref(),
        Action::Review(r) => r.findings.as_ref(),
        _ => None,
    };
    findings
        .into_iter()
        .flat_map(|f| assessment::impossible(f, facts))
        .for_each(&mut no);
    match action {
        Action::VerifyHome(form) => home(form, occurred_on, facts, &mut no),
        Action::SignLetter(letter) => {
            if letter.signatures.is_empty() {
                no("承诺授权书上至少要有一名成年成员签字。");
            }
            let typed_by = facts.actor.display_name.as_str();
            let proxy = |s: &LetterSignature| {
                matches!(s.mode.as_str(), "guardian" | "proxy")
                    && same_person(&s.signer_name, typed_by)
            };
            let witness = |s: &LetterSignature| {
                s.witness
                    .as_deref()
                    .is_some_and(|w| same_person(w, typed_by))
            };
            if letter.signatures.iter().any(proxy) && letter.signatures.iter().any(witness) {
                no("登记人不能既代签又见证。");
            }
            let mut signed: Vec<&str> = Vec::new();
            for signature in &letter.signatures {
                if signed.contains(&signature.member_id.as_str()) {
                    no("同一名成员只签一次，请去掉重复的签字。");
                    break;
                }
                signed.push(&signature.member_id);
            }
            if letter.valid_until.is_some_and(|until| until < occurred_on) {
                no("授权有效期不能早于签字当天。");
            }
            for signature in &letter.signatures {
                stand_in(signature, facts, &mut no);
                let own = matches!(signature.mode.as_str(), "signature" | "fingerprint");
                let member = facts.members.iter().find(|m| m.id == signature.member_id);
                let signer = signature.signer_name.trim();
                if own && signer != "本人" && member.is_some_and(|m| m.name.trim() != signer) {
                    no("签字人不是本人：由别人代签的，请选监护人或代理人，并写明原因。");
                }
            }
        }
        Action::RequestCrossCheck { items, .. }
            if items.is_empty() || items.iter().any(|i| blank(i)) =>
        {
            no("请选择要比对的内容。");
        }
        Action::RequestCrossCheck { items, .. } => {
            let known = &facts.pack.values.comparison_items;
            let unknown = |i: &&String| !known.iter().any(|k| &&k.label == i);
            if let Some(unknown) = items.iter().find(unknown) {
                let offered: Vec<&str> = known.iter().map(|k| k.label.as_str()).collect();
                no(&format!(
                    "比对内容里没有“{unknown}”：可以比对的是{}。",
                    offered.join("、")
                ));
            }
            if (1..items.len()).any(|n| items[..n].contains(&items[n])) {
                no("同一项比对内容只选一次。");
            }
        }
        Action::AnswerCrossCheck {
            department,
            answered_by,
            discrepancies,
        } => {
            if blank(department) || blank(answered_by) {
                no("请写明反馈部门和反馈人。");
            }
            let asked = check.map(|c| c.items.as_slice()).unwrap_or_default();
            if discrepancies.iter().any(|d| !asked.contains(&d.item)) {
                no("疑点内容不在这次申请比对的范围里。");
            }
            if discrepancies.iter().any(|d| blank(&d.finding)) {
                no("请写明比对到的情况。");
            }
        }
        Action::ReuseCrossCheck {
            source,
            checked_on,
            reference,
            confirmed_by,
        } => {
            if blank(source) {
                no("请写明共用的是哪里的比对结果。");
            }
            if blank(reference) {
                no("请写明所用比对结果的文号或批次。");
            }
            refused.extend(not_reusable(facts, source));
            let mut no = |message: &str| refused.push(Refusal::new("form_filled", message, None));
            let within = facts
                .pack
                .values
                .bounds
                .as_ref()
                .and_then(|b| b.reused_check_within_days.get());
            if *checked_on > occurred_on
                || within.is_some_and(|d| *checked_on < plus_days(occurred_on, -i64::from(d)))
            {
                no("所用比对结果太旧或日期不对，请核对比对日期，或重新比对。");
            }
            let confirmed = confirmed_by.as_deref().is_some_and(|n| !blank(n));
            // Sharing with the platform of low incomes does not hang on a new allowance.
            if source == "subsistence_allowance" && !confirmed && !newly_on_allowance(facts) {
                refused.push(Refusal::new(
                    "newly_on_allowance",
                    "户档案里没有新纳入低保的记录。请先补登低保和起始日期；确已新纳入的，写明是谁确认的。",
                    exemption_clause(facts, source),
                ));
            }
        }
        Action::ResolveDiscrepancy { index, .. }
            if check
                .and_then(|c| c.discrepancies.get(*index))
                .is_some_and(|d| d.resolution.is_some()) =>
        {
            no("这个疑点已经有结论，不能改写；要重新核实请由乡镇退回。");
        }
        Action::AcknowledgeDiscrepancy { index, note } => {
            if blank(note) {
                no("请写明乡镇的判断和理由。");
            }
            let judged = check
                .and_then(|c| c.discrepancies.get(*index))
                .is_some_and(|d| d.township_judgement.is_some());
            if judged {
                no("乡镇已经对这个疑点作出判断。");
            }
        }
        Action::RecordAppraisal(a) => {
            recused(a, facts, &mut no);
            let conveners = &facts.pack.values.conveners;
            if a.conveners
                .iter()
                .any(|c| !conveners.iter().any(|known| &known.code == c))
            {
                no("评议会的组织者与政策文件列出的不一致，请刷新页面。");
            }
            let carried = a.votes_for > a.votes_against;
            match a.result.as_str() {
                "recommend" if carried => {}
                "not_recommend" if !carried => {}
                "recommend" | "not_recommend" => no("评议结果与票数不一致，请核对。"),
                _ => no("请选择评议结果：通过或不通过。"),
            }
        }
        Action::Review(r) if r.checkers.iter().any(|c| member_named(c, facts)) => {
            no("核查人不能是本户家庭成员，请换人核查。");
        }
        Action::AnswerObjection { objection_id, .. } => {
            refused.extend(answered_above(casefile, objection_id, facts));
        }
        Action::Decide(decision) if decision.outcome == Verdict::Approve => {
            let reviewed = casefile
                .records
                .township_review
                .as_ref()
                .map(|r| r.occurred_on);
            if decision
                .signed_on
                .is_some_and(|on| on > facts.today || reviewed.is_some_and(|r| on < r))
            {
                let review = facts.pack.step_label(StepKind::TownshipReview);
                no(&format!("签发日期不能早于“{review}”，也不能晚于今天。"));
            }
        }
        Action::Archive(archive) => {
            let decided = casefile
                .records
                .county_decision
                .as_ref()
                .map(|d| d.occurred_on);
            if archive.entry_on > facts.today || decided.is_some_and(|d| archive.entry_on < d) {
                let decision = facts.pack.step_label(StepKind::CountyDecision);
                no(&format!(
                    "录入系统的日期不能早于“{decision}”，也不能晚于今天。"
                ));
            }
        }
        Action::SubmitToCounty(s) if blank(&s.document_number) || blank(&s.signatory) => {
            no("请写明上报文号和签发人。");
        }
        Action::NotifyTownship(n) if blank(&n.document_number) => {
            no("请写明书面通知的文号。");
        }
        Action::SubmitPlan(plan) => match plan.submitted_on {
            None => no("请写明上报日期。"),
            Some(on) if on > facts.today || on > occurred_on => {
                no("上报日期不能晚于办理日期。");
            }
            Some(on) => {
                // 同时: planned for a household determined, never before.
                let decision = casefile.records.county_decision.as_ref();
                if decision.is_some_and(|d| on < d.occurred_on) {
                    no("上报日期不能早于认定：先认定，再报帮扶项目规划。");
                }
            }
        },
        Action::InformHousehold { how, told_by } if (blank(how) || blank(told_by)) => {
            no("请写明怎样告知、由谁告知。");
        }
        Action::RequestRecheck { reason } => {
            if blank(reason) {
                no("请写明农户为什么申请复核。");
            }
            if matches!(&casefile.stage, Stage::Refused { informed: None, .. }) {
                refused.push(Refusal::new(
                    "household_informed",
                    "还没有把结果和理由告诉农户：请先登记告知，再登记复核申请。",
                    None,
                ));
            }
        }
        _ => {}
    }
}

/// Whether the name is that of somebody of the household.
fn member_named(name: &str, facts: &Facts<'_>) -> bool {
    let mut living = facts.members.iter().filter(|m| m.active);
    living.any(|m| same_person(&m.name, name))
}

/// A guardian or proxy is somebody else, and whoever saw it is neither of the
/// two; one person may not type it in, sign and witness it.
fn stand_in(signature: &LetterSignature, facts: &Facts<'_>, no: &mut impl FnMut(&str)) {
    let member = facts.members.iter().find(|m| m.id == signature.member_id);
    let stands_in = matches!(signature.mode.as_str(), "guardian" | "proxy");
    let signer = signature.signer_name.as_str();
    let himself = member.is_some_and(|m| same_person(&m.name, signer));
    if stands_in && (himself || same_person("本人", signer)) {
        no("监护人或代理人不能是本人：本人签的请选本人签字。");
    }
    let mut children = facts.members.iter().filter(|m| m.active && !m.adult);
    if stands_in && children.any(|m| same_person(&m.name, signer)) {
        no("代签人还没有成年，请由成年人代签。");
    }
    // Where the pack asks for each signature, its guard says so with the clause.
    let asked = |p: &Procedure| p.has_guard(GuardKind::EveryQueriedPersonSigned);
    let unexplained = signature.reason.as_deref().is_none_or(is_blank);
    if stands_in && unexplained && !facts.pack.identification().is_some_and(asked) {
        no("由他人代签的，请写明代签原因。");
    }
    let Some(witness) = signature.witness.as_deref().filter(|w| !is_blank(w)) else {
        return;
    };
    if same_person(witness, signer) || member.is_some_and(|m| same_person(&m.name, witness)) {
        no("见证人不能是签字人或代签人，也不能是被代签的人。");
    }
}

/// 回避: nobody leads, records or types in the meeting's word on the own
/// household.
fn recused(appraisal: &Appraisal, facts: &Facts<'_>, no: &mut impl FnMut(&str)) {
    for (name, office) in [
        (appraisal.chair.as_str(), "主持人"),
        (appraisal.recorder.as_str(), "记录人"),
        (facts.actor.display_name.as_str(), "登记人"),
    ] {
        if member_named(name, facts) {
            no(&format!(
                "{office}是这户的家庭成员，评议这一户时要回避，请换人。"
            ));
        }
    }
    let mut away = Vec::new();
    for name in &appraisal.recused {
        if is_blank(name) || away.iter().any(|a: &&String| same_person(a, name)) {
            no("回避人员要逐人写明姓名，不能空着或重复。");
            return;
        }
        away.push(name);
    }
}

/// Who verified, who signed for the household, and who shares its income.
fn people(form: &HomeVerification, facts: &Facts<'_>, no: &mut impl FnMut(&str)) {
    if form.verifiers.iter().any(|v| member_named(v, facts)) {
        no("核实人不能是本户家庭成员，请换人核实。");
    }
    let signed = &form.household_signed;
    let unexplained = |text: &Option<String>| text.as_deref().is_none_or(is_blank);
    let stranger = !is_blank(&signed.name) && !member_named(&signed.name, facts);
    let child = facts
        .members
        .iter()
        .any(|m| m.active && !m.adult && same_person(&m.name, &signed.name));
    if child && signed.mode != "refused" {
        no("签字人还没有成年：请由家里的成年人签，没有成年人的由监护人签并写明关系和原因。");
    }
    if stranger
        && signed.mode != "refused"
        && (unexplained(&signed.relation) || unexplained(&signed.reason))
    {
        no("签字人不是本户家庭成员：由监护人或代理人签的，请写明与本户的关系和代签原因。");
    }
    let sharing = facts
        .members
        .iter()
        .filter(|m| m.active && m.shares_income)
        .count();
    if usize::from(form.income.persons) != sharing && is_blank(&form.persons_reason) {
        no(&format!(
            "档案里共享收支的有 {sharing} 人，表上写了 {} 人：请核对，确有不同的写明原因。",
            form.income.persons
        ));
    }
}

/// A comparison made for another purpose counts only where the pack's text says
/// so; a result nobody may rest on is not taken in.
fn not_reusable(facts: &Facts<'_>, source: &str) -> Option<Refusal> {
    let guards = &facts.pack.identification()?.guards;
    let guard = guards
        .iter()
        .find(|g| g.kind == GuardKind::CrossCheckConcluded)?;
    if guard.exemptions.iter().any(|e| e.code == source) {
        return None;
    }
    let message = match guard.exemptions.is_empty() {
        true => "所依据的文件要求比对，没有说可以共用别处的比对结果：请开展信息比对。".to_owned(),
        false => {
            let known: Vec<&str> = guard.exemptions.iter().map(|e| e.label.as_str()).collect();
            format!(
                "这种比对结果不能共用：可以共用的是{}；其余请重新比对。",
                known.join("、")
            )
        }
    };
    let clause = guard.clause.as_ref().map(|c| c.get_ref().as_str());
    Some(Refusal::new("cross_check_concluded", message, clause))
}

/// The clause under which a comparison of `source` may be used again.
fn exemption_clause<'a>(facts: &Facts<'a>, source: &str) -> Option<&'a str> {
    let guards = &facts.pack.identification()?.guards;
    let exemption = guards
        .iter()
        .flat_map(|g| &g.exemptions)
        .find(|e| e.code == source)?;
    exemption.clause.as_ref().map(|c| c.get_ref().as_str())
}

fn home(form: &HomeVerification, occurred_on: Date, facts: &Facts<'_>, no: &mut impl FnMut(&str)) {
    let values = &facts.pack.values;
    let sheet = &form.income;
    if is_blank(&form.opinion) {
        no("请写明核实意见。");
    }
    let mut judged = form.dimensions.iter().chain(&form.difficulties);
    if form.recommends && form.risks.is_empty() && !judged.any(|j| j.problem) {
        no("建议提交评议的，至少要写明一项风险、问题或实际困难；没有发现的，核实意见请选不建议。");
    }
    let amounts = [
        sheet.wage_fen,
        sheet.operating_fen,
        sheet.property_fen,
        sheet.transfer_fen,
        sheet.operating_expense_fen,
        sheet.claims_fen,
        sheet.out_of_pocket_fen,
    ];
    if amounts.iter().any(|a| *a < 0) {
        no("收入和支出不能是负数。");
    }
    if sheet.persons == 0 || sheet.persons > 50 {
        no("请核对共享收支的人数。");
    }
    if sheet.period_to < sheet.period_from || sheet.period_to > occurred_on {
        no("收入核算期不对：截止日期不能早于开始日期，也不能晚于入户日期。");
    } else if plus_days(sheet.period_from, 366) < sheet.period_to
        || plus_days(sheet.period_to, 730) < occurred_on
    {
        no("收入按核实前 12 个月核算，请核对核算期。");
    } else if plus_days(sheet.period_to, 1) < sheet.period_from.saturating_add(1.year()) {
        // A year's income per head is not that of a month (家庭年人均收入).
        no("年人均收入要按满 12 个月核算，请核对核算期的起止日期。");
    }
    if form
        .risks
        .iter()
        .any(|r| !values.risk_types.iter().any(|k| &k.code == r))
    {
        no("请从列出的风险类型里选择。");
    }
    let unknown = |judged: &[super::action::Judgement], known: &[crate::policy::Item]| {
        judged
            .iter()
            .any(|j| !known.iter().any(|k| k.code == j.code))
    };
    if unknown(&form.dimensions, &values.dimensions)
        || unknown(&form.difficulties, &values.difficulty_areas)
    {
        no("研判项目与政策文件列出的不一致，请刷新页面。");
    }
    people(form, facts, no);
    let mut risks: Vec<&String> = form.risks.iter().collect();
    risks.sort();
    risks.dedup();
    if risks.len() < form.risks.len() {
        no("同一种风险只选一次。");
    }
    let bounds = facts.pack.values.bounds.as_ref();
    if let Some(most) = bounds.and_then(|b| b.most_risks.get())
        && risks.len() > usize::from(most)
    {
        no(&format!("最多选 {most} 种主要风险。"));
    }
    if form.risks.iter().any(|r| r == "other") && is_blank(&form.risk_note) {
        no("选了“其他”风险的，请写明是什么风险。");
    }
    if form
        .dimensions
        .iter()
        .chain(&form.difficulties)
        .any(|j| j.problem && is_blank(&j.finding))
    {
        no("研判有问题的，要写明看到了什么情况。");
    }
    if !["on_site", "remote"].contains(&form.mode.as_str()) {
        no("请选择核实方式：入户或视频电话。");
    }
}
