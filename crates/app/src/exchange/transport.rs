//! The reader in a child process: JSON lines on its standard output. A file
//! that makes it grow beyond its memory limit kills the child, not the server.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use domain::exchange::{FindingKind, RawCell};
use serde::{Deserialize, Serialize};

use super::reader::{Event, Limits, Sink, read_office_file};

/// Memory a reading child may take, in KiB: shared strings of a large county
/// file are held whole by the xlsx reader.
const CHILD_MEMORY_KIB: u64 = 2 << 20;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Lets files be read by `program read-workbook` from now on. Called once by
/// the server; without it files are read in process.
pub fn read_in_child_process(program: PathBuf) {
    // A second call would name the same program.
    let _ = PROGRAM.set(program);
}

/// One line of the child's output.
#[derive(Serialize, Deserialize)]
enum Line {
    #[serde(rename = "s")]
    Sheet(String),
    #[serde(rename = "r")]
    Row(u32, Vec<(u32, String)>),
    #[serde(rename = "p")]
    Problem(FindingKind, String),
    #[serde(rename = "e")]
    End,
}

/// The child's side (`read-workbook`): reads the file on standard input and
/// writes its rows to standard output.
///
/// # Errors
/// When standard input is no file or standard output is closed.
pub fn serve_child(file_name: &str) -> std::io::Result<()> {
    #[cfg(unix)]
    let file = {
        use std::os::fd::AsFd as _;
        File::from(std::io::stdin().as_fd().try_clone_to_owned()?)
    };
    #[cfg(windows)]
    let file = {
        use std::os::windows::io::AsHandle as _;
        File::from(std::io::stdin().as_handle().try_clone_to_owned()?)
    };
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut failed = None;
    read_office_file(file, file_name, Limits::default(), &mut |event| {
        let line = match event {
            Event::Sheet(name) => Line::Sheet(name),
            Event::Row(row, cells) => {
                Line::Row(row, cells.iter().map(|(c, v)| (*c, v.encode())).collect())
            }
            Event::Problem(kind, message) => Line::Problem(kind, message),
        };
        match write_line(&mut out, &line) {
            Ok(()) => true,
            Err(error) => {
                failed = Some(error);
                false
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    write_line(&mut out, &Line::End)?;
    out.flush()
}

fn write_line(out: &mut impl std::io::Write, line: &Line) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Reads a file in a child process, or here when there is no program for it.
///
/// # Errors
/// When the child cannot be started or its output cannot be read.
pub(super) fn read_file(file: File, file_name: &str, sink: &mut Sink<'_>) -> std::io::Result<()> {
    let Some(program) = PROGRAM.get() else {
        read_office_file(file, file_name, Limits::default(), sink);
        return Ok(());
    };
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("ulimit -v {CHILD_MEMORY_KIB}; exec \"$0\" \"$@\""))
            .arg(program);
        shell
    } else {
        Command::new(program)
    };
    let mut child = command
        .arg("read-workbook")
        .arg(file_name)
        .stdin(Stdio::from(file))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let Some(output) = child.stdout.take() else {
        return Err(std::io::Error::other("the reading process has no output"));
    };
    let (mut ended, mut stopped) = (false, false);
    for line in BufReader::with_capacity(1 << 16, output).lines() {
        // A line cut short by the child's end is no line.
        let Ok(line) = line.and_then(|l| Ok(serde_json::from_str::<Line>(&l)?)) else {
            break;
        };
        let go_on = match line {
            Line::Sheet(name) => sink(Event::Sheet(name)),
            Line::Row(row, cells) => sink(Event::Row(
                row,
                cells
                    .into_iter()
                    .map(|(c, v)| (c, RawCell::decode(&v)))
                    .collect(),
            )),
            Line::Problem(kind, message) => sink(Event::Problem(kind, message)),
            Line::End => {
                ended = true;
                false
            }
        };
        if !go_on {
            stopped = !ended;
            break;
        }
    }
    if stopped {
        // Only a child this process started is ended here.
        let _ = child.kill();
    }
    let _ = child.wait();
    if !ended && !stopped {
        sink(Event::Problem(
            FindingKind::FileTooLarge,
            "读取这个文件超出内存限额，已停止".to_owned(),
        ));
    }
    Ok(())
}
