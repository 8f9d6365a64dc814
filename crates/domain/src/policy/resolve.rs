//! Layering: a pack in use is its base with its own values on top, each value
//! knowing which layer said it.

use std::collections::BTreeMap;

use crate::calendar::DayUnit;

use super::Problem;
use super::load::PackSource;
use super::pack::{
    Category, Channel, Clause, ClauseId, ComparisonItem, DeclarationMeans, Document, EntryPath,
    ExchangeSource, Form, Guard, GuardKind, Item, LawfulItems, LeadOutcome, ListDefinition,
    Message, Office, PackFile, Procedure, Responsibility, Step, StepKind, Task,
};
use crate::division::{Level, customary_office};

/// All packs known to a deployment, layered and checked.
#[derive(Debug, Clone, Default)]
pub struct Library {
    packs: BTreeMap<String, Pack>,
    /// As read, kept for [`Library::problems`].
    sources: Vec<PackSource>,
}

/// A pack as the engine uses it: every layer merged.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Merged values; identity is the top layer's.
    pub values: PackFile,
    /// Clauses of all layers.
    pub clauses: BTreeMap<ClauseId, Clause>,
    /// Procedures by id; an upper layer replaces a procedure as a whole,
    /// because a procedure is an order, not a set.
    pub procedures: BTreeMap<String, Procedure>,
    /// Layer ids, base first.
    pub layers: Vec<String>,
    /// Which layer said a value: `channel.hotline` → `platform-base`.
    pub said_by: BTreeMap<String, String>,
}

/// Code of the form every queried person signs.
const COMMITMENT_LETTER: &str = "commitment_letter";

trait Coded {
    const GROUP: &'static str;
    fn code(&self) -> String;
}
macro_rules! coded {
    ($($type:ty => $group:literal, $field:ident;)*) => {$(
        impl Coded for $type {
            const GROUP: &'static str = $group;
            fn code(&self) -> String { self.$field.clone() }
        }
    )*};
}
coded! {
    Category => "category", code;
    Channel => "channel", code;
    DeclarationMeans => "declaration_means", code;
    LeadOutcome => "lead_outcome", code;
    Task => "task", code;
    ExchangeSource => "exchange_source", code;
    ComparisonItem => "comparison_item", code;
    Form => "form", code;
    Message => "message", code;
    Document => "document", id;
    EntryPath => "entry_path", code;
    ListDefinition => "list", code;
    Responsibility => "responsibility", code;
    Item => "item", code;
}

impl Coded for Office {
    const GROUP: &'static str = "office";
    fn code(&self) -> String {
        self.code.as_str().to_owned()
    }
}

fn overlay<T: Coded + Clone>(
    base: &mut Vec<T>,
    upper: &[T],
    group: Option<&str>,
    layer: &str,
    said_by: &mut BTreeMap<String, String>,
) {
    for entry in upper {
        let code = entry.code();
        said_by.insert(
            format!("{}.{code}", group.unwrap_or(T::GROUP)),
            layer.to_owned(),
        );
        match base.iter_mut().find(|b| b.code() == code) {
            Some(old) => *old = entry.clone(),
            None => base.push(entry.clone()),
        }
    }
}

impl Library {
    /// Layers checked sources. Callers go through
    /// [`load_library`](super::load_library), which checks first.
    pub(super) fn assemble(sources: Vec<PackSource>) -> Self {
        let by_id: BTreeMap<String, &PackSource> = sources
            .iter()
            .map(|s| (s.file.id.get_ref().clone(), s))
            .collect();
        let packs = by_id
            .keys()
            .map(|id| {
                let mut chain = vec![by_id[id]];
                while let Some(base) = chain[chain.len() - 1].file.based_on.as_ref() {
                    chain.push(by_id[base.get_ref()]);
                }
                chain.reverse();
                (id.clone(), Pack::layered(&chain))
            })
            .collect();
        Self { packs, sources }
    }

    /// Label of a category, in the words of the pack in force where it has it,
    /// else of the one it came with: a change of pack leaves what was
    /// identified under the last one as it is.
    pub fn category_label(&self, in_force: Option<&Pack>, code: &str) -> String {
        in_force
            .into_iter()
            .chain(self.packs.values())
            .find(|p| p.values.categories.iter().any(|c| c.code == code))
            .map_or_else(|| code.to_owned(), |p| p.category_label(code))
    }

    /// What `shouwang policy check` says of these packs: nothing, unless they
    /// were layered unchecked.
    pub fn problems(&self) -> Vec<Problem> {
        super::check(&self.sources)
    }

    /// The pack of that id.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.get(id)
    }

    /// All packs, by id.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.values()
    }

    /// The clause of that id in whichever pack has it.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.packs.values().find_map(|p| p.clauses.get(id))
    }
}

impl Pack {
    /// What the commitment letter lets be queried: the document's own words,
    /// else the items of the comparison.
    pub fn queried(&self) -> String {
        let mut letters = self
            .values
            .forms
            .iter()
            .filter(|f| f.code == COMMITMENT_LETTER);
        match letters.next().map(|f| f.authorises.as_str()) {
            Some(own) if !own.is_empty() => own.to_owned(),
            _ => {
                let items = self.values.comparison_items.iter();
                let labels: Vec<&str> = items.map(|i| i.label.as_str()).collect();
                format!("{}等信息", labels.join("、"))
            }
        }
    }

    fn layered(chain: &[&PackSource]) -> Self {
        let mut values = chain[0].file.clone();
        let mut said_by = BTreeMap::new();
        let mut clauses = BTreeMap::new();
        let mut procedures = BTreeMap::new();
        let mut layers = Vec::new();
        for source in chain {
            let file = &source.file;
            let layer = file.id.get_ref().clone();
            macro_rules! lists {
                ($($field:ident: $group:expr),*) => {$(
                    let mut merged = if layers.is_empty() { Vec::new() } else { values.$field.clone() };
                    overlay(&mut merged, &file.$field, $group, &layer, &mut said_by);
                    values.$field = merged;
                )*};
            }
            lists!(
                documents: None, categories: None, channels: None, declaration_means: None,
                lead_outcomes: None, tasks: None, exchange_sources: None, forms: None,
                comparison_items: None,
                messages: None, offices: None,
                dimensions: Some("dimension"), difficulty_areas: Some("difficulty_area"),
                discovery_modes: Some("discovery_mode"), grid_staff: Some("grid_staff"),
                lead_stages: Some("lead_stage"), eligible_statuses: Some("eligible_status"),
                refusal_grounds: Some("refusal_ground"),
                forbidden_grounds: Some("forbidden_ground"), attributions: Some("attribution"),
                risk_types: Some("risk_type"), lawful_ends: Some("lawful_end"),
                entry_paths: None, lists: None, causes: Some("cause"),
                conveners: Some("convener"), responsibilities: None
            );
            // A document that names the levels names them all.
            if !file.levels.is_empty() {
                values.levels.clone_from(&file.levels);
                for level in &file.levels {
                    said_by.insert(format!("level.{}", level.code.as_str()), layer.clone());
                }
            }
            macro_rules! singles {
                ($($field:ident),*) => {$(
                    if file.$field.is_some() {
                        values.$field.clone_from(&file.$field);
                        said_by.insert(stringify!($field).into(), layer.clone());
                    }
                )*};
            }
            singles!(
                line,
                transition_period,
                bounds,
                scale_reference,
                monitoring_unit,
                village_coverage_percent
            );
            values.id.clone_from(&file.id);
            values.title.clone_from(&file.title);
            values.version = file.version;
            values.jurisdiction.clone_from(&file.jurisdiction);
            values.effective_from = file.effective_from;
            values.based_on.clone_from(&file.based_on);
            values.inheritance = file.inheritance;
            for clause in &source.clauses.clauses {
                clauses.insert(clause.id.get_ref().clone(), clause.clone());
            }
            for procedure in &source.procedures {
                said_by.insert(format!("procedure.{}", procedure.id), layer.clone());
                procedures.insert(procedure.id.clone(), procedure.clone());
            }
            layers.push(layer);
        }
        Self {
            values,
            clauses,
            procedures,
            layers,
            said_by,
        }
    }

    /// Identifier of the top layer.
    pub fn id(&self) -> &str {
        self.values.id.get_ref()
    }

    /// The layer a value is followed from by mere practice: the pack's own
    /// document says neither the value nor that it stands on that layer.
    pub fn followed_from(&self, key: &str) -> Option<&str> {
        self.values.inheritance?;
        let layer = self.said_by.get(key)?;
        (layer != self.id()).then_some(layer.as_str())
    }

    /// The identification procedure, if the pack or a layer has one.
    pub fn identification(&self) -> Option<&Procedure> {
        self.procedures.get("identification")
    }

    /// Label of an entry of a list, or the code itself where it is unknown.
    pub fn label(&self, list: LawfulItems, code: &str) -> String {
        let items = match list {
            LawfulItems::Dimension => &self.values.dimensions,
            LawfulItems::DifficultyArea => &self.values.difficulty_areas,
            LawfulItems::RiskType => &self.values.risk_types,
            LawfulItems::LawfulEnd => &self.values.lawful_ends,
        };
        items
            .iter()
            .find(|i| i.code == code)
            .map_or_else(|| code.to_owned(), |i| i.label.clone())
    }

    /// What the pack calls the step of that kind; the usual name where its
    /// procedure has no such step.
    pub fn step_label(&self, kind: StepKind) -> &str {
        let step = self.identification().and_then(|p| p.step(kind));
        step.map_or(kind.label(), |s| s.label.as_str())
    }

    /// Label of a category, or the code itself where it is unknown.
    pub fn category_label(&self, code: &str) -> String {
        self.values
            .categories
            .iter()
            .find(|c| c.code == code)
            .map_or_else(|| code.to_owned(), |c| c.label.clone())
    }

    /// How a division of a level signs its papers and is addressed on them: as
    /// the document names the office, else by practice.
    pub fn office(&self, level: Level, name: &str) -> String {
        match self.values.offices.iter().find(|o| o.code == level) {
            Some(office) => format!("{name}{}", office.label),
            None => customary_office(level, name),
        }
    }

    /// The text of a message with its placeholders filled.
    pub fn message(&self, code: &str, fill: &[(&str, &str)]) -> Option<String> {
        let message = self.values.messages.iter().find(|m| m.code == code)?;
        Some(
            fill.iter()
                .fold(message.text.clone(), |text, (name, value)| {
                    text.replace(&format!("{{{name}}}"), value)
                }),
        )
    }

    /// What this pack says of public notices, in a sentence for the page of them.
    pub fn notice_rule(&self) -> String {
        let Some((procedure, notice, at)) = self.identification().and_then(|p| {
            let at = p.position(StepKind::PublicNotice)?;
            Some((p, &p.steps[at], at))
        }) else {
            return "现行文件的程序里没有公示这一环节。".into();
        };
        let guard = |kind| procedure.guards.iter().find(|g| g.kind == kind);
        let mut words = String::new();
        if let Some(before) = at.checked_sub(1).map(|b| &procedure.steps[b]) {
            words = format!("“{}”之后办“{}”。", before.label, notice.label);
        }
        let stood = guard(GuardKind::NoticeStood);
        words += &match stood.and_then(|g| g.number.as_ref()) {
            Some(days) => {
                let unit = stood.and_then(|g| g.unit).unwrap_or(DayUnit::Natural);
                let (days, unit) = (days.get_ref(), unit.label());
                format!("不少于 {days} {unit}，张贴当天不计")
            }
            None => "公示几天，文件没有规定".into(),
        };
        if let Some(next) = guard(GuardKind::NoOpenObjection).and_then(|g| procedure.step(g.on)) {
            let full = if stood.is_some() { "满期、" } else { "" };
            words += &format!("；{full}没有未答复的异议，才能办“{}”", next.label);
        }
        words + "。"
    }

    /// What a household goes through under this pack, the decision included, in
    /// the pack's own words.
    pub fn steps_to_decision(&self) -> String {
        let Some(procedure) = self.identification() else {
            return String::new();
        };
        let mut steps = procedure.judged_before(StepKind::CountyDecision);
        let decision = procedure.step(StepKind::CountyDecision);
        steps.extend(decision.map(|s| s.label.as_str()));
        steps.join("、")
    }
}

impl Procedure {
    /// The step of that kind.
    pub fn step(&self, kind: StepKind) -> Option<&Step> {
        self.steps.iter().find(|s| s.kind == kind)
    }

    /// The step that follows the one of that kind in the order.
    pub fn next(&self, kind: StepKind) -> Option<&Step> {
        self.steps.get(self.position(kind)? + 1)
    }

    /// The kind of the step everything begins with.
    pub fn first(&self) -> Option<StepKind> {
        self.steps.first().map(|s| s.kind)
    }

    /// The steps before `kind` that judge the household, in the pack's words and
    /// order: not its own letter, and not what runs beside them.
    pub fn judged_before(&self, kind: StepKind) -> Vec<&str> {
        let end = self.position(kind).unwrap_or(0);
        self.steps[..end]
            .iter()
            .filter(|s| s.kind != StepKind::CommitmentLetter && !s.is_parallel())
            .map(|s| s.label.as_str())
            .collect()
    }

    /// Whether the step comes after the county's decision.
    pub fn after_decision(&self, kind: StepKind) -> bool {
        let decision = self.position(StepKind::CountyDecision);
        decision.is_some() && self.position(kind) > decision
    }

    /// Whether the order puts `earlier` before `later`; false where one is absent.
    pub fn comes_before(&self, earlier: StepKind, later: StepKind) -> bool {
        match (self.position(earlier), self.position(later)) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        }
    }

    /// Whether any step has a guard of that kind.
    pub fn has_guard(&self, kind: GuardKind) -> bool {
        self.guards.iter().any(|g| g.kind == kind)
    }

    /// Position of the step of that kind.
    pub fn position(&self, kind: StepKind) -> Option<usize> {
        self.steps.iter().position(|s| s.kind == kind)
    }

    /// The guard of that kind on that step.
    pub fn guard(&self, on: StepKind, kind: GuardKind) -> Option<&Guard> {
        self.guards.iter().find(|g| g.on == on && g.kind == kind)
    }
}

impl Step {
    /// The clause that says who acts; none where that is practice.
    pub fn clause_of_level(&self) -> Option<&str> {
        if self.level_source.is_some() {
            return None;
        }
        let clause = self.level_clause.as_ref().unwrap_or(&self.clause);
        Some(clause.get_ref())
    }

    /// Whether the step may run beside its successors.
    pub fn is_parallel(&self) -> bool {
        self.parallel
            .as_ref()
            .and_then(super::pack::Stated::get)
            .unwrap_or(false)
    }
}
