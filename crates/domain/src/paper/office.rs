//! Papers of meetings and offices: minutes, sign-in, lists, written notices.

use jiff::civil::Date;

use super::{Filled, Paper, PaperKind, Value, spoken, spoken_or_blank};

/// One household before the meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppraisedHousehold {
    pub head_name: String,
    pub round: u16,
    /// Who left the room, by name.
    pub recused: Vec<String>,
    pub voters: u16,
    pub votes_for: u16,
    pub votes_against: u16,
    pub abstentions: u16,
    /// The result in words.
    pub result: String,
    pub opinion: String,
}

/// 民主评议会议记录 (HN22-053).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppraisalMinutes {
    pub county: String,
    pub township: String,
    pub village: String,
    pub held_on: Date,
    pub place: String,
    pub chair: String,
    pub recorder: String,
    /// How many of which role came, in words and count.
    pub attendance: Vec<(String, u16)>,
    pub minutes: String,
    pub households: Vec<AppraisedHousehold>,
}

fn place_fields(county: &str, township: &str, village: &str) -> Vec<Value> {
    vec![
        ("县名", county.to_owned()),
        ("乡镇名", township.to_owned()),
        ("村名", village.to_owned()),
    ]
}

/// Rows that begin with their number.
fn numbered<T>(items: &[T], row: impl Fn(&T) -> Vec<Value>) -> Vec<Vec<Value>> {
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let mut values = vec![("序号", (index + 1).to_string())];
            values.extend(row(item));
            values
        })
        .collect()
}

impl Paper for AppraisalMinutes {
    const KIND: PaperKind = PaperKind::AppraisalMinutes;

    fn filled(&self) -> Filled {
        let present: u32 = self.attendance.iter().map(|(_, n)| u32::from(*n)).sum();
        let roles: Vec<String> = self
            .attendance
            .iter()
            .map(|(role, n)| format!("{role}{n}人"))
            .collect();
        let mut fields = place_fields(&self.county, &self.township, &self.village);
        fields.extend([
            ("评议日期", spoken(self.held_on)),
            ("会议地点", self.place.clone()),
            ("主持人", self.chair.clone()),
            ("记录人", self.recorder.clone()),
            ("到会人数", present.to_string()),
            ("到会情况", roles.join("、")),
            ("会议记录", self.minutes.clone()),
            ("户数", self.households.len().to_string()),
        ]);
        let rows = numbered(&self.households, |h| {
            vec![
                ("户主姓名", h.head_name.clone()),
                ("轮次", h.round.to_string()),
                (
                    "回避人员",
                    if h.recused.is_empty() {
                        "无".to_owned()
                    } else {
                        h.recused.join("、")
                    },
                ),
                ("表决人数", h.voters.to_string()),
                ("同意票", h.votes_for.to_string()),
                ("不同意票", h.votes_against.to_string()),
                ("弃权票", h.abstentions.to_string()),
                ("评议结果", h.result.clone()),
                ("评议意见", h.opinion.clone()),
            ]
        });
        Filled { fields, rows }
    }
}

/// 民主评议签到表: signed on paper, so names stay blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSheet {
    pub county: String,
    pub township: String,
    pub village: String,
    /// Blank on a sheet printed before the day is fixed.
    pub held_on: Option<Date>,
    pub place: String,
    /// The role of each line, in words; empty for a line to fill in.
    pub seats: Vec<String>,
}

impl Paper for SignInSheet {
    const KIND: PaperKind = PaperKind::SignInSheet;

    fn filled(&self) -> Filled {
        let mut fields = place_fields(&self.county, &self.township, &self.village);
        fields.extend([
            ("评议日期", spoken_or_blank(self.held_on)),
            ("会议地点", self.place.clone()),
            ("行数", self.seats.len().to_string()),
        ]);
        let rows = numbered(&self.seats, |role| vec![("身份", role.clone())]);
        Filled { fields, rows }
    }
}

/// One household of a list between offices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedHousehold {
    pub village: String,
    pub head_name: String,
    pub persons: u16,
    pub category: String,
    pub remark: String,
}

/// A list as it goes from one office to another.
fn between_offices(
    title: &str,
    from: Value,
    to: Value,
    document_number: &str,
    issued_on: Date,
    households: &[ListedHousehold],
) -> Filled {
    let persons: u32 = households.iter().map(|h| u32::from(h.persons)).sum();
    Filled {
        fields: vec![
            ("标题", title.to_owned()),
            from,
            to,
            ("文号", document_number.to_owned()),
            ("日期", spoken(issued_on)),
            ("户数", households.len().to_string()),
            ("人数", persons.to_string()),
        ],
        rows: numbered(households, |h| {
            vec![
                ("村", h.village.clone()),
                ("户主姓名", h.head_name.clone()),
                ("人口数", h.persons.to_string()),
                ("类别", h.category.clone()),
                ("备注", h.remark.clone()),
            ]
        }),
    }
}

/// 报送名单: a village's or township's list as it goes up (HN22-055, HN20-036).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionList {
    /// Name of the list in its pack, e.g. 拟纳入监测对象名单.
    pub title: String,
    pub issued_by: String,
    pub addressed_to: String,
    pub document_number: String,
    pub issued_on: Date,
    pub households: Vec<ListedHousehold>,
}

impl Paper for SubmissionList {
    const KIND: PaperKind = PaperKind::SubmissionList;

    fn filled(&self) -> Filled {
        between_offices(
            &self.title,
            ("报送单位", self.issued_by.clone()),
            ("接收单位", self.addressed_to.clone()),
            &self.document_number,
            self.issued_on,
            &self.households,
        )
    }
}

/// 书面通知 of the county to a township, with the final list (HN20-037).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNotice {
    pub title: String,
    pub issued_by: String,
    /// The township told.
    pub addressed_to: String,
    pub document_number: String,
    pub issued_on: Date,
    pub households: Vec<ListedHousehold>,
}

impl Paper for WrittenNotice {
    const KIND: PaperKind = PaperKind::WrittenNotice;

    fn filled(&self) -> Filled {
        between_offices(
            &self.title,
            ("发文单位", self.issued_by.clone()),
            ("主送单位", self.addressed_to.clone()),
            &self.document_number,
            self.issued_on,
            &self.households,
        )
    }
}
