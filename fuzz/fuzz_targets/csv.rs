#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verzet_fuzz::run(verzet_fuzz::csv, data));
