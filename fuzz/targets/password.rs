//! Feeds `corpora::password`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::password::check(data));
