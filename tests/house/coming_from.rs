//! Who comes from another server finds every name that they know.

use std::collections::{BTreeSet, HashSet};

use crate::markdown::{Document, Table, code_spans};

/// The documents for who comes from another server, and the names that they must explain.
const COMING_FROM: [(&str, &str, &str); 2] = [
    (
        "docs/coming-from-gevent-socketio.md",
        "gevent-socketio",
        include_str!("gevent_socketio_names.txt"),
    ),
    (
        "docs/coming-from-gevent-socketio.md",
        "socket.io 0.9 on Node",
        include_str!("socket_io_0_9_names.txt"),
    ),
];

/// The tables of a document whose first column is headed so.
fn tables_of(path: &str, head: &str) -> Vec<Table> {
    let mut tables = Document::read(path).tables();
    tables.retain(|table| table.head.first().is_some_and(|it| it == head));
    assert!(!tables.is_empty(), "{path}: no table about {head}");
    tables
}

#[test]
fn every_name_of_the_other_servers_is_explained() {
    for (path, head, names) in COMING_FROM {
        let tables = tables_of(path, head);
        let explained: HashSet<&str> = tables
            .iter()
            .flat_map(|table| &table.rows)
            .flat_map(|row| code_spans(&row[0]))
            .collect();
        let is_name = |line: &&str| !line.is_empty() && !line.starts_with('#');
        let names: BTreeSet<&str> = names.lines().map(str::trim).filter(is_name).collect();
        assert!(names.len() > 30, "{head}: only {} names", names.len());
        let missing: Vec<_> = names.iter().filter(|it| !explained.contains(*it)).collect();
        assert!(missing.is_empty(), "{head}: not explained: {missing:#?}");
        let unknown: Vec<_> = explained.iter().filter(|it| !names.contains(*it)).collect();
        assert!(
            unknown.is_empty(),
            "{head}: explained, but no name: {unknown:#?}"
        );
    }
}
