//! Feeds `corpora::token`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::token::check(data));
