//! How busy the processor is.

use std::time::Instant;

/// Where Linux counts the time that each core has spent on what; see proc(5).
const PROC_STAT: &str = "/proc/stat";

/// How many cores the invented figures are about.
const INVENTED_CORES: u8 = 4;

/// Where the figures come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LoadSource {
    ProcStat,
    /// This system does not say, so waves stand in, and the page says so.
    Invented {
        since: Instant,
    },
}

/// What each core has done since some start.
#[derive(Debug, Default)]
pub(crate) struct Counters(Vec<CoreTime>);

/// In a unit of the source's own.
#[derive(Debug, Clone, Copy)]
struct CoreTime {
    busy: f64,
    total: f64,
}

impl LoadSource {
    /// The real source, if there is one here.
    pub(crate) fn find() -> Self {
        let found = std::fs::read_to_string(PROC_STAT).is_ok_and(|text| !cores(&text).is_empty());
        if found {
            Self::ProcStat
        } else {
            Self::Invented {
                since: Instant::now(),
            }
        }
    }

    /// What the page tells about it.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::ProcStat => PROC_STAT,
            Self::Invented { .. } => "invented",
        }
    }

    /// The counters now; none if they cannot be read just now. The file is made by the kernel
    /// as it is read, so no disk is waited for.
    pub(crate) fn read(self) -> Counters {
        Counters(match self {
            Self::ProcStat => cores(&std::fs::read_to_string(PROC_STAT).unwrap_or_default()),
            Self::Invented { since } => {
                let seconds = since.elapsed().as_secs_f64();
                (0..INVENTED_CORES)
                    .map(|core| invented(core, seconds))
                    .collect()
            }
        })
    }
}

impl Counters {
    pub(crate) fn cores(&self) -> usize {
        self.0.len()
    }

    /// How busy each core was since then, in percent.
    pub(crate) fn load_since(&self, before: &Self) -> Vec<f64> {
        let load = |(now, before): (&CoreTime, &CoreTime)| {
            let total = now.total - before.total;
            if total > 0.0 {
                (100.0 * (now.busy - before.busy) / total).clamp(0.0, 100.0)
            } else {
                0.0
            }
        };
        self.0.iter().zip(&before.0).map(load).collect()
    }
}

/// The lines of single cores: `cpu0`, and then ticks of user, nice, system, idle, iowait, irq,
/// softirq, steal. What follows is contained in the first two.
fn cores(stat: &str) -> Vec<CoreTime> {
    let core = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let number = fields.next()?.strip_prefix("cpu")?;
        number.parse::<u32>().ok()?;
        let ticks: Vec<f64> = fields.take(8).filter_map(|it| it.parse().ok()).collect();
        let total = ticks.iter().sum::<f64>();
        let idle = ticks.iter().skip(3).take(2).sum::<f64>();
        Some(CoreTime {
            busy: total - idle,
            total,
        })
    };
    stat.lines().filter_map(core).collect()
}

/// The time that a core would have been busy, had its load gone up and down in a wave.
fn invented(core: u8, seconds: f64) -> CoreTime {
    let pace = 0.35 + 0.17 * f64::from(core);
    let phase = f64::from(core);
    CoreTime {
        busy: 0.5 * seconds - 0.4 / pace * ((pace * seconds + phase).cos() - phase.cos()),
        total: seconds,
    }
}
