//! 移交: a household passes from one township to another, or leaves the county.
//! What runs goes along; what only the old village can finish comes first.

use jiff::civil::Date;

use super::check::Fault;
use crate::casefile::Casefile;
use crate::division::{DivisionCode, Level};
use crate::paper::spoken;

/// How far a handover has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverStatus {
    /// The other township has not answered.
    Waiting,
    Accepted,
    Refused,
    /// Taken back by who handed over.
    Withdrawn,
}

impl HandoverStatus {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// In words.
    pub fn label(text: &str) -> &'static str {
        match text {
            "waiting" => "等对方接收",
            "accepted" => "已接收",
            "refused" => "已退回",
            _ => "已撤回",
        }
    }
}

/// What stands between a household and its move.
#[derive(Debug, Clone, Default)]
pub struct Attached<'a> {
    /// The casefile that runs or waits to be archived.
    pub casefile: Option<&'a Casefile>,
    /// First day on which its public notice has hung long enough.
    pub notice_stands_until: Option<Date>,
    /// It stands on a list that was not answered.
    pub listed: bool,
    pub open_leads: bool,
}

impl Attached<'_> {
    /// Whether the household may go to another village: a notice hangs where it
    /// was posted, and whoever answers an objection or a list knows the place.
    ///
    /// # Errors
    /// What is to be finished first.
    pub fn may_move(&self, today: Date) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut add = |message: String| {
            faults.push(Fault {
                field: "household",
                message,
            });
        };
        if let Some(until) = self.notice_stands_until.filter(|until| today < *until) {
            add(format!(
                "这户正在原村公示，{}公示满期后再移交",
                spoken(until)
            ));
        }
        let notice = self.casefile.and_then(|c| c.records.public_notice.as_ref());
        if notice.is_some_and(|n| n.objections.iter().any(|o| o.answer.is_none())) {
            add("这户的公示有异议还没有答复，答复后再移交".into());
        }
        if self.listed {
            add("这户在一份已报送、还没有答复的名单上，答复后再移交".into());
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// Whether the household may leave the county: nothing here can go on with
    /// what runs.
    ///
    /// # Errors
    /// What is to be ended first.
    pub fn may_leave(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut add = |when: bool, message: &str| {
            if when {
                faults.push(Fault {
                    field: "household",
                    message: message.into(),
                });
            }
        };
        add(
            self.casefile.is_some(),
            "这户正在办理识别认定，请先按“整户迁出”终止事项",
        );
        add(
            self.open_leads,
            "这户还有未办结的线索，请先办结；要由迁入地继续核实的，按“不属本地，转有关地方”办结",
        );
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

/// Whether a household of `village` may be handed to `to`: another township of
/// its county.
pub fn is_other_township(village: DivisionCode, to: DivisionCode) -> bool {
    let county = |code: DivisionCode| {
        code.at_level(Level::County)
            .or_else(|| code.at_level(Level::City))
    };
    to.level() == Level::Township
        && county(to) == county(village)
        && village.at_level(Level::Township) != Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_of_the_same_county_and_no_other() {
        let code = |text: &str| text.parse::<DivisionCode>().expect("a code");
        let village = code("410327102207");
        assert!(is_other_township(village, code("410327103000")));
        for other in [
            "410327102000",
            "410328102000",
            "410327103200",
            "410327000000",
        ] {
            assert!(!is_other_township(village, code(other)), "{other}");
        }
        // 东莞 has townships and no counties.
        assert!(is_other_township(
            code("441900003200"),
            code("441900004000")
        ));
    }
}
