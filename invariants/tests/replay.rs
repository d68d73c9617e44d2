//! What fuzzers begin with and what they ever found holds, without a fuzzer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use socketio_invariants::seeds::seeds;
use socketio_invariants::{TARGETS, judge};

/// One replay at a time: the number of panics is the process's.
static REPLAYING: Mutex<()> = Mutex::new(());

/// Panics so far. Those of tasks are contained, and would pass unnoticed otherwise.
static LISTENING: Once = Once::new();
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// Has the target judge the inputs. Panics of tasks count like its own.
fn replay(target: &str, inputs: impl IntoIterator<Item = Vec<u8>>) -> usize {
    let _alone = REPLAYING.lock().unwrap_or_else(PoisonError::into_inner);
    LISTENING.call_once(|| {
        let said = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            said(panic);
        }));
    });
    let mut count = 0;
    for input in inputs {
        let before = PANICS.load(Ordering::Relaxed);
        let outcome = catch_unwind(AssertUnwindSafe(|| judge(target, &input)));
        let panics = PANICS.load(Ordering::Relaxed) - before;
        let holds = outcome.is_ok() && panics == 0;
        assert!(holds, "{}: {:?}", target, input.escape_ascii().to_string());
        count += 1;
    }
    count
}

/// Replays the seeds of the target that the test is named after.
macro_rules! seeds_hold {
    ($($target:ident),+ $(,)?) => {
        $(
            #[test]
            fn $target() {
                let name = stringify!($target);
                assert!(replay(name, seeds(name)) > 10);
            }
        )+

        #[test]
        fn every_target_is_replayed_and_has_a_fuzzer() {
            let names = TARGETS.map(|target| target.name);
            assert_eq!(names, [$(stringify!($target)),+]);
            let fuzzers = std::fs::read_dir(fuzz_folder().join("fuzz_targets"));
            let fuzzers = fuzzers.expect("the fuzzers are there").flatten();
            let mut files: Vec<PathBuf> = fuzzers.map(|file| file.path()).collect();
            files.sort();
            let stems = files.iter().filter_map(|file| file.file_stem()?.to_str());
            assert_eq!(Vec::from_iter(stems), names);
        }
    };
}

seeds_hold![
    form,
    frames,
    handshake,
    hub_script,
    packet,
    payload,
    request_target,
    requests,
    script,
    session_script,
];

#[test]
fn what_was_found_once_is_not_there_any_more() {
    let found = fuzz_folder().join("regressions");
    for folder in std::fs::read_dir(found)
        .expect("regressions are there")
        .flatten()
    {
        let name = folder.file_name();
        let target = name.to_string_lossy();
        let inputs = std::fs::read_dir(folder.path()).expect("a folder of inputs");
        let inputs = inputs.flatten().map(|file| std::fs::read(file.path()));
        let count = replay(&target, inputs.map(|input| input.expect("a readable file")));
        assert!(count > 0, "{folder:?} is empty");
    }
}
