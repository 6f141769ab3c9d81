//! A file that appears whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::error::CliError;

/// Written beside its place, then renamed.
pub(super) struct OutFile {
    path: PathBuf,
    part: PathBuf,
    writer: Option<BufWriter<File>>,
}

impl OutFile {
    /// Begins it; it may not be the file that is read, if one is.
    pub(super) fn create(path: &Path, read: Option<&Path>) -> Result<Self, CliError> {
        let read = read.and_then(|read| fs::canonicalize(read).ok());
        let same = fs::canonicalize(path).ok().zip(read);
        if same.is_some_and(|(a, b)| a == b) {
            return Err(CliError::usage(
                format!("--out is the file that is read: {}", path.display()),
                "name another file",
            ));
        }
        let Some(name) = path.file_name() else {
            return Err(CliError::usage(
                format!("--out is no file: {}", path.display()),
                "name a file",
            ));
        };
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(part);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Numbers are personal data: for this user alone, as far as the system knows users.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).map_err(|e| failed(path, &e))?;
        Ok(Self {
            path: path.to_owned(),
            part,
            writer: Some(BufWriter::new(file)),
        })
    }

    /// Some text of it.
    pub(super) fn put(&mut self, text: &str) -> Result<(), CliError> {
        self.write_all(text.as_bytes())
            .map_err(|e| failed(&self.path, &e))
    }

    /// Puts it in its place, on disk.
    pub(super) fn finish(mut self) -> Result<(), CliError> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        let done = writer
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.part, &self.path));
        if let Err(e) = &done {
            let _ = fs::remove_file(&self.part);
            return Err(failed(&self.path, e));
        }
        Ok(())
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Some(writer) => writer.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            // Nothing more can be done about it here.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// That a file cannot be written.
pub(super) fn failed(path: &Path, error: &io::Error) -> CliError {
    CliError::failed(
        format!("cannot be written: {} ({error})", path.display()),
        "name a file in a directory with room that this user may write to",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn it_appears_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        let names = || fs::read_dir(dir.path()).unwrap().count();
        let mut half = OutFile::create(&path, Some(Path::new("list.csv"))).unwrap();
        half.put("a").unwrap();
        drop(half);
        assert_eq!(names(), 0);
        let mut whole = OutFile::create(&path, Some(Path::new("list.csv"))).unwrap();
        whole.put("a\n").unwrap();
        assert!(!path.exists());
        whole.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\n");
        assert_eq!(names(), 1);
        assert!(OutFile::create(&path, Some(&path)).is_err());
    }
}
