//! What the chains must hold beside what the database holds: an emptied chain
//! has no break, yet accounts and households never come without a record.

use std::collections::BTreeSet;

use domain::audit::ChainProblem;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::chain_of;
use crate::StoreError;
use crate::entity::{account, audit_record, household, household_version};

/// What is written first and audited at once may bear a moment before its
/// record's; more than this between them is no moment. Milliseconds.
const AT_ONCE_MILLIS: i64 = 60_000;

/// Chains that are missing, or begin later than what they must tell of.
pub(super) async fn emptied<C: ConnectionTrait>(
    connection: &C,
) -> Result<Vec<ChainProblem>, StoreError> {
    let mut problems = Vec::new();
    let system = first_record(connection, Some("system")).await?;
    let any = first_record(connection, None).await?;
    let account: Option<i64> = account::Entity::find()
        .select_only()
        .column_as(account::Column::CreatedAt.min(), "first")
        .into_tuple()
        .one(connection)
        .await?
        .flatten();
    if let Some(account) = account {
        let message = match system {
            None => Some("库中有账号，链上却一条记录也没有：记录被清空"),
            Some(first) if first > account + AT_ONCE_MILLIS => {
                Some("链上最早的记录晚于库中最早的账号：从前的记录被清空")
            }
            Some(_) => None,
        };
        problems.extend(message.map(|m| problem("system", m)));
    }
    let version: Option<i64> = household_version::Entity::find()
        .select_only()
        .column_as(household_version::Column::RecordedAt.min(), "first")
        .into_tuple()
        .one(connection)
        .await?
        .flatten();
    if let (Some(version), Some(first)) = (version, any)
        && first > version + AT_ONCE_MILLIS
    {
        let message = "所有链上最早的记录都晚于库中最早的农户档案：从前的记录被清空";
        problems.push(problem("system", message));
    }
    let villages: Vec<String> = household::Entity::find()
        .select_only()
        .column(household::Column::Village)
        .distinct()
        .into_tuple()
        .all(connection)
        .await?;
    let counties: BTreeSet<String> = villages
        .iter()
        .map(|village| chain_of(village.parse().ok()))
        .collect();
    for county in counties {
        if first_record(connection, Some(&county)).await?.is_none() {
            let message = "库中有这个县的农户，链上却一条记录也没有：记录被清空";
            problems.push(problem(&county, message));
        }
    }
    Ok(problems)
}

/// When the earliest record of a chain was written; of any chain without one.
async fn first_record<C: ConnectionTrait>(
    connection: &C,
    chain: Option<&str>,
) -> Result<Option<i64>, StoreError> {
    let mut find = audit_record::Entity::find();
    if let Some(chain) = chain {
        find = find.filter(audit_record::Column::Chain.eq(chain));
    }
    let first: Option<Option<i64>> = find
        .select_only()
        .column_as(audit_record::Column::AtMillis.min(), "first")
        .into_tuple()
        .one(connection)
        .await?;
    Ok(first.flatten())
}

fn problem(chain: &str, message: &str) -> ChainProblem {
    ChainProblem {
        chain: chain.into(),
        seq: 1,
        kind: "emptied".into(),
        message: message.into(),
    }
}
