//! Which tests failed, told once more at the end: what they said is far up by then, and whoever
//! keeps only the last part of a log would not have it.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// How much of what each test program says of its failures is told again, in bytes.
const TOLD_AGAIN: usize = 16 * 1024;

/// Runs tests, shows what they print while they print it, and sums up what failed.
///
/// # Errors
/// If the command cannot be started, if what it prints cannot be passed on, or if it does not
/// succeed; the error has what the tests that failed said.
pub(crate) fn run_tests(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let shown = format!("{command:?}");
    let cannot = |error| format!("{shown}: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let printed = child.stdout.take().ok_or("its output is not piped")?;
    let failures = pass_on(BufReader::new(printed), std::io::stdout())?;
    let status = child.wait().map_err(cannot)?;
    if status.success() {
        return Ok(());
    }
    Err(format!("{shown}: {status}\n\n{}", failures.told_again()).into())
}

/// Copies lines, and keeps what they say of failures.
fn pass_on(from: impl BufRead, mut to: impl Write) -> std::io::Result<Failures> {
    let mut failures = Failures::default();
    for line in from.split(b'\n') {
        let line = line?;
        to.write_all(&line)?;
        to.write_all(b"\n")?;
        failures.line(&String::from_utf8_lossy(&line));
    }
    Ok(failures)
}

/// The parts of the output in which test programs tell of their failures.
#[derive(Default)]
struct Failures {
    parts: Vec<String>,
    in_part: bool,
}

impl Failures {
    /// A program's failures stand between the word and its result, once with what the tests
    /// printed and once by name.
    fn line(&mut self, line: &str) {
        if line == "failures:" && !self.in_part {
            self.in_part = true;
            self.parts.push(String::new());
        }
        self.in_part &= !line.starts_with("test result:");
        if let Some(part) = self.parts.last_mut().filter(|_| self.in_part) {
            part.push_str(line);
            part.push('\n');
        }
    }

    /// The end of each part, where the names are.
    fn told_again(&self) -> String {
        if self.parts.is_empty() {
            return "no test says that it failed: see above".to_owned();
        }
        self.parts.iter().map(|part| end_of(part)).collect()
    }
}

fn end_of(part: &str) -> &str {
    let mut start = part.len().saturating_sub(TOLD_AGAIN);
    while !part.is_char_boundary(start) {
        start += 1;
    }
    &part[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "running 2 tests\n\
        test a ... ok\n\
        test b ... FAILED\n\
        \n\
        failures:\n\
        \n\
        ---- b stdout ----\n\
        it was not so\n\
        \n\
        failures:\n    b\n\
        \n\
        test result: FAILED. 1 passed; 1 failed\n\
        \n\
        running 1 test\n\
        test c ... ok\n\
        test result: ok. 1 passed\n";

    #[test]
    fn everything_is_passed_on_and_failures_are_kept() {
        let mut shown = Vec::new();
        let failures = pass_on(PRINTED.as_bytes(), &mut shown).expect("lines");
        assert_eq!(String::from_utf8(shown).as_deref(), Ok(PRINTED));
        let told = failures.told_again();
        assert!(told.contains("it was not so\n") && told.contains("    b\n"));
        assert!(!told.contains("test c") && !told.contains("test a"));
    }

    #[test]
    fn of_long_parts_the_end_is_kept() {
        let mut failures = Failures::default();
        failures.line("failures:");
        for _ in 0..TOLD_AGAIN {
            failures.line("é");
        }
        failures.line("    the_name");
        let told = failures.told_again();
        assert!(told.len() <= TOLD_AGAIN && told.ends_with("the_name\n"));
    }
}
