//! Every recorded conversation of the reference server, held with ours.
//!
//! Normative recordings must be matched to the byte, but for the lines of
//! `vectors/transcript-deviations.jsonl`. Quirks and faults of the reference are played as well: there the lines
//! say what we do instead.

use std::path::{Path, PathBuf};

use super::our_server::{OurServer, offered_transports};
use crate::replay::{Deviations, Offer, Outcome, ScriptedServer, Status, Suite, Transcript};

tests![
    handshake,
    xhr_polling,
    websocket,
    events,
    acks,
    namespaces,
    htmlfile,
    jsonp_polling,
    flash,
    recorded_slowly,
    every_recording_is_in_a_group,
    every_deviation_is_needed,
];

fn handshake() {
    play_group("handshake");
}

fn xhr_polling() {
    play_group("xhr-polling");
}

fn websocket() {
    play_group("websocket");
}

fn events() {
    play_group("events");
}

fn acks() {
    play_group("acks");
}

fn namespaces() {
    play_group("namespaces");
}

fn htmlfile() {
    play_group("htmlfile");
}

fn jsonp_polling() {
    play_group("jsonp-polling");
}

fn flash() {
    play_group("flash");
}

/// The recordings that waited for timers of their default length.
fn recorded_slowly() {
    play(&OurServer, "recorded slowly", |transcript| {
        transcript.recorded_slowly
    });
}

fn every_recording_is_in_a_group() {
    const GROUPS: [&str; 9] = [
        "handshake",
        "xhr-polling",
        "websocket",
        "events",
        "acks",
        "namespaces",
        "htmlfile",
        "jsonp-polling",
        "flash",
    ];
    for transcript in binding_transcripts() {
        assert!(
            GROUPS.contains(&transcript.group.as_str()),
            "{} is in no group",
            transcript.id
        );
    }
}

/// Every line of the table belongs to a recording that is played, and is needed there.
fn every_deviation_is_needed() {
    let (transcripts, suite) = (binding_transcripts(), suite(&OurServer));
    for line in suite.deviations.lines() {
        let transcript = transcripts
            .iter()
            .find(|transcript| transcript.id == line.id);
        let transcript =
            transcript.unwrap_or_else(|| panic!("there is no recording {:?}", line.id));
        let missing = transcript
            .transports_needed()
            .into_iter()
            .find(|name| !suite.offer.has(name));
        assert_eq!(
            missing, None,
            "{} is not played without this transport",
            line.id
        );
        let whole = suite.deviations.leaves_out(&line.id);
        assert!(
            !whole || transcript.status != Some(Status::Normative),
            "{} is normative",
            line.id
        );
    }
    let unneeded = suite.unneeded_lines(&transcripts);
    assert!(
        unneeded.is_empty(),
        "these lines are not needed: {unneeded:#?}"
    );
}

fn play_group(group: &str) {
    play_group_but(&OurServer, group, &[]);
}

/// Plays a group of recordings, but for some, and for those that were recorded slowly.
pub fn play_group_but(server: &dyn ScriptedServer, group: &str, left_out: &[&str]) {
    play(server, group, |transcript| {
        transcript.group == group
            && !transcript.recorded_slowly
            && !left_out.contains(&&*transcript.id)
    });
}

fn play(server: &dyn ScriptedServer, title: &str, choose: impl Fn(&Transcript) -> bool) {
    let mut transcripts = binding_transcripts();
    transcripts.retain(choose);
    let outcome = suite(server).play_all(&transcripts);
    report(title, &outcome, &transcripts);
    let shown: Vec<_> = outcome.mismatches.iter().map(ToString::to_string).collect();
    assert!(
        shown.is_empty(),
        "{} of {} differ\n{}",
        shown.len(),
        outcome.played.len(),
        shown.join("\n\n")
    );
}

fn report(title: &str, outcome: &Outcome, transcripts: &[Transcript]) {
    let normative = |id: &&String| {
        transcripts
            .iter()
            .any(|t| t.id == **id && t.status == Some(Status::Normative))
    };
    println!(
        "{title}: {} recordings played, {} of them normative; {} need a transport not offered yet; {} left out",
        outcome.played.len(),
        outcome.played.iter().filter(normative).count(),
        outcome.not_offered.len(),
        outcome.left_out.len(),
    );
    for (id, missing) in &outcome.not_offered {
        println!("  {id}: transport not offered yet: {}", missing.join(", "));
    }
}

/// What our server can offer is asked of itself, so that a new transport brings its recordings into play.
fn suite(server: &dyn ScriptedServer) -> Suite<'_> {
    Suite {
        server,
        offer: Offer::of(&offered_transports()),
        deviations: Deviations::read(&vectors().join("transcript-deviations.jsonl"))
            .expect("the deviation table"),
    }
}

/// The recordings of the reference server; the others are captures of real clients and of gevent-socketio.
fn binding_transcripts() -> Vec<Transcript> {
    let mut all =
        Transcript::read_all(&vectors().join("http-transcripts")).expect("the recordings");
    all.retain(|transcript| {
        transcript
            .status
            .is_some_and(|status| status != Status::Gevent)
    });
    all
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")
}
