//! Sorting more rows than fit in memory: sorted runs on disk, merged when
//! read. Runs hold personal data, so every block is sealed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;

use store::Store;

/// Bytes kept in memory before a run is written.
const RUN_BYTES: usize = 24 << 20;
/// Bytes of a block before it is packed and sealed.
const BLOCK_BYTES: usize = 192 << 10;

/// One thing to sort.
type Item = (Vec<u8>, Vec<u8>);

/// Collects items and gives them back in the order of their keys.
pub(super) struct Sorter {
    store: Store,
    folder: PathBuf,
    name: &'static str,
    items: Vec<Item>,
    bytes: usize,
    runs: Vec<PathBuf>,
}

impl Sorter {
    pub fn new(store: Store, folder: PathBuf, name: &'static str) -> Self {
        Self {
            store,
            folder,
            name,
            items: Vec::new(),
            bytes: 0,
            runs: Vec::new(),
        }
    }

    pub fn push(&mut self, key: Vec<u8>, payload: Vec<u8>) -> std::io::Result<()> {
        self.bytes += key.len() + payload.len() + 64;
        self.items.push((key, payload));
        if self.bytes >= RUN_BYTES {
            self.write_run()
        } else {
            Ok(())
        }
    }

    fn write_run(&mut self) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        self.items.sort_unstable();
        let path = self
            .folder
            .join(format!("{}-{}.run", self.name, self.runs.len()));
        let mut out = BufWriter::new(File::create(&path)?);
        let row = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let mut block = Vec::with_capacity(BLOCK_BYTES + 4096);
        let mut number = 0u64;
        for (key, payload) in self.items.drain(..) {
            for part in [&key, &payload] {
                block.extend_from_slice(
                    &u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes(),
                );
                block.extend_from_slice(part);
            }
            if block.len() >= BLOCK_BYTES {
                write_block(&self.store, &mut out, &row, number, &block)?;
                block.clear();
                number += 1;
            }
        }
        if !block.is_empty() {
            write_block(&self.store, &mut out, &row, number, &block)?;
        }
        out.flush()?;
        self.bytes = 0;
        self.items.shrink_to(0);
        self.runs.push(path);
        Ok(())
    }

    /// Everything in order; equal keys in the order of their payloads.
    pub fn finish(mut self) -> std::io::Result<Sorted> {
        self.items.sort_unstable();
        let mut sources: Vec<Source> = Vec::new();
        for path in std::mem::take(&mut self.runs) {
            let row = path
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default();
            let file = File::open(&path)?;
            // The open file stays readable; its name is gone whatever happens.
            std::fs::remove_file(&path)?;
            sources.push(Source::Run(Run {
                store: self.store.clone(),
                file,
                row,
                number: 0,
                block: Vec::new(),
                at: 0,
            }));
        }
        sources.push(Source::Memory(std::mem::take(&mut self.items).into_iter()));
        let mut heap = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(item) = source.next()? {
                heap.push(Reverse((item, index)));
            }
        }
        Ok(Sorted { sources, heap })
    }
}

impl Drop for Sorter {
    fn drop(&mut self) {
        for run in &self.runs {
            let _ = std::fs::remove_file(run);
        }
    }
}

fn other(error: impl std::fmt::Display) -> std::io::Error {
    std::io::Error::other(error.to_string())
}

fn write_block(
    store: &Store,
    out: &mut impl std::io::Write,
    row: &str,
    number: u64,
    block: &[u8],
) -> std::io::Result<()> {
    let packed = zstd::bulk::compress(block, 1)?;
    let place = store::crypto::Place {
        table: "import_run",
        column: row,
        row: &number.to_string(),
    };
    let sealed = store.crypto().seal(place, &packed).map_err(other)?;
    out.write_all(&u32::try_from(sealed.len()).map_err(other)?.to_le_bytes())?;
    out.write_all(&sealed)
}

struct Run {
    store: Store,
    file: File,
    row: String,
    number: u64,
    block: Vec<u8>,
    at: usize,
}

impl Run {
    fn part(&mut self) -> std::io::Result<Vec<u8>> {
        let cut = || other("a sorted run is cut short");
        let length = self
            .block
            .get(self.at..self.at + 4)
            .and_then(|b| b.try_into().ok())
            .ok_or_else(cut)?;
        let end = self.at + 4 + u32::from_le_bytes(length) as usize;
        let part = self.block.get(self.at + 4..end).ok_or_else(cut)?.to_vec();
        self.at = end;
        Ok(part)
    }

    fn next(&mut self) -> std::io::Result<Option<Item>> {
        if self.at >= self.block.len() {
            let mut length = [0; 4];
            if self.file.read(&mut length[..1])? == 0 {
                return Ok(None);
            }
            self.file.read_exact(&mut length[1..])?;
            let mut sealed = vec![0; u32::from_le_bytes(length) as usize];
            self.file.read_exact(&mut sealed)?;
            let place = store::crypto::Place {
                table: "import_run",
                column: &self.row,
                row: &self.number.to_string(),
            };
            let packed = self.store.crypto().open(place, &sealed).map_err(other)?;
            self.block = zstd::stream::decode_all(packed.as_slice())?;
            self.number += 1;
            self.at = 0;
        }
        Ok(Some((self.part()?, self.part()?)))
    }
}

enum Source {
    Run(Run),
    Memory(std::vec::IntoIter<Item>),
}

impl Source {
    fn next(&mut self) -> std::io::Result<Option<Item>> {
        match self {
            Self::Run(run) => run.next(),
            Self::Memory(items) => Ok(items.next()),
        }
    }
}

/// Sorted items, read once.
pub(super) struct Sorted {
    sources: Vec<Source>,
    heap: BinaryHeap<Reverse<(Item, usize)>>,
}

impl Sorted {
    pub fn next(&mut self) -> std::io::Result<Option<Item>> {
        let Some(Reverse((item, index))) = self.heap.pop() else {
            return Ok(None);
        };
        if let Some(following) = self.sources[index].next()? {
            self.heap.push(Reverse((following, index)));
        }
        Ok(Some(item))
    }
}
