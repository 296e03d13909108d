//! Configuration: typed constants that an install can set.

/// A type that configuration variables can have: an integer, or a struct with one integer
/// field whose name is the unit.
pub trait ConfigValue: Copy {
    /// The value the variable was installed with.
    #[inline(always)]
    fn get(&self) -> Self {
        // SAFETY: a reference is valid; volatile because what the compiler sees is only
        // the default.
        unsafe { core::ptr::read_volatile(self) }
    }
}

impl<T: Copy> ConfigValue for T {}

/// Declares configuration variables: `config! { /// doc  RATE: u32 = 20; }`.
///
/// They are constants in `.rodata.config`. The loader writes the section before the
/// verifier sees the program, so a variable costs nothing at run time. The doc comments are
/// what users read about them.
#[macro_export]
macro_rules! __config {
    ($($(#[$doc:meta])* $name:ident: $ty:ty = $default:expr;)*) => {$(
        $(#[$doc])*
        #[$crate::config_variable]
        static $name: $ty = $default;
    )*};
}
pub use __config as config;
