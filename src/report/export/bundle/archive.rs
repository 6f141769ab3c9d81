//! The ZIP, with the hash of every file in it.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
};

use sha2::{Digest, Sha256};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{ExportError, hex};

pub(super) struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    name: String,
    hash: Sha256,
    /// As `sha256sum` prints and reads it.
    sums: String,
}

impl Archive {
    pub(super) fn new(out: File) -> Self {
        Self {
            zip: ZipWriter::new(BufWriter::new(out)),
            name: String::new(),
            hash: Sha256::new(),
            sums: String::new(),
        }
    }

    /// Begins a file; what is written goes into it.
    pub(super) fn begin(&mut self, name: &str) -> Result<(), ExportError> {
        self.end_file();
        let options = SimpleFileOptions::default().large_file(true);
        self.zip.start_file(name, options)?;
        name.clone_into(&mut self.name);
        Ok(())
    }

    pub(super) fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Self) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        self.begin(name)?;
        write(self)
    }

    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<(), ExportError> {
        self.begin(name)?;
        Ok(self.write_all(text.as_bytes())?)
    }

    fn end_file(&mut self) {
        if !self.name.is_empty() {
            let hash = std::mem::take(&mut self.hash).finalize();
            self.sums
                .push_str(&format!("{}  {}\n", hex(&hash), self.name));
        }
    }

    /// Adds the hashes and ends the archive.
    pub(super) fn end(mut self) -> Result<(), ExportError> {
        self.end_file();
        self.name.clear();
        let sums = std::mem::take(&mut self.sums);
        self.text("SHA256SUMS", &sums)?;
        self.zip.finish()?.flush()?;
        Ok(())
    }
}

impl Write for Archive {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
