//! The columns of the list, found by their names, and what a row must hold.

use super::ask::Row;
use crate::number::Region;

/// The columns added.
pub(super) const ADDED: [&str; 4] = ["verdict", "reason", "e164", "lead_action"];

/// The longest number and person the sidecar takes in, in bytes.
const LONGEST_NUMBER: usize = 10_240;
const LONGEST_ID: usize = 256;

/// Which column is what.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    number: usize,
    region: Option<usize>,
    person: Option<usize>,
}

impl Columns {
    /// From the header.
    pub(super) fn of(names: Vec<String>, number_column: &str) -> Result<Columns, (String, String)> {
        let find = |name: &str| names.iter().position(|n| n.trim() == name);
        let Some(number) = find(number_column) else {
            let hint = if matches!(names.as_slice(), [one] if one.contains([';', '\t'])) {
                "separate the columns with commas".to_owned()
            } else {
                format!("name one of {} with --number-column", names.join(", "))
            };
            return Err((format!("there is no column `{number_column}`"), hint));
        };
        if let Some(taken) = ADDED.iter().find(|name| find(name).is_some()) {
            return Err((
                format!("there is a column `{taken}` already, and it would be added"),
                "give it another name, or take the list from before it was scrubbed".to_owned(),
            ));
        }
        Ok(Self {
            number,
            region: find("region"),
            person: find("person_id"),
            names,
        })
    }

    /// What is wrong with a row.
    pub(super) fn judge(&self, fields: &[String]) -> Result<(), String> {
        if fields.len() != self.names.len() {
            return Err(format!(
                "has {} fields and the header {}; put a field with a comma in quotes",
                fields.len(),
                self.names.len()
            ));
        }
        let of =
            |column: Option<usize>| column.and_then(|c| fields.get(c)).map_or("", |f| f.trim());
        let region = of(self.region);
        if !region.is_empty() && Region::parse(region).is_err() {
            return Err(format!(
                "region: `{region}` is not an ISO 3166 region; write two letters, such as NL"
            ));
        }
        if of(self.person).len() > LONGEST_ID {
            return Err(format!(
                "person_id: is longer than {LONGEST_ID} bytes; is this the right column?"
            ));
        }
        if fields
            .get(self.number)
            .is_some_and(|n| n.len() > LONGEST_NUMBER)
        {
            return Err(format!(
                "number: is longer than {LONGEST_NUMBER} bytes; is this the right column?"
            ));
        }
        Ok(())
    }

    /// A row that was judged.
    pub(super) fn row(&self, fields: Vec<String>) -> Row {
        let of = |column: Option<usize>| {
            column
                .and_then(|c| fields.get(c))
                .map_or_else(String::new, |f| f.trim().to_owned())
        };
        Row {
            number: fields.get(self.number).cloned().unwrap_or_default(),
            region: of(self.region),
            person: of(self.person),
            fields,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_row_is_judged() {
        let columns = Columns::of(
            vec!["number".into(), "region".into(), "person_id".into()],
            "number",
        )
        .unwrap();
        let judge = |fields: &[&str]| {
            columns.judge(&fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())
        };
        let long = "9".repeat(10_241);
        assert_eq!(judge(&["", "", ""]), Ok(()));
        assert_eq!(
            judge(&["06", "NL"]).unwrap_err(),
            "has 2 fields and the header 3; put a field with a comma in quotes"
        );
        assert_eq!(
            judge(&["06", "Holland", ""]).unwrap_err(),
            "region: `Holland` is not an ISO 3166 region; write two letters, such as NL"
        );
        assert_eq!(
            judge(&[&long, "", ""]).unwrap_err(),
            "number: is longer than 10240 bytes; is this the right column?"
        );
        assert_eq!(
            judge(&["06", "", &long]).unwrap_err(),
            "person_id: is longer than 256 bytes; is this the right column?"
        );
    }
}
