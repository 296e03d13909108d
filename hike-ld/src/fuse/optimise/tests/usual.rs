//! Code of its own for usual packets.

use super::{FOUND, START, check};

/// A packet without VLAN tags has its network header at 14.
#[test]
fn usual_packets_have_code_of_their_own() {
    let before = format!(
        "{START}
        r3 = *(u32 *)(r10 - 120)
        r7 = 14
        if r3 == 1 goto found
        r7 = 18
        found:
        *(u16 *)(r2 + 112) = r7
        r1 = r7
        r1 += 2
        call 25
        r0 = r1
        exit"
    );
    let after = format!(
        "{FOUND}
        r3 = *(u32 *)(r10 - 120)
        if r3 == 1 goto usual
        *(u16 *)(r2 + 112) = 18
        r1 = 20
        call 25
        r0 = r1
        exit
        usual:
        *(u16 *)(r2 + 112) = 14
        r1 = 16
        call 25
        r0 = r1
        exit"
    );
    check(&before, &after);
}

/// The loader may look at the header before it says where it is.
#[test]
fn a_branch_may_leave_the_way_of_usual_packets() {
    let before = format!(
        "{START}
        r3 = *(u32 *)(r10 - 120)
        r4 = *(u32 *)(r10 - 116)
        r7 = 14
        if r3 == 1 goto found
        r7 = 18
        found:
        if r4 == 6 goto right
        r0 = 2
        exit
        right:
        *(u16 *)(r2 + 112) = r7
        r1 = r7
        r1 += 2
        call 25
        r0 = r1
        exit"
    );
    let after = format!(
        "{FOUND}
        r3 = *(u32 *)(r10 - 120)
        r4 = *(u32 *)(r10 - 116)
        if r3 == 1 goto usual
        if r4 == 6 goto right
        r0 = 2
        exit
        right:
        *(u16 *)(r2 + 112) = 18
        r1 = 20
        call 25
        r0 = r1
        exit
        usual:
        if r4 == 6 goto fine
        r0 = 2
        exit
        fine:
        *(u16 *)(r2 + 112) = 14
        r1 = 16
        call 25
        r0 = r1
        exit"
    );
    check(&before, &after);
}

/// What lies between may be reached in another way too; then it is not for usual packets.
#[test]
fn code_that_others_jump_into_is_for_all() {
    let text = format!(
        "{FOUND}
        r3 = *(u32 *)(r10 - 120)
        r7 = 14
        if r3 == 1 goto found
        r7 = *(u16 *)(r10 - 116)
        if r3 == 2 goto store
        r7 = 18
        found:
        r0 = *(u8 *)(r10 - 112)
        if r0 == 0 goto end
        store:
        *(u16 *)(r2 + 112) = r7
        r1 = r7
        r1 += 2
        call 25
        r0 = r1
        end:
        exit"
    );
    check(&text.replace(FOUND, START), &text);
}
