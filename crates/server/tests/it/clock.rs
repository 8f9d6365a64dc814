//! Table cases of the statutory clock, over HTTP with the clock moved.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::place::HOME;
use crate::story::Case;
use crate::test_app::TestApp;

/// Carries a case that is decided `days` after its lead; answers days used and
/// whether it is overdue.
async fn decided_after(received_on: Date, days: i32) -> (i64, bool, String) {
    let test = TestApp::sqlite().await;
    test.go_to(received_on);
    let case = Case::open(&test, HOME, 1, received_on).await;
    case.up_to_decision(received_on, received_on + 6.days())
        .await;
    let day = received_on + days.days();
    test.go_to(day);
    let view = case.decide(day).await.ok();
    let clock = &view["clocks"][0];
    let text = |key: &str| clock[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("started_on"), received_on.to_string());
    (
        clock["days_used"].as_i64().expect("days"),
        clock["overdue"].as_bool().expect("a flag"),
        text("deadline_on"),
    )
}

#[tokio::test]
async fn day_fifteen_is_on_time_and_day_sixteen_is_not() {
    for (received_on, deadline) in [
        (date(2022, 5, 1), "2022-05-16"),
        // Over the end of a year.
        (date(2022, 12, 20), "2023-01-04"),
        // Over 29 February of a leap year, and over an ordinary end of February.
        (date(2024, 2, 20), "2024-03-06"),
        (date(2023, 2, 20), "2023-03-07"),
    ] {
        assert_eq!(
            decided_after(received_on, 15).await,
            (15, false, deadline.into()),
            "{received_on}"
        );
        assert_eq!(
            decided_after(received_on, 16).await,
            (16, true, deadline.into()),
            "{received_on}"
        );
    }
}

#[tokio::test]
async fn a_send_back_and_a_late_entry_do_not_stop_the_clock() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, date(2022, 5, 1)).await;
    case.up_to_appraisal(date(2022, 5, 1)).await;
    test.go_to(date(2022, 5, 9));
    case.act(
        &case.township(),
        date(2022, 5, 9),
        crate::forms::review_back("home_verification"),
    )
    .await
    .ok();
    // Visited on the 10th, typed in on the 12th.
    test.go_to(date(2022, 5, 12));
    case.verify(date(2022, 5, 10)).await;
    let view = case.view().await;
    assert_eq!(
        (
            view["clocks"][0]["started_on"].as_str(),
            view["clocks"][0]["days_used"].as_i64()
        ),
        (Some("2022-05-01"), Some(11))
    );
    let step = &view["steps"][0];
    assert_eq!(
        (
            step["late_entry"].as_bool(),
            step["occurred_on"].as_str(),
            step["recorded_on"].as_str()
        ),
        (Some(true), Some("2022-05-10"), Some("2022-05-12"))
    );
    let event = view["timeline"]
        .as_array()
        .and_then(|t| t.last())
        .expect("an event");
    assert_eq!(event["late_entry"], true);
}
