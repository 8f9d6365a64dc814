//! The reader in a child process: its events on its standard output, each
//! behind its length. A file that makes it grow beyond its memory limit kills
//! the child, not the server.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use domain::exchange::FindingKind;

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
    let (mut packed, mut failed) = (Vec::new(), None);
    read_office_file(
        file,
        file_name,
        Limits::default(),
        &mut |event| match write_event(&mut out, &mut packed, Some(event)) {
            Ok(()) => true,
            Err(error) => {
                failed = Some(error);
                false
            }
        },
    );
    if let Some(error) = failed {
        return Err(error);
    }
    write_event(&mut out, &mut packed, None)?;
    out.flush()
}

/// Writes one event, or `None` at the end; `packed` is room to use again.
fn write_event(
    out: &mut impl Write,
    packed: &mut Vec<u8>,
    event: Option<Event<'_>>,
) -> std::io::Result<()> {
    packed.clear();
    *packed = postcard::to_extend(&event, std::mem::take(packed)).map_err(std::io::Error::other)?;
    let length = u32::try_from(packed.len()).map_err(std::io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(packed)
}

/// The next event's bytes into `packed`; false where the output ends.
fn next_event(from: &mut impl Read, packed: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    packed.clear();
    Ok(from.take(length).read_to_end(packed)? as u64 == length)
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
        // Address space the allocator sets aside counts as memory: little of it.
        .env("MIMALLOC_ARENA_RESERVE", "64MiB")
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
    let (mut output, mut packed) = (BufReader::with_capacity(1 << 16, output), Vec::new());
    while !ended && !stopped {
        // An event cut short by the child's end is no event.
        if !next_event(&mut output, &mut packed).unwrap_or(false) {
            break;
        }
        match postcard::from_bytes::<Option<Event<'_>>>(&packed) {
            Ok(Some(event)) => stopped = !sink(event),
            Ok(None) => ended = true,
            Err(_) => break,
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
