//! Feeds `corpora::body`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::body::check(data));
