//! What people do, from outside.

mod recovery;
