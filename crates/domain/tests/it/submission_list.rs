//! Lists: what they keep whatever happens to them.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::{Principal, Scope};
use domain::casefile::{PackRef, Refusal};
use domain::division::{DivisionCode, Level};
use domain::policy::StepKind;
use domain::submission_list::*;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const DAY: Date = date(2022, 5, 10);

fn code(text: &str) -> DivisionCode {
    text.parse().expect("a code")
}

fn person(level: Level, division: &str) -> Principal {
    Principal {
        account_id: "a".into(),
        display_name: "王".into(),
        roles: Vec::new(),
        level: Some(level),
        division: Some(code(division)),
        scope: Scope::subtree(code(division)),
        masked: false,
        operations: BTreeSet::new(),
        deputy_of: None,
    }
}

fn village() -> Principal {
    person(Level::Village, "410327102207")
}

fn township() -> Principal {
    person(Level::Township, "410327102000")
}

fn terms() -> ListTerms {
    ListTerms {
        code: "preliminary_list".into(),
        label: "初选名单".into(),
        level: Level::Village,
        submitted_to: Level::Township,
        after: StepKind::PublicNotice,
        answered_by: Some(StepKind::TownshipReview),
        monthly: false,
        written_notice: false,
        clause: Some("HN22-053".into()),
    }
}

fn row(seq: u32) -> ListRow {
    ListRow {
        seq,
        casefile_id: format!("c{seq}"),
        casefile_version: 3,
        household_id: format!("h{seq}"),
        household_code: None,
        village: code("410327102207"),
        village_name: "花庄村".into(),
        head_name: "张三".into(),
        member_count: 3,
        household_type_label: "一般农户".into(),
        category_label: None,
        qualified_on: date(2022, 5, 1),
        superseded: 0,
    }
}

fn list(terms: ListTerms, rows: u32) -> SubmissionList {
    let party = |text: &str| Party {
        code: code(text),
        name: text.into(),
        office: String::new(),
    };
    SubmissionList::submitted(ListContent {
        title: String::new(),
        number: String::new(),
        pack: PackRef {
            id: "henan-2022".into(),
            version: 1,
        },
        pack_title: String::new(),
        maker: party("410327102207"),
        recipient: party("410327102000"),
        period: None,
        supplement: 0,
        submitted_on: DAY,
        submitted_by: "李".into(),
        deputy_of: None,
        document_number: String::new(),
        signatory: String::new(),
        acknowledge_by: None,
        rows: (1..=rows).map(row).collect(),
        left_out: Vec::new(),
        note: String::new(),
        terms,
    })
}

fn answer(verdict: ItemVerdict) -> ItemAnswer {
    ItemAnswer {
        verdict,
        on: DAY,
        by_name: "王".into(),
        reason: String::new(),
        ground: None,
        clause: None,
    }
}

fn back() -> ListAct {
    ListAct::Return {
        reason: "名单里有重名".into(),
    }
}

fn withdraw() -> ListAct {
    ListAct::Withdraw {
        reason: "漏了附件一".into(),
    }
}

fn guards<T: std::fmt::Debug>(result: Result<T, Vec<Refusal>>) -> Vec<String> {
    result
        .expect_err("refused")
        .into_iter()
        .map(|r| r.guard)
        .collect()
}

#[test]
fn only_the_maker_withdraws_and_only_before_it_is_received() {
    let sent = list(terms(), 2);
    assert_eq!(
        guards(sent.apply(&withdraw(), DAY, &township(), DAY)),
        ["acting_level"]
    );
    let received = sent
        .apply(&ListAct::Receive, DAY, &township(), DAY)
        .expect("received");
    assert_eq!(
        guards(received.apply(&withdraw(), DAY, &village(), DAY)),
        ["stage"]
    );
    let withdrawn = sent
        .apply(&withdraw(), DAY, &village(), DAY)
        .expect("withdrawn");
    assert_eq!(withdrawn.open_rows().count(), 0);
    assert_eq!(
        guards(withdrawn.apply(&ListAct::Receive, DAY, &township(), DAY)),
        ["stage"]
    );
}

#[test]
fn it_goes_back_whole_only_before_any_answer_and_with_a_reason() {
    let sent = list(terms(), 2);
    let silent = ListAct::Return {
        reason: " 不 ".into(),
    };
    assert_eq!(
        guards(sent.apply(&silent, DAY, &township(), DAY)),
        ["reason_given"]
    );
    let begun = sent.answered("c1", answer(ItemVerdict::Approved));
    assert_eq!(
        begun.stage.as_str(),
        "received",
        "an answer means it was taken in"
    );
    assert_eq!(
        guards(begun.apply(&back(), DAY, &township(), DAY)),
        ["stage"]
    );
    assert_eq!(
        sent.apply(&back(), DAY, &township(), DAY)
            .expect("returned")
            .stage
            .as_str(),
        "returned"
    );
}

#[test]
fn a_notice_that_was_sent_is_neither_withdrawn_nor_returned() {
    let down = ListTerms {
        level: Level::County,
        submitted_to: Level::Township,
        after: StepKind::CountyDecision,
        answered_by: None,
        written_notice: true,
        ..terms()
    };
    let mut sent = list(down, 1);
    sent.content.maker.code = code("410327000000");
    let county = person(Level::County, "410327000000");
    assert_eq!(
        guards(sent.apply(&withdraw(), DAY, &county, DAY)),
        ["stage"]
    );
    assert_eq!(
        guards(sent.apply(&back(), DAY, &township(), DAY)),
        ["stage"]
    );
    assert!(sent.apply(&ListAct::Receive, DAY, &township(), DAY).is_ok());
}

#[test]
fn days_lie_between_sending_and_today() {
    let sent = list(terms(), 1);
    let early = date(2022, 5, 9);
    assert_eq!(
        guards(sent.apply(&ListAct::Receive, early, &township(), DAY)),
        ["not_before_previous"]
    );
    let later = date(2022, 5, 11);
    assert_eq!(
        guards(sent.apply(&ListAct::Receive, later, &township(), DAY)),
        ["not_in_future"]
    );
}

/// A drawing by the village of everybody given.
fn drawing<'a>(
    terms: &'a ListTerms,
    chosen: &'a [String],
    left_out: &'a [(String, String)],
    candidates: &'a [Candidate],
    actor: &'a Principal,
) -> Drawing<'a> {
    Drawing {
        terms,
        area: code("410327102207"),
        period: None,
        supplements: false,
        submitted_on: DAY,
        document_number: "",
        signatory: "",
        acknowledge_by: None,
        documented: false,
        chosen,
        left_out,
        candidates,
        actor,
        today: DAY,
    }
}

#[test]
fn a_month_takes_who_qualified_by_its_last_day() {
    let monthly = ListTerms {
        monthly: true,
        ..terms()
    };
    let on = |id: &str, qualified_on| Candidate {
        casefile_id: id.into(),
        head_name: id.into(),
        qualified_on,
    };
    let candidates = [on("april", date(2022, 4, 30)), on("may", date(2022, 5, 1))];
    let (april, both) = (["april".to_owned()], ["april".to_owned(), "may".to_owned()]);
    let actor = village();
    let of = |chosen, month: &str| Drawing {
        period: Some(month.parse().expect("a month")),
        ..drawing(&monthly, chosen, &[], &candidates, &actor)
    };
    assert!(
        of(&april, "2022-04").check().is_ok(),
        "May waits for its own list"
    );
    assert_eq!(guards(of(&both, "2022-04").check()), ["qualified"]);
    assert_eq!(guards(of(&april, "2022-05").check()), ["no_silent_skip"]);
    assert!(of(&both, "2022-05").check().is_ok());
    assert!(guards(of(&both, "2022-06").check()).contains(&"period".to_owned()));
    assert!(
        of(&[], "2022-03").check().is_ok(),
        "a month without adjustment"
    );
    assert_eq!(
        guards(of(&[], "2022-04").check()),
        ["no_silent_skip", "rows"]
    );
}

#[test]
fn months_read_and_say_themselves() {
    let month: Month = "2020-02".parse().expect("a month");
    assert_eq!(
        (month.last_day(), month.spoken()),
        (date(2020, 2, 29), "2020年2月".into())
    );
    assert_eq!(
        Month::of(date(2021, 1, 31)).previous().to_string(),
        "2020-12"
    );
    for wrong in ["2020-13", "2020-00", "20-01", "2020-1", "2020/01", ""] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}

#[test]
fn a_list_is_not_older_than_what_stands_on_it() {
    let (terms, actor) = (terms(), village());
    let of = |id: &str, qualified_on| Candidate {
        casefile_id: id.into(),
        head_name: format!("{id}家"),
        qualified_on,
    };
    let candidates = [of("早", date(2022, 5, 1)), of("晚", date(2022, 5, 3))];
    let both = ["早".to_owned(), "晚".to_owned()];
    let on = |submitted_on| Drawing {
        submitted_on,
        ..drawing(&terms, &both, &[], &candidates, &actor)
    };
    assert!(on(date(2022, 5, 3)).check().is_ok());
    let refused = on(date(2022, 5, 2)).check().expect_err("too early");
    assert_eq!(refused[0].guard, "not_before_qualified");
    assert_eq!(refused[0].earliest_on, Some(date(2022, 5, 3)));
    assert!(refused[0].message.contains("晚家户"), "{refused:?}");
    assert!(!refused[0].message.contains("早家户"), "{refused:?}");

    // Taken in on the 12th: an answer of the 11th is older than that, a death is not late.
    let day = date(2022, 5, 12);
    let received = list(terms.clone(), 1)
        .apply(&ListAct::Receive, day, &township(), day)
        .expect("received");
    let early = |verdict| received.answer_dated(&answer(verdict));
    assert_eq!(
        early(ItemVerdict::Approved).expect_err("older").earliest_on,
        Some(day)
    );
    assert!(early(ItemVerdict::Ended).is_ok());
    assert_eq!(
        guards(received.apply(&back(), DAY, &township(), day)),
        ["not_before_previous"]
    );
}

/// One thing that may happen to a list.
#[derive(Debug, Clone)]
enum Happens {
    Act(ListAct, bool),
    Answer(u32, ItemVerdict),
}

fn happens() -> impl Strategy<Value = Happens> {
    let act = prop_oneof![Just(ListAct::Receive), Just(back()), Just(withdraw())];
    let verdict = prop_oneof![
        Just(ItemVerdict::Approved),
        Just(ItemVerdict::SentBack),
        Just(ItemVerdict::Refused),
        Just(ItemVerdict::Ended),
    ];
    prop_oneof![
        (act, any::<bool>()).prop_map(|(a, above)| Happens::Act(a, above)),
        (0u32..6, verdict).prop_map(|(n, v)| Happens::Answer(n, v)),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_content_stays_and_answers_stand(
        rows in 1u32..5,
        story in proptest::collection::vec(happens(), 0..30),
    ) {
        let sent = list(terms(), rows);
        let mut now = sent.clone();
        let mut given: BTreeMap<String, ItemAnswer> = BTreeMap::new();
        for event in story {
            let was_open = now.stage.is_open();
            match event {
                Happens::Act(act, above) => {
                    let actor = if above { township() } else { village() };
                    if let Ok(next) = now.apply(&act, DAY, &actor, DAY) {
                        prop_assert!(was_open, "a list that is done does not move");
                        if !matches!(act, ListAct::Receive) {
                            prop_assert!(now.answers.is_empty());
                        }
                        now = next;
                    }
                }
                Happens::Answer(n, verdict) => {
                    let id = format!("c{n}");
                    let counts = was_open && n >= 1 && n <= rows && !given.contains_key(&id);
                    if counts {
                        given.insert(id.clone(), answer(verdict));
                    }
                    now = now.answered(&id, answer(verdict));
                }
            }
            prop_assert_eq!(&now.content, &sent.content);
            prop_assert_eq!(&now.answers, &given);
            prop_assert_eq!(now.stage.as_str() == "closed", given.len() == rows as usize);
            if now.stage.is_open() {
                prop_assert_eq!(now.open_rows().count() + given.len(), rows as usize, "nobody is lost");
            }
        }
    }

    #[test]
    fn nobody_who_qualifies_is_skipped_in_silence(
        marks in proptest::collection::vec(0u8..4, 1..8),
    ) {
        // 0 chosen, 1 left out with a reason, 2 left out without, 3 not mentioned.
        let candidates: Vec<Candidate> = (0..marks.len())
            .map(|i| Candidate { casefile_id: format!("c{i}"), head_name: String::new(), qualified_on: DAY })
            .collect();
        let marked = |wanted: u8| marks.iter().enumerate().filter(move |(_, m)| **m == wanted).map(|(i, _)| format!("c{i}"));
        let chosen: Vec<String> = marked(0).collect();
        let left_out: Vec<(String, String)> = marked(1)
            .map(|id| (id, "户主外出，下次再报".to_owned()))
            .chain(marked(2).map(|id| (id, " 无 ".to_owned())))
            .collect();
        let (terms, actor) = (terms(), village());
        let checked = drawing(&terms, &chosen, &left_out, &candidates, &actor).check();
        let silent = marks.iter().any(|m| *m >= 2);
        prop_assert_eq!(checked.is_ok(), !silent && !chosen.is_empty());
        if silent {
            prop_assert!(guards(checked).contains(&"no_silent_skip".to_owned()));
        }
    }
}

#[test]
fn the_rhythm_begins_the_day_after_the_campaign() {
    let packs = crate::packs::library();
    let lists = &packs.pack("henan-2020").expect("the pack").values.lists;
    let list = lists
        .iter()
        .find(|l| l.code == "recommended_list")
        .expect("a list");
    assert!(!list.monthly_on(date(2020, 5, 10)));
    assert!(list.monthly_on(date(2020, 5, 11)));
    assert!(!ListTerms::of(list, date(2020, 4, 30)).monthly);
}
