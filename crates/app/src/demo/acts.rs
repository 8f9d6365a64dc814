//! From a move of the script to the act a person would post.

use domain::casefile::{
    Action, Announcement, Archive, Casefile, CommitmentLetter, CountyDecision, DiscrepancyReport,
    HomeVerification, HouseholdSignature, IncomeSheet, Judgement, LetterSignature, Situation,
    TownshipReview, Verdict, Withdrawal, propose_category,
};
use domain::household::{HouseholdFile, Member};
use domain::policy::{Item, Pack, StepKind};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::profile::Profile;
use super::random::Random;
use super::script::Move;

/// 驻村第一书记 of the demo, the second verifier everywhere.
pub(super) const FIRST_SECRETARY: &str = "宋远帆";
const WITNESS: &str = "崔新民";
const CROSS_CHECK_ITEMS: [&str; 6] = [
    "房产",
    "车辆",
    "财政供养",
    "工商登记",
    "养老保险",
    "银行存款",
];
const HITS: [(&str, &str); 3] = [
    ("车辆", "名下登记小型汽车一辆"),
    ("工商登记", "登记为个体工商户经营者"),
    ("房产", "县城有商品房一套"),
];

/// What an act of the script needs to know.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub pack: &'a Pack,
    pub file: &'a HouseholdFile,
    pub profile: &'a Profile,
    /// The day it happened.
    pub day: Date,
    /// Display name of who acts at home, in the village, in the township.
    pub home: &'a str,
    pub village: &'a str,
    pub township: &'a str,
    /// Short name of the township.
    pub township_name: &'a str,
    /// Running number of decision documents.
    pub document: u32,
}

impl Scene<'_> {
    /// The act for a move on one casefile; `None` where the move is no such
    /// act (leads, meetings, notices, objections have their own use cases).
    pub(super) fn action(
        &self,
        what: Move,
        casefile: &Casefile,
        random: &mut Random,
    ) -> Option<Action> {
        Some(match what {
            Move::Verify => Action::VerifyHome(self.verification(random)),
            Move::Letter => Action::SignLetter(self.letter()),
            Move::Request => Action::RequestCrossCheck {
                member_ids: signed(casefile),
                items: CROSS_CHECK_ITEMS.iter().map(|i| (*i).to_owned()).collect(),
            },
            Move::Forward => Action::ForwardCrossCheck {},
            Move::Reuse => Action::ReuseCrossCheck {
                source: "subsistence_allowance".into(),
                checked_on: self.day.saturating_sub(26.days()),
                reference: "县民政局低保家庭经济状况核对报告".into(),
                confirmed_by: Some("县民政局低保股".into()),
            },
            Move::Answer(hits) => self.answer(hits, casefile),
            Move::Resolve(index) => Action::ResolveDiscrepancy {
                index: usize::from(index),
                explanation: "车辆已转卖给外村亲戚，没有过户，农户提供了转让协议。".into(),
                verified_by: self.home.into(),
                conclusion: "cleared".into(),
                note: "已看转让协议并走访买方".into(),
            },
            Move::Conclude => Action::ConcludeCrossCheck {
                note: "各部门结果已反馈".into(),
            },
            Move::Approve => Action::Review(self.review(Verdict::Approve, None)),
            Move::ReviewBack(step) => Action::Review(self.review(Verdict::SendBack, Some(step))),
            Move::ReviewRefuse => Action::Review(self.review(Verdict::Refuse, None)),
            Move::Decide => Action::Decide(self.decision(Verdict::Approve, None, casefile)),
            Move::DecideBack(step) => {
                Action::Decide(self.decision(Verdict::SendBack, Some(step), casefile))
            }
            Move::DecideRefuse => Action::Decide(self.decision(Verdict::Refuse, None, casefile)),
            Move::Acknowledge => Action::AcknowledgeDecision {},
            Move::Inform => Action::InformHousehold {
                how: "当面告知并送达书面说明，说明可向乡镇申请复核、可拨打12317".into(),
                told_by: self.township.into(),
            },
            Move::Recheck => Action::RequestRecheck {
                reason: "农户说明住院费用没有算全，请求重新核实".into(),
            },
            Move::Announce => Action::Announce(Announcement {
                place: "村务公开栏".into(),
                issued_by: format!("{}人民政府", self.township_name),
            }),
            Move::Archive => Action::Archive(self.archive()),
            Move::End(ending) => Action::End {
                ending: ending.into(),
                reason: match ending {
                    "refuses_to_sign" => {
                        "两次上门说明，农户不愿签署承诺授权书，已记录并由两人见证。"
                    }
                    _ => "农户表示困难已由子女解决，书面申请撤回。",
                }
                .into(),
                withdrawal: self.head().map(|h| Withdrawal {
                    signed_by: h.name.clone(),
                    signed_on: self.day,
                    paper_place: "镇档案室 1 号柜".into(),
                }),
            },
            Move::Explain => Action::ExplainOverdue {
                clock: "identification".into(),
                reason: "户主在外地住院，入户和签字推迟；已电话联系家属并约定时间。".into(),
            },
            Move::Register
            | Move::Lead(_)
            | Move::Appraise(_)
            | Move::Notice
            | Move::Object(_)
            | Move::AnswerObjection(_) => return None,
        })
    }

    fn head(&self) -> Option<&Member> {
        self.file
            .head()
            .or_else(|| self.file.active_members().next())
    }

    fn verification(&self, random: &mut Random) -> HomeVerification {
        let profile = self.profile;
        let persons = self.file.counted_members().count().max(1);
        let per_capita = random.between(profile.per_capita_yuan.0, profile.per_capita_yuan.1);
        let net = per_capita * 100 * i64::try_from(persons).unwrap_or(1);
        let (operating, transfer) = (net * 28 / 100, net * 17 / 100);
        let expense = operating * 3 / 10;
        let month = self.day.first_of_month();
        let troubled = |code: &str| {
            matches!(code, "income_and_expenditure" | "risk") || profile.dimension == Some(code)
        };
        let judge = |items: &[Item], problem: &dyn Fn(&str) -> bool| -> Vec<Judgement> {
            let judged = |i: &Item| {
                let problem = problem(&i.code);
                let finding = if problem {
                    profile.finding
                } else {
                    "没有发现问题"
                };
                Judgement {
                    code: i.code.clone(),
                    problem,
                    finding: finding.into(),
                }
            };
            items.iter().map(judged).collect()
        };
        let name = self.head().map_or_else(String::new, |h| h.name.clone());
        let old = self
            .head()
            .and_then(|h| h.age_on(self.day))
            .is_some_and(|a| a >= 70);
        HomeVerification {
            verifiers: vec![self.home.into(), FIRST_SECRETARY.into()],
            income: IncomeSheet {
                wage_fen: net - operating - transfer + expense,
                operating_fen: operating,
                property_fen: 0,
                transfer_fen: transfer,
                operating_expense_fen: expense,
                persons: u16::try_from(persons).unwrap_or(1),
                period_from: month.saturating_sub(12.months()),
                period_to: month.saturating_sub(1.day()),
                claims_fen: 0,
                out_of_pocket_fen: random
                    .between(profile.out_of_pocket_yuan.0, profile.out_of_pocket_yuan.1)
                    * 100,
            },
            dimensions: judge(&self.pack.values.dimensions, &troubled),
            difficulties: judge(&self.pack.values.difficulty_areas, &|code| {
                code == profile.difficulty
            }),
            risks: profile.risks.iter().map(|r| (*r).to_owned()).collect(),
            risk_note: profile.risk_note.into(),
            persons_reason: String::new(),
            opinion: format!("{}建议提交民主评议。", profile.finding),
            recommends: true,
            household_signed: HouseholdSignature {
                mode: if old { "fingerprint" } else { "signature" }.into(),
                name,
                witness: old.then(|| WITNESS.to_owned()),
                relation: None,
                reason: None,
            },
            mode: "on_site".into(),
        }
    }

    /// Each adult signs; the old by fingerprint, those away through a proxy.
    fn letter(&self) -> CommitmentLetter {
        let head = self.head().map_or_else(String::new, |h| h.name.clone());
        let signature = |m: &Member| {
            let old = m.age_on(self.day).is_some_and(|a| a >= 75);
            let proxy = !m.lives_here && m.name != head;
            let (mode, signer, reason) = match (!proxy, old) {
                (false, _) => ("proxy", head.clone(), Some("在外务工，委托户主代签")),
                (true, true) => ("fingerprint", m.name.clone(), None),
                (true, false) => ("signature", m.name.clone(), None),
            };
            LetterSignature {
                member_id: m.id.clone(),
                mode: mode.into(),
                signer_name: signer,
                reason: reason.map(str::to_owned),
                witness: (mode != "signature").then(|| WITNESS.to_owned()),
            }
        };
        CommitmentLetter {
            truthfulness: true,
            query_authorisation: true,
            signatures: self
                .file
                .active_members()
                .filter(|m| m.is_adult_on(self.day))
                .map(signature)
                .collect(),
            valid_until: Some(self.day.saturating_add(6.months())),
        }
    }

    fn answer(&self, hits: u8, casefile: &Casefile) -> Action {
        let asked = casefile
            .records
            .cross_check
            .as_ref()
            .map(|c| c.member_ids.clone())
            .unwrap_or_default();
        let report = |(index, (item, finding)): (usize, &(&str, &str))| {
            Some(DiscrepancyReport {
                member_id: asked.get(index % asked.len().max(1))?.clone(),
                item: (*item).into(),
                finding: (*finding).into(),
            })
        };
        Action::AnswerCrossCheck {
            department: if hits == 0 {
                "县信息比对联席办公室"
            } else {
                "县公安局"
            }
            .into(),
            answered_by: if hits == 0 {
                "比对专班"
            } else {
                "交警大队信息岗"
            }
            .into(),
            discrepancies: HITS
                .iter()
                .take(usize::from(hits))
                .enumerate()
                .filter_map(report)
                .collect(),
        }
    }

    fn review(&self, outcome: Verdict, send_back_to: Option<StepKind>) -> TownshipReview {
        let (ground, reason) = reasons(outcome);
        TownshipReview {
            outcome,
            checkers: vec![self.township.into()],
            opinion: match outcome {
                Verdict::Approve => "公示无异议，材料齐全，同意上报。",
                Verdict::SendBack => "退回补充核实。",
                Verdict::Refuse => "经复核，不符合纳入条件。",
            }
            .into(),
            findings: None,
            judgements: refusal_judgements(self.pack, outcome),
            send_back_to,
            ground,
            reason,
        }
    }

    fn decision(
        &self,
        outcome: Verdict,
        send_back_to: Option<StepKind>,
        casefile: &Casefile,
    ) -> CountyDecision {
        let approve = outcome == Verdict::Approve;
        let (ground, reason) = reasons(outcome);
        let proposed = Situation::of(&casefile.records)
            .and_then(|s| propose_category(self.pack, &self.file.household_type, &s).conclusion);
        CountyDecision {
            outcome,
            category: proposed.map(|c| c.category).filter(|_| approve),
            document_number: if approve {
                format!("演示监测〔2022〕{}号", self.document)
            } else {
                String::new()
            },
            signed_on: approve.then_some(self.day),
            signatory: if approve {
                "贺明章".into()
            } else {
                String::new()
            },
            opinion: match outcome {
                Verdict::Approve => "综合研判四个方面，同意纳入监测。",
                Verdict::SendBack => "评议记录不完整，请补充后再报。",
                Verdict::Refuse => "综合研判四个方面，不予纳入。",
            }
            .into(),
            dimensions_considered: self
                .pack
                .values
                .dimensions
                .iter()
                .map(|d| d.code.clone())
                .collect(),
            judgements: refusal_judgements(self.pack, outcome),
            send_back_to,
            ground,
            reason,
        }
    }

    fn archive(&self) -> Archive {
        Archive {
            entry_on: self.day,
            national_reference: Some(format!("DEMO-{:05}", self.document)),
            collected_by: self.home.into(),
            entered_by: self.village.into(),
            reviewed_by: self.township.into(),
        }
    }
}

fn signed(casefile: &Casefile) -> Vec<String> {
    let letter = casefile.records.commitment_letter.as_ref();
    letter
        .map(|l| {
            l.record
                .signatures
                .iter()
                .map(|s| s.member_id.clone())
                .collect()
        })
        .unwrap_or_default()
}

/// What a refusal says of each dimension of the pack.
pub(super) fn refusal_judgements(pack: &Pack, outcome: Verdict) -> Vec<Judgement> {
    let dimensions = pack.values.dimensions.iter();
    dimensions
        .filter(|_| outcome == Verdict::Refuse)
        .map(|d| Judgement {
            code: d.code.clone(),
            problem: false,
            finding: format!("{}：入户看过，没有发现问题", d.label),
        })
        .collect()
}

fn reasons(outcome: Verdict) -> (Option<String>, Option<String>) {
    match outcome {
        Verdict::Approve => (None, None),
        Verdict::SendBack => (
            None,
            Some("排查表的支出没有票据，评议记录缺少签到表，请补充核实。".into()),
        ),
        Verdict::Refuse => (
            Some("no_risk".into()),
            Some("务工已恢复，医疗费用已由医保和救助解决，四个方面没有发现返贫致贫风险。".into()),
        ),
    }
}
