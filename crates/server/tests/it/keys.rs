//! A new key: everything under it, then the old one forgotten.

use serde_json::json;

use crate::place::HOME;
use crate::test_app::{Engine, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn old_keys_can_be_given_up_on_sqlite() {
    old_keys_can_be_given_up(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_keys_can_be_given_up_on_postgres() {
    old_keys_can_be_given_up(Engine::Postgres).await;
}

async fn old_keys_can_be_given_up(engine: Engine) {
    let test = TestApp::on(engine).await;
    let household = test.village().add_household(HOME, 1).await;
    let photo = test
        .village()
        .upload("household", &household, "home_photo", "a.pdf")
        .await
        .ok();
    let township = test.township();
    let sheet = township
        .get(&format!("/exports/national.xlsx?division={}", HOME.village))
        .await;
    let started = township.import("", "一村.xlsx", &sheet.bytes).await.ok();
    let import = started["id"].as_str().expect("an id");
    test.app.finish_work(import).await;
    test.village()
        .post(
            &format!("/households/{household}/reveal"),
            json!({"fields": ["phone"], "purpose": "核对电话"}),
        )
        .await
        .ok();
    assert_eq!(test.app.under_old_keys().await.expect("counted"), []);

    let mut keyring = test.keyring.clone();
    keyring.rotate().expect("a key more");
    let app = test.reopened(&keyring).await;
    let under = app.under_old_keys().await.expect("counted");
    let named: Vec<&str> = under.iter().map(|(what, _)| what.as_str()).collect();
    for what in [
        "household_version.file_sealed",
        "attachment.file_name_sealed",
        "purpose.purpose_sealed",
        "import_household.content_sealed",
        "blob",
        "import_file",
    ] {
        assert!(named.contains(&what), "{what} in {named:?}");
    }
    // Killed while an import file was being replaced: the old one is whole.
    let sealed = app
        .data_dir
        .join("imports")
        .join(import)
        .join("file.sealed");
    std::fs::write(sealed.with_extension("partial-00"), b"half").expect("written");
    let mut told = Vec::new();
    let done = app
        .reseal_everything(|what, count| told.push((what.to_owned(), count)))
        .await
        .expect("sealed again");
    assert!(done.is_complete());
    assert_eq!(
        (done.attachments.resealed, done.import_files.resealed),
        (1, 1)
    );
    assert!(told.contains(&("import_file".into(), 1)), "{told:?}");
    assert_eq!(app.under_old_keys().await.expect("counted"), []);
    // A second run finds nothing to do.
    let again = app.reseal_everything(|_, _| ()).await.expect("a look");
    assert_eq!(
        (
            again.values.resealed,
            again.attachments.resealed,
            again.import_files.resealed
        ),
        (0, 0, 0)
    );

    assert_eq!(keyring.retire(), 1);
    let app = test.reopened(&keyring).await;
    let person = app
        .principal_of_login("township.a1")
        .await
        .expect("the person");
    let id = photo["id"].as_str().expect("an id");
    let (_, bytes) = app.attachment(&person, id).await.expect("opens");
    assert_eq!(bytes, b"%PDF-1.4 a.pdf");
    // The corrected copy is made from the import's own file.
    app.import_corrections(&person, import)
        .await
        .expect("opens");
    let found = app.verify_audit_offline().await.expect("verified");
    assert_eq!(found.problems, []);
}

/// A changed file does not open and is named; the old key must stay.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_file_that_does_not_open_is_named() {
    let test = TestApp::sqlite().await;
    test.village().add_household(HOME, 1).await;
    let township = test.township();
    let sheet = township
        .get(&format!("/exports/national.xlsx?division={}", HOME.village))
        .await;
    let started = township.import("", "一村.xlsx", &sheet.bytes).await.ok();
    let import = started["id"].as_str().expect("an id");
    test.app.finish_work(import).await;
    let path = test
        .app
        .data_dir
        .join("imports")
        .join(import)
        .join("file.sealed");
    let mut bytes = std::fs::read(&path).expect("the file");
    *bytes.last_mut().expect("not empty") ^= 1;
    std::fs::write(&path, &bytes).expect("changed");
    let mut keyring = test.keyring.clone();
    keyring.rotate().expect("a key more");
    let app = test.reopened(&keyring).await;
    let done = app.reseal_everything(|_, _| ()).await.expect("a pass");
    assert!(!done.is_complete());
    let unopened: Vec<&String> = done.unopened().collect();
    assert_eq!(unopened, [&format!("import_file/{import}")]);
    assert_eq!(
        app.under_old_keys().await.expect("counted"),
        [("import_file".into(), 1)]
    );
    assert_eq!(
        std::fs::read(&path).expect("the file"),
        bytes,
        "left as it was"
    );
}
