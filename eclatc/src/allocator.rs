//! The allocator of the tools that compile: mimalloc. Compiling is little else than making
//! small values and dropping them.
//!
//! Nearly all values have an alignment that plain `malloc` gives; only the others go through
//! `mi_malloc_aligned`. That function takes a larger block than is asked for as long as no page
//! of the block's size is there, and never makes one: a list of 48 bytes would cost 56, each
//! time by the long way.

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc,
    mi_zalloc_aligned,
};
use std::alloc::{GlobalAlloc, Layout};

/// mimalloc; stands behind `#[global_allocator]`.
pub struct Allocator;

/// The alignment of every block that is at least as long.
const PLAIN: usize = 16;

/// Whether any block of the layout's size is aligned as it says.
fn is_plain(layout: Layout) -> bool {
    layout.align() <= PLAIN && layout.align() <= layout.size()
}

// SAFETY: each function hands its arguments to mimalloc, which keeps the contract: blocks have
// the size and alignment that are asked for, and live until they are freed.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: mimalloc takes every size, and every alignment that a layout can have.
        unsafe {
            match is_plain(layout) {
                true => mi_malloc(layout.size()).cast(),
                false => mi_malloc_aligned(layout.size(), layout.align()).cast(),
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            match is_plain(layout) {
                true => mi_zalloc(layout.size()).cast(),
                false => mi_zalloc_aligned(layout.size(), layout.align()).cast(),
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the block is one of this allocator, whichever way it was made.
        unsafe { mi_free(block.cast()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the block is one of this allocator, whichever way it was made.
        unsafe {
            match layout.align() <= PLAIN && layout.align() <= size {
                true => mi_realloc(block.cast(), size).cast(),
                false => mi_realloc_aligned(block.cast(), size, layout.align()).cast(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_and_keep_their_bytes() {
        let aligned = |block: *mut u8, align: usize| (block as usize).is_multiple_of(align);
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in (1..200).chain([1000, 5000, 100_000]) {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: sizes are not 0, and blocks are used within them until they are freed.
                unsafe {
                    let block = Allocator.alloc_zeroed(layout);
                    assert!(aligned(block, align), "{size} {align}");
                    assert_eq!(block.add(size - 1).read(), 0);
                    block.write(7);
                    let block = Allocator.realloc(block, layout, size + 40);
                    assert!(aligned(block, align), "{size} {align}");
                    assert_eq!(block.read(), 7);
                    let other = Allocator.alloc(layout);
                    assert!(aligned(other, align), "{size} {align}");
                    Allocator.dealloc(other, layout);
                    let layout = Layout::from_size_align(size + 40, align).unwrap();
                    Allocator.dealloc(block, layout);
                }
            }
        }
    }
}
