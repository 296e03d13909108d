//! Stores to words of the stack, which here lie below the slots of the fuser.

use super::check;

#[test]
fn words_that_nobody_reads_are_not_stored() {
    let before = "r2 = *(u32 *)(r1 + 12)
        *(u64 *)(r10 - 208) = 0
        *(u64 *)(r10 - 216) = 0
        *(u64 *)(r10 - 224) = 0
        *(u64 *)(r10 - 216) = r2
        r1 = r10
        r1 += -216
        r2 = 0
        call 23
        exit";
    let after = "r2 = *(u32 *)(r1 + 12)
        *(u64 *)(r10 - 208) = 0
        *(u64 *)(r10 - 216) = r2
        r1 = r10
        r1 += -216
        r2 = 0
        call 23
        exit";
    check(before, after);
}

/// Half of it is still zero.
#[test]
fn words_that_are_overwritten_in_part_stay() {
    let text = "r2 = *(u32 *)(r1 + 12)
        *(u64 *)(r10 - 216) = 0
        *(u32 *)(r10 - 212) = r2
        r1 = r10
        r1 += -216
        r2 = 0
        call 23
        exit";
    check(text, text);
}

#[test]
fn words_that_one_way_reads_stay() {
    let text = "r2 = *(u32 *)(r1 + 12)
        *(u64 *)(r10 - 216) = 7
        if r2 == 0 goto end
        r1 = r10
        r1 += -216
        r2 = 0
        call 23
        end:
        r0 = 1
        exit";
    check(text, text);
}

/// What has been kept somewhere may lead to the stack.
#[test]
fn words_that_an_unknown_pointer_may_lead_to_stay() {
    let text = "r2 = *(u64 *)(r10 - 264)
        *(u64 *)(r10 - 216) = 7
        r0 = *(u64 *)(r2 + 0)
        exit";
    check(text, text);
}
