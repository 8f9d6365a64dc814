//! A pack as one flat list of provisions (规定): every figure, list entry,
//! step, guard and clock with its clause. It is read from the pack's own
//! format, so that a new list or field appears by itself; only its Chinese
//! name is added, in `provision_words.rs`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::pack::{Procedure, Provenance};
use super::provision_words::{GROUPS, SILENT, field_label, group_label, words};
use super::resolve::Pack;
use crate::division::Level;

/// One thing a pack provides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provision {
    /// Table of the pack, e.g. `channel`; of a procedure `identification.guard`.
    pub group: String,
    pub group_label: String,
    /// The same provision of another pack has the same group and key.
    pub key: String,
    pub label: String,
    /// In words; empty for a list entry of which nothing but the name is said.
    pub value: String,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    /// The document says nothing; `value` is then the default of practice, or
    /// what an older document says that is followed by practice, with the
    /// clause of that one; empty where there is none.
    pub unstated: bool,
    /// A figure, of which another pack may be silent; else an entry of a list.
    pub figure: bool,
    /// The layer that said it.
    pub layer: Option<String>,
}

/// Everything a pack provides, layers merged, in the order documents have it.
pub fn provisions(pack: &Pack) -> Vec<Provision> {
    let mut out = Vec::new();
    let Ok(Value::Object(tables)) = serde_json::to_value(&pack.values) else {
        return out;
    };
    let known = GROUPS.iter().map(|(name, _)| *name);
    let unknown = tables.keys().map(String::as_str);
    let unknown = unknown.filter(|name| GROUPS.iter().all(|(known, _)| known != name));
    for name in known.chain(unknown).filter(|name| !SILENT.contains(name)) {
        let Some(table) = tables.get(name) else {
            continue;
        };
        let mut walk = Walk {
            group: name.to_owned(),
            group_label: group_label(name).to_owned(),
            layer: &|key| {
                let said = pack.said_by.get(&format!("{name}.{key}"));
                said.or_else(|| pack.said_by.get(name)).cloned()
            },
            names: &|code| step_label(pack, None, code),
            out: &mut out,
        };
        match table {
            Value::Array(entries) => walk.entries("", "", entries),
            Value::Object(figure) if is_stated(figure) => {
                walk.figure(name, group_label(name), figure);
            }
            Value::Object(figures) => walk.figures("", "", figures),
            _ => {}
        }
    }
    for procedure in pack.procedures.values() {
        of_procedure(pack, procedure, &mut out);
    }
    if pack.values.inheritance.is_some() {
        // The document itself is silent on what an older one says.
        for provision in out
            .iter_mut()
            .filter(|p| p.layer.as_deref().is_some_and(|l| l != pack.id()))
        {
            provision.unstated = true;
            provision.source = provision.source.or(pack.values.inheritance);
        }
    }
    out
}

fn of_procedure(pack: &Pack, procedure: &Procedure, out: &mut Vec<Provision>) {
    let id = &procedure.id;
    let layer = pack.said_by.get(&format!("procedure.{id}")).cloned();
    let mut order = String::new();
    for step in &procedure.steps {
        let (open, close) = if step.is_parallel() {
            ("（同步：", "）")
        } else if order.is_empty() {
            ("", "")
        } else {
            (" → ", "")
        };
        order.push_str(&format!("{open}{}{close}", step.label));
    }
    let Ok(Value::Object(tables)) = serde_json::to_value(procedure) else {
        return;
    };
    for part in ["step", "guard", "clock"] {
        let group = format!("{id}.{part}");
        let group_label = format!("{}（{}）", group_label(part), procedure.label);
        if part == "step" {
            out.push(Provision {
                group: group.clone(),
                group_label: group_label.clone(),
                key: "order".into(),
                label: "先后顺序".into(),
                value: std::mem::take(&mut order),
                clause: Some(procedure.clause.get_ref().clone()),
                source: None,
                unstated: false,
                figure: true,
                layer: layer.clone(),
            });
        }
        let mut walk = Walk {
            group,
            group_label,
            layer: &|_| layer.clone(),
            names: &|code| step_label(pack, Some(procedure), code),
            out,
        };
        if let Some(Value::Array(entries)) = tables.get(part) {
            walk.entries("", "", entries);
        }
        if let (Some(Value::Array(texts)), "step") = (tables.get("left_open"), part) {
            walk.left_open("", "", texts);
        }
    }
}

/// What the pack calls one of its steps, in this procedure first, or one of its
/// entry paths.
fn step_label(pack: &Pack, of: Option<&Procedure>, code: &str) -> String {
    let mut steps = of
        .into_iter()
        .chain(pack.procedures.values())
        .flat_map(|p| &p.steps);
    let path = || pack.values.entry_paths.iter().find(|p| p.code == code);
    steps
        .find(|s| s.kind.as_str() == code)
        .map(|s| s.label.clone())
        .or_else(|| path().map(|p| p.label.clone()))
        .unwrap_or_else(|| words("step", code))
}

/// A value with its clause, as the format writes one.
fn is_stated(table: &Map<String, Value>) -> bool {
    table.contains_key("unstated")
}

/// Goes through one table of a pack.
struct Walk<'a> {
    group: String,
    group_label: String,
    layer: &'a dyn Fn(&str) -> Option<String>,
    /// What the pack itself calls a code, e.g. a step.
    names: &'a dyn Fn(&str) -> String,
    out: &'a mut Vec<Provision>,
}

impl Walk<'_> {
    fn push(&mut self, key: String, label: String, table: &Map<String, Value>) -> &mut Provision {
        let text = |name: &str| table.get(name).and_then(Value::as_str).map(str::to_owned);
        let first = key.split('/').next().unwrap_or(&key).to_owned();
        self.out.push(Provision {
            group: self.group.clone(),
            group_label: self.group_label.clone(),
            key,
            label,
            value: String::new(),
            clause: text("clause"),
            source: table
                .get("source")
                .and_then(|s| serde_json::from_value(s.clone()).ok()),
            unstated: false,
            figure: false,
            layer: (self.layer)(&first),
        });
        let last = self.out.len() - 1;
        &mut self.out[last]
    }

    /// Entries of a list, each with what hangs below it.
    fn entries(&mut self, above: &str, above_label: &str, entries: &[Value]) {
        for entry in entries.iter().filter_map(Value::as_object) {
            let text = |name: &str| entry.get(name).and_then(Value::as_str);
            let code = match (text("code").or(text("id")), text("on"), text("kind")) {
                (Some(code), ..) => code.to_owned(),
                (None, Some(on), Some(kind)) => format!("{on}.{kind}"),
                (None, _, kind) => kind.unwrap_or_default().to_owned(),
            };
            let own = text("label").or(text("title")).unwrap_or(&code);
            let mut key = join(above, "/", &code);
            let again = format!("{key}#");
            let same = |p: &&Provision| {
                p.group == self.group && (p.key == key || p.key.starts_with(&again))
            };
            let twins = self.out.iter().filter(same).count();
            if twins > 0 {
                key = format!("{key}#{}", twins + 1);
            }
            // A condition is called after the step it stands before.
            let (label, mut said) = match text("on") {
                Some(on) => (format!("{}之前", (self.names)(on)), vec![own.to_owned()]),
                None => (join(above_label, "：", own), Vec::new()),
            };
            said.extend(self.said_of(entry));
            self.push(key.clone(), label.clone(), entry).value = said.join("；");
            self.below(&key, &label, entry);
        }
    }

    /// Figures of a table such as the line.
    fn figures(&mut self, above: &str, above_label: &str, table: &Map<String, Value>) {
        for (name, value) in ordered(table) {
            let words = self.said(name, value);
            if !words.is_empty() {
                let label = join(above_label, "：", field_label(name));
                let provision = self.push(join(above, "/", name), label, table);
                provision.value = words;
                provision.figure = true;
            }
        }
        self.below(above, above_label, table);
    }

    /// What hangs below an entry or table: values with a clause of their own,
    /// lists, further tables.
    fn below(&mut self, above: &str, above_label: &str, table: &Map<String, Value>) {
        for (name, value) in ordered(table) {
            let key = join(above, "/", name);
            let label = join(above_label, "：", field_label(name));
            match value {
                Value::Object(stated) if is_stated(stated) => self.figure(&key, &label, stated),
                Value::Object(further) => self.figures(&key, &label, further),
                Value::Array(texts) if name == "left_open" => {
                    self.left_open(above, above_label, texts);
                }
                Value::Array(entries) => self.entries(above, above_label, entries),
                _ => {}
            }
        }
    }

    fn figure(&mut self, key: &str, label: &str, stated: &Map<String, Value>) {
        let unstated = stated.get("unstated") == Some(&Value::Bool(true));
        let field = key.rsplit('/').next().unwrap_or(key);
        let value = if unstated { "default" } else { "value" };
        let value = stated.get(value).unwrap_or(&Value::Null);
        let words = match (self.said(field, value), value) {
            (said, Value::Bool(_)) if said.is_empty() => "否".to_owned(),
            (said, _) if stated.get("derived") == Some(&Value::Bool(true)) => {
                format!("{said}（推算）")
            }
            (said, _) => said,
        };
        let provision = self.push(key.to_owned(), label.to_owned(), stated);
        provision.value = words;
        provision.unstated = unstated;
        provision.figure = true;
    }

    /// What the text leaves open although one would look for it; another pack
    /// may answer it elsewhere, so that its silence here means nothing.
    fn left_open(&mut self, above: &str, above_label: &str, texts: &[Value]) {
        for text in texts.iter().filter_map(Value::as_str) {
            let provision = self.push(
                join(above, "/", text),
                join(above_label, "：", text),
                &Map::new(),
            );
            provision.unstated = true;
        }
    }

    /// What an entry says beside its name.
    fn said_of(&self, entry: &Map<String, Value>) -> Vec<String> {
        const NAMES: [&str; 7] = ["code", "id", "kind", "label", "title", "clause", "source"];
        ordered(entry)
            .filter(|(name, _)| !NAMES.contains(name) && *name != "on")
            .map(|(name, value)| {
                let said = self.said(name, value);
                let flag = value.is_boolean() || said.is_empty();
                match field_label(name) {
                    "" => said,
                    _ if flag => said,
                    label => format!("{label}：{said}"),
                }
            })
            .filter(|said| !said.is_empty())
            .collect()
    }

    /// A plain value in words; empty for one that hangs below or says nothing.
    fn said(&self, name: &str, value: &Value) -> String {
        match value {
            Value::String(_)
                if ["clause", "source", "level_clause", "level_source"].contains(&name) =>
            {
                String::new()
            }
            Value::String(text) => match name {
                "starts" | "ends" | "after" | "answered_by" | "entry_paths" => (self.names)(text),
                "level" | "levels" | "submitted_to" | "shared_with" => level_label(value),
                _ => words(name, text),
            },
            Value::Number(number) => words(name, &number.to_string()),
            Value::Bool(flag) => {
                let text = flag.to_string();
                let said = words(name, &text);
                match (said == text, flag) {
                    (false, _) => said,
                    (true, true) => field_label(name).to_owned(),
                    (true, false) => String::new(),
                }
            }
            Value::Array(_) if name == "left_open" => String::new(),
            Value::Array(list) => list
                .iter()
                .filter(|v| v.is_string())
                .map(|v| self.said(name, v))
                .collect::<Vec<_>>()
                .join("、"),
            Value::Object(_) | Value::Null => String::new(),
        }
    }
}

fn level_label(value: &Value) -> String {
    serde_json::from_value::<Level>(value.clone()).map_or_else(
        |_| value.as_str().unwrap_or_default().to_owned(),
        |level| level.label().to_owned(),
    )
}

fn join(above: &str, between: &str, own: &str) -> String {
    if above.is_empty() || own.is_empty() {
        format!("{above}{own}")
    } else {
        format!("{above}{between}{own}")
    }
}

/// Fields in the order of their words, unknown ones last.
fn ordered(table: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let mut fields: Vec<(&str, &Value)> = table.iter().map(|(n, v)| (n.as_str(), v)).collect();
    fields.sort_by_key(|(name, _)| super::provision_words::rank(name));
    fields.into_iter()
}

#[cfg(test)]
#[path = "provision_tests.rs"]
mod tests;
