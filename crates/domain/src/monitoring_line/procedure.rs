//! The one way a line changes: an action by a named person, in the order the
//! pack gives the steps.

use jiff::civil::Date;

use super::{
    Draft, EarlierRound, Filing, FilingAnswer, LineAction, LineRecords, LineStage, MonitoringLine,
    Signature, Surroundings, calculate,
};
use crate::casefile::Refusal;
use crate::policy::{Line, LineStep, LineStepKind};
use crate::typed_text::{is_blank, readable_length};

/// What [`apply`] may look at besides the line itself.
#[derive(Debug, Clone)]
pub struct LineFacts<'a> {
    pub rules: &'a Line,
    pub account_id: &'a str,
    pub account_name: &'a str,
    pub around: Surroundings<'a>,
}

/// Whether a line for that year may be begun at all.
///
/// # Errors
/// The reason against it, with its clause.
pub fn open_for(
    rules: &Line,
    year: i16,
    corrects: bool,
    others: &[(i16, LineStage)],
) -> Result<(), Vec<Refusal>> {
    let mut against = Vec::new();
    let of_year =
        |stage: &dyn Fn(LineStage) -> bool| others.iter().any(|(y, s)| *y == year && stage(*s));
    let yearly = rules.adjusted_yearly.as_ref();
    let once = yearly.is_none_or(|y| y.get() != Some(false));
    if once && !corrects && of_year(&|s| s == LineStage::Published) {
        against.push(Refusal::new(
            "one_line_a_year",
            format!("{year} 年的监测范围已经印发；要改，请另做一次更正，从以后的日期起执行"),
            yearly.and_then(|y| y.clause()),
        ));
    }
    if of_year(&|s| !matches!(s, LineStage::Published | LineStage::Withdrawn)) {
        against.push(Refusal::new(
            "one_draft_at_a_time",
            format!("{year} 年的监测范围已经有一份在办，请在那一份上继续"),
            None,
        ));
    }
    if against.is_empty() {
        Ok(())
    } else {
        Err(against)
    }
}

/// The basis a document gives for its own amount (HN22-010), in words.
fn documented_basis(rules: &Line) -> String {
    let rate = rules.growth_rate_percent.as_ref().and_then(|r| r.get());
    rate.map_or_else(String::new, |rate| {
        format!("（以农村居民人均可支配收入增长率 {rate}% 为调整依据）")
    })
}

/// What stands against submitting a draft.
pub fn draft_faults(
    rules: &Line,
    year: i16,
    draft: &Draft,
    around: &Surroundings<'_>,
) -> Vec<Refusal> {
    let mut against = Vec::new();
    if let Some((stated, clause)) = rules.stated_for(year) {
        if draft.amount_yuan != stated {
            against.push(Refusal::new(
                "amount_stated",
                format!(
                    "文件已经写明 {year} 年为 {stated} 元{}，不再另算",
                    documented_basis(rules)
                ),
                clause,
            ));
        }
    } else {
        let answer = calculate(rules, year, &draft.inputs, draft.rounding.as_ref());
        if answer.rounding_open && draft.rounding.as_ref().is_some_and(|r| is_blank(&r.reason)) {
            against.push(Refusal::new(
                "rounding_reason",
                "请写明为什么这样取整；它作为惯例留存",
                None,
            ));
        }
        if let Some(ordered) = answer.proposals.iter().find(|p| p.binding)
            && let Some(amount) = ordered.amount_yuan
            && amount != draft.amount_yuan
        {
            against.push(Refusal::new(
                "formula_followed",
                format!("按文件的算法应为 {amount} 元（{}）", ordered.expression),
                ordered.clause.as_deref(),
            ));
        }
        if let Some(floor) = answer.floor_yuan.filter(|f| draft.amount_yuan < *f) {
            against.push(Refusal::new(
                "floor_kept",
                format!("监测范围不能低于底线 {floor} 元"),
                answer.floor_clause.as_deref(),
            ));
        }
        against.extend(answer.missing);
    }
    // What cannot be counted in fen is no amount.
    if draft.amount_yuan <= 0 || draft.amount_yuan.checked_mul(100).is_none() {
        against.push(Refusal::new("amount", "请填写监测范围金额", None));
    } else {
        against.extend(around.unexplained(draft));
    }
    if readable_length(&draft.rationale) < 10 {
        against.push(Refusal::new(
            "rationale",
            "请写明理由，至少 10 个字：综合考虑了什么、为什么定这个数",
            None,
        ));
    }
    if draft.effective_from.year() != year {
        against.push(Refusal::new(
            "effective_from",
            format!("生效日期应在 {year} 年内"),
            None,
        ));
    }
    against.extend(around.against_place(year, draft));
    against
}

/// Puts an action before a line.
///
/// # Errors
/// Every guard that stands in the way, with its clause.
pub fn apply(
    line: &MonitoringLine,
    action: &LineAction,
    on: Date,
    facts: &LineFacts<'_>,
) -> Result<MonitoringLine, Vec<Refusal>> {
    let mut against = Vec::new();
    if on > facts.around.today {
        against.push(Refusal::new("occurred_on", "日期不能晚于今天", None));
    }
    if last_act(&line.records).is_some_and(|last| on < last) {
        against.push(Refusal::new("occurred_on", "日期不能早于上一步", None));
    }
    against.extend(out_of_stage(line, action));
    against.extend(out_of_order(line, action, facts.rules));
    against.extend(wrong_person(line, action, facts));
    against.extend(incomplete(line, action, facts));
    if !against.is_empty() {
        return Err(against);
    }
    Ok(after(line, action, on, facts))
}

/// The day of the latest act.
fn last_act(records: &LineRecords) -> Option<Date> {
    let filings = records
        .filings
        .iter()
        .flat_map(|f| std::iter::once(&f.sent).chain(f.answer.as_ref().map(|a| &a.by)));
    [
        &records.drafted,
        &records.submitted,
        &records.reviewed,
        &records.approved,
        &records.published,
        &records.withdrawn,
    ]
    .into_iter()
    .flatten()
    .chain(filings)
    .chain(&records.sent_back)
    .map(|s| s.on)
    .max()
}

fn out_of_stage(line: &MonitoringLine, action: &LineAction) -> Option<Refusal> {
    let stage = line.stage();
    let done = |message: &str| Some(Refusal::new("line_stage", message.to_owned(), None));
    match (action, stage) {
        (_, LineStage::Withdrawn) => done("这份监测范围已经撤回"),
        (_, LineStage::Published) if !matches!(action, LineAction::AnswerFiling { .. }) => {
            done("已经印发的不能再改；要改，请做更正，从以后的日期起执行")
        }
        (LineAction::Revise { .. } | LineAction::Submit, LineStage::Draft) => None,
        (LineAction::Revise { .. }, _) => done("已经送审，退回后才能再改"),
        (LineAction::Submit, _) => done("已经送审"),
        (LineAction::SendBack { .. }, LineStage::Draft) => done("还没有送审"),
        (LineAction::Approve { .. }, _) if line.records.approved.is_some() => done("已经批准"),
        (LineAction::Review { .. }, _) if line.records.reviewed.is_some() => done("已经研判"),
        (LineAction::File { .. }, _) if line.filed() => done("已经报送备案"),
        (LineAction::AnswerFiling { .. }, _)
            if line
                .records
                .filings
                .last()
                .is_none_or(|f| f.answer.is_some()) =>
        {
            done("没有等待答复的备案")
        }
        _ => None,
    }
}

/// The step an action belongs to.
fn step_of(action: &LineAction) -> Option<LineStepKind> {
    match action {
        LineAction::Submit => Some(LineStepKind::Calculation),
        LineAction::Review { .. } | LineAction::Approve { .. } => Some(LineStepKind::Review),
        LineAction::File { .. } => Some(LineStepKind::Filing),
        LineAction::Publish { .. } => Some(LineStepKind::Publication),
        _ => None,
    }
}

fn done(line: &MonitoringLine, step: LineStepKind) -> bool {
    match step {
        LineStepKind::Calculation => line.records.submitted.is_some(),
        LineStepKind::Review => line.records.approved.is_some(),
        LineStepKind::Filing => line.filed(),
        LineStepKind::Publication => line.records.published.is_some(),
    }
}

/// Every earlier step of the pack is done, and the step is one of the pack's.
fn out_of_order(line: &MonitoringLine, action: &LineAction, rules: &Line) -> Vec<Refusal> {
    let Some(kind) = step_of(action) else {
        return Vec::new();
    };
    let steps = rules.steps();
    let Some(at) = steps.iter().position(|s| s.kind == kind) else {
        return vec![Refusal::new(
            "step_not_stated",
            "现行文件没有这个环节",
            None,
        )];
    };
    let clause = |s: &LineStep| s.clause.as_ref().map(|c| c.get_ref().clone());
    let mut against: Vec<Refusal> = steps[..at]
        .iter()
        .filter(|s| !done(line, s.kind))
        .map(|s| {
            Refusal::new(
                "steps_in_order",
                format!("“{}”还没有办完", s.label),
                clause(s).as_deref(),
            )
        })
        .collect();
    let approving = matches!(action, LineAction::Approve { .. });
    if approving && line.records.submitted.is_some() && line.records.reviewed.is_none() {
        against.push(Refusal::new(
            "reviewed_first",
            "要先有另一人的研判意见，才能批准",
            clause(&steps[at]).as_deref(),
        ));
    }
    against
}

/// Drafter, reviewer and approver are three people (经办、审核、签发); no document
/// says so, the platform does.
fn wrong_person(
    line: &MonitoringLine,
    action: &LineAction,
    facts: &LineFacts<'_>,
) -> Option<Refusal> {
    let author = line.authors.iter().any(|a| a == facts.account_id);
    let reviewer = line
        .records
        .reviewed
        .as_ref()
        .is_some_and(|r| r.account_id == facts.account_id);
    match action {
        // What the higher authority returned goes back by anybody's hand.
        LineAction::SendBack { .. } if line.filing_returned() => None,
        LineAction::Review { .. } | LineAction::Approve { .. } | LineAction::SendBack { .. }
            if author =>
        {
            Some(Refusal::new(
                "not_the_drafter",
                "起草的人不能研判、退回或批准自己的稿子，请由另一人办理",
                None,
            ))
        }
        LineAction::Approve { .. } if reviewer => Some(Refusal::new(
            "not_the_reviewer",
            "研判和批准要由两个人办理",
            None,
        )),
        LineAction::Withdraw { .. } if !author => Some(Refusal::new(
            "only_the_drafter",
            "只有起草的人可以撤回；其他人请退回",
            None,
        )),
        _ => None,
    }
}

fn incomplete(line: &MonitoringLine, action: &LineAction, facts: &LineFacts<'_>) -> Vec<Refusal> {
    let need = |guard: &str, text: &str, message: &str| {
        if is_blank(text) {
            vec![Refusal::new(guard, message.to_owned(), None)]
        } else {
            Vec::new()
        }
    };
    let still_fits = || facts.around.against_place(line.year, &line.draft);
    match action {
        LineAction::Submit => draft_faults(facts.rules, line.year, &line.draft, &facts.around),
        LineAction::Review { opinion } => need("opinion", opinion, "请写明研判意见"),
        LineAction::SendBack { reason } | LineAction::Withdraw { reason } => {
            need("reason", reason, "请写明理由")
        }
        LineAction::Approve { document_number } => {
            let said = "请填写批准的文号或会议纪要";
            with(need("document_number", document_number, said), still_fits())
        }
        LineAction::File {
            document_number, ..
        } => {
            let said = "请填写备案文件的文号";
            with(need("document_number", document_number, said), still_fits())
        }
        LineAction::AnswerFiling {
            acknowledged: false,
            remarks,
        } => need("remarks", remarks, "请写明退回的意见"),
        LineAction::Publish { document_number } => {
            let said = "请填写印发文件的文号";
            with(need("document_number", document_number, said), still_fits())
        }
        LineAction::AnswerFiling { .. } | LineAction::Revise { .. } => Vec::new(),
    }
}

fn with(mut first: Vec<Refusal>, then: Vec<Refusal>) -> Vec<Refusal> {
    first.extend(then);
    first
}

fn after(
    line: &MonitoringLine,
    action: &LineAction,
    on: Date,
    facts: &LineFacts<'_>,
) -> MonitoringLine {
    let sign = |document_number: &str, note: &str| Signature {
        account_id: facts.account_id.to_owned(),
        name: facts.account_name.to_owned(),
        on,
        document_number: document_number.trim().to_owned(),
        note: note.trim().to_owned(),
    };
    let mut next = line.clone();
    let records = &mut next.records;
    match action {
        LineAction::Revise { draft } => {
            next.draft = draft.clone();
            records.drafted = Some(sign("", ""));
            if !next.authors.iter().any(|a| a == facts.account_id) {
                next.authors.push(facts.account_id.to_owned());
            }
        }
        LineAction::Submit => records.submitted = Some(sign("", "")),
        LineAction::Review { opinion } => records.reviewed = Some(sign("", opinion)),
        LineAction::SendBack { reason } => {
            records.earlier.push(EarlierRound {
                amount_yuan: line.draft.amount_yuan,
                effective_from: line.draft.effective_from,
                drafted: records.drafted.take(),
                submitted: records.submitted.take(),
                reviewed: records.reviewed.take(),
                approved: records.approved.take(),
                filings: std::mem::take(&mut records.filings),
            });
            records.sent_back.push(sign("", reason));
        }
        LineAction::Approve { document_number } => {
            records.approved = Some(sign(document_number, ""));
        }
        LineAction::File {
            document_number,
            note,
        } => {
            let step = facts
                .rules
                .steps()
                .into_iter()
                .find(|s| s.kind == LineStepKind::Filing);
            records.filings.push(Filing {
                sent: sign(document_number, note),
                recipient: step.map(|s| s.recipient).unwrap_or_default(),
                answer: None,
            });
        }
        LineAction::AnswerFiling {
            acknowledged,
            remarks,
        } => {
            if let Some(filing) = records.filings.last_mut() {
                filing.answer = Some(FilingAnswer {
                    acknowledged: *acknowledged,
                    by: sign("", remarks),
                });
            }
        }
        LineAction::Publish { document_number } => {
            records.published = Some(sign(document_number, ""));
            records.holds_from = Some(line.draft.effective_from.max(facts.around.today));
        }
        LineAction::Withdraw { reason } => records.withdrawn = Some(sign("", reason)),
    }
    next
}
