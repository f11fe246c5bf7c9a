//! hyderabadinfra
