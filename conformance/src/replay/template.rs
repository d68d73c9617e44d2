//! What varied between recordings stands as `{{name}}` in them: it is bound when first seen and must be the
//! same ever after.

use std::collections::BTreeMap;

/// The values of a transcript's variables.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    values: BTreeMap<String, String>,
}

enum Piece<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

impl Bindings {
    /// Knows the host and nothing else.
    pub fn new(host: &str) -> Self {
        let mut values = BTreeMap::new();
        values.insert("host".to_owned(), host.to_owned());
        Self { values }
    }

    /// The text to send: every variable replaced by its value.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Literal(literal) => filled.push_str(literal),
                Piece::Variable(name) => filled.push_str(&self.value(name)?),
            }
        }
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<String, String> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        match name
            .strip_suffix("_escaped")
            .and_then(|plain| self.values.get(plain))
        {
            Some(value) => Ok(first_escaped(value)),
            None if name == "t" => Ok("1".to_owned()),
            None => Err(format!("{{{{{name}}}}} was never seen")),
        }
    }

    /// Whether the text that arrived is the expected one. Binds the variables seen for the first time, each
    /// to a run of letters, digits, `_` and `-`; `{{any}}` stands for any text and `{{date}}` for any date.
    pub fn matches(&mut self, expected: &str, got: &str) -> bool {
        let pieces: Vec<_> = pieces(expected).collect();
        let mut bound = self.clone();
        let matched = bound.match_pieces(&pieces, got);
        if matched {
            *self = bound;
        }
        matched
    }

    fn match_pieces(&mut self, pieces: &[Piece<'_>], got: &str) -> bool {
        let Some((first, others)) = pieces.split_first() else {
            return got.is_empty();
        };
        match first {
            Piece::Literal(literal) => got
                .strip_prefix(literal)
                .is_some_and(|rest| self.match_pieces(others, rest)),
            Piece::Variable("any" | "date") => {
                let mut ends = got.char_indices().map(|(at, _)| at).chain([got.len()]);
                ends.any(|end| self.clone().match_pieces(others, &got[end..]))
            }
            Piece::Variable(name) => {
                if let Ok(value) = self.value(name) {
                    return got
                        .strip_prefix(&value)
                        .is_some_and(|rest| self.match_pieces(others, rest));
                }
                let end = got.find(|c: char| !is_id_character(c)).unwrap_or(got.len());
                self.values
                    .insert((*name).to_owned(), got[..end].to_owned());
                end > 0 && self.match_pieces(others, &got[end..])
            }
        }
    }
}

fn is_id_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The id with its first character written as a percent escape: the same id to whoever undoes escapes.
fn first_escaped(id: &str) -> String {
    let mut characters = id.chars();
    let first = characters
        .next()
        .map_or_else(String::new, |c| format!("%{:02X}", u32::from(c)));
    first + characters.as_str()
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = variable_at_start(rest) {
            rest = after;
            return Some(Piece::Variable(name));
        }
        let end = rest
            .match_indices("{{")
            .map(|(at, _)| at)
            .find(|at| *at > 0 && variable_at_start(&rest[*at..]).is_some())
            .unwrap_or(rest.len());
        let (literal, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Literal(literal))
    })
}

fn variable_at_start(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix("{{")?.split_once("}}")?;
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(named)).then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_bound_once_and_compared_later() {
        let mut bindings = Bindings::new("h:1");
        assert!(bindings.matches("{{sid1}}:60:{{host}}", "a-B_9:60:h:1"));
        assert!(bindings.matches("<{{sid1}}>", "<a-B_9>"));
        assert!(!bindings.matches("<{{sid1}}>", "<other>"));
        assert_eq!(
            bindings.fill("/x/{{sid1}}?{{sid1_escaped}}").unwrap(),
            "/x/a-B_9?%61-B_9"
        );
    }

    #[test]
    fn a_failed_match_binds_nothing() {
        let mut bindings = Bindings::new("h");
        assert!(!bindings.matches("{{sid1}}:60", "abc:61"));
        assert!(bindings.fill("{{sid1}}").is_err());
    }

    #[test]
    fn braces_of_json_are_no_variables() {
        let mut bindings = Bindings::new("h");
        assert!(bindings.matches(r#"{"a":{"b":{}}} {{any}}!"#, r#"{"a":{"b":{}}} what!ever!"#));
        assert_eq!(bindings.fill("[{{}}]").unwrap(), "[{{}}]");
    }
}
