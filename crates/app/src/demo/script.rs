//! Reading `cases.txt`: who, since when, and which moves on which day.

use domain::policy::StepKind;

use super::profile::Profile;

/// One move of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Register,
    /// Concludes the lead with an outcome of the pack.
    Lead(&'static str),
    Verify,
    Letter,
    Request,
    Forward,
    Reuse,
    /// With so many hits.
    Answer(u8),
    Resolve(u8),
    Conclude,
    ReviewBack(StepKind),
    ReviewRefuse,
    DecideBack(StepKind),
    DecideRefuse,
    Recheck,
    End(&'static str),
    Explain,
    /// Whether the meeting recommends the household.
    Appraise(bool),
    Notice,
    /// Whether the objector stays unnamed.
    Object(bool),
    /// Whether the objection was upheld.
    AnswerObjection(bool),
    Approve,
    Decide,
    Acknowledge,
    Inform,
    Announce,
    Archive,
}

/// The usual timetable: a move and its day after the lead.
const USUAL: [(&str, i64); 14] = [
    ("register", 0),
    ("open", 0),
    ("verify", 1),
    ("letter", 1),
    ("request", 2),
    ("forward", 3),
    ("appraise", 4),
    ("answer", 5),
    ("notice", 5),
    ("conclude", 6),
    ("approve", 11),
    ("decide", 13),
    ("acknowledge", 13),
    ("announce", 14),
];
/// Day on which a case is filed.
const ARCHIVE_DAY: i64 = 16;

/// A move, the day it happened and the day it was typed in, counted from the
/// lead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub happened: i64,
    pub typed: i64,
    pub what: Move,
}

/// Which household a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// One that fits the profile and is not monitored.
    Fitting,
    Monitored,
    Cleared,
    /// The household of the case before.
    Same,
    /// A name the registry does not know yet.
    Unmatched,
}

/// One line of the script.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub line: usize,
    pub village: char,
    pub channel: &'static str,
    pub days_ago: i64,
    pub profile: &'static Profile,
    pub lifted: bool,
    pub from: From,
    pub plan: Vec<Planned>,
}

/// The cases of the demo.
///
/// # Errors
/// A sentence naming the line that is not of the format.
pub(super) fn cases() -> Result<Vec<Case>, String> {
    include_str!("cases.txt")
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(index, line)| {
            case(index + 1, line).map_err(|e| format!("cases.txt line {}: {e}", index + 1))
        })
        .collect()
}

fn case(number: usize, line: &'static str) -> Result<Case, String> {
    let mut parts = line.split('|').map(str::trim);
    let mut words = parts.next().unwrap_or_default().split_whitespace();
    let mut word = |what: &str| words.next().ok_or_else(|| format!("{what} is missing"));
    let village = word("the village")?.chars().next().unwrap_or('A');
    let channel = word("the channel")?;
    let days_ago = word("the age of the lead")?
        .parse()
        .map_err(|_| "the age of the lead is no number")?;
    let profile = Profile::named(word("the profile")?).ok_or("no such profile")?;
    let (mut lifted, mut from, mut plan) = (false, From::Fitting, Vec::new());
    for word in words {
        match word.split_once(':') {
            None if word == "lifted" => lifted = true,
            Some(("from", "monitored")) => from = From::Monitored,
            Some(("from", "cleared")) => from = From::Cleared,
            Some(("from", "same")) => from = From::Same,
            Some(("from", "unmatched")) => from = From::Unmatched,
            Some(("upto", last)) => plan = usual(last)?,
            _ => return Err(format!("{word} is not understood")),
        }
    }
    for part in parts {
        let mut words = part.split_whitespace();
        let day: i64 = words
            .next()
            .and_then(|d| d.parse().ok())
            .ok_or("a part begins with its day")?;
        for word in words {
            let (word, late) = match word.split_once('~') {
                Some((word, late)) => (word, late.parse().map_err(|_| "~ wants a number of days")?),
                None => (word, 0),
            };
            plan.push(Planned {
                happened: day,
                typed: day + late,
                what: a_move(word)?,
            });
        }
    }
    plan.sort_by_key(|p| (p.typed, p.what.rank()));
    if let Some(last) = plan
        .iter()
        .map(|p| p.typed)
        .max()
        .filter(|last| *last > days_ago)
    {
        return Err(format!(
            "day {last} lies in the future of a lead {days_ago} days old"
        ));
    }
    Ok(Case {
        line: number,
        village,
        channel,
        days_ago,
        profile,
        lifted,
        from,
        plan,
    })
}

fn usual(last: &str) -> Result<Vec<Planned>, String> {
    let mut plan = Vec::new();
    for (word, day) in USUAL.into_iter().chain([("archive", ARCHIVE_DAY)]) {
        plan.push(Planned {
            happened: day,
            typed: day,
            what: a_move(word)?,
        });
        if word == last {
            return Ok(plan);
        }
    }
    Err(format!("{last} is not on the usual timetable"))
}

fn a_move(word: &'static str) -> Result<Move, String> {
    let (name, argument) = word.split_once(':').unwrap_or((word, ""));
    let step = || match argument {
        "home_verification" => Ok(StepKind::HomeVerification),
        "democratic_appraisal" => Ok(StepKind::DemocraticAppraisal),
        _ => Err(format!("{word}: no such step to send back to")),
    };
    let number = || {
        argument
            .parse()
            .map_err(|_| format!("{word}: a number is missing"))
    };
    Ok(match name {
        "register" => Move::Register,
        "open" => Move::Lead("identification"),
        "lead" => Move::Lead(argument),
        "verify" => Move::Verify,
        "letter" => Move::Letter,
        "request" => Move::Request,
        "forward" => Move::Forward,
        "reuse" => Move::Reuse,
        "answer" if argument.is_empty() => Move::Answer(0),
        "answer" => Move::Answer(number()?),
        "resolve" => Move::Resolve(number()?),
        "conclude" => Move::Conclude,
        "review_back" => Move::ReviewBack(step()?),
        "review_refuse" => Move::ReviewRefuse,
        "decide_back" => Move::DecideBack(step()?),
        "decide_refuse" => Move::DecideRefuse,
        "recheck" => Move::Recheck,
        "end" => Move::End(argument),
        "explain" => Move::Explain,
        "appraise" => Move::Appraise(argument != "failed"),
        "notice" => Move::Notice,
        "object" => Move::Object(argument == "anonymous"),
        "answer_objection" => Move::AnswerObjection(argument == "upheld"),
        "approve" => Move::Approve,
        "decide" => Move::Decide,
        "acknowledge" => Move::Acknowledge,
        "inform" => Move::Inform,
        "announce" => Move::Announce,
        "archive" => Move::Archive,
        _ => return Err(format!("{word}: no such move")),
    })
}

impl Move {
    /// Order of the moves of one day: a village visits before it meets, and
    /// meets before it posts.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Register => 0,
            Self::Lead(_) => 1,
            Self::Verify => 2,
            Self::Letter => 3,
            Self::Request | Self::Reuse => 4,
            Self::Forward => 5,
            Self::Answer(_) => 6,
            Self::Resolve(_) => 7,
            Self::Conclude => 8,
            Self::ReviewBack(_) | Self::ReviewRefuse | Self::DecideBack(_) | Self::DecideRefuse => {
                9
            }
            Self::Recheck | Self::End(_) | Self::Explain => 10,
            Self::Appraise(_) => 11,
            Self::Notice => 12,
            Self::Object(_) => 13,
            Self::AnswerObjection(_) => 14,
            Self::Approve => 15,
            Self::Decide => 16,
            Self::Acknowledge | Self::Inform => 17,
            Self::Announce => 18,
            Self::Archive => 19,
        }
    }
}
