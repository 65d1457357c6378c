//! Feeds `corpora::code`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::code::check(data));
