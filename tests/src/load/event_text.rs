//! The packets that are sent and must come back: some 60 bytes, each different from all others.

/// An event `echo` that asks for an answer with its arguments.
pub(super) fn echo_event(client: usize, id: u64) -> String {
    let args = echo_args(client, id);
    format!(r#"5:{id}+::{{"name":"echo","args":{args}}}"#)
}

/// The answer to it.
pub(super) fn echo_answer(client: usize, id: u64) -> String {
    format!("6:::{id}+{}", echo_args(client, id))
}

fn echo_args(client: usize, id: u64) -> String {
    format!(r#"["client {client:05} number {id:09}"]"#)
}

/// An event for everybody in the namespace `/chat`, as it is sent and as it comes back.
pub(super) fn event_for_all(id: u64) -> String {
    format!(r#"5::/chat:{{"name":"all","args":["everybody, number {id:09}"]}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_of_the_usual_size() {
        assert_eq!(
            echo_event(7, 12),
            r#"5:12+::{"name":"echo","args":["client 00007 number 000000012"]}"#
        );
        assert_eq!(
            echo_answer(7, 12),
            r#"6:::12+["client 00007 number 000000012"]"#
        );
        assert_eq!(
            event_for_all(1),
            r#"5::/chat:{"name":"all","args":["everybody, number 000000001"]}"#
        );
    }
}
