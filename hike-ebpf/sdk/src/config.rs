//! Configuration: typed constants that an install can set.

/// A configuration variable: a constant in `.rodata.config`.
///
/// The loader writes the section before the verifier sees the program, so a variable
/// costs nothing at run time. `T` is an integer, or a struct with one integer field whose
/// name is the unit.
#[repr(transparent)]
pub struct Config<T>(T);

impl<T: Copy> Config<T> {
    /// A variable with this default.
    pub const fn new(default: T) -> Self {
        Self(default)
    }

    /// The value it was installed with.
    #[inline(always)]
    pub fn get(&self) -> T {
        // SAFETY: a reference is valid; volatile because what the compiler sees is only
        // the default.
        unsafe { core::ptr::read_volatile(&raw const self.0) }
    }
}

/// Declares configuration variables: `config! { /// doc  RATE: u32 = 20; }`.
#[macro_export]
macro_rules! __config {
    ($($(#[$doc:meta])* $name:ident: $ty:ty = $default:expr;)*) => {$(
        $(#[$doc])*
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".rodata.config")]
        static $name: $crate::config::Config<$ty> = $crate::config::Config::new($default);
    )*};
}
pub use __config as config;
