//! One way to read a list in pages: keyset paging. A page begins after the
//! sort key of the last row shown, so that rows added or removed meanwhile
//! neither repeat nor hide a row, and a late page costs as much as the first.

use sea_orm::sea_query::{ExprTrait as _, NullOrdering, Order};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, ModelTrait, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Value,
};
use serde::{Deserialize, Serialize};

use crate::crypto::Place;
use crate::{Store, StoreError};

/// Most rows of a page.
const MOST_ROWS: u64 = 200;
/// Rows of a page where nobody asks for a number.
const USUAL_ROWS: u64 = 50;

/// A page of a list, newest or nearest first as the list says.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one. Opaque and sealed:
    /// it tells nothing, and only this installation can make one.
    pub next_cursor: Option<String>,
    /// How many rows matched in scope when the list was opened.
    pub total: u64,
}

impl<T> Page<T> {
    /// A list of nothing.
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            next_cursor: None,
            total: 0,
        }
    }

    /// The same page of something else.
    ///
    /// # Errors
    /// The first one `change` returns.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            items: self
                .items
                .into_iter()
                .map(change)
                .collect::<Result<_, _>>()?,
            next_cursor: self.next_cursor,
            total: self.total,
        })
    }
}

/// Which rows of a list: how many, and after which cursor.
#[derive(Debug, Clone)]
pub struct Window {
    limit: u64,
    cursor: Option<String>,
}

impl Window {
    /// From the query parameters of a list; at most 200 rows.
    pub fn new(limit: Option<u64>, cursor: Option<&str>) -> Self {
        Self {
            limit: limit.unwrap_or(USUAL_ROWS).clamp(1, MOST_ROWS),
            cursor: cursor.filter(|c| !c.is_empty()).map(str::to_owned),
        }
    }

    /// The first rows, as many as the caller says.
    pub fn first(limit: u64) -> Self {
        Self {
            limit,
            cursor: None,
        }
    }

    /// As many rows again after a cursor.
    #[must_use]
    pub fn after(&self, cursor: String) -> Self {
        Self {
            limit: self.limit,
            cursor: Some(cursor),
        }
    }
}

/// Which way a column sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Ascending,
    /// For columns that may be empty: the databases disagree unless told.
    AscendingEmptyLast,
    Descending,
    /// What has no value yet comes before the newest.
    DescendingEmptyFirst,
}

/// A value of a sort column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
    Empty,
}

impl Key {
    fn of(value: Value) -> Result<Self, StoreError> {
        Ok(match value {
            Value::String(text) => text.map_or(Self::Empty, Self::Text),
            Value::BigInt(number) => number.map_or(Self::Empty, Self::Number),
            Value::Int(number) => number.map_or(Self::Empty, |n| Self::Number(n.into())),
            other => {
                return Err(StoreError::Unsuitable(format!(
                    "a list cannot be sorted by {other:?}"
                )));
            }
        })
    }

    fn value(&self) -> Value {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.clone().into(),
            Self::Empty => Value::String(None),
        }
    }
}

/// What a cursor holds.
#[derive(Serialize, Deserialize)]
struct Cursor {
    /// Sort key of the last row shown.
    after: Vec<Key>,
    /// Rows shown so far, and how many there were when the list was opened:
    /// counted once a list, not once a page.
    shown: u64,
    total: u64,
}

const fn place(list: &str) -> Place<'_> {
    Place {
        table: "cursor",
        column: list,
        row: "",
    }
}

/// Rows after a key: the first column further on, or the same and the next one
/// further on, and so forth.
fn beyond<C: ColumnTrait>(order: &[(C, Sort)], after: &[Key]) -> Condition {
    let Some(((column, sort), rest)) = order.split_first() else {
        return Condition::any();
    };
    let Some((key, keys)) = after.split_first() else {
        return Condition::any();
    };
    let (same, further) = match (key, sort) {
        (Key::Empty, Sort::DescendingEmptyFirst) => (column.is_null(), Some(column.is_not_null())),
        (Key::Empty, _) => (column.is_null(), None),
        (key, Sort::Ascending) => (column.eq(key.value()), Some(column.gt(key.value()))),
        (key, Sort::Descending | Sort::DescendingEmptyFirst) => {
            (column.eq(key.value()), Some(column.lt(key.value())))
        }
        (key, Sort::AscendingEmptyLast) => (
            column.eq(key.value()),
            Some(column.gt(key.value()).or(column.is_null())),
        ),
    };
    let mut condition = Condition::any();
    if let Some(further) = further {
        condition = condition.add(further);
    }
    if !rest.is_empty() {
        condition = condition.add(Condition::all().add(same).add(beyond(rest, keys)));
    }
    condition
}

impl Store {
    /// A page of a query. The last column of `order` tells every row from any
    /// other. `list` names the list: a cursor of one list is none of another.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor this list did not give, and when
    /// the database refuses.
    pub(crate) async fn page<E>(
        &self,
        list: &str,
        find: Select<E>,
        order: &[(E::Column, Sort)],
        window: &Window,
    ) -> Result<Page<E::Model>, StoreError>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + ModelTrait<Entity = E> + Sync,
    {
        let from = match &window.cursor {
            Some(text) => Some(self.open_cursor(list, text, order.len())?),
            None => None,
        };
        let all = find.clone();
        let mut find = find;
        if let Some(from) = &from {
            find = find.filter(beyond(order, &from.after));
        }
        for (column, sort) in order {
            find = match sort {
                Sort::Ascending => find.order_by_asc(*column),
                Sort::Descending => find.order_by_desc(*column),
                Sort::DescendingEmptyFirst => {
                    find.order_by_with_nulls(*column, Order::Desc, NullOrdering::First)
                }
                Sort::AscendingEmptyLast => {
                    find.order_by_with_nulls(*column, Order::Asc, NullOrdering::Last)
                }
            };
        }
        let mut items = find.limit(window.limit + 1).all(&self.connection).await?;
        let more = items.len() as u64 > window.limit;
        items.truncate(usize::try_from(window.limit).unwrap_or(usize::MAX));
        let shown = from.as_ref().map_or(0, |f| f.shown) + items.len() as u64;
        // What was added or removed meanwhile shows at the latest on the last page.
        let total = match &from {
            _ if !more => shown,
            Some(from) => Ord::max(from.total, shown + 1),
            None => all.count(&self.connection).await?,
        };
        let next_cursor = match items.last().filter(|_| more) {
            Some(last) => {
                let after = order
                    .iter()
                    .map(|(column, _)| Key::of(last.get(*column)))
                    .collect::<Result<_, _>>()?;
                let cursor = Cursor {
                    after,
                    shown,
                    total,
                };
                Some(self.seal_cursor(list, &cursor)?)
            }
            None => None,
        };
        Ok(Page {
            items,
            next_cursor,
            total,
        })
    }

    fn seal_cursor(&self, list: &str, cursor: &Cursor) -> Result<String, StoreError> {
        let sealed = self
            .crypto
            .seal(place(list), &serde_json::to_vec(cursor)?)?;
        Ok(domain::audit::hex(&sealed))
    }

    fn open_cursor(&self, list: &str, text: &str, columns: usize) -> Result<Cursor, StoreError> {
        let wrong = || StoreError::Cursor;
        if !text.is_ascii() || !text.len().is_multiple_of(2) {
            return Err(wrong());
        }
        let sealed = (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| wrong()))
            .collect::<Result<Vec<u8>, _>>()?;
        let plain = self
            .crypto
            .open(place(list), &sealed)
            .map_err(|_| wrong())?;
        let cursor: Cursor = serde_json::from_slice(&plain).map_err(|_| wrong())?;
        if cursor.after.len() == columns {
            Ok(cursor)
        } else {
            Err(wrong())
        }
    }
}
