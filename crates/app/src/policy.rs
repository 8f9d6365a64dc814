//! Packs and clauses for people, and putting a pack in force.

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use domain::policy::{Item, Pack, Provenance, Stated};
use serde::{Deserialize, Serialize};
use store::policy::PackInForceRow;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, new_id};

/// A pack in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PackSummary {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub jurisdiction: Option<String>,
    pub jurisdiction_name: Option<String>,
    pub based_on: Option<String>,
    pub effective_from: Option<jiff::civil::Date>,
    pub in_force: Vec<InForce>,
}

/// Where and since when a pack is in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InForce {
    pub jurisdiction: String,
    pub jurisdiction_name: String,
    pub from: String,
    pub by_name: String,
    pub note: String,
}

/// One value of a pack with where it comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValueView {
    pub group: String,
    pub group_label: String,
    pub key: String,
    pub label: String,
    pub value: String,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    /// The document says nothing; the page shows 文件未规定.
    pub unstated: bool,
    pub layer: Option<String>,
}

/// A pack, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PackView {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub layers: Vec<String>,
    pub documents: Vec<domain::policy::Document>,
    pub values: Vec<ValueView>,
    pub procedure: Option<ProcedureView>,
}

/// A procedure to be drawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProcedureView {
    pub label: String,
    pub clause: String,
    pub clocks: Vec<ClockView>,
    pub steps: Vec<ProcedureStepView>,
    pub guards: Vec<GuardView>,
}

/// A clock of a procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClockView {
    pub id: String,
    pub label: String,
    pub starts: String,
    pub ends: String,
    pub limit_days: Option<u16>,
    pub unit: Option<domain::calendar::DayUnit>,
    pub in_principle: bool,
    pub clause: Option<String>,
}

/// A step of a procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProcedureStepView {
    pub kind: domain::policy::StepKind,
    pub label: String,
    pub level: String,
    pub level_label: String,
    pub clause: String,
    pub parallel: bool,
    pub evidence: Vec<String>,
}

/// A guard of a procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GuardView {
    pub kind: domain::policy::GuardKind,
    pub on: domain::policy::StepKind,
    pub label: String,
    pub number: Option<u16>,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    pub exemptions: Vec<CodeLabel>,
}

/// A code with its label and where it comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeLabel {
    pub code: String,
    pub label: String,
    pub clause: Option<String>,
    /// Further flag of some lists: needs a reason, is done by a proxy.
    pub flag: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A clause in its own words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClauseView {
    pub id: String,
    pub document: String,
    pub document_title: String,
    pub section: String,
    pub quote: String,
    pub parameters: String,
}

/// The lists forms are filled from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Vocabulary {
    pub pack_id: String,
    pub channels: Vec<CodeLabel>,
    pub discovery_modes: Vec<CodeLabel>,
    pub declaration_means: Vec<CodeLabel>,
    pub lead_outcomes: Vec<CodeLabel>,
    pub categories: Vec<CodeLabel>,
    pub dimensions: Vec<CodeLabel>,
    pub difficulty_areas: Vec<CodeLabel>,
    pub risk_types: Vec<CodeLabel>,
    pub lawful_ends: Vec<CodeLabel>,
    pub refusal_grounds: Vec<CodeLabel>,
    pub forbidden_grounds: Vec<CodeLabel>,
    pub grid_staff: Vec<CodeLabel>,
    pub entry_paths: Vec<EntryPathLabel>,
    pub causes: Vec<CodeLabel>,
    pub conveners: Vec<CodeLabel>,
    /// What the pack's line measures: `disposable_income_per_capita` or
    /// `net_income_per_capita`.
    pub income_measure: Option<String>,
    /// Conditions of the pack, so that forms ask for what they need.
    pub asks: Vec<crate::casefile::Asked>,
    pub code_lists: std::collections::BTreeMap<String, Vec<CodeLabel>>,
}

/// A way into the monitoring range, as forms ask about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EntryPathLabel {
    pub code: String,
    pub label: String,
    pub condition: domain::policy::EntryCondition,
    pub clause: Option<String>,
}

/// Putting a pack in force.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PutInForce {
    #[schema(value_type = String)]
    pub jurisdiction: DivisionCode,
    pub from: jiff::civil::Date,
    pub note: String,
}

fn clause_of(clause: Option<&toml::Spanned<String>>) -> Option<String> {
    clause.map(|c| c.get_ref().clone())
}

fn item(i: &Item) -> CodeLabel {
    CodeLabel {
        code: i.code.clone(),
        label: i.label.clone(),
        clause: clause_of(i.clause.as_ref()),
        flag: false,
        note: i.note.clone(),
    }
}

impl App {
    /// All packs.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn packs(&self, principal: &Principal) -> Result<Vec<PackSummary>, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let rows = self.store.packs_in_force().await?;
        let names = self
            .division_names(
                rows.iter()
                    .map(|r| r.jurisdiction.clone())
                    .chain(self.library.packs().map(|p| p.values.jurisdiction.clone())),
            )
            .await?;
        let people = self
            .store
            .account_names(rows.iter().map(|r| r.account_id.clone()))
            .await?;
        Ok(self
            .library
            .packs()
            .map(|p| PackSummary {
                id: p.id().to_owned(),
                title: p.values.title.clone(),
                version: p.values.version,
                jurisdiction: Some(p.values.jurisdiction.clone()).filter(|j| !j.is_empty()),
                jurisdiction_name: names.get(&p.values.jurisdiction).cloned(),
                based_on: p.values.based_on.as_ref().map(|b| b.get_ref().clone()),
                effective_from: p.values.effective_from,
                in_force: rows
                    .iter()
                    .filter(|r| r.pack_id == p.id())
                    .map(|r| InForce {
                        jurisdiction: r.jurisdiction.clone(),
                        jurisdiction_name: names.get(&r.jurisdiction).cloned().unwrap_or_default(),
                        from: r.from_on.clone(),
                        by_name: people
                            .get(&r.account_id)
                            .cloned()
                            .unwrap_or_else(|| "系统".into()),
                        note: r.note.clone(),
                    })
                    .collect(),
            })
            .collect())
    }

    /// One pack, whole.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown id.
    pub fn pack_view(&self, principal: &Principal, id: &str) -> Result<PackView, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let pack = self.library.pack(id).ok_or(AppError::NotFound)?;
        Ok(PackView {
            id: pack.id().to_owned(),
            title: pack.values.title.clone(),
            version: pack.values.version,
            layers: pack.layers.clone(),
            documents: pack.values.documents.clone(),
            values: values(pack),
            procedure: pack.identification().map(|p| ProcedureView {
                label: p.label.clone(),
                clause: p.clause.get_ref().clone(),
                clocks: p
                    .clocks
                    .iter()
                    .map(|c| ClockView {
                        id: c.id.clone(),
                        label: c.label.clone(),
                        starts: c.starts.clone(),
                        ends: c.ends.clone(),
                        limit_days: c.limit_days.get(),
                        unit: c.unit.get(),
                        in_principle: c.in_principle,
                        clause: c.limit_days.clause().map(str::to_owned),
                    })
                    .collect(),
                steps: p
                    .steps
                    .iter()
                    .map(|s| ProcedureStepView {
                        kind: s.kind,
                        label: s.label.clone(),
                        level: s.level.as_str().into(),
                        level_label: s.level.label().into(),
                        clause: s.clause.get_ref().clone(),
                        parallel: s.is_parallel(),
                        evidence: s.evidence.iter().map(|e| e.label.clone()).collect(),
                    })
                    .collect(),
                guards: p
                    .guards
                    .iter()
                    .map(|g| GuardView {
                        kind: g.kind,
                        on: g.on,
                        label: g.label.clone(),
                        number: g.number.as_ref().map(|n| *n.get_ref()),
                        clause: clause_of(g.clause.as_ref()),
                        source: g.source,
                        exemptions: g.exemptions.iter().map(item).collect(),
                    })
                    .collect(),
            }),
        })
    }

    /// Clauses, all or of one document.
    ///
    /// # Errors
    /// When the operation is missing.
    pub fn clauses(
        &self,
        principal: &Principal,
        document: Option<&str>,
    ) -> Result<Vec<ClauseView>, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let mut seen = std::collections::BTreeMap::new();
        for pack in self.library.packs() {
            for clause in pack.clauses.values() {
                if document.is_none_or(|d| d == clause.document) {
                    seen.entry(clause.id.get_ref().clone())
                        .or_insert_with(|| self.clause_view(clause));
                }
            }
        }
        Ok(seen.into_values().collect())
    }

    /// One clause.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown id.
    pub fn clause(&self, id: &str) -> Result<ClauseView, AppError> {
        self.library
            .clause(id)
            .map(|c| self.clause_view(c))
            .ok_or(AppError::NotFound)
    }

    fn clause_view(&self, clause: &domain::policy::Clause) -> ClauseView {
        let document = self
            .library
            .packs()
            .flat_map(|p| p.values.documents.iter())
            .find(|d| d.id == clause.document);
        ClauseView {
            id: clause.id.get_ref().clone(),
            document: clause.document.clone(),
            document_title: document.map_or_else(|| clause.document.clone(), |d| d.title.clone()),
            section: clause.section.clone(),
            quote: clause.quote.clone(),
            parameters: clause.parameters.clone(),
        }
    }

    /// The lists forms are filled from: of `pack`, else of the pack in force
    /// where the account is.
    ///
    /// # Errors
    /// [`AppError::NoPolicy`] when none is in force, [`AppError::NotFound`] for
    /// a pack that is not there.
    pub async fn vocabulary(
        &self,
        principal: &Principal,
        pack: Option<&str>,
    ) -> Result<Vocabulary, AppError> {
        let division = principal.division.ok_or(AppError::NoPolicy)?;
        let pack = match pack {
            // A procedure under way is filled in with the words it began with.
            Some(id) => self.library.pack(id).ok_or(AppError::NotFound)?,
            None => self.pack_in_force(division, self.today()).await?,
        };
        let v = &pack.values;
        let items = |list: &[Item]| list.iter().map(item).collect::<Vec<_>>();
        Ok(Vocabulary {
            pack_id: pack.id().to_owned(),
            channels: v
                .channels
                .iter()
                .map(|c| CodeLabel {
                    code: c.code.clone(),
                    label: c.label.clone(),
                    clause: clause_of(c.clause.as_ref()),
                    flag: c.starts_clock,
                    note: String::new(),
                })
                .collect(),
            discovery_modes: items(&v.discovery_modes),
            declaration_means: v
                .declaration_means
                .iter()
                .map(|m| CodeLabel {
                    code: m.code.clone(),
                    label: m.label.clone(),
                    clause: clause_of(m.clause.as_ref()),
                    flag: m.proxy,
                    note: String::new(),
                })
                .collect(),
            lead_outcomes: v
                .lead_outcomes
                .iter()
                .map(|o| CodeLabel {
                    code: o.code.clone(),
                    label: o.label.clone(),
                    clause: clause_of(o.clause.as_ref()),
                    flag: o.needs_reason,
                    note: String::new(),
                })
                .collect(),
            categories: v
                .categories
                .iter()
                .map(|c| CodeLabel {
                    code: c.code.clone(),
                    label: c.label.clone(),
                    clause: clause_of(c.clause.as_ref()),
                    flag: false,
                    note: c.definition.clone(),
                })
                .collect(),
            dimensions: items(&v.dimensions),
            difficulty_areas: items(&v.difficulty_areas),
            risk_types: items(&v.risk_types),
            lawful_ends: items(&v.lawful_ends),
            refusal_grounds: items(&v.refusal_grounds),
            forbidden_grounds: items(&v.forbidden_grounds),
            grid_staff: items(&v.grid_staff),
            entry_paths: v
                .entry_paths
                .iter()
                .map(|p| EntryPathLabel {
                    code: p.code.clone(),
                    label: p.label.clone(),
                    condition: p.condition,
                    clause: clause_of(p.clause.as_ref()),
                })
                .collect(),
            causes: items(&v.causes),
            conveners: items(&v.conveners),
            asks: crate::casefile::asked(pack),
            income_measure: v.line.as_ref().and_then(|l| l.measure.get()),
            code_lists: self
                .codes
                .iter()
                .map(|(name, list)| {
                    let entries = list
                        .entries()
                        .iter()
                        .map(|e| CodeLabel {
                            code: e.code.clone(),
                            label: e.label.clone(),
                            clause: None,
                            flag: false,
                            note: String::new(),
                        })
                        .collect();
                    (name.to_owned(), entries)
                })
                .collect(),
        })
    }

    /// Puts a pack in force in a jurisdiction from a day on. Running
    /// procedures keep theirs.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the pack may not govern there or then;
    /// only policy officers hold the operation.
    pub async fn put_in_force(
        &self,
        principal: &Principal,
        id: &str,
        form: PutInForce,
    ) -> Result<Vec<PackSummary>, AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let pack = self.library.pack(id).ok_or(AppError::NotFound)?;
        if !principal.scope.contains(form.jurisdiction) {
            return Err(AppError::invalid(
                "jurisdiction",
                "只能在自己负责的区划内发布",
            ));
        }
        let own: Option<DivisionCode> = pack.values.jurisdiction.parse().ok();
        if !own.is_some_and(|own| own.contains(form.jurisdiction)) {
            return Err(AppError::invalid(
                "jurisdiction",
                "这份文件不适用于所选区划",
            ));
        }
        if pack
            .values
            .effective_from
            .is_some_and(|from| form.from < from)
        {
            return Err(AppError::invalid("from", "生效日期不能早于文件规定的日期"));
        }
        if form.note.trim().is_empty() {
            return Err(AppError::invalid("note", "请写明依据（文号、会议）"));
        }
        let row_id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.put_pack_in_force(PackInForceRow {
            id: row_id,
            pack_id: id.to_owned(),
            pack_version: i32::try_from(pack.values.version).unwrap_or(i32::MAX),
            jurisdiction: form.jurisdiction.to_string(),
            from_on: form.from.to_string(),
            note: form.note.trim().to_owned(),
            account_id: principal.account_id.clone(),
            recorded_at: self.clock.now_millis(),
        })
        .await?;
        tx.audit(
            "system",
            "policy.put_in_force",
            &format!("pack/{id}"),
            &format!("jurisdiction={} from={}", form.jurisdiction, form.from),
        )
        .await?;
        tx.commit().await?;
        self.packs(principal).await
    }
}

/// Every value of a pack as one flat list with provenance.
fn values(pack: &Pack) -> Vec<ValueView> {
    let v = &pack.values;
    let mut out = Vec::new();
    let said = |key: String| pack.said_by.get(&key).cloned();
    if let Some(line) = &v.line {
        let layer = said("line".into());
        let mut push = |key: &str,
                        label: &str,
                        value: Option<String>,
                        clause: Option<&str>,
                        unstated: bool,
                        source| {
            out.push(ValueView {
                group: "line".into(),
                group_label: "监测范围".into(),
                key: key.into(),
                label: label.into(),
                value: value.unwrap_or_else(|| "文件未规定".into()),
                clause: clause.map(str::to_owned),
                source,
                unstated,
                layer: layer.clone(),
            });
        };
        push(
            "amount_yuan",
            "监测范围（元/人·年）",
            line.amount_yuan.get().map(|y| y.to_string()),
            line.amount_yuan.clause(),
            line.amount_yuan.unstated,
            line.amount_yuan.source,
        );
        let mut text =
            |key: &str, label: &str, stated: &Stated<String>, words: &dyn Fn(String) -> String| {
                push(
                    key,
                    label,
                    stated.get().map(words),
                    stated.clause(),
                    stated.unstated,
                    stated.source,
                );
            };
        text(
            "measure",
            "收入口径",
            &line.measure,
            &|m| match m.as_str() {
                "net_income_per_capita" => "家庭年人均纯收入".into(),
                "disposable_income_per_capita" => "人均可支配收入".into(),
                _ => m,
            },
        );
        text(
            "comparator",
            "比较方式",
            &line.comparator,
            &|c| match c.as_str() {
                "<" => "低于（不含本数）".into(),
                "<=" => "以下（含本数）".into(),
                _ => c,
            },
        );
        text("nature", "性质", &line.nature, &|n| match n.as_str() {
            "reference" => "参考，不是硬性标准".into(),
            "ceiling" => "上限".into(),
            _ => n,
        });
        if let Some(growth) = &line.growth_rate_percent {
            text(
                "growth_rate_percent",
                "调整依据：人均可支配收入增长率",
                growth,
                &|g| format!("{g}%"),
            );
        }
        if let Some(period) = &line.accounting_period {
            text(
                "accounting_period",
                "收入核算期",
                period,
                &|p| match p.as_str() {
                    "twelve_months_before_verification_month" => "核实当月之前的 12 个月".into(),
                    _ => p,
                },
            );
        }
    }
    if let Some(period) = &v.transition_period {
        for (key, label, year) in [
            ("first_year", "过渡期首年", &period.first_year),
            ("last_year", "过渡期末年", &period.last_year),
        ] {
            out.push(ValueView {
                group: "transition_period".into(),
                group_label: "过渡期".into(),
                key: key.into(),
                label: label.into(),
                value: year
                    .get()
                    .map_or_else(|| "文件未规定".into(), |y| y.to_string()),
                clause: year.clause().map(str::to_owned),
                source: year.source,
                unstated: year.unstated,
                layer: said("transition_period".into()),
            });
        }
    }
    macro_rules! list {
        ($group:literal, $label:literal, $field:ident, $note:expr) => {
            for entry in &v.$field {
                let note: String = $note(entry);
                out.push(ValueView {
                    group: $group.into(),
                    group_label: $label.into(),
                    key: entry.code.clone(),
                    label: label_of(entry),
                    value: note,
                    clause: clause_of(entry.clause.as_ref()),
                    source: entry.source,
                    unstated: false,
                    layer: said(format!("{}.{}", $group, entry.code)),
                });
            }
        };
    }
    list!(
        "category",
        "类别",
        categories,
        |e: &domain::policy::Category| e.definition.clone()
    );
    list!("dimension", "研判维度", dimensions, |e: &Item| e
        .note
        .clone());
    list!(
        "difficulty_area",
        "实际困难",
        difficulty_areas,
        |e: &Item| e.note.clone()
    );
    list!(
        "channel",
        "线索渠道",
        channels,
        |e: &domain::policy::Channel| if e.starts_clock {
            "从发现之日起计时".into()
        } else {
            String::new()
        }
    );
    list!(
        "discovery_mode",
        "发现方式",
        discovery_modes,
        |e: &Item| e.note.clone()
    );
    list!(
        "declaration_means",
        "申报方式",
        declaration_means,
        |e: &domain::policy::DeclarationMeans| if e.proxy {
            "代办，要写明代办人".into()
        } else {
            String::new()
        }
    );
    list!("grid_staff", "网格力量", grid_staff, |e: &Item| e
        .note
        .clone());
    list!(
        "lead_outcome",
        "线索结果",
        lead_outcomes,
        |e: &domain::policy::LeadOutcome| if e.needs_reason {
            "要写明理由和核实人".into()
        } else {
            String::new()
        }
    );
    list!(
        "eligible_status",
        "可以识别的户",
        eligible_statuses,
        |e: &Item| e.note.clone()
    );
    list!(
        "refusal_ground",
        "不予纳入的依据",
        refusal_grounds,
        |e: &Item| e.note.clone()
    );
    list!(
        "forbidden_ground",
        "不得作为不予纳入的理由",
        forbidden_grounds,
        |e: &Item| e.note.clone()
    );
    list!(
        "attribution",
        "谁采集、谁录入、谁负责",
        attributions,
        |e: &Item| e.note.clone()
    );
    list!("risk_type", "风险类型", risk_types, |e: &Item| e
        .note
        .clone());
    list!(
        "lawful_end",
        "其他终止情形",
        lawful_ends,
        |e: &Item| e.note.clone()
    );
    list!(
        "exchange_source",
        "数据来源系统",
        exchange_sources,
        |e: &domain::policy::ExchangeSource| e.layout.clone()
    );
    list!("form", "表单", forms, |_: &domain::policy::Form| {
        String::new()
    });
    list!(
        "message",
        "告知文字",
        messages,
        |e: &domain::policy::Message| e.text.clone()
    );
    out
}

/// What a list entry is called; messages have no label of their own.
trait Labelled {
    fn label(&self) -> String;
}
macro_rules! labelled {
    ($($type:ty),*) => {$(
        impl Labelled for $type {
            fn label(&self) -> String { self.label.clone() }
        }
    )*};
}
labelled!(
    domain::policy::Category,
    Item,
    domain::policy::Channel,
    domain::policy::DeclarationMeans,
    domain::policy::LeadOutcome,
    domain::policy::ExchangeSource,
    domain::policy::Form
);
impl Labelled for domain::policy::Message {
    fn label(&self) -> String {
        self.code.clone()
    }
}
fn label_of(entry: &impl Labelled) -> String {
    entry.label()
}
