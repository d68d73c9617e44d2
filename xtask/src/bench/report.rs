//! What came out, in tables and in JSON lines.

use std::error::Error;

use serde::Serialize;

use super::Series;
use super::figures::{Cost, Figures, Size, medians};
use super::machine::Machine;
use super::scenario::Scenario;
use super::servers::Server;
use super::targets::{Figure, TARGETS, Target, Verdict};

/// Where the results go.
pub(super) struct Report {
    is_json: bool,
}

/// A line of JSON about a measurement.
#[derive(Serialize)]
struct MeasurementLine<'a> {
    server: &'a str,
    scenario: Scenario,
    /// Absent in the line of the medians.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u32>,
    #[serde(flatten)]
    figures: &'a Figures,
}

/// A line of JSON about a target.
#[derive(Serialize)]
struct TargetLine<'a> {
    server: &'a str,
    scenario: Scenario,
    figure: Figure,
    peer: &'a str,
    at_most: f64,
    ratio: f64,
    is_met: bool,
}

impl Report {
    pub(super) const fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Says where this is, and how busy it is there.
    pub(super) fn machine(&self) -> Result<(), Box<dyn Error>> {
        let machine = Machine::now();
        self.table(&format!("\n{}\n", machine.describe()));
        self.line(&machine)
    }

    /// A round has come to its end.
    pub(super) fn round(
        &self,
        round: u32,
        server: &Server,
        scenario: Scenario,
        figures: &Figures,
    ) -> Result<(), Box<dyn Error>> {
        self.line(&MeasurementLine {
            server: &server.name,
            scenario,
            round: Some(round),
            figures,
        })
    }

    /// A table for each scenario.
    pub(super) fn medians(&self, all: &[Series<'_>]) -> Result<(), Box<dyn Error>> {
        let mut scenario = None;
        for series in all {
            let figures = medians(&series.rounds);
            if scenario != Some(series.scenario) {
                scenario = Some(series.scenario);
                self.table(&head(series.scenario, &figures));
            }
            self.table(&row(&series.server.name, &figures));
            self.line(&MeasurementLine {
                server: &series.server.name,
                scenario: series.scenario,
                round: None,
                figures: &figures,
            })?;
        }
        Ok(())
    }

    /// Which targets are met, as far as both sides were measured.
    pub(super) fn targets(&self, all: &[Series<'_>]) -> Result<(), Box<dyn Error>> {
        self.table("\n| target | of | at most | server | ratio | |\n|---|---|---|---|---|---|\n");
        for target in &TARGETS {
            let measured = || all.iter().filter(|it| it.scenario == target.scenario);
            let Some(peer) = measured().find(|it| it.server.name == target.peer) else {
                continue;
            };
            let theirs = medians(&peer.rounds);
            for series in measured().filter(|it| it.server.is_ours) {
                if let Some(verdict) = target.verdict(&medians(&series.rounds), &theirs) {
                    self.verdict(target, &series.server.name, verdict)?;
                }
            }
        }
        Ok(())
    }

    fn verdict(
        &self,
        target: &Target,
        server: &str,
        verdict: Verdict,
    ) -> Result<(), Box<dyn Error>> {
        let Target {
            scenario,
            figure,
            peer,
            at_most,
        } = *target;
        let Verdict { ratio, is_met } = verdict;
        self.table(&format!(
            "| {}: {} | {peer} | {at_most:.2} | {server} | {ratio:.2} | {} |\n",
            scenario.title(),
            figure.title(),
            if is_met { "met" } else { "MISSED" },
        ));
        self.line(&TargetLine {
            server,
            scenario,
            figure,
            peer,
            at_most,
            ratio,
            is_met,
        })
    }

    fn table(&self, text: &str) {
        if self.is_json {
            eprint!("{text}");
        } else {
            print!("{text}");
        }
    }

    fn line(&self, line: &impl Serialize) -> Result<(), Box<dyn Error>> {
        if self.is_json {
            println!("{}", serde_json::to_string(line)?);
        }
        Ok(())
    }
}

/// The beginning of a scenario's table.
fn head(scenario: Scenario, figures: &Figures) -> String {
    let title = scenario.title();
    match figures {
        Figures::Cost(_) => format!(
            "\n| {title} | us user | us system | us CPU | messages/s | p50 ms | p99 ms | overtaking |\n\
             |---|---|---|---|---|---|---|---|\n"
        ),
        Figures::Size(Size { sessions, .. }) => format!(
            "\n| {sessions} {title} | B resident, fresh | spoken | B anonymous, fresh | spoken |\n\
             |---|---|---|---|---|\n"
        ),
    }
}

fn row(server: &str, figures: &Figures) -> String {
    match figures {
        Figures::Cost(cost) => {
            let Cost {
                user_micros,
                system_micros,
                messages_per_second,
                median_millis,
                p99_millis,
                share_overtaking,
            } = cost;
            format!(
                "| {server} | {user_micros:.2} | {system_micros:.2} | {:.2} | \
                 {messages_per_second:.0} | {median_millis:.2} | {p99_millis:.2} | {:.1} % |\n",
                cost.cpu_micros(),
                share_overtaking * 100.0
            )
        }
        Figures::Size(size) => format!(
            "| {server} | {:.0} | {:.0} | {:.0} | {:.0} |\n",
            size.fresh_resident, size.spoken_resident, size.fresh_anonymous, size.spoken_anonymous
        ),
    }
}
