//! What a document leaves unsaid, and what is followed from an older one.

use crate::policy::Pack;

/// `程序未规定`, `环节未规定：村级公示`, `沿用：识别程序`, `沿用：dimension.risk`: the
/// words, and 文件未规定 or 沿用.
pub(super) fn item(name: &str, pack: &Pack) -> Option<(String, String)> {
    if name == "程序未规定" {
        let left_open = &pack.identification()?.left_open;
        return Some((words(left_open), "文件未规定".into()));
    }
    if let Some(label) = name.strip_prefix("环节未规定：") {
        let steps = &pack.identification()?.steps;
        let step = steps.iter().find(|s| s.label == label)?;
        return Some((words(&step.left_open), "文件未规定".into()));
    }
    let key = match name.strip_prefix("沿用：")? {
        "识别程序" => "procedure.identification",
        other => other,
    };
    Some(match pack.followed_from(key) {
        Some(layer) => (layer.to_owned(), "沿用".into()),
        None => ("没有".into(), String::new()),
    })
}

fn words(left_open: &[String]) -> String {
    if left_open.is_empty() {
        "没有".into()
    } else {
        left_open.join("、")
    }
}
