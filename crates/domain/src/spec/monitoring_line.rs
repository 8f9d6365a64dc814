//! Tables about the line itself: what inputs come to, and the way from draft
//! to receipt.

use jiff::civil::Date;

use super::{Row, Table, scenario::judge};
use crate::casefile::{PackRef, Refusal};
use crate::division::DivisionCode;
use crate::monitoring_line::{
    CalculationInput, Delivery, Draft, InputKind, LineAction, LineFacts, LineRecords,
    MonitoringLine, ReceiptEffect, ReceiptForm, Rounding, RoundingDirection, Surroundings,
    acknowledge, apply, calculate, draft_faults, open_for,
};
use crate::policy::{Line, Pack};

type Found = Vec<(usize, String)>;

const INPUTS: [(&str, InputKind); 5] = [
    ("上年", InputKind::PreviousLine),
    ("增速", InputKind::RuralDisposableIncomeGrowth),
    ("低保标准", InputKind::RuralSubsistenceAllowanceStandard),
    ("物价", InputKind::PriceIndex),
    ("国家标准", InputKind::NationalStandard),
];

/// `| 测算 | 输入 | 取整 | 算得 | 拟定 | 送审 |`
pub(super) fn calculations(table: &Table, pack: &Pack) -> Found {
    let Some(rules) = &pack.values.line else {
        return vec![(table.line, "政策包没有监测范围".into())];
    };
    let mut found = Vec::new();
    for row in &table.rows {
        if let Err(message) = calculation(table, row, pack, rules) {
            found.push((row.line, message));
        }
    }
    found
}

fn calculation(table: &Table, row: &Row, pack: &Pack, rules: &Line) -> Result<(), String> {
    let year: i16 = number(table.cell(row, "测算"))?;
    let inputs = inputs(table.cell(row, "输入"))?;
    let rounding = rounding(table.cell(row, "取整"))?;
    let answer = calculate(rules, year, &inputs, rounding.as_ref());
    let came: Vec<String> = answer
        .proposals
        .iter()
        .map(|p| {
            let name = match p.method.as_str() {
                "formula" => "算法",
                "growth" => "随增速",
                "subsistence_allowance" => "随低保",
                _ => "随物价",
            };
            let amount = p
                .amount_yuan
                .map_or_else(|| p.exact_yuan.clone(), |a| a.to_string());
            let floor = if p.at_floor { "（底线）" } else { "" };
            format!("{name} {amount}{floor}")
        })
        .collect();
    same("算得", table.cell(row, "算得"), &came.join("；"))?;
    let draft = Draft {
        amount_yuan: number(table.cell(row, "拟定"))?,
        effective_from: first_day(year)?,
        inputs,
        rounding,
        rationale: RATIONALE.into(),
        unusual_reason: String::new(),
        early_reason: String::new(),
    };
    let around = Surroundings {
        bounds: pack.values.bounds.as_ref().and_then(|b| b.line.as_ref()),
        ..Surroundings::none(draft.effective_from)
    };
    let faults = draft_faults(rules, year, &draft, &around);
    judge(table.cell(row, "送审"), &faults)
}

const RATIONALE: &str = "综合考虑各项因素，经测算研判确定";

fn same(what: &str, said: &str, is: &str) -> Result<(), String> {
    if said == is {
        Ok(())
    } else {
        Err(format!("{what}：文中写“{said}”，实际是“{is}”"))
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("“{text}”不是数字"))
}

fn first_day(year: i16) -> Result<Date, String> {
    Date::new(year, 4, 1).map_err(|e| e.to_string())
}

/// `低保标准@2020@四类地区=6408；增速@2024=6.5`
fn inputs(text: &str) -> Result<Vec<CalculationInput>, String> {
    super::pairs(text)
        .into_iter()
        .map(|(key, value)| {
            let mut parts = key.split('@');
            let name = parts.next().unwrap_or_default();
            let kind = INPUTS
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, kind)| *kind)
                .ok_or_else(|| format!("不认识的输入“{name}”"))?;
            Ok(CalculationInput {
                kind,
                value,
                year: number(parts.next().unwrap_or_default())?,
                area_class: parts.next().unwrap_or_default().into(),
                source: "统计公报".into(),
            })
        })
        .collect()
}

/// `百元，舍去`
fn rounding(text: &str) -> Result<Option<Rounding>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (unit, way) = text.split_once('，').unwrap_or((text, ""));
    let unit_yuan = match unit {
        "元" => 1,
        "十元" => 10,
        "百元" => 100,
        other => return Err(format!("不认识的取整单位“{other}”")),
    };
    let direction = match way {
        "四舍五入" => RoundingDirection::Nearest,
        "舍去" => RoundingDirection::Down,
        "进一" => RoundingDirection::Up,
        other => return Err(format!("不认识的取整方式“{other}”")),
    };
    Ok(Some(Rounding {
        unit_yuan,
        direction,
        reason: "沿用上年".into(),
    }))
}

/// `准许`, or `拒绝 guard clause；guard`.
fn words(refusals: &[Refusal]) -> String {
    if refusals.is_empty() {
        return "准许".into();
    }
    let each: Vec<String> = refusals
        .iter()
        .map(|r| match &r.clause {
            Some(clause) => format!("{} {clause}", r.guard),
            None => r.guard.clone(),
        })
        .collect();
    format!("拒绝 {}", each.join("；"))
}

/// `| 动作 | 谁 | 参数 | 结果 |`: one line from draft to receipt, a day a row.
pub(super) fn acts(table: &Table, pack: &Pack) -> Found {
    let Some(rules) = &pack.values.line else {
        return vec![(table.line, "政策包没有监测范围".into())];
    };
    let mut found = Vec::new();
    let mut run = match Run::new(table, pack, rules) {
        Ok(run) => run,
        Err(message) => return vec![(table.line, message)],
    };
    for row in &table.rows {
        let said = table.cell(row, "结果");
        match run.act(table, row) {
            Ok(refusals) => {
                if let Err(message) = same("结果", said, &words(&refusals)) {
                    found.push((row.line, message));
                }
            }
            Err(message) => found.push((row.line, message)),
        }
    }
    found
}

struct Run<'a> {
    rules: &'a Line,
    line: MonitoringLine,
    today: Date,
}

impl<'a> Run<'a> {
    fn new(table: &Table, pack: &Pack, rules: &'a Line) -> Result<Self, String> {
        let setting = |key: &str| table.settings.get(key).map_or("", String::as_str);
        let year: i16 = number(setting("年度"))?;
        let line = MonitoringLine {
            id: "line".into(),
            jurisdiction: pack.values.jurisdiction.parse().map_err(|_| "没有管辖区")?,
            year,
            edition: 1,
            pack: PackRef {
                id: pack.id().to_owned(),
                version: pack.values.version,
            },
            draft: Draft {
                amount_yuan: number(setting("拟定"))?,
                effective_from: first_day(year)?,
                inputs: good_inputs(rules, year),
                rounding: None,
                rationale: RATIONALE.into(),
                unusual_reason: String::new(),
                // The tables take a line for its whole year.
                early_reason: RATIONALE.into(),
            },
            authors: vec!["甲".into()],
            records: LineRecords::default(),
        };
        Ok(Self {
            rules,
            line,
            today: first_day(year)?,
        })
    }

    fn act(&mut self, table: &Table, row: &Row) -> Result<Vec<Refusal>, String> {
        self.today = crate::calendar::plus_days(self.today, 1);
        let values = super::pairs(table.cell(row, "参数"));
        let text =
            |key: &str, usual: &str| values.get(key).cloned().unwrap_or_else(|| usual.to_owned());
        let (usual, action) = match table.cell(row, "动作") {
            "另起一份" => {
                let others = [(self.line.year, self.line.stage())];
                return Ok(refusals(open_for(
                    self.rules,
                    self.line.year,
                    false,
                    &others,
                )));
            }
            "更正" => {
                let others = [(self.line.year, self.line.stage())];
                return Ok(refusals(open_for(
                    self.rules,
                    self.line.year,
                    true,
                    &others,
                )));
            }
            "回执" => return self.receive(table.cell(row, "谁"), &values),
            "送审" => ("甲", LineAction::Submit),
            "研判" => (
                "乙",
                LineAction::Review {
                    opinion: text("意见", "同意"),
                },
            ),
            "退回" => (
                "乙",
                LineAction::SendBack {
                    reason: text("理由", "理由不足"),
                },
            ),
            "批准" => (
                "丙",
                LineAction::Approve {
                    document_number: text("文号", "纪要〔2025〕1号"),
                },
            ),
            "备案" => (
                "丁",
                LineAction::File {
                    document_number: text("文号", "备〔2025〕1号"),
                    note: String::new(),
                },
            ),
            "备案答复" => (
                "丁",
                LineAction::AnswerFiling {
                    acknowledged: !values.contains_key("退回"),
                    remarks: text("退回", ""),
                },
            ),
            "印发" => (
                "丁",
                LineAction::Publish {
                    document_number: text("文号", "发〔2025〕1号"),
                },
            ),
            "撤回" => (
                "甲",
                LineAction::Withdraw {
                    reason: text("理由", "数据有误"),
                },
            ),
            other => return Err(format!("不认识的动作“{other}”")),
        };
        let who = Some(table.cell(row, "谁"))
            .filter(|w| !w.is_empty())
            .unwrap_or(usual);
        let facts = LineFacts {
            rules: self.rules,
            account_id: who,
            account_name: who,
            around: Surroundings::none(self.today),
        };
        match apply(&self.line, &action, self.today, &facts) {
            Ok(next) => {
                self.line = next;
                Ok(Vec::new())
            }
            Err(against) => Ok(against),
        }
    }

    /// A receiver's answer: 市, 直管县 or 县, with `另定=金额`.
    fn receive(
        &self,
        who: &str,
        values: &std::collections::BTreeMap<String, String>,
    ) -> Result<Vec<Refusal>, String> {
        let province: String = self.line.jurisdiction.to_string().chars().take(2).collect();
        let digits = match who {
            "市" => "0100000000",
            "直管县" => "9001000000",
            "县" => "0122000000",
            "乡" => "0122101000",
            other => return Err(format!("不认识的收文单位“{other}”")),
        };
        let receiver: DivisionCode = format!("{province}{digits}")
            .parse()
            .map_err(|_| "区划代码不对".to_owned())?;
        let effect = match values.get("另定") {
            None => ReceiptEffect::Follow,
            Some(amount) => ReceiptEffect::Own {
                amount_yuan: number(amount)?,
                effective_from: self.today,
            },
        };
        let form = ReceiptForm {
            acknowledged_on: self.today,
            effect,
            document_number: values.get("文号").cloned().unwrap_or_default(),
            confirmed_yuan: None,
        };
        let issued = self
            .line
            .records
            .published
            .as_ref()
            .map_or(self.today, |p| p.on);
        let delivery = Delivery {
            rules: self.rules,
            bounds: None,
            line: &self.line,
            receiver,
            amount_yuan: self.line.draft.amount_yuan,
            issued_on: issued,
            followed_on: None,
            today: self.today,
        };
        Ok(refusals(acknowledge(&delivery, &form)))
    }
}

fn refusals(answer: Result<(), Vec<Refusal>>) -> Vec<Refusal> {
    answer.err().unwrap_or_default()
}

/// Every factor the pack names, with an invented figure.
fn good_inputs(rules: &Line, year: i16) -> Vec<CalculationInput> {
    let wanted = rules.formula.iter().flat_map(|f| &f.factors);
    InputKind::ALL
        .into_iter()
        .filter(|k| *k == InputKind::PreviousLine || wanted.clone().any(|f| f.code == k.as_str()))
        .map(|kind| CalculationInput {
            kind,
            value: "7000".into(),
            year: year - 1,
            area_class: String::new(),
            source: "统计公报".into(),
        })
        .collect()
}
