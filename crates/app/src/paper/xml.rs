//! A part of a Word file as a small tree. Templates are at most a few
//! megabytes, so a tree is simpler than a stream and just as safe once
//! depth and size are bounded.

use quick_xml::escape::minimal_escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Deeper nesting is no office document.
const DEEPEST: usize = 200;
/// More elements and texts than any template of some pages has.
const MOST_NODES: usize = 400_000;

/// A child of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element; attribute values are kept as escaped as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Element {
    /// An element without attributes and children.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The value of an attribute, unescaped where it can be.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let (_, raw) = self.attributes.iter().find(|(n, _)| n == name)?;
        Some(
            quick_xml::escape::unescape(raw)
                .map_or_else(|_| raw.clone(), |value| value.into_owned()),
        )
    }

    /// The name without its prefix.
    pub fn local_name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// Child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|c| match c {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    /// Child elements, to change.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|c| match c {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    /// The texts directly inside.
    pub fn text(&self) -> String {
        self.children
            .iter()
            .filter_map(|c| match c {
                Node::Text(t) => Some(t.as_str()),
                Node::Element(_) => None,
            })
            .collect()
    }

    /// Calls `visit` for this element and every one inside, outermost first.
    pub fn each(&self, visit: &mut dyn FnMut(&Element)) {
        visit(self);
        for child in self.elements() {
            child.each(visit);
        }
    }

    /// The bytes of a part with this root.
    pub fn to_part(&self) -> Vec<u8> {
        let mut out =
            String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
        self.write(&mut out);
        out.into_bytes()
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(value);
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out),
                Node::Text(text) => out.push_str(&minimal_escape(text.as_str())),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

fn opened(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element::new(start.name().as_ref());
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        element.attributes.push((
            attribute.key.as_ref().to_owned(),
            attribute.value.replace('"', "&quot;").replace('<', "&lt;"),
        ));
    }
    Ok(element)
}

fn add_text(open: &mut [Element], text: &str) {
    let Some(parent) = open.last_mut() else {
        return;
    };
    match parent.children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => parent.children.push(Node::Text(text.to_owned())),
    }
}

/// Reads a part.
///
/// # Errors
/// What is wrong, for the log: not UTF-8, not well-formed, too deep, too
/// large, a document type (nothing an office program writes has one).
pub(super) fn parse(bytes: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    let mut nodes = 0;
    loop {
        nodes += 1;
        if nodes > MOST_NODES {
            return Err("too many nodes".into());
        }
        let mut closed = None;
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err("nested too deeply".into());
                }
                open.push(opened(&start)?);
            }
            Event::Empty(start) => closed = Some(opened(&start)?),
            Event::End(_) => closed = open.pop(),
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let resolved = match reference.resolve_char_ref().map_err(|e| e.to_string())? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&name)
                        .ok_or("an unknown entity")?
                        .to_owned(),
                };
                add_text(&mut open, &resolved);
            }
            Event::DocType(_) => return Err("a document type".into()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Err("no root element".into()),
        }
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(element)),
                None => return Ok(element),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_comes_back_as_it_was() {
        let part = r#"<w:p a="1 &amp; 2" b='"x"'><w:t>甲&lt;乙&#x4E00;<![CDATA[<丙>]]></w:t><!-- 注 --><w:br/></w:p>"#;
        let root = parse(part.as_bytes()).expect("a part");
        let written = String::from_utf8(root.to_part()).expect("text");
        assert!(
            written.ends_with(
                r#"<w:p a="1 &amp; 2" b="&quot;x&quot;"><w:t>甲&lt;乙一&lt;丙></w:t><w:br/></w:p>"#
            ),
            "{written}"
        );
    }

    #[test]
    fn hostile_parts_are_refused() {
        for bad in [
            "<a>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<a>&x;</a>",
            "",
            &"<a>".repeat(300),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse(b"\xff\xfe<a/>").is_err());
    }
}
