//! The server under load: a child process, and what the kernel knows about it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use super::load_error::LoadError;
use super::measurement::{CpuTime, Memory};
use super::protocol::Protocol;

/// How long the server may take to tell its port.
const START_TIME: Duration = Duration::from_secs(60);

/// Clock ticks for each second in `/proc/PID/stat`: 100 for programs, whatever the kernel uses.
const TICKS: u64 = 100;

/// Fields of `/proc/PID/stat` behind the name in parentheses, counted from 0.
const USER_TICKS: usize = 11;
const SYSTEM_TICKS: usize = 12;

/// A server that lives as long as this value.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    port: u16,
    protocol: Protocol,
    last_line: Arc<Mutex<String>>,
}

impl ServerProcess {
    /// Starts a server that listens on 127.0.0.1 and ends its first line of output with the
    /// number of its port.
    ///
    /// # Errors
    /// If it cannot be started, or says something else.
    pub fn start(mut command: Command, protocol: Protocol) -> Result<Self, LoadError> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take();
        let mut server = Self {
            child,
            port: 0,
            protocol,
            last_line: Arc::default(),
        };
        let (said, heard) = mpsc::channel();
        let last_line = Arc::clone(&server.last_line);
        thread::spawn(move || {
            let mut lines = output.map(|output| BufReader::new(output).lines());
            let mut lines = lines.iter_mut().flatten().map_while(Result::ok);
            // Nobody listens any more if it took too long.
            let _ = said.send(lines.next());
            for line in lines {
                *last_line.lock().unwrap_or_else(PoisonError::into_inner) = line;
            }
        });
        let line = heard.recv_timeout(START_TIME);
        let line = line.map_err(|_| LoadError::TooSlow("the server's start"))?;
        let line = line.unwrap_or_default();
        server.port = port_in(&line).ok_or(LoadError::NoPort(line))?;
        Ok(server)
    }

    /// Starts a server of ours on a port, with more arguments.
    ///
    /// # Errors
    /// If it cannot be started, or says something else.
    pub fn start_on(port: u16, executable: &Path, arguments: &[&str]) -> Result<Self, LoadError> {
        let mut command = Command::new(executable);
        command.args(["--port", &port.to_string()]).args(arguments);
        Self::start(command, Protocol::Legacy)
    }

    /// The last line of what it has said behind the one that names its port.
    #[must_use]
    pub fn last_line(&self) -> String {
        let line = self.last_line.lock();
        line.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it speaks.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The port that it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The CPU time it has used.
    ///
    /// # Errors
    /// If it has ended.
    pub fn cpu_time(&self) -> Result<CpuTime, LoadError> {
        let text = self.account("stat")?;
        parse_cpu_time(&text).ok_or(LoadError::NoAccounts("CPU time"))
    }

    /// The memory it uses.
    ///
    /// # Errors
    /// If it has ended.
    pub fn memory(&self) -> Result<Memory, LoadError> {
        let text = self.account("status")?;
        parse_memory(&text).ok_or(LoadError::NoAccounts("memory"))
    }

    /// How many files and sockets it may open.
    ///
    /// # Errors
    /// If it has ended.
    pub fn descriptor_limit(&self) -> Result<usize, LoadError> {
        let text = self.account("limits")?;
        parse_descriptor_limit(&text).ok_or(LoadError::NoAccounts("descriptor limit"))
    }

    fn account(&self, name: &str) -> Result<String, LoadError> {
        let text = fs::read_to_string(format!("/proc/{}/{name}", self.child.id()))?;
        Ok(text)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn port_in(line: &str) -> Option<u16> {
    line.split(|letter: char| !letter.is_ascii_digit())
        .rfind(|digits| !digits.is_empty())?
        .parse()
        .ok()
}

fn parse_cpu_time(stat: &str) -> Option<CpuTime> {
    // The name may contain anything, also parentheses and blanks.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let time = |field: usize| {
        let ticks: u64 = fields.get(field)?.parse().ok()?;
        Some(Duration::from_millis(ticks * 1000 / TICKS))
    };
    Some(CpuTime {
        user: time(USER_TICKS)?,
        system: time(SYSTEM_TICKS)?,
    })
}

fn parse_memory(status: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes << 10)
    };
    Some(Memory {
        anonymous: bytes("RssAnon:")?,
        resident: bytes("VmRSS:")?,
    })
}

fn parse_descriptor_limit(limits: &str) -> Option<usize> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_ascii_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        limit => limit.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_port_at_the_end() {
        assert_eq!(port_in("echo server 2 on port 41234\n"), Some(41234));
        assert_eq!(port_in("no number\n"), None);
        assert_eq!(port_in("99999999\n"), None);
    }

    #[test]
    fn reads_cpu_time_behind_any_name() {
        let stat = "42 (a) 9 (b) S 1 42 42 0 -1 4194304 100 0 0 0 250 17 0 0 20 0 1 0";
        let time = parse_cpu_time(stat).unwrap();
        assert_eq!(time.user, Duration::from_millis(2500));
        assert_eq!(time.system, Duration::from_millis(170));
    }

    #[test]
    fn reads_memory_and_limits() {
        let status = "Name:\techo\nVmRSS:\t    1764 kB\nRssAnon:\t     116 kB\n";
        let memory = parse_memory(status).unwrap();
        assert_eq!(memory.anonymous, 116 << 10);
        assert_eq!(memory.resident, 1764 << 10);
        let limits = "Max open files            20000                30000      files     \n";
        assert_eq!(parse_descriptor_limit(limits), Some(20000));
    }
}
