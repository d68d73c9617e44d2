//! What the documents say that all clients together can take.

use socketio_server::{ServerLimits, SessionLimits};

use crate::markdown::{Document, Table, root};

/// Whether this is what the documents call so many bytes: `36.8 GB`. A few bytes more or less in each
/// session are no reason to write another figure.
#[track_caller]
fn assert_is(stated: &str, bytes: usize) {
    let number = stated.strip_suffix(" GB").expect("gigabytes");
    let stated: f64 = number.parse().expect("a number");
    let actual = bytes as f64 / 1e9;
    let tolerance = f64::max(0.06, actual / 50.0);
    assert!(
        (stated - actual).abs() < tolerance,
        "{stated} GB stated, {actual} GB it is"
    );
}

/// A number with commas, maybe followed by a unit.
fn number(cell: &str) -> usize {
    let (digits, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    let number: usize = digits.replace(',', "").parse().expect("a number");
    number
        * match unit {
            "" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            other => panic!("an unknown unit: {other}"),
        }
}

#[test]
fn the_worst_case_of_the_defaults_is_stated() {
    let worst = ServerLimits::default().worst_case_bytes(&SessionLimits::default());
    for path in ["SECURITY.md", "docs/operations.md"] {
        let text = std::fs::read_to_string(root().join(path)).expect("a document");
        let mut spans = text.split('`').filter(|span| span.ends_with(" GB"));
        assert_is(spans.next().expect("a figure"), worst);
    }
}

#[test]
fn what_to_set_for_so_many_users_comes_to_what_is_said() {
    let mut rows_seen = 0;
    for Table { head, rows } in Document::read("docs/operations.md").tables() {
        if head.last().is_none_or(|head| head != "worst case") {
            continue;
        }
        for row in rows {
            let [users, sessions, connections, head, namespaces, budget] =
                [0, 1, 2, 3, 4, 5].map(|column| number(&row[column]));
            let each = SessionLimits::default().namespaces(namespaces);
            let limits = ServerLimits::default()
                .sessions(sessions)
                .connections(connections)
                .request_head_bytes(head)
                .memory_budget_bytes(budget);
            assert_is(&row[6], limits.worst_case_bytes(&each));
            assert!(sessions >= 2 * users && connections >= 2 * sessions);
            rows_seen += 1;
        }
    }
    assert_eq!(rows_seen, 4, "rows of the table");
}
