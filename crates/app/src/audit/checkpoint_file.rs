//! The append-only file of checkpoints outside the database: one JSON object
//! a line, each with a keyed digest of the line before it, so that a line taken
//! out of the middle shows. A file begun before that is read all the same: its
//! lines without a digest come first.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use domain::audit::{ChainProblem, Checkpoint};

use serde::{Deserialize, Serialize};
use store::Store;

use super::EXPORT_EVERY_MILLIS;

/// The file of a deployment.
#[derive(Debug)]
pub(super) struct CheckpointFile {
    path: PathBuf,
    /// Has the key that the digests are made with.
    store: Store,
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    checkpoint: Checkpoint,
    /// Keyed digest of the line before, of nothing in the first; absent in
    /// lines older than it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// What stands in the file.
#[derive(Debug, Default)]
pub(super) struct Outside {
    pub checkpoints: Vec<Checkpoint>,
    /// Numbers of the lines that are no checkpoint, from 1.
    pub unreadable: Vec<i64>,
    /// Numbers of the lines that do not follow the line before them.
    loose: Vec<i64>,
    /// What the next line says of the last one.
    next_after: String,
    /// A crash tore the last line: it has no end.
    torn: bool,
    /// There is a file at all.
    present: bool,
}

impl CheckpointFile {
    pub(super) fn of(data_dir: &Path, store: &Store) -> Self {
        Self {
            path: data_dir.join("audit-checkpoints.jsonl"),
            store: store.clone(),
        }
    }

    /// Reads every line; a missing file has none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn read(&self) -> std::io::Result<Outside> {
        let mut bytes = Vec::new();
        let present = match std::fs::File::open(&self.path) {
            Ok(mut file) => {
                file.read_to_end(&mut bytes)?;
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        let mut outside = Outside {
            present,
            torn: bytes.last().is_some_and(|last| *last != b'\n'),
            ..Outside::default()
        };
        outside.next_after = self.store.after_line(b"");
        let mut chained = false;
        for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
            if line.is_empty() {
                continue;
            }
            match serde_json::from_slice::<Line>(line) {
                Ok(Line { checkpoint, after }) => {
                    let was_chained = after.is_some();
                    let follows = match after {
                        Some(after) => after == outside.next_after,
                        None => !chained && !self.store.stands_chained(&checkpoint),
                    };
                    if !follows {
                        outside.loose.push(number);
                    }
                    chained |= was_chained;
                    outside.checkpoints.push(checkpoint);
                }
                Err(_) => outside.unreadable.push(number),
            }
            outside.next_after = self.store.after_line(line);
        }
        Ok(outside)
    }

    /// Appends those of `inside` the file lacks; they are on disk when this
    /// returns. Returns how many.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) fn complete(&self, inside: &[Checkpoint]) -> std::io::Result<usize> {
        let outside = self.read()?;
        let kept: HashSet<(&str, i64, &str)> = outside.checkpoints.iter().map(key).collect();
        let mut lines = Vec::new();
        let mut added = 0;
        let mut after = outside.next_after.clone();
        for checkpoint in inside.iter().filter(|c| !kept.contains(&key(c))) {
            let line = serde_json::to_vec(&Line {
                checkpoint: checkpoint.clone(),
                after: Some(after),
            })?;
            after = self.store.after_line(&line);
            lines.extend_from_slice(&line);
            lines.push(b'\n');
            added += 1;
        }
        if added == 0 {
            return Ok(0);
        }
        if outside.torn {
            // The torn line stays, as it is evidence; ours starts a new one.
            lines.insert(0, b'\n');
        }
        let new = !self.path.exists();
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        file.write_all(&lines)?;
        file.sync_all()?;
        if new {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(added)
    }
}

impl Outside {
    /// What the file must hold by what the database holds, and does not: each
    /// problem names a chain's checkpoints. A crash between the two keeps back
    /// no more than the newest, those of one export.
    pub(super) fn cut(&self, inside: &[Checkpoint], now_millis: i64) -> Vec<ChainProblem> {
        if !self.present {
            return absent(inside, now_millis).into_iter().collect();
        }
        let kept: HashSet<(&str, i64, &str)> = self.checkpoints.iter().map(key).collect();
        let mut highest: BTreeMap<&str, i64> = BTreeMap::new();
        for c in &self.checkpoints {
            let seq = highest.entry(&c.chain).or_insert(c.seq);
            *seq = c.seq.max(*seq);
        }
        let newest = |all: &[Checkpoint]| all.iter().map(|c| c.at_millis).max();
        let newest = newest(inside).max(newest(&self.checkpoints)).unwrap_or(0);
        let mut cut: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for c in inside.iter().filter(|c| !kept.contains(&key(c))) {
            let followed = highest.get(c.chain.as_str()).is_some_and(|h| *h > c.seq);
            if followed || c.at_millis + EXPORT_EVERY_MILLIS < newest {
                cut.entry(&c.chain).or_default().push(c.seq);
            }
        }
        cut.into_iter()
            .map(|(chain, seqs)| ChainProblem {
                chain: chain.to_owned(),
                seq: seqs[0],
                kind: "missing".into(),
                message: format!(
                    "库中有、库外检查点文件里没有的检查点{}个，最早的是第{}条的：文件里的行被删去",
                    seqs.len(),
                    seqs[0]
                ),
            })
            .collect()
    }

    /// A problem for each line nobody can read, and for each that does not
    /// follow the one before it.
    pub(super) fn problems(&self) -> impl Iterator<Item = ChainProblem> {
        let loose = self.loose.iter().map(|line| ChainProblem {
            chain: "file".into(),
            seq: *line,
            kind: "missing".into(),
            message: format!(
                "库外检查点文件第{line}行与它前面一行接不上：前面有行被删去、改动或插入，请与另外保管的副本逐行核对"
            ),
        });
        let unreadable = self.unreadable.iter().map(|line| ChainProblem {
            chain: "file".into(),
            seq: *line,
            kind: "unreadable".into(),
            message: format!(
                "库外检查点文件第{line}行读不出来：可能是断电时没写完，也可能被人改动；库中还有的检查点已重新写入文件"
            ),
        });
        unreadable.chain(loose)
    }
}

/// No file, beside checkpoints that were to be exported long ago.
fn absent(inside: &[Checkpoint], now_millis: i64) -> Option<ChainProblem> {
    let due = |c: &&Checkpoint| c.at_millis + EXPORT_EVERY_MILLIS < now_millis;
    let count = inside.iter().filter(due).count();
    (count > 0).then(|| ChainProblem {
        chain: "file".into(),
        seq: 0,
        kind: "missing".into(),
        message: format!(
            "库外检查点文件不见了，库中有{count}个检查点应当已写入：文件被删除，或没有随数据目录一起搬来"
        ),
    })
}

fn key(checkpoint: &Checkpoint) -> (&str, i64, &str) {
    (&checkpoint.chain, checkpoint.seq, &checkpoint.signature)
}
