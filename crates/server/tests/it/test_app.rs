//! The service over a fresh database, and people who use it through HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use app::clock::Clock;
use app::{App, PolicyFiles};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use calamine::Reader as _;
use domain::account::Scope;
use domain::division::DivisionCode;
use jiff::civil::{Date, date};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use serde_json::{Value, json};
use server::transport::Transport;
use store::Store;
use store::account::AccountRow;
use store::crypto::{Keyring, RustCrypto};
use store::policy::AdoptionRow;
use tower::ServiceExt as _;

use crate::place::{self, HOME, Place};

/// Everybody's password.
pub const PASSWORD: &str = "Weihai-Beike-7";
/// Today in a fresh test.
pub const FIRST_DAY: Date = date(2022, 5, 1);

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The service with a clock the test moves.
#[derive(Debug)]
pub struct TestApp {
    pub app: App,
    router: Router,
    /// Session by sign-in name, with the day it began: the fixed clock moves by
    /// whole days, so a session does not outlive its day.
    sessions: Mutex<BTreeMap<String, (Date, String)>>,
    database: DatabaseConnection,
    pub keyring: Keyring,
    url: String,
    _folder: tempfile::TempDir,
}

impl TestApp {
    /// A demo deployment (invented identity numbers, light password hashes) on
    /// the embedded database.
    pub async fn sqlite() -> Self {
        Self::open(Engine::Sqlite, true, &[]).await
    }

    /// With further packs, given as files: path inside the policy folder, text.
    pub async fn with_packs(engine: Engine, packs: &[(&str, &str)]) -> Self {
        Self::open(engine, true, packs).await
    }

    /// With the rules of a real deployment.
    pub async fn strict() -> Self {
        Self::open(Engine::Sqlite, false, &[]).await
    }

    /// On either database.
    pub async fn on(engine: Engine) -> Self {
        Self::open(engine, true, &[]).await
    }

    /// Behind a proxy at this address that ends TLS.
    pub async fn behind_tls(proxy: std::net::IpAddr) -> Self {
        Self::open_as(
            Engine::Sqlite,
            true,
            &[],
            Transport::behind_tls(vec![proxy]),
        )
        .await
    }

    /// As `shouwang serve` first meets it: nothing there, no demo.
    pub async fn empty(engine: Engine) -> Self {
        Self::bare(engine, false, &[], Transport::plain()).await
    }

    async fn open(engine: Engine, demo: bool, packs: &[(&str, &str)]) -> Self {
        Self::open_as(engine, demo, packs, Transport::plain()).await
    }

    async fn open_as(
        engine: Engine,
        demo: bool,
        packs: &[(&str, &str)],
        transport: Transport,
    ) -> Self {
        let test = Self::bare(engine, demo, packs, transport).await;
        test.fill().await;
        test
    }

    async fn bare(
        engine: Engine,
        demo: bool,
        packs: &[(&str, &str)],
        transport: Transport,
    ) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let keyring = Keyring::generate().expect("randomness");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("shouwang.db").display()),
            Engine::Postgres => fresh_postgres().await,
        };
        let store = open_store(&url, &keyring).await;
        let policy = folder.path().join("policy");
        for (path, text) in packs {
            let path = policy.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            std::fs::write(path, text).expect("a pack file");
        }
        let policy = (!packs.is_empty()).then_some(policy.as_path());
        let files = PolicyFiles::load(policy).expect("policy folder");
        let app = App {
            store,
            library: Arc::new(files.library().expect("packs")),
            roles: Arc::new(files.roles().expect("roles")),
            codes: Arc::new(files.codes().expect("codes")),
            calendar: Arc::new(files.calendar().expect("calendar")),
            clock: Arc::new(Clock::fixed(FIRST_DAY)),
            files: Arc::new(files),
            data_dir: folder.path().to_path_buf(),
            back_off: Arc::default(),
            demo,
        };
        let router = server::router(app.clone(), transport);
        let database = Database::connect(&url).await.expect("a second connection");
        Self {
            app,
            router,
            sessions: Mutex::default(),
            database,
            keyring,
            url,
            _folder: folder,
        }
    }

    /// Divisions, accounts and the pack; people and cases come through HTTP.
    async fn fill(&self) {
        let hash = app::account::hash_password(PASSWORD.into(), true)
            .await
            .expect("hash");
        let now = self.app.clock.now_millis();
        let mut tx = self
            .app
            .store
            .write(self.app.system_actor())
            .await
            .expect("write");
        tx.add_divisions(&place::divisions())
            .await
            .expect("divisions");
        for clerk in place::clerks() {
            let row = AccountRow {
                id: app::new_id(),
                login_name: clerk.login,
                display_name: clerk.name,
                division: clerk.division,
                department: None,
                password_hash: hash.clone(),
                password_history: "[]".into(),
                // Passwords age with the moved clock; here nobody's does.
                password_changed_at: now + 3_650 * 86_400_000,
                must_change_password: false,
                totp_sealed: None,
                totp_confirmed: false,
                totp_last_step: 0,
                failed_count: 0,
                locked_until: 0,
                disabled: false,
                disabled_reason: None,
                last_sign_in_at: None,
                created_at: now,
                version: 1,
            };
            tx.add_account(row, &[clerk.role.to_owned()])
                .await
                .expect("account");
        }
        // The second province borrows the pack, so that cases exist outside
        // even a province's scope.
        for jurisdiction in ["410000000000", "420000000000"] {
            tx.add_adoption(AdoptionRow {
                id: app::new_id(),
                pack_id: "henan-2022".into(),
                pack_version: 1,
                jurisdiction: jurisdiction.into(),
                from_on: "2022-04-27".into(),
                until_on: None,
                status: "in_force".into(),
                reason: "测试".into(),
                document: "测试".into(),
                account_id: "system".into(),
                recorded_at: now,
                version: 1,
            })
            .await
            .expect("pack");
        }
        tx.audit("system", "test.filled", "test", "")
            .await
            .expect("audit");
        tx.commit().await.expect("commit");
    }

    /// Puts a pack in force in a jurisdiction from a day on.
    pub async fn adopt(&self, pack: &str, jurisdiction: &str, from: &str) {
        let store = &self.app.store;
        let mut tx = store.write(self.app.system_actor()).await.expect("write");
        tx.add_adoption(AdoptionRow {
            id: app::new_id(),
            pack_id: pack.into(),
            pack_version: 1,
            jurisdiction: jurisdiction.into(),
            from_on: from.into(),
            until_on: None,
            status: "in_force".into(),
            reason: "测试".into(),
            document: "测试".into(),
            version: 1,
            account_id: "system".into(),
            recorded_at: 0,
        })
        .await
        .expect("pack");
        tx.audit("system", "test.pack", "test", "")
            .await
            .expect("audit");
        tx.commit().await.expect("commit");
    }

    /// The same deployment under another keyring.
    pub async fn reopened(&self, keyring: &Keyring) -> App {
        App {
            store: open_store(&self.url, keyring).await,
            ..self.app.clone()
        }
    }

    /// Moves the clock.
    pub fn go_to(&self, day: Date) {
        self.app.clock.move_to(day);
    }

    /// A statement behind the service's back, for what no use case does.
    pub async fn sql(&self, statement: &str) {
        self.database
            .execute_unprepared(statement)
            .await
            .expect("statement");
    }

    /// A person with a session, signed in through the endpoint.
    pub fn person<'a>(&'a self, login: &str) -> Person<'a> {
        Person {
            test: self,
            login: login.to_owned(),
        }
    }

    /// The home village's secretary.
    pub fn village(&self) -> Person<'_> {
        self.person(&HOME.login("village"))
    }

    /// Its township's reviewer.
    pub fn township(&self) -> Person<'_> {
        self.person(&HOME.login("township"))
    }

    /// Its county's decider.
    pub fn county(&self) -> Person<'_> {
        self.person(&HOME.login("county"))
    }

    /// Id of an account.
    pub async fn account_id(&self, login: &str) -> String {
        self.app
            .store
            .account_id_of(login)
            .await
            .expect("query")
            .expect("account")
    }

    /// Version of a casefile as stored.
    pub async fn version(&self, casefile_id: &str) -> i64 {
        let found = self
            .app
            .store
            .casefile(&everywhere(), casefile_id)
            .await
            .expect("query");
        found.map_or(1, |(row, _)| row.version)
    }

    /// Signs in through the endpoint; the reply carries the cookie.
    pub async fn sign_in(&self, login: &str, password: &str, totp_code: Option<&str>) -> Reply {
        let form = json!({"login_name": login, "password": password, "totp_code": totp_code});
        self.send(Method::POST, "/session", None, Some(form.to_string()))
            .await
    }

    /// A request with an optional session token and JSON body, under `/api/v1`.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<String>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("x-shouwang-csrf", "1");
        if let Some(token) = token {
            request = request.header(header::COOKIE, format!("shouwang_session={token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        self.call(
            request
                .body(body.map_or_else(Body::empty, Body::from))
                .expect("request"),
        )
        .await
    }

    /// Any request at all.
    pub async fn call(&self, request: Request<Body>) -> Reply {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes,
            json,
        }
    }

    /// Forgets a session the test has ended.
    pub fn forget(&self, login: &str) {
        self.sessions.lock().expect("lock").remove(login);
    }

    async fn token(&self, login: &str) -> String {
        let today = self.app.today();
        let kept = self.sessions.lock().expect("lock").get(login).cloned();
        if let Some((day, token)) = kept
            && day == today
        {
            return token;
        }
        let token = self.sign_in(login, PASSWORD, None).await.token();
        self.sessions
            .lock()
            .expect("lock")
            .insert(login.to_owned(), (today, token.clone()));
        token
    }
}

/// The whole country.
pub fn everywhere() -> Scope {
    Scope::subtree(DivisionCode::NATION)
}

async fn open_store(url: &str, keyring: &Keyring) -> Store {
    let crypto = Arc::new(RustCrypto::new(keyring.clone()).expect("keys"));
    match url.strip_prefix("sqlite://") {
        Some(file) => Store::open_sqlite(file.as_ref(), crypto).await,
        None => Store::open_postgres(url, crypto).await,
    }
    .expect("database")
}

/// A database of its own on the server named by `SHOUWANG_TEST_POSTGRES_URL`.
async fn fresh_postgres() -> String {
    let url = std::env::var("SHOUWANG_TEST_POSTGRES_URL").expect(
        "SHOUWANG_TEST_POSTGRES_URL is not set: the tests on PostgreSQL need a server (./dev test starts one); they are never skipped",
    );
    let name = format!("server_{}", app::new_id().replace('-', ""));
    let admin = Database::connect(&url).await.expect("PostgreSQL answers");
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a database of its own");
    admin.close().await.expect("close");
    let (base, _) = url.rsplit_once('/').expect("a database in the address");
    format!("{base}/{name}")
}

/// Somebody with an account.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    test: &'a TestApp,
    pub login: String,
}

impl<'a> Person<'a> {
    /// Somebody else of the same deployment.
    pub fn colleague(&self, login: &str) -> Person<'a> {
        self.test.person(login)
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let token = self.token().await;
        self.test
            .send(method, path, Some(&token), body.map(|b| b.to_string()))
            .await
    }

    /// The session token, signing in where there is none today.
    pub async fn token(&self) -> String {
        self.test.token(&self.login).await
    }

    /// An upload of evidence.
    pub async fn upload(
        &self,
        subject: &str,
        subject_id: &str,
        code: &str,
        file_name: &str,
    ) -> Reply {
        let fields = [
            ("subject", subject),
            ("subject_id", subject_id),
            ("code", code),
        ];
        let scan = format!("%PDF-1.4 {file_name}");
        self.multipart("/attachments", &fields, file_name, scan.as_bytes())
            .await
    }

    /// A newer version of an attachment.
    pub async fn upload_again(&self, subject: (&str, &str), code: &str, replaces: &str) -> Reply {
        let fields = [
            ("subject", subject.0),
            ("subject_id", subject.1),
            ("code", code),
            ("replaces", replaces),
        ];
        self.multipart("/attachments", &fields, "again.pdf", b"%PDF-1.4 again")
            .await
    }

    /// A spreadsheet to import; an empty layout means the usual one.
    pub async fn import(&self, layout: &str, file_name: &str, bytes: &[u8]) -> Reply {
        self.multipart("/imports", &[("layout", layout)], file_name, bytes)
            .await
    }

    /// A Word template of a kind.
    pub async fn template(&self, kind: &str, bytes: &[u8]) -> Reply {
        self.multipart(
            "/paper-templates",
            &[("kind", kind), ("note", "调整了行距")],
            "模板.docx",
            bytes,
        )
        .await
    }

    /// A form with a file.
    pub async fn multipart(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        file_name: &str,
        bytes: &[u8],
    ) -> Reply {
        let token = self.token().await;
        let part = "--X\r\nContent-Disposition: form-data; name=";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("{part}\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        body.extend(format!("{part}\"file\"; filename=\"{file_name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n--X--\r\n");
        let request = Request::post(format!("/api/v1{path}"))
            .header("x-shouwang-csrf", "1")
            .header(header::COOKIE, format!("shouwang_session={token}"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
            .body(Body::from(body))
            .expect("request");
        self.test.call(request).await
    }

    /// A household of one couple and a child in a village; answers its id.
    pub async fn add_household(&self, place: Place, number: u16) -> String {
        let form = crate::forms::household(place, number);
        let reply = self.post("/households", form).await.ok();
        reply["id"].as_str().expect("an id").to_owned()
    }
}

/// Every part of a Word file, tags included.
fn word_text(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a Word file");
    let mut text = String::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        std::io::Read::read_to_string(&mut part, &mut text).expect("text");
    }
    text
}

/// An answer of the service.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Reply {
    /// The body as text; of a workbook, the text of its cells; of a Word
    /// file, that of its parts.
    pub fn text(&self) -> String {
        if !self.bytes.starts_with(b"PK") {
            return String::from_utf8_lossy(&self.bytes).into_owned();
        }
        if self.headers[header::CONTENT_TYPE] == app::paper::DOCX {
            return word_text(&self.bytes);
        }
        let bytes = std::io::Cursor::new(&self.bytes[..]);
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(bytes).expect("a workbook");
        let mut text = String::new();
        for (name, range) in book.worksheets() {
            text.push_str(&name);
            for cell in range.rows().flatten() {
                text.push('\n');
                text.push_str(&cell.to_string());
            }
        }
        text
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{} {}",
            self.status,
            self.text()
        );
        self.json
    }

    /// The body of a problem of that status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.json["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text()
        );
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        self.json
    }

    /// The refusal of that guard.
    #[track_caller]
    pub fn refusal(self, guard: &str) -> Value {
        let body = self.problem(422, "refused");
        let found = body["refusals"]
            .as_array()
            .and_then(|all| all.iter().find(|r| r["guard"] == guard))
            .cloned();
        found.unwrap_or_else(|| panic!("no refusal by {guard}: {body:#}"))
    }

    /// The session token a sign-in gave.
    #[track_caller]
    pub fn token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        let cookie = self.headers[header::SET_COOKIE].to_str().expect("a cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
            "{cookie}"
        );
        let value = cookie
            .split(';')
            .next()
            .and_then(|c| c.split_once('='))
            .map(|(_, v)| v);
        value.expect("a token").to_owned()
    }
}
