//! Signing: what a part holds is stated in a small file beside it and signed, now and then while the part
//! grows, and for good when its day is over. So what is cut off at the end is found too.

mod groups;
mod head;
mod key;
mod lock;
mod over;
mod rest;
mod sealer;
mod signing;

pub use head::{FileHash, Head, HeadError, HeadKind};
pub use key::{PublicKey, PublicKeyError, known_keys};
pub use over::{seal_all, signed_heads, unsealed};

pub(super) use groups::{Groups, Mark};
pub(super) use head::{load as load_head, path_of as head_path};
pub(super) use lock::Lock;
pub(super) use rest::{EMPTY_LOG, hash_file, log_of, remove, to_rest};
pub(super) use sealer::{Bell, Sealer};
pub(super) use signing::{Signing, newest as newest_head};
