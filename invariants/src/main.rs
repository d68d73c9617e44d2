//! Lists what fuzzers are let loose on, a name and the longest input in each line, and writes
//! each one's seeds into a folder of its name: `write-seeds FOLDER`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use socketio_invariants::TARGETS;
use socketio_invariants::seeds::seeds;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: write-seeds FOLDER"))?;
    for target in TARGETS {
        write(&folder.join(target.name))?;
        println!("{} {}", target.name, target.max_len);
    }
    Ok(())
}

/// Writes the seeds of the target that this folder is named after, and nothing else.
fn write(folder: &Path) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds(&name).iter().enumerate() {
        fs::write(folder.join(number.to_string()), seed)?;
    }
    Ok(())
}
