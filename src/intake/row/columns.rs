//! The columns of the files of facts, each written down once.

/// A row of such a file, as text.
pub(in crate::intake) trait Fields<'a>: Sized {
    /// The names of the columns, in order.
    const COLUMNS: &'static [&'static str];

    /// From fields in the order of the columns.
    fn from_cells(cell: impl Fn(usize) -> &'a str) -> Self;

    /// The field of a column.
    fn cell(&self, column: usize) -> &'a str;
}

/// Makes a type of row of the names of its columns.
macro_rules! columns {
    ($(#[$doc:meta])* $Row:ident { $($column:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, Debug)]
        #[allow(missing_docs)]
        pub struct $Row<'a> {
            $(pub $column: &'a str,)+
        }

        impl<'a> $crate::intake::row::Fields<'a> for $Row<'a> {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn from_cells(cell: impl Fn(usize) -> &'a str) -> Self {
                let mut cells = (0..).map(cell);
                Self {
                    $($column: cells.next().unwrap_or_default(),)+
                }
            }

            fn cell(&self, column: usize) -> &'a str {
                [$(self.$column),+].get(column).copied().unwrap_or_default()
            }
        }
    };
}

pub(super) use columns;
