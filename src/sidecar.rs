//! The running thing: what is known, what is enforced, and the way of a question through both.

pub mod ask;
