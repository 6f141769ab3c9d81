//! Making the system fail for one process: at libc (`fault.c`), where the disk and the clock are.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::process::{Place, tell};

/// What can be set; the numbers are those of `fault.c`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Knob {
    /// errno of fsync and fdatasync.
    SyncFails = 0,
    /// Milliseconds a sync takes longer.
    SyncMillis = 1,
    /// errno of writes.
    WriteFails = 2,
    /// Seconds added to the clock.
    ClockSeconds = 3,
    /// Syncs done so far; read only.
    Syncs = 4,
    /// Whether images are taken.
    Images = 5,
}

/// The knobs of the processes of one place.
pub(crate) struct Faults {
    control: File,
    pub(crate) images: PathBuf,
}

/// The library, compiled once a run; `None` where there is no C compiler, which then is told.
fn library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let made = LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/fault.c");
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libfault.so");
        // Another run may be loading the last one.
        let draft = out.with_extension(format!("so.{}", std::process::id()));
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&draft, &source])
            .arg("-ldl")
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return None;
        }
        std::fs::rename(&draft, &out).unwrap();
        Some(out)
    });
    if made.is_none() {
        // SQLite is compiled from C, so whoever builds this has a compiler.
        assert!(
            std::env::var_os("VERZET_REQUIRE_PEERS").is_none(),
            "tests/crash/fault.c cannot be compiled"
        );
        tell("skipped: tests/crash/fault.c cannot be compiled here");
    }
    made.as_deref()
}

impl Faults {
    /// Lets the processes of a place run on a system that can be made to fail.
    pub(crate) fn below(place: &mut Place) -> Option<Self> {
        let library = library()?;
        let (path, images) = (place.beside("control"), place.beside("images"));
        std::fs::write(&path, [0; 64]).unwrap();
        std::fs::create_dir(&images).unwrap();
        let under = place.beside("disk");
        std::fs::create_dir(&under).unwrap();
        let under = under.canonicalize().unwrap();
        place.data = under.join("data");
        for (name, value) in [
            ("LD_PRELOAD", library.as_os_str()),
            ("FAULT_CONTROL", path.as_os_str()),
            ("FAULT_UNDER", under.as_os_str()),
            ("FAULT_IMAGES", images.as_os_str()),
        ] {
            place.env.push((name.into(), value.to_owned()));
        }
        let control = File::options().read(true).write(true).open(path).unwrap();
        Some(Self { control, images })
    }

    pub(crate) fn set(&self, knob: Knob, value: i64) {
        let at = knob as u64 * 8;
        self.control.write_all_at(&value.to_ne_bytes(), at).unwrap();
    }

    pub(crate) fn get(&self, knob: Knob) -> i64 {
        let mut bytes = [0; 8];
        self.control
            .read_exact_at(&mut bytes, knob as u64 * 8)
            .unwrap();
        i64::from_ne_bytes(bytes)
    }

    /// The system works again.
    pub(crate) fn none(&self) {
        for knob in [
            Knob::SyncFails,
            Knob::SyncMillis,
            Knob::WriteFails,
            Knob::ClockSeconds,
        ] {
            self.set(knob, 0);
        }
    }
}
