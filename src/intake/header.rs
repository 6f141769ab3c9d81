//! The header line: which column stands where.

use smallvec::SmallVec;

use super::{
    csv::Row,
    field::Told,
    problem::{FieldProblem, Problem, nearest, shown},
};

/// Where each known column stands in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Header {
    /// By known column: its place in the file.
    places: SmallVec<[Option<usize>; 12]>,
    /// How many fields each row must have.
    pub(super) width: usize,
}

impl Header {
    /// Reads a header; each thing wrong with it is one problem. The columns may stand in any order.
    pub(super) fn read(
        row: &Row<'_>,
        columns: &[&'static str],
        file: &str,
    ) -> (Self, Vec<Problem>) {
        let mut places: SmallVec<[Option<usize>; 12]> = columns.iter().map(|_| None).collect();
        let mut problems = Vec::new();
        let mut tell = |field: usize, name: &str, what: String, hint: String| {
            let (line, column) = row.place(field);
            problems.push(Problem {
                file: file.to_owned(),
                line,
                column,
                field: name.to_owned(),
                what,
                hint,
            });
        };
        if row.len() == 1 && row.get(0).contains([';', '\t']) {
            let what = "the columns are not separated by commas".to_owned();
            tell(0, "", what, "write commas between the fields".to_owned());
            let width = row.len();
            return (Self { places, width }, problems);
        }
        let mut unknown = Vec::new();
        for field in 0..row.len() {
            let name = row.get(field).trim();
            match columns.iter().position(|c| *c == name) {
                None => unknown.push((field, name)),
                Some(column) if places[column].is_some() => {
                    let what = "the column is there twice".to_owned();
                    tell(field, name, what, "keep one".to_owned());
                }
                Some(column) => places[column] = Some(field),
            }
        }
        let missing: Vec<&str> = (columns.iter().zip(&places))
            .filter_map(|(column, place)| place.is_none().then_some(*column))
            .collect();
        let mut meant = Vec::new();
        for (field, name) in unknown {
            let hint = match nearest(name, missing.iter().copied()) {
                Some(near) => {
                    meant.push(near);
                    format!("did you mean `{near}`?")
                }
                None => format!("remove it; the columns are {}", columns.join(", ")),
            };
            tell(
                field,
                "",
                format!("{} is not a column of this file", shown(name)),
                hint,
            );
        }
        for column in missing.into_iter().filter(|c| !meant.contains(c)) {
            let hint = "add it; its fields may be empty".to_owned();
            tell(row.len(), column, "the column is missing".to_owned(), hint);
        }
        let width = row.len();
        (Self { places, width }, problems)
    }

    /// Whether a row has another number of fields than the header; then it is told.
    pub(super) fn misfit(&self, row: &Row<'_>, told: &mut Told) -> bool {
        let (has, needs) = (row.len(), self.width);
        if has != needs {
            told.add(
                "",
                format!("the row has {has} fields, but the header {needs}"),
                "look for a comma too many or too few; quote fields with commas in them",
            );
        }
        has != needs
    }

    /// A problem of a row with its place.
    pub(super) fn problem(
        &self,
        row: &Row<'_>,
        columns: &[&'static str],
        file: &str,
        problem: FieldProblem,
    ) -> Problem {
        let column = columns.iter().position(|c| *c == problem.field);
        let field = match column {
            Some(column) => self.place(column).unwrap_or(0),
            None => self.width.min(row.len()),
        };
        let (line, column) = row.place(field);
        Problem {
            file: file.to_owned(),
            line,
            column,
            field: problem.field.to_owned(),
            what: problem.what,
            hint: problem.hint,
        }
    }

    /// Where a known column stands.
    pub(super) fn place(&self, column: usize) -> Option<usize> {
        self.places.get(column).copied().flatten()
    }

    /// A known column's text in a row; empty where the file has no such column.
    pub(super) fn cell<'r>(&self, row: &Row<'r>, column: usize) -> &'r str {
        self.place(column).map_or("", |place| row.get(place))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::intake::csv::Reader;

    fn read(text: &str) -> (Header, Vec<String>) {
        let mut reader = Reader::new(text.as_bytes());
        let row = reader.next_row().unwrap().unwrap();
        let (header, problems) = Header::read(&row, &["seller_id", "name", "note"], "s.csv");
        (header, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        let (header, problems) = read("note, name ,seller_id\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(header.place(0), Some(2));
        assert_eq!(header.place(1), Some(1));
    }

    #[test]
    fn missing_unknown_and_double_columns_are_all_told_once() {
        let (_, problems) = read("seler_id,name,name,colour\n");
        assert_eq!(
            problems,
            [
                "s.csv:1:15: name: the column is there twice; keep one",
                "s.csv:1:1: \"seler_id\" is not a column of this file; did you mean `seller_id`?",
                "s.csv:1:20: \"colour\" is not a column of this file; remove it; \
                 the columns are seller_id, name, note",
                "s.csv:1:26: note: the column is missing; add it; its fields may be empty",
            ]
        );
    }

    #[test]
    fn semicolons_instead_of_commas_are_one_problem() {
        let (_, problems) = read("seller_id;name;note\n");
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("write commas"), "{problems:?}");
    }
}
