//! The decision core: pure, without I/O, clock or lock.

pub mod verdict;
