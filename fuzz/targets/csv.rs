//! Feeds `corpora::csv`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::csv::check(data));
