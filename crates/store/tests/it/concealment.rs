//! What is sensitive never stands in clear in the database.

use domain::casefile::Stage;
use domain::exchange::{Finding, FindingKind, Form, FormMember};
use store::exchange::StagedHousehold;

use crate::fixture::{Place, TestDatabase, on_both};
use crate::people::{
    DAY, VILLAGE, account, casefile, event, household, lead, lead_correction, meta, notice,
    notice_item, number, objection, projection,
};

on_both!(sensitive_values_are_never_in_clear);

const SECRETS: &[&str] = &[
    "19900001111",
    "19900002222",
    "尘肺三期",
    "尿毒症透析",
    "举报人钱七娘",
    "他家新买轿车",
    "核实为借用车辆",
    "会议上有争议",
    "拒绝原因涉及病情",
    "退回原因涉及透析",
    "张三户口本.jpg",
    "JBSWY3DPEHPK3PXP",
    "980101198002030999",
    "坐标乡卫生室旁",
    "陪同核对遗失的证",
    "查找孙大圣一家",
    "孙大圣的名字",
    "把公历写成了农历",
];

/// The database as one heap of bytes: SQLite's files, or every row of every
/// table of PostgreSQL as text, bytes shown as they are.
async fn everything(db: &TestDatabase) -> Vec<u8> {
    let mut heap = Vec::new();
    match &db.place {
        Place::Sqlite(path) => {
            for entry in std::fs::read_dir(path.parent().expect("a folder")).expect("a folder") {
                heap.extend(std::fs::read(entry.expect("a file").path()).expect("readable"));
            }
        }
        Place::Postgres(_) => {
            let behind = db.behind().await;
            for table in behind.tables().await {
                for text in behind
                    .texts(&format!("SELECT t::text FROM {table} t"))
                    .await
                {
                    heap.extend(text.as_bytes());
                }
                let bytes = format!(
                    "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' AND data_type = 'bytea'"
                );
                for column in behind.texts(&bytes).await {
                    for row in behind
                        .rows(&format!(
                            "SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
                        ))
                        .await
                    {
                        heap.extend(row.try_get_by_index::<Vec<u8>>(0).expect("bytes"));
                    }
                }
            }
        }
    }
    heap
}

fn stands_in(heap: &[u8], text: &str) -> bool {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = text
        .bytes()
        .map(|b| format!("{b:02x}"))
        .collect::<String>()
        .into_bytes();
    [text.as_bytes(), &utf16, &hex]
        .into_iter()
        .any(|needle| heap.windows(needle.len()).any(|w| w == needle))
}

pub async fn fill(db: &TestDatabase) {
    let mut file = household("h", VILLAGE, "张三可见");
    file.phone = "19900001111".into();
    file.address = "坐标乡卫生室旁".into();
    file.members[0].document_number = number(11);
    file.members[0].phone = "19900002222".into();
    file.members[0].health = vec!["尘肺三期".into()];
    file.members[0].disability_card = format!("{}43", number(11));
    let mut tx = db.write().await;
    tx.save_household("h", &file, &meta(DAY, "new"), None)
        .await
        .expect("saved");
    file.members[0].document_number = number(13);
    tx.save_household("h", &file, &meta(DAY, "corrected"), Some(1))
        .await
        .expect("saved");
    tx.add_households(
        &[("b".into(), {
            let mut b = household("b", VILLAGE, "李四");
            b.members[0].document_number = number(15);
            b
        })],
        &meta(DAY, "x"),
    )
    .await
    .expect("added");
    let row = lead(&tx, "l", VILLAGE, "h", "2025-05-01", "尿毒症透析");
    tx.add_lead(row).await.expect("added");
    let mut document = casefile("c", "h", VILLAGE);
    document.stage = Stage::Ended {
        ending: "withdrawn".into(),
        reason: "拒绝原因涉及病情".into(),
        ended_on: DAY,
        informed: None,
    };
    tx.save_casefile(&document, &projection(None), &[event("ended")], 0)
        .await
        .expect("saved");
    tx.add_notice(
        notice("n", VILLAGE, "2025-05-01", "2025-05-07"),
        vec![notice_item("n", "c")],
    )
    .await
    .expect("added");
    let mut row = objection(&tx, "o", "n", VILLAGE, "他家新买轿车", "举报人钱七娘");
    tx.add_objection(row.clone()).await.expect("added");
    row.answer_sealed = Some(
        tx.seal_text("objection", "answer", "o", "核实为借用车辆")
            .expect("seals"),
    );
    tx.save_answer(row).await.expect("answered");
    let minutes_sealed = tx
        .seal_text("appraisal", "minutes", "a", "会议上有争议")
        .expect("seals");
    tx.add_appraisal(store::notice::AppraisalRow {
        id: "a".into(),
        village: VILLAGE.into(),
        held_on: "2025-05-01".into(),
        place: String::new(),
        chair: String::new(),
        recorder: String::new(),
        attendance: "[]".into(),
        minutes_sealed,
        recorded_at: 0,
        account_id: "clerk".into(),
    })
    .await
    .expect("added");
    let mut person = account("u", "zhang", None);
    person.totp_sealed = Some(tx.seal_secret("u", b"JBSWY3DPEHPK3PXP").expect("seals"));
    tx.add_account(person, &[]).await.expect("added");
    tx.audit_with_purpose(
        "410327",
        "household.revealed",
        "household/h",
        "",
        "陪同核对遗失的证",
    )
    .await
    .expect("audited");
    let file_name_sealed = tx
        .seal_text("attachment", "file_name", "t", "张三户口本.jpg")
        .expect("seals");
    tx.add_attachment(store::attachment::AttachmentRow {
        id: "t".into(),
        subject_kind: "casefile".into(),
        subject_id: "c".into(),
        village: VILLAGE.into(),
        code: "photo".into(),
        file_name_sealed,
        media_type: "image/jpeg".into(),
        size_bytes: 1,
        digest: "0".repeat(64),
        account_id: "clerk".into(),
        created_at: 0,
        round: None,
        replaced_by: None,
    })
    .await
    .expect("added");
    tx.add_import_batch(crate::scope::import_batch("i", VILLAGE))
        .await
        .expect("added");
    let mut values = std::collections::BTreeMap::new();
    values.insert("member.identity_number".to_owned(), number(17));
    values.insert("member.phone".to_owned(), "19900002222".to_owned());
    let form = Form {
        members: vec![FormMember {
            values,
            ..FormMember::default()
        }],
        ..Form::default()
    };
    let staged = StagedHousehold {
        seq: 1,
        verdict: "new".into(),
        household_id: None,
        merged: false,
        form: form.clone(),
    };
    tx.stage_households("i", &[staged]).await.expect("staged");
    tx.mark_merged("i", 1, "new", Some(("h", Some(&form))))
        .await
        .expect("merged");
    tx.stage_findings(
        "i",
        1,
        &[Finding::about(
            FindingKind::IdentityCheckDigit,
            "户",
            "证件号码",
            "980101198002030999",
        )],
    )
    .await
    .expect("staged");
    crate::submission_list::send(&mut tx, "s", VILLAGE, &["c"]).await;
    tx.save_view(store::saved_view::SavedView {
        id: "v".into(),
        account_id: "u".into(),
        page: "household".into(),
        name: "查找孙大圣一家".into(),
        query: "{\"text\":\"孙大圣的名字\"}".into(),
        opens_first: false,
        saved_at: 0,
    })
    .await
    .expect("saved");
    let reason_sealed = tx
        .seal_correction_reason("k", "把公历写成了农历")
        .expect("seals");
    tx.add_lead_correction(lead_correction("k", "l", reason_sealed))
        .await
        .expect("added");
    crate::submission_list::give(&mut tx, "s", "c", "退回原因涉及透析").await;
    tx.audit("410327", "test", "household/h", "fields=phone")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
}

async fn sensitive_values_are_never_in_clear(db: TestDatabase) {
    fill(&db).await;
    let numbers: Vec<String> = [11, 13, 15, 17].map(number).to_vec();
    for closed in [false, true] {
        if closed {
            // The write-ahead log moves into the file.
            db.store.clone().close().await.expect("closes");
        }
        let heap = everything(&db).await;
        assert!(
            stands_in(&heap, "张三可见"),
            "names are searched and so in clear: the scan sees what there is"
        );
        for secret in SECRETS
            .iter()
            .copied()
            .chain(numbers.iter().map(String::as_str))
        {
            assert!(
                !stands_in(&heap, secret),
                "{secret} stands in clear (closed: {closed})"
            );
        }
    }
}
