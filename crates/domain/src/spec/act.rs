//! From the words of a scenario row to an [`Action`] with good data: a row
//! says only what is unusual.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::usual;
use crate::calendar::plus_days;
use crate::casefile::{
    Action, Announcement, DiscrepancyReport, PaperStatement, ProjectPlan, TownshipSubmission,
    Verdict, Withdrawal, WrittenNotice,
};
use crate::division::Level;
use crate::policy::{GuardKind, Pack, StepKind};

/// What a row says beside the name of the act.
pub(super) struct Words<'a> {
    pub map: &'a BTreeMap<String, String>,
    pub pack: &'a Pack,
    /// Ids (which are the names) of the adults of the household.
    pub adults: &'a [String],
    pub occurred_on: Date,
    /// Number of the next appraisal round.
    pub next_round: u16,
}

impl Words<'_> {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.map.get(key).map(String::as_str)
    }
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        self.get(key).map(|v| {
            v.split('、')
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .map(str::to_owned)
                .collect()
        })
    }
    pub(super) fn number(&self, key: &str, usual: u16) -> Result<u16, String> {
        self.get(key).map_or(Ok(usual), |v| {
            v.parse().map_err(|_| format!("“{key}={v}”不是数字"))
        })
    }
    pub(super) fn says(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }
    pub(super) fn step(&self, key: &str) -> Result<Option<StepKind>, String> {
        let Some(label) = self.get(key) else {
            return Ok(None);
        };
        let steps = self
            .pack
            .identification()
            .map(|p| p.steps.as_slice())
            .unwrap_or_default();
        let step = steps.iter().find(|s| s.label == label);
        step.map(|s| Some(s.kind))
            .ok_or_else(|| format!("没有环节“{label}”"))
    }
    pub(super) fn unless_missing(&self, item: &str, usual: &str) -> String {
        if self.missing(item) {
            String::new()
        } else {
            usual.to_owned()
        }
    }
    /// Another name than the usual, or none where it is missing.
    fn named(&self, key: &str, usual: &str) -> String {
        self.get(key)
            .map_or_else(|| self.unless_missing(key, usual), str::to_owned)
    }
    /// Codes of the evidence named by label under `材料`.
    fn evidence_codes(&self) -> Result<Vec<String>, String> {
        let steps = self.pack.identification().map(|p| p.steps.as_slice());
        let all: Vec<_> = steps
            .unwrap_or_default()
            .iter()
            .flat_map(|s| &s.evidence)
            .collect();
        self.list("材料")
            .unwrap_or_default()
            .iter()
            .map(|label| {
                let known = all.iter().find(|e| &e.label == label);
                known
                    .map(|e| e.code.clone())
                    .ok_or_else(|| format!("没有材料“{label}”"))
            })
            .collect()
    }
    pub(super) fn missing(&self, item: &str) -> bool {
        self.list("缺").is_some_and(|l| l.iter().any(|m| m == item))
    }
}

/// The keys a row may use; others are spelling mistakes.
const KEYS: &[&str] = &[
    "缺",
    "未扫描",
    "核实人",
    "签字",
    "人均",
    "刚性支出",
    "上年收入",
    "研判",
    "原因",
    "风险或困难",
    "签字人",
    "代签",
    "代签原因",
    "有效至",
    "人员",
    "比对内容",
    "部门",
    "疑点",
    "来源",
    "结论",
    "赞成",
    "反对",
    "弃权",
    "到会",
    "轮次",
    "不通过",
    "属实",
    "退回到",
    "理由",
    "依据",
    "类别",
    "情形",
    "公告单位",
    "上报单位",
    "早报几天",
    "核算几个月",
    "被通知乡镇",
    "另有组织者",
    "确认人",
    "材料",
    "地点",
    "环节",
    "项目",
    "改为",
    "提出人",
    "反映的干部",
    "第几件",
];

/// The level that usually does an act, as written in the 谁 column.
pub(super) fn usual_actor(action: &str) -> &'static str {
    match action {
        "乡镇报送" | "判断疑点" | "答复异议" | "审核" | "审核退回" | "审核不予纳入" | "签收"
        | "公告" | "录入建档" | "镇政府上报" | "上报项目规划" | "终止" | "审批更正"
        | "不同意更正" => "乡",
        "反馈比对" | "共用比对" | "办结比对" | "审批" | "审批退回" | "审批不予纳入"
        | "发起比对" | "书面通知" => "县",
        _ => "村",
    }
}

/// Acts in which another level than the step's takes part.
pub(super) fn has_own_actor(action: &str) -> bool {
    [
        "提交比对",
        "乡镇报送",
        "核实疑点",
        "判断疑点",
        "收到异议",
        "答复异议",
        "签收",
    ]
    .contains(&action)
}

/// The acts that carry a step through with good data.
pub(super) fn usual_acts(pack: &Pack, step: StepKind) -> &'static [&'static str] {
    let guard = |kind| pack.identification().is_some_and(|p| p.has_guard(kind));
    let acknowledged = guard(GuardKind::DecisionAcknowledged);
    match step {
        StepKind::HomeVerification => &["入户核实"],
        StepKind::CommitmentLetter => &["签订承诺授权书"],
        StepKind::CrossCheck if guard(GuardKind::ThroughTownship) => {
            &["提交比对", "乡镇报送", "反馈比对", "办结比对"]
        }
        StepKind::CrossCheck => &["发起比对", "反馈比对", "办结比对"],
        StepKind::DemocraticAppraisal => &["民主评议"],
        StepKind::PublicNotice => &["张贴公示"],
        StepKind::TownshipReview => &["审核"],
        StepKind::TownshipSubmission => &["镇政府上报"],
        StepKind::CountyDecision => &["审批"],
        StepKind::WrittenNotice if acknowledged => &["书面通知", "签收"],
        StepKind::WrittenNotice => &["书面通知"],
        StepKind::Announcement if acknowledged => &["签收", "公告"],
        StepKind::Announcement => &["公告"],
        StepKind::Archive => &["录入建档"],
        StepKind::ProjectPlan => &["上报项目规划"],
    }
}

/// The act a row describes.
pub(super) fn action(name: &str, words: &Words<'_>) -> Result<Action, String> {
    if let Some(unknown) = words.map.keys().find(|k| !KEYS.contains(&k.as_str())) {
        return Err(format!("不认识的参数“{unknown}”"));
    }
    Ok(match name {
        "入户核实" => Action::VerifyHome(usual::verification(words)?),
        "签订承诺授权书" => Action::SignLetter(usual::letter(words)),
        "提交比对" | "发起比对" => Action::RequestCrossCheck {
            member_ids: words.list("人员").unwrap_or_else(|| words.adults.to_vec()),
            items: words
                .get("比对内容")
                .unwrap_or("车辆、房产")
                .split('、')
                .map(str::to_owned)
                .collect(),
        },
        "乡镇报送" => Action::ForwardCrossCheck {},
        "反馈比对" => Action::AnswerCrossCheck {
            department: words.get("部门").unwrap_or("公安").to_owned(),
            answered_by: "部门联络员".into(),
            discrepancies: words
                .list("疑点")
                .unwrap_or_default()
                .into_iter()
                .map(|member_id| DiscrepancyReport {
                    member_id,
                    item: "车辆".into(),
                    finding: "名下登记车辆一台".into(),
                })
                .collect(),
        },
        "共用比对" => Action::ReuseCrossCheck {
            source: match words.get("来源") {
                None | Some("低保") => "subsistence_allowance".into(),
                Some("低收入平台") => "low_income_platform".into(),
                Some(other) => other.to_owned(),
            },
            checked_on: plus_days(words.occurred_on, -20),
            reference: "低保审核材料".into(),
            confirmed_by: words.get("确认人").map(str::to_owned),
        },
        "核实疑点" => Action::ResolveDiscrepancy {
            index: 0,
            explanation: "车辆已报废，未注销".into(),
            verified_by: "核实人一".into(),
            conclusion: words.get("结论").unwrap_or("cleared").to_owned(),
            note: String::new(),
        },
        "判断疑点" => Action::AcknowledgeDiscrepancy {
            index: 0,
            note: "不影响评议结果".into(),
        },
        "办结比对" => Action::ConcludeCrossCheck {
            note: String::new(),
        },
        "民主评议" => Action::RecordAppraisal(usual::appraisal(words)?),
        "张贴公示" => Action::PostNotice {
            notice_id: "公示一".into(),
            place: "村公示栏".into(),
        },
        "收到异议" => Action::FileObjection {
            objection_id: "异议一".into(),
            official_level: match words.get("反映的干部") {
                None => None,
                Some("村") => Some(Level::Village),
                Some("乡") => Some(Level::Township),
                Some("县") => Some(Level::County),
                Some(other) => return Err(format!("反映的干部“{other}”不认识：村、乡、县")),
            },
        },
        "答复异议" => Action::AnswerObjection {
            objection_id: "异议一".into(),
            upheld: words.says("属实"),
        },
        "审核" => Action::Review(usual::review(words, Verdict::Approve)?),
        "审核退回" => Action::Review(usual::review(words, Verdict::SendBack)?),
        "审核不予纳入" => Action::Review(usual::review(words, Verdict::Refuse)?),
        "审批" => Action::Decide(usual::decision(words, Verdict::Approve)?),
        "审批退回" => Action::Decide(usual::decision(words, Verdict::SendBack)?),
        "审批不予纳入" => Action::Decide(usual::decision(words, Verdict::Refuse)?),
        "镇政府上报" => Action::SubmitToCounty(TownshipSubmission {
            government: words.named(
                "上报单位",
                &format!("{}人民政府", usual::township(words.pack)),
            ),
            document_number: words.unless_missing("文号", "某政报〔2021〕1号"),
            signatory: words.unless_missing("签发人", "签发人"),
        }),
        "书面通知" => Action::NotifyTownship(WrittenNotice {
            document_number: words.unless_missing("文号", "某扶办〔2020〕1号"),
            township: match words.get("被通知乡镇") {
                Some(other) => other.to_owned(),
                None => words.unless_missing("乡镇", usual::township(words.pack)),
            },
        }),
        "上报项目规划" => Action::SubmitPlan(ProjectPlan {
            plan: words.unless_missing("规划", "发展养殖并介绍就业"),
            department: words.unless_missing("主管部门", "县农业农村局"),
            submitted_on: (!words.missing("上报日期"))
                .then_some(words.occurred_on)
                .map(|on| Ok::<_, String>(plus_days(on, -i64::from(words.number("早报几天", 0)?))))
                .transpose()?,
        }),
        "签收" => Action::AcknowledgeDecision {},
        "公告" => Action::Announce(Announcement {
            place: "村公示栏".into(),
            issued_by: words.get("公告单位").unwrap_or("某乡人民政府").to_owned(),
        }),
        "录入建档" => Action::Archive(usual::archive(words)),
        "告知农户" => Action::InformHousehold {
            how: "当面告知".into(),
            told_by: "核实人一".into(),
        },
        "申请复核" => Action::RequestRecheck {
            reason: words.get("理由").unwrap_or("家里情况没有说清").to_owned(),
        },
        "终止" => Action::End {
            ending: usual::ending(words)?,
            reason: words.get("理由").unwrap_or("已核实并附证明").to_owned(),
            withdrawal: Some(Withdrawal {
                signed_by: "户主".into(),
                signed_on: words.occurred_on,
                paper_place: "村档案柜".into(),
            }),
        },
        "说明纸质件" => Action::StatePaper(PaperStatement {
            codes: words.evidence_codes()?,
            place: words.get("地点").unwrap_or("村档案柜").to_owned(),
        }),
        "申请更正" => Action::RequestCorrection(usual::correction(words)?),
        "审批更正" | "不同意更正" => Action::DecideCorrection {
            index: words.number("第几件", 1)?.saturating_sub(1).into(),
            approve: name == "审批更正",
            note: words.get("理由").unwrap_or_default().to_owned(),
        },
        "说明逾期" => Action::ExplainOverdue {
            clock: words
                .pack
                .identification()
                .and_then(|p| p.clocks.first())
                .map_or_else(String::new, |c| c.id.clone()),
            reason: words.get("理由").unwrap_or("道路中断，推迟入户").to_owned(),
        },
        other => return Err(format!("不认识的动作“{other}”")),
    })
}
