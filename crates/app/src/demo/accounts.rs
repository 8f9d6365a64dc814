//! One account for each role, and the people behind them.

use std::collections::BTreeMap;

use domain::account::{Principal, Scope};

use super::place::code;
use super::random::Random;
use super::scene::Scene;
use crate::account::{hash_password, new_account_row};
use crate::{App, AppError};

/// The password every demo account shares; it is shown on the sign-in page.
pub const DEMO_PASSWORD: &str = "Shouwang-2022";

/// An account of the demo.
#[derive(Debug, Clone, Copy)]
pub struct DemoAccount {
    pub login_name: &'static str,
    pub password: &'static str,
    pub display_name: &'static str,
    /// Code of the role in `policy/roles.toml`.
    pub role: &'static str,
    /// Division code; `None` for the platform's administrators.
    pub division: Option<&'static str>,
    /// Whether the sign-in page offers it; the others only people the
    /// neighbouring places.
    pub listed: bool,
}

/// Every account of the demo, in the order the sign-in page shows them.
pub fn demo_accounts(scene: &Scene) -> Vec<DemoAccount> {
    let village = |letter: char| scene.village(letter);
    let account = |login_name, display_name, role, division, listed| DemoAccount {
        login_name,
        password: DEMO_PASSWORD,
        display_name,
        role,
        division,
        listed,
    };
    let province = Some(scene.province);
    vec![
        account("grid.zhang", "张春苗", "grid_worker", village('A'), true),
        account(
            "village.li",
            "李建业",
            "village_secretary",
            village('A'),
            true,
        ),
        account(
            "township.wang",
            "王晓舟",
            "township_reviewer",
            Some(scene.township),
            true,
        ),
        account(
            "county.chen",
            "陈卓然",
            "county_decider",
            Some(scene.county),
            true,
        ),
        account(
            "liaison.sun",
            "孙佳禾",
            "department_liaison",
            Some(scene.county),
            true,
        ),
        account(
            "village2.zhao",
            "赵海宁",
            "village_secretary",
            village('B'),
            true,
        ),
        account(
            "township2.liu",
            "刘慧林",
            "township_reviewer",
            Some(scene.second_township),
            true,
        ),
        account(
            "county2.zhou",
            "周明朗",
            "county_decider",
            Some(scene.neighbour),
            true,
        ),
        account(
            "city.wu",
            "吴若谷",
            "city_supervisor",
            Some(scene.city),
            true,
        ),
        account(
            "province.zheng",
            "郑思衡",
            "province_supervisor",
            province,
            true,
        ),
        account("policy.feng", "冯雅言", "policy_officer", province, true),
        account("policy.tang", "唐明理", "policy_officer", province, true),
        account("policy.lu", "陆知远", "policy_officer", province, true),
        account("analyst.he", "何知行", "analyst", Some(scene.county), true),
        account("sysadmin", "蒋守正", "system_administrator", None, true),
        account("secadmin", "沈静安", "security_administrator", None, true),
        account("audadmin", "韩明鉴", "audit_administrator", None, true),
        account(
            "village3.qian",
            "钱志成",
            "village_secretary",
            village('C'),
            false,
        ),
        account(
            "village4.xu",
            "徐安民",
            "village_secretary",
            village('D'),
            false,
        ),
        account(
            "township3.gao",
            "高振川",
            "township_reviewer",
            Some(scene.neighbour_township),
            false,
        ),
        account(
            "liaison2.qin",
            "秦越山",
            "department_liaison",
            Some(scene.neighbour),
            false,
        ),
    ]
}

/// The people of the demo by sign-in name, as the platform knows them when
/// they are signed in.
#[derive(Debug)]
pub(super) struct Cast(BTreeMap<&'static str, Principal>);

impl Cast {
    /// The person behind a sign-in name.
    ///
    /// # Errors
    /// When the demo has no such account: a mistake in its tables.
    pub(super) fn get(&self, login_name: &str) -> Result<&Principal, AppError> {
        self.0
            .get(login_name)
            .ok_or_else(|| AppError::Internal(format!("the demo has no account {login_name}")))
    }
}

/// Who acts for a village of the story, level by level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crew {
    pub home: &'static str,
    pub village: &'static str,
    pub township: &'static str,
    pub county: &'static str,
    pub liaison: &'static str,
}

/// The crew of a village by its letter.
pub(super) fn crew(letter: char) -> Crew {
    let own = |home, village, township| Crew {
        home,
        village,
        township,
        county: "county.chen",
        liaison: "liaison.sun",
    };
    match letter {
        'A' => own("grid.zhang", "village.li", "township.wang"),
        'B' => own("village2.zhao", "village2.zhao", "township.wang"),
        'C' => own("village3.qian", "village3.qian", "township2.liu"),
        _ => Crew {
            home: "village4.xu",
            village: "village4.xu",
            township: "township3.gao",
            county: "county2.zhou",
            liaison: "liaison2.qin",
        },
    }
}

/// Adds the accounts. Their password counts as set on `now_millis`, so that
/// nobody is asked to change it in the demo.
///
/// # Errors
/// When a sign-in name is taken or the database refuses.
pub(super) async fn create(
    app: &App,
    scene: &Scene,
    random: &mut Random,
    now_millis: i64,
) -> Result<Cast, AppError> {
    let hash = hash_password(DEMO_PASSWORD.into(), true).await?;
    let mut cast = BTreeMap::new();
    let mut tx = app.store.write(app.system_actor()).await?;
    for account in demo_accounts(scene) {
        let division = account.division.map(code);
        let mut row = new_account_row(
            account.login_name.into(),
            account.display_name.into(),
            division,
            hash.clone(),
            false,
            now_millis,
        );
        row.id = random.id();
        let roles = vec![account.role.to_owned()];
        let role = app.roles.get(account.role).ok_or_else(|| {
            AppError::Internal(format!("the demo needs the role {}", account.role))
        })?;
        let scope = match (role.level, division) {
            (Some(_), Some(division)) => Scope::subtree(division),
            _ => Scope::NOBODY,
        };
        cast.insert(
            account.login_name,
            Principal {
                account_id: row.id.clone(),
                display_name: row.display_name.clone(),
                level: role.level,
                division,
                scope,
                masked: role.masked,
                operations: role.operations.clone(),
                roles: roles.clone(),
                deputy_of: None,
            },
        );
        tx.add_account(row, &roles).await?;
    }
    tx.audit(
        "system",
        "demo.accounts_added",
        "demo",
        &format!("count={}", cast.len()),
    )
    .await?;
    tx.commit().await?;
    Ok(Cast(cast))
}
