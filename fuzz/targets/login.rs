//! Feeds `corpora::login`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::login::check(data));
