//! Every bytecode case in the host's interpreter.

use std::path::Path;

use hike_tests::bytecode::{cases, run_on_host};

#[test]
fn cases_run_on_the_host() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bytecode");
    let mut wrong = Vec::new();
    for case in cases(&folder) {
        let observed = run_on_host(&case.chains, &case.packet);
        if observed != case.expected {
            let path = case.path.display();
            wrong.push(format!(
                "{path}\n  expected {}\n  observed {observed}",
                case.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
