//! What a power cut leaves: images of a disk as `fault.c` takes them, and disks made out of them.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use crate::load::Random;

/// Names and contents, by the identity of a file.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) root: String,
    /// Of each directory: name, type, file.
    names: HashMap<String, Vec<(String, char, String)>>,
    contents: HashMap<String, Arc<Vec<u8>>>,
    /// What is about to be synced.
    synced: String,
}

impl Disk {
    /// An image as `fault.c` takes it.
    pub(crate) fn read(image: &Path) -> Self {
        let list = fs::read_to_string(image.join("list")).unwrap();
        let entries: Vec<(char, &str, &Path)> = list
            .lines()
            .map(|line| {
                let (kind, rest) = line.split_at(2);
                let (file, path) = rest.split_once(' ').unwrap();
                (kind.chars().next().unwrap(), file, Path::new(path))
            })
            .collect();
        let files: HashMap<&Path, &str> = entries.iter().map(|e| (e.2, e.1)).collect();
        let mut disk = Self {
            root: files[Path::new(".")].to_owned(),
            synced: fs::read_to_string(image.join("synced"))
                .unwrap()
                .trim()
                .to_owned(),
            ..Self::default()
        };
        for (kind, file, path) in entries {
            match kind {
                'd' => drop(disk.names.entry(file.to_owned()).or_default()),
                'f' => {
                    // One that was deleted while the image was taken is as good as empty.
                    let bytes = fs::read(image.join("data").join(file)).unwrap_or_default();
                    disk.contents.insert(file.to_owned(), Arc::new(bytes));
                }
                _ => {}
            }
            if path == Path::new(".") {
                continue;
            }
            let parent = match path.parent() {
                Some(parent) if parent != Path::new("") => files[parent],
                _ => files[Path::new(".")],
            };
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let entry = (name, kind, file.to_owned());
            disk.names.entry(parent.to_owned()).or_default().push(entry);
        }
        disk
    }

    /// What `live` was about to sync is durable now.
    pub(crate) fn sync(&mut self, live: &Self) {
        let file = &live.synced;
        if let Some(names) = live.names.get(file) {
            self.names.insert(file.clone(), names.clone());
        }
        if let Some(bytes) = live.contents.get(file) {
            self.contents.insert(file.clone(), bytes.clone());
        }
    }

    /// This disk, of which some blocks and names never came to be.
    pub(crate) fn mixed(&self, durable: &Self, random: &mut Random) -> Self {
        let mut names = HashMap::new();
        for (dir, new) in &self.names {
            let old = durable.names.get(dir).cloned().unwrap_or_default();
            let names_of = if random.below(2) == 0 {
                new.clone()
            } else {
                old
            };
            names.insert(dir.clone(), names_of);
        }
        let mut contents = durable.contents.clone();
        for (file, new) in &self.contents {
            let none = Arc::default();
            let old = durable.contents.get(file).unwrap_or(&none);
            let length = if random.below(2) == 0 {
                new.len()
            } else {
                old.len()
            };
            let mut bytes = vec![0; length];
            for (i, block) in bytes.chunks_mut(512).enumerate() {
                let from = if random.below(2) == 0 { new } else { old };
                let at = (i * 512).min(from.len());
                let n = block.len().min(from.len() - at);
                block[..n].copy_from_slice(&from[at..at + n]);
            }
            contents.insert(file.clone(), Arc::new(bytes));
        }
        Self {
            root: self.root.clone(),
            names,
            contents,
            synced: String::new(),
        }
    }

    /// Writes a directory and what is in it.
    pub(crate) fn write(&self, dir: &str, to: &Path) {
        for (name, kind, file) in self.names.get(dir).into_iter().flatten() {
            let path = to.join(name);
            match kind {
                'd' => {
                    fs::create_dir(&path).unwrap();
                    self.write(file, &path);
                }
                'f' => {
                    let bytes = self.contents.get(file).cloned().unwrap_or_default();
                    fs::write(&path, &*bytes).unwrap();
                }
                _ => {}
            }
        }
    }
}
