//! Feeds `corpora::cursor`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::cursor::check(data));
