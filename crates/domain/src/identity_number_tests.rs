use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2022, 5, 1);

fn with_check_digit(first_seventeen: &str) -> String {
    format!("{first_seventeen}{}", check_digit(first_seventeen).unwrap())
}

fn parse(typed: &str) -> Result<IdentityNumber, IdentityNumberError> {
    IdentityNumber::parse(typed, TODAY, IssuingPrefixes::Demo)
}

fn code(typed: &str) -> &'static str {
    parse(typed).unwrap_err().code()
}

#[test]
fn the_worked_examples_of_the_standard_hold() {
    // GB 11643-1999, chapter 4: both are printed in the standard itself.
    assert_eq!(check_digit("11010519491231002"), Some('X'));
    assert_eq!(check_digit("44052418800101001"), Some('4'));
}

#[test]
fn typing_habits_are_forgiven() {
    let number = with_check_digit("98022919491231002");
    let plain = parse(&number).unwrap();
    let wide: String = number
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    for typed in [
        format!("  {} ", number.to_lowercase()),
        wide,
        format!("'{number}"),
        format!("{} {} {}", &number[..6], &number[6..14], &number[14..]),
    ] {
        assert_eq!(parse(&typed).unwrap(), plain, "{typed}");
    }
}

#[test]
fn birth_and_sex_are_read() {
    let man = IdentityNumber::invent(229, date(1976, 2, 29), 13).unwrap();
    assert_eq!(
        (man.birth_date(), man.sex()),
        (date(1976, 2, 29), Sex::Male)
    );
    assert_eq!(
        IdentityNumber::invent(229, date(1976, 2, 29), 20)
            .unwrap()
            .sex(),
        Sex::Female
    );
    assert_eq!(man.age_on(date(2022, 2, 28)), 45);
    assert_eq!(man.age_on(date(2022, 3, 1)), 46);
    assert_eq!(man.age_on(date(1970, 1, 1)), 0);
    assert!(man.is_demo());
}

#[test]
fn each_mistake_has_its_own_code() {
    assert_eq!(code(" 　"), "identity_number.empty");
    assert_eq!(code("4.11E+17"), "identity_number.scientific_notation");
    assert_eq!(
        code("9.80229197003E+17"),
        "identity_number.scientific_notation"
    );
    assert_eq!(code("980229700302001"), "identity_number.fifteen_digits");
    assert_eq!(code("9802291970"), "identity_number.length");
    assert_eq!(
        code("98022919700302001143"),
        "identity_number.disability_card"
    );
    assert_eq!(code("98022919700302O012"), "identity_number.character");
    assert_eq!(code("X80229197003020012"), "identity_number.character");
    assert_eq!(
        code("九八零二二九一九七零零三零二零零一二"),
        "identity_number.character"
    );
    assert_eq!(
        code(&with_check_digit("98022919700231001")),
        "identity_number.birth_date"
    );
    assert_eq!(
        code(&with_check_digit("98022918000101001")),
        "identity_number.birth_date"
    );
    assert_eq!(
        code(&with_check_digit("98022920220502001")),
        "identity_number.birth_in_future"
    );
    assert_eq!(
        code(&with_check_digit("99022919700302001")),
        "identity_number.issuing_prefix"
    );
    let right = with_check_digit("98022919700302001");
    let wrong = format!(
        "{}{}",
        &right[..17],
        if right.ends_with('1') { '2' } else { '1' }
    );
    assert_eq!(code(&wrong), "identity_number.check_digit");
}

#[test]
fn a_truncated_number_is_told_from_a_true_one_ending_in_zeros() {
    let mut seen = (0, 0);
    for day in 1..=28 {
        let typed = format!("980229197003{day:02}1000");
        match parse(&typed) {
            Ok(number) => {
                assert!(number.may_be_truncated_by_spreadsheet());
                seen.0 += 1;
            }
            Err(error) => {
                assert_eq!(error, IdentityNumberError::TruncatedBySpreadsheet);
                seen.1 += 1;
            }
        }
    }
    assert!(seen.0 > 0 && seen.1 > seen.0);
}

#[test]
fn demo_numbers_stay_out_of_real_deployments() {
    let demo = IdentityNumber::invent(229, date(1970, 3, 2), 1).unwrap();
    let refused = IdentityNumber::parse(demo.reveal(), TODAY, IssuingPrefixes::Real);
    assert_eq!(refused, Err(IdentityNumberError::IssuingPrefix));
    assert!(IdentityNumber::invent(10_000, TODAY, 1).is_none());
    assert!(IdentityNumber::invent(1, TODAY, 1000).is_none());
}

#[test]
fn nothing_prints_the_number() {
    let number = IdentityNumber::invent(229, date(1970, 3, 2), 1).unwrap();
    assert_eq!(
        number.to_string(),
        format!("980229********{}", &number.reveal()[14..])
    );
    assert!(!format!("{number:?}").contains("19700302"));
}

#[test]
fn other_documents_are_checked_by_their_type() {
    let check = |kind: &str, typed: &str| {
        check_document_number(kind, typed, TODAY, IssuingPrefixes::Demo).map_err(|e| e.code())
    };
    // 81, 82 and 83 name no place of birth; all digits here are invented.
    let hong_kong = with_check_digit("81000019700302001");
    assert_eq!(check("resident_identity_card", &hong_kong), Ok(()));
    assert_eq!(
        check("residence_permit_hong_kong_macao", &hong_kong),
        Ok(())
    );
    assert_eq!(
        check("residence_permit_taiwan", &hong_kong),
        Err("document_number.shape")
    );
    let foreign = with_check_digit("98115619700302001");
    assert_eq!(check("foreign_permanent_residence_card", &foreign), Ok(()));
    assert_eq!(
        check("foreign_permanent_residence_card", "ABC123456789012"),
        Ok(())
    );
    assert_eq!(
        check("foreign_permanent_residence_card", "九八"),
        Err("document_number.shape")
    );
    assert_eq!(check("passport", "E00000000"), Ok(()));
    assert_eq!(check("birth_medical_certificate", "Z000000000"), Ok(()));
    assert_eq!(check("none", ""), Ok(()));
    assert_eq!(check("none", "1"), Err("document_number.shape"));
    assert_eq!(
        check("library_card", "1"),
        Err("document_number.unknown_type")
    );
}

proptest! {
    #[test]
    fn any_single_wrong_digit_is_caught(
        days in 0i64..40_000, sequence in 0u16..1000, position in 0usize..17, shift in 1u32..10
    ) {
        let birth = date(1912, 1, 1).saturating_add(jiff::Span::new().days(days));
        let number = IdentityNumber::invent(229, birth, sequence).unwrap();
        prop_assert_eq!(parse(number.reveal()).unwrap(), number.clone());
        let mut text = number.reveal().as_bytes().to_vec();
        let digit = u32::from(text[position] - b'0');
        text[position] = b'0' + u8::try_from((digit + shift) % 10).unwrap();
        prop_assert!(parse(std::str::from_utf8(&text).unwrap()).is_err());
    }

    #[test]
    fn any_text_is_answered_without_panic(text in "\\PC{0,30}") {
        let _ = parse(&text);
        let _ = check_document_number("foreign_permanent_residence_card", &text, TODAY, IssuingPrefixes::Real);
        let _ = crate::disability_card::DisabilityCard::parse(&text, TODAY, IssuingPrefixes::Real);
    }
}
