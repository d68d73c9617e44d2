//! The real proxies, with the configurations in `deploy`.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take before a test gives it up: much longer than it ever takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where the configurations expect the processes with the prefixes a1 and b1.
const DOCUMENTED_PROCESSES: [&str; 2] = ["127.0.0.1:6501", "127.0.0.1:6502"];

/// Which proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    HaProxy,
}

/// Runs a test once behind each proxy.
pub(crate) fn behind_each_proxy(test: impl Fn(Kind)) {
    test(Kind::Nginx);
    test(Kind::HaProxy);
}

/// A proxy on a port of its own, in front of two processes.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Proxy {
    /// In front of the process with the prefix a1 and the one with the prefix b1; where they
    /// are, in the proxy's words.
    pub(crate) fn start(kind: Kind, processes: [impl ToString; 2]) -> Self {
        let processes = processes.map(|it| it.to_string());
        // Another program may take the port before the proxy does, which then ends.
        let mut log = String::new();
        for _ in 0..5 {
            match Self::start_once(kind, &processes) {
                Ok(proxy) => return proxy,
                Err(said) => log = said,
            }
        }
        panic!("{kind:?} does not start:\n{log}");
    }

    /// The error is what the proxy said before it ended.
    fn start_once(kind: Kind, processes: &[String; 2]) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let address = free_address();
        let mut command = kind.command(folder.path(), address, processes);
        let child = command
            .env("PATH", search_path())
            .stdin(Stdio::null())
            .stdout(File::create(&log).expect("a log"))
            .stderr(File::create(folder.path().join("errors")).expect("a log"))
            .spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{command:?}: {error}: `cargo xtask test` installs what is missing")
        });
        let mut proxy = Self {
            address,
            child,
            _folder: folder,
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            let ended = proxy.child.try_wait().expect("a child").is_some();
            if ended || Instant::now() >= deadline {
                let errors = log.with_file_name("errors");
                let said = [log, errors].map(|file| fs::read_to_string(file).unwrap_or_default());
                return Err(said.concat());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(proxy)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It may have ended by itself. Asked to end, nginx takes its workers with it; killed, it
        // would leave them.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.child.wait();
    }
}

impl Kind {
    /// The file in `deploy`.
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::HaProxy => "haproxy.cfg",
        }
    }

    const fn documented_listener(self) -> &'static str {
        match self {
            Self::Nginx => "listen 80;",
            Self::HaProxy => "bind :80\n",
        }
    }

    fn listener(self, address: SocketAddr) -> String {
        match self {
            Self::Nginx => format!("listen {address};"),
            Self::HaProxy => format!("bind {address}\n"),
        }
    }

    /// The proxy in the foreground, with everything it writes in `folder`.
    fn command(self, folder: &Path, listen: SocketAddr, processes: &[String; 2]) -> Command {
        let listener = self.listener(listen);
        let mut config = documented(self.file());
        let mut replace = |documented: &str, real: &str| {
            assert!(config.contains(documented), "{documented:?} is missing");
            config = config.replace(documented, real);
        };
        replace(self.documented_listener(), &listener);
        for (documented, real) in DOCUMENTED_PROCESSES.into_iter().zip(processes) {
            replace(documented, real);
        }
        let file = folder.join(self.file());
        fs::write(&file, config).expect("a configuration");
        match self {
            Self::Nginx => nginx(folder, &file),
            Self::HaProxy => haproxy(&file),
        }
    }
}

fn haproxy(file: &Path) -> Command {
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(file);
    command
}

/// What nginx needs around a file of its `http` context.
fn nginx(folder: &Path, file: &Path) -> Command {
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {name};\n"))
        .collect();
    let main = format!(
        "daemon off;\nuser root;\nworker_processes 2;\npid nginx.pid;\nerror_log stderr;\n\
         events {{}}\nhttp {{\naccess_log off;\n{paths}include {};\n}}\n",
        file.display()
    );
    let main_file = folder.join("main.conf");
    fs::write(&main_file, main).expect("a configuration");
    let mut command = Command::new("nginx");
    // The error log, until it has read where that is to be.
    command.args(["-e", "stderr", "-p"]).arg(folder);
    command.arg("-c").arg(main_file);
    command
}

/// A file in `deploy`.
pub(crate) fn documented(name: &str) -> String {
    let path = repository().join("deploy").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a parent folder").to_path_buf()
}

/// Debian has daemons where the search path of ordinary users does not lead.
fn search_path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/local/sbin:/usr/sbin:/sbin")
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address")
}
