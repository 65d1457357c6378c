//! Feeds `corpora::event`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpora::event::check(data));
