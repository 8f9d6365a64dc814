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
    /// What the meeting found, in words, where the pack has it judge the
    /// situation (HN20-035); empty otherwise.
    pub findings: String,
}

/// 民主评议会议记录 (HN20-035, HN22-053).
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
    /// Who called the meeting together, where the pack names them (HN20-035).
    pub conveners: Vec<String>,
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
        let (conveners, signatures) = match self.conveners.as_slice() {
            [] => (String::new(), String::new()),
            called => (
                format!("。由{}共同组织", called.join("、")),
                called
                    .iter()
                    .map(|c| format!("{c}（签名）："))
                    .collect::<Vec<_>>()
                    .join("　　　　　"),
            ),
        };
        let findings: Vec<String> = self
            .households
            .iter()
            .filter(|h| !h.findings.is_empty())
            .map(|h| format!("{}户：{}", h.head_name, h.findings))
            .collect();
        let mut fields = place_fields(&self.county, &self.township, &self.village);
        fields.extend([
            ("组织者", conveners),
            ("组织者签名", signatures),
            ("综合研判", findings.join("\n")),
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
    pub persons: u32,
    /// In words, e.g. 一般农户.
    pub household_type: String,
    pub category: String,
    pub remark: String,
}

/// A list as it was sent: what both papers of lists say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentList {
    /// Heading of the paper.
    pub title: String,
    /// Running number of the sender's lists of the kind, e.g. 〔2022〕3号.
    pub number: String,
    pub issued_by: String,
    pub addressed_to: String,
    /// Number and signatory of the letter it went with; empty without one.
    pub document_number: String,
    pub signatory: String,
    pub issued_on: Date,
    /// Who sent it, and for whom where a deputy did.
    pub prepared_by: String,
    pub acknowledge_by: Option<Date>,
    /// SM3 of the content as it was sent: tells a copy from another list.
    pub digest: String,
    pub households: Vec<ListedHousehold>,
}

impl SentList {
    fn persons(&self) -> u32 {
        self.households.iter().map(|h| h.persons).sum()
    }

    fn filled(&self, issuer: &'static str, addressee: &'static str, message: Value) -> Filled {
        let wish = self
            .acknowledge_by
            .map_or_else(String::new, |by| format!("请于{}前签收。", spoken(by)));
        let fields = vec![
            ("标题", self.title.clone()),
            ("编号", self.number.clone()),
            (issuer, self.issued_by.clone()),
            (addressee, self.addressed_to.clone()),
            ("文号", self.document_number.clone()),
            ("签发人", self.signatory.clone()),
            ("日期", spoken(self.issued_on)),
            ("经办人", self.prepared_by.clone()),
            message,
            ("签收要求", wish),
            ("内容摘要", self.digest.clone()),
            ("户数", self.households.len().to_string()),
            ("人数", self.persons().to_string()),
        ];
        let row = |number: String, h: &ListedHousehold| {
            vec![
                ("序号", number),
                ("村", h.village.clone()),
                ("户主姓名", h.head_name.clone()),
                (
                    "人口数",
                    if h.persons == 0 {
                        String::new()
                    } else {
                        h.persons.to_string()
                    },
                ),
                ("户类型", h.household_type.clone()),
                ("类别", h.category.clone()),
                ("备注", h.remark.clone()),
            ]
        };
        let mut rows: Vec<_> = self
            .households
            .iter()
            .enumerate()
            .map(|(index, h)| row((index + 1).to_string(), h))
            .collect();
        if rows.is_empty() {
            // An empty table could be filled in by hand.
            let nobody = ListedHousehold {
                head_name: "无".into(),
                ..ListedHousehold::default()
            };
            rows.push(row(String::new(), &nobody));
        }
        Filled { fields, rows }
    }
}

/// 报送名单: a list as it goes up, or comes down with results (HN20-035,
/// HN20-036, HN22-053, HN22-055, HN22-056, WY21-047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionList {
    pub list: SentList,
    /// The receiving level takes note instead of answering.
    pub informs: bool,
    /// What a month without anybody on the list says (本月无调整).
    pub nobody: String,
}

impl Paper for SubmissionList {
    const KIND: PaperKind = PaperKind::SubmissionList;

    fn filled(&self) -> Filled {
        let households = self.list.households.len();
        let persons = self.list.persons();
        let message = match (households, self.informs) {
            (0, _) => self.nobody.clone(),
            (_, true) => {
                format!("现将名单发给你们，共{households}户{persons}人。请签收，并将结果告知农户。")
            }
            (_, false) => {
                format!("按照规定程序，现将名单报上，共{households}户{persons}人，请审核。")
            }
        };
        self.list
            .filled("报送单位", "接收单位", ("报送说明", message))
    }
}

/// 书面通知 of the county to a township, with the final list (HN20-037).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNotice {
    pub list: SentList,
}

impl Paper for WrittenNotice {
    const KIND: PaperKind = PaperKind::WrittenNotice;

    fn filled(&self) -> Filled {
        let list = &self.list;
        let persons = list.persons();
        let message = format!(
            "经行业部门信息比对和审核，确定你乡镇以下{}户{persons}人为监测对象。请及时组织录入，落实帮扶措施，并将结果告知农户。",
            list.households.len()
        );
        list.filled("发文单位", "主送单位", ("通知内容", message))
    }
}
