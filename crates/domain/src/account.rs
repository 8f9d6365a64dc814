//! Who may do what, and over whom: roles as data, operations, scope.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use crate::division::{DivisionCode, Level};

macro_rules! operations {
    ($($variant:ident = $name:literal;)*) => {
        /// What a person may do. One operation is one line of the permission
        /// matrix.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        pub enum Operation { $($variant,)* }

        impl Operation {
            /// Every operation, in the order of the permission matrix.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name used in role files, the API and the audit chain.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl std::str::FromStr for Operation {
            type Err = String;
            fn from_str(name: &str) -> Result<Self, String> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(format!("不认识的操作 {name}")),
                }
            }
        }
    };
}

operations! {
    HouseholdRead = "household.read";
    HouseholdChange = "household.change";
    HouseholdReveal = "household.reveal";
    HouseholdHandOver = "household.hand_over";
    LeadRead = "lead.read";
    LeadRegister = "lead.register";
    LeadConclude = "lead.conclude";
    LeadCorrect = "lead.correct";
    ComplaintHandle = "complaint.handle";
    CasefileRead = "casefile.read";
    CasefileVerifyHome = "casefile.verify_home";
    CasefileSignLetter = "casefile.sign_letter";
    CasefileCrossCheckRequest = "casefile.cross_check_request";
    CasefileCrossCheckResolve = "casefile.cross_check_resolve";
    CasefileCrossCheckTownship = "casefile.cross_check_township";
    CasefileCrossCheckCounty = "casefile.cross_check_county";
    CasefileAppraise = "casefile.appraise";
    CasefilePostNotice = "casefile.post_notice";
    CasefileReview = "casefile.review";
    CasefileDecide = "casefile.decide";
    CasefileAcknowledge = "casefile.acknowledge";
    CasefileAnnounce = "casefile.announce";
    CasefileArchive = "casefile.archive";
    CasefileEnd = "casefile.end";
    CasefileRequestCorrection = "casefile.request_correction";
    CasefileApproveCorrection = "casefile.approve_correction";
    NoticeRead = "notice.read";
    ObjectionRegister = "objection.register";
    ObjectionAnswer = "objection.answer";
    SubmissionListRead = "submission_list.read";
    SubmissionListSubmit = "submission_list.submit";
    SubmissionListReceive = "submission_list.receive";
    ImportRun = "import.run";
    ExportRun = "export.run";
    ExportList = "export.list";
    AttachmentAdd = "attachment.add";
    AttachmentRead = "attachment.read";
    GridManage = "grid.manage";
    DuplicateClose = "duplicate.close";
    SupervisionRead = "supervision.read";
    SupervisionOpen = "supervision.open";
    PaperRead = "paper.read";
    PaperTemplateManage = "paper_template.manage";
    NameProtectionRequest = "name_protection.request";
    NameProtectionDecide = "name_protection.decide";
    PolicyRead = "policy.read";
    PolicyPutInForce = "policy.put_in_force";
    MonitoringLineRead = "monitoring_line.read";
    MonitoringLineDraft = "monitoring_line.draft";
    MonitoringLineReview = "monitoring_line.review";
    MonitoringLineApprove = "monitoring_line.approve";
    MonitoringLinePublish = "monitoring_line.publish";
    MonitoringLineAcknowledge = "monitoring_line.acknowledge";
    AccountRead = "account.read";
    AccountManage = "account.manage";
    RoleRead = "role.read";
    RoleGrant = "role.grant";
    AuditRead = "audit.read";
    AuditVerify = "audit.verify";
}

impl Serialize for Operation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// A role of `policy/roles.toml`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub code: String,
    pub label: String,
    /// Level at which the role acts; absent for the three administrators, who
    /// act on the platform and see no household.
    pub level: Option<Level>,
    /// Practice where the role is needed under every document.
    pub source: Option<crate::policy::Provenance>,
    /// The clause that puts people at that level, where only one document does.
    pub clause: Option<String>,
    /// Whether names are masked until opened with a purpose.
    #[serde(default)]
    pub masked: bool,
    /// Whether a second factor is compulsory (等保 defaults).
    #[serde(default)]
    pub totp_required: bool,
    /// Roles the same person may not hold (三员分立).
    #[serde(default)]
    pub excludes: Vec<String>,
    pub operations: BTreeSet<Operation>,
}

/// How standing in for a colleague is bounded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeputyRule {
    /// Longest time a deputy is named for, first and last day included.
    pub longest_days: i32,
    /// Practice: no document orders it.
    pub source: Option<crate::policy::Provenance>,
}

/// The roles of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Roles {
    by_code: BTreeMap<String, Role>,
    deputy: DeputyRule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    deputy: DeputyRule,
    role: Vec<Role>,
}

impl Roles {
    /// Parses `policy/roles.toml`.
    ///
    /// # Errors
    /// A sentence naming the line that is not of the format, an exclusion
    /// that names no role, an administrator who could see households, or no day for a deputy.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: RolesFile = toml::from_str(text).map_err(|e| e.to_string())?;
        let roles: BTreeMap<String, Role> =
            file.role.into_iter().map(|r| (r.code.clone(), r)).collect();
        for role in roles.values() {
            for other in &role.excludes {
                if !roles.contains_key(other) {
                    return Err(format!(
                        "角色 {} 的 excludes 指向不存在的角色 {other}",
                        role.code
                    ));
                }
            }
            let personal = role.operations.iter().any(|o| o.touches_people());
            if role.level.is_none() && personal {
                return Err(format!("角色 {} 没有层级，不能有涉及农户的操作", role.code));
            }
        }
        if file.deputy.longest_days < 1 {
            return Err("deputy.longest_days 至少为 1 天".into());
        }
        Ok(Self {
            by_code: roles,
            deputy: file.deputy,
        })
    }

    /// How standing in for a colleague is bounded.
    pub fn deputy(&self) -> &DeputyRule {
        &self.deputy
    }

    /// Whether somebody of these roles may lend a post or stand in for one: an
    /// administrator never may, nor whoever sees names masked, because what
    /// the other post sees would reach past the mask.
    pub fn may_deputise(&self, codes: &[String]) -> bool {
        !codes.is_empty()
            && codes
                .iter()
                .all(|c| (self.get(c)).is_some_and(|r| r.level.is_some() && !r.masked))
    }

    /// The role of that code.
    pub fn get(&self, code: &str) -> Option<&Role> {
        self.by_code.get(code)
    }

    /// All roles, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.by_code.values()
    }

    /// The first pair among `codes` that one person may not hold together.
    pub fn conflict<'a>(&self, codes: &'a [String]) -> Option<(&'a str, &'a str)> {
        codes.iter().enumerate().find_map(|(index, a)| {
            codes[index + 1..].iter().find_map(|b| {
                let excludes = |x: &str, y: &str| {
                    self.get(x)
                        .is_some_and(|r| r.excludes.iter().any(|e| e == y))
                };
                (excludes(a, b) || excludes(b, a)).then_some((a.as_str(), b.as_str()))
            })
        })
    }

    /// The permission matrix as reviewed text: one line an operation, one
    /// column a role.
    pub fn matrix(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::from(
            "# Permission matrix\n\nGenerated from `policy/roles.toml` by `cargo xtask gen`. A change here is a change of who may do what.\n\n| operation |",
        );
        for role in self.iter() {
            let _ = write!(out, " {} |", role.code);
        }
        out.push_str("\n|---|");
        for _ in self.iter() {
            out.push_str(":-:|");
        }
        out.push('\n');
        for operation in Operation::ALL {
            let _ = write!(out, "| {} |", operation.as_str());
            for role in self.iter() {
                out.push_str(if role.operations.contains(operation) {
                    " ✓ |"
                } else {
                    "  |"
                });
            }
            out.push('\n');
        }
        out
    }
}

impl Operation {
    /// Whether the operation shows or changes data about people in the
    /// registry; administrators may hold none of these.
    pub fn touches_people(self) -> bool {
        !matches!(
            self,
            Self::PolicyRead
                | Self::PolicyPutInForce
                | Self::MonitoringLineRead
                | Self::AccountRead
                | Self::AccountManage
                | Self::RoleRead
                | Self::RoleGrant
                | Self::AuditRead
                | Self::AuditVerify
                // Takes along what the list's own operation shows, no more.
                | Self::ExportList
        )
    }
}

/// Over whom: a division subtree, or nobody. Every query over people takes
/// one; the default sees nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    root: Option<DivisionCode>,
}

impl Scope {
    /// A scope that sees nobody.
    pub const NOBODY: Self = Self { root: None };

    /// The subtree under a division.
    pub fn subtree(root: DivisionCode) -> Self {
        Self { root: Some(root) }
    }

    /// The division at its top, if it sees anybody.
    pub fn root(&self) -> Option<DivisionCode> {
        self.root
    }

    /// Whether a division lies inside.
    pub fn contains(&self, division: DivisionCode) -> bool {
        self.root.is_some_and(|root| root.contains(division))
    }

    /// The part of this scope inside `division`: what a filter may narrow to.
    /// Outside it is [`Scope::NOBODY`], never an error that would tell.
    #[must_use]
    pub fn narrowed(&self, division: DivisionCode) -> Self {
        if self.contains(division) {
            Self::subtree(division)
        } else if self.root.is_some_and(|root| division.contains(root)) {
            self.clone()
        } else {
            Self::NOBODY
        }
    }
}

/// The signed-in person an act is done by.
#[derive(Debug, Clone)]
pub struct Principal {
    pub account_id: String,
    pub display_name: String,
    pub roles: Vec<String>,
    /// Level at which the account acts; `None` for administrators.
    pub level: Option<Level>,
    pub division: Option<DivisionCode>,
    pub scope: Scope,
    pub masked: bool,
    pub operations: BTreeSet<Operation>,
    /// The colleague this account stands in for today, by name.
    pub deputy_of: Option<String>,
}

impl Principal {
    /// Whether the person holds an operation.
    pub fn may(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
    }
}

/// Rules for a new password (等保 level 3 defaults; reliability figures are
/// policy of the deployment, not of a pack).
///
/// # Errors
/// A Chinese sentence per unmet rule.
pub fn check_password(password: &str, login_name: &str, weak: &[&str]) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    if password.chars().count() < 10 {
        problems.push("密码至少 10 个字符".to_owned());
    }
    let classes = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if classes.iter().filter(|c| **c).count() < 3 {
        problems.push("大写字母、小写字母、数字、符号四类至少要有三类".to_owned());
    }
    let lower = password.to_lowercase();
    if weak.iter().any(|w| lower.contains(&w.to_lowercase()))
        || (login_name.len() > 2 && lower.contains(&login_name.to_lowercase()))
    {
        problems.push("密码太常见或包含账号名，请换一个".to_owned());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}
