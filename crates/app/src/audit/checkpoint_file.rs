//! The append-only file of checkpoints outside the database: one JSON object
//! a line.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use domain::audit::{ChainProblem, Checkpoint};

use super::EXPORT_EVERY_MILLIS;

/// The file of a deployment.
#[derive(Debug)]
pub(super) struct CheckpointFile(PathBuf);

/// What stands in the file.
#[derive(Debug, Default)]
pub(super) struct Outside {
    pub checkpoints: Vec<Checkpoint>,
    /// Numbers of the lines that are no checkpoint, from 1.
    pub unreadable: Vec<i64>,
    /// A crash tore the last line: it has no end.
    torn: bool,
    /// There is a file at all.
    present: bool,
}

impl CheckpointFile {
    pub(super) fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("audit-checkpoints.jsonl"))
    }

    /// Reads every line; a missing file has none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn read(&self) -> std::io::Result<Outside> {
        let mut bytes = Vec::new();
        let present = match std::fs::File::open(&self.0) {
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
        for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
            if line.is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(checkpoint) => outside.checkpoints.push(checkpoint),
                Err(_) => outside.unreadable.push(number),
            }
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
        for checkpoint in inside.iter().filter(|c| !kept.contains(&key(c))) {
            serde_json::to_writer(&mut lines, checkpoint)?;
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
        let new = !self.0.exists();
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.0)?;
        file.write_all(&lines)?;
        file.sync_all()?;
        if new {
            let folder = self.0.parent().unwrap_or(Path::new("."));
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

    /// A problem for each line nobody can read.
    pub(super) fn problems(&self) -> impl Iterator<Item = ChainProblem> {
        self.unreadable.iter().map(|line| ChainProblem {
            chain: "file".into(),
            seq: *line,
            kind: "unreadable".into(),
            message: format!(
                "库外检查点文件第{line}行读不出来：可能是断电时没写完，也可能被人改动；库中还有的检查点已重新写入文件"
            ),
        })
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
