//! What a command shows to say who asks: a token out of a file, never out of the command line, where
//! every user of the machine can read it.

use std::{fs, path::Path};

use tonic::{Request, Status, metadata::AsciiMetadataValue, service::Interceptor};

use crate::cli::error::CliError;

/// A token, or none.
#[derive(Clone, Default)]
pub(in crate::cli) struct Shown(Option<AsciiMetadataValue>);

impl Shown {
    /// Reads the token in a file; blanks and the line's end around it do not matter.
    pub(super) fn read(file: &Path) -> Result<Self, CliError> {
        let wrong = |what: String| {
            CliError::usage(
                format!("--token-file: {}: {what}", file.display()),
                "write the token of `verzet token create` into it, and nothing else",
            )
        };
        let text = fs::read_to_string(file).map_err(|e| wrong(format!("cannot be read ({e})")))?;
        let token = text.trim();
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err(wrong("has no token in it".to_owned()));
        }
        let mut value: AsciiMetadataValue = format!("Bearer {token}")
            .parse()
            .map_err(|_| wrong("has no token in it".to_owned()))?;
        value.set_sensitive(true);
        Ok(Self(Some(value)))
    }
}

impl Interceptor for Shown {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", token.clone());
        }
        Ok(request)
    }
}
