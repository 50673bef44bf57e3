#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mock_idp::fuzzing::params(octets));
