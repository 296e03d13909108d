//! The standard library: every module is sound, headers read and write what they say.

mod support;

use eclatc::diagnostic::Diagnostic;
use eclatc::stdlib;

fn hir(text: &str) -> String {
    let front = support::front("script.eclat", text);
    let errors: Vec<&Diagnostic> = front.problems.iter().collect();
    assert!(errors.is_empty(), "{errors:?}");
    front.script.to_string()
}

/// The code of a chain's only statement.
fn body(imports: &str, line: &str) -> String {
    let text = hir(&format!("{imports}\ndef f():\n    {line}\n"));
    let line = text
        .lines()
        .find(|line| line.starts_with("  ") && line.contains("packet"));
    line.unwrap_or_default().trim().to_owned()
}

#[test]
fn every_module_is_sound() {
    for module in stdlib::modules() {
        let text = stdlib::text(module).expect("a module has a text");
        let front = support::front(module, text);
        assert!(front.problems.is_empty(), "{module}: {:?}", front.problems);
        assert!(!front.script.doc.is_empty(), "{module} says what it is");
    }
}

#[test]
fn constants_and_aliases_are_imported() {
    let text = hir(
        "from std.net import ETH_P_IPV6, IPPROTO_UDP as UDP\n\ndef f():\n    return ETH_P_IPV6 + UDP\n",
    );
    assert!(text.contains(&(0x86dd + 17).to_string()), "{text}");
}

#[test]
fn fields_lie_where_the_standards_put_them() {
    let ipv6 = "from std.ipv6 import ipv6, udp, tcp\n";
    let ipv4 = "from std.ipv4 import ipv4\n";
    let ethernet = "from std.ethernet import ethernet\n";
    for (imports, field, offset) in [
        (ipv6, "ipv6.first_word", 14),
        (ipv6, "ipv6.payload_length", 18),
        (ipv6, "ipv6.next_header", 20),
        (ipv6, "ipv6.hop_limit", 21),
        (ipv6, "ipv6.source_high", 22),
        (ipv6, "ipv6.destination_low", 46),
        (ipv6, "udp.destination", 56),
        (ipv6, "tcp.checksum", 70),
        (ipv4, "ipv4.ttl", 22),
        (ipv4, "ipv4.protocol", 23),
        (ipv4, "ipv4.destination", 30),
        (ethernet, "ethernet.type", 12),
    ] {
        let names: Vec<&str> = imports
            .trim()
            .split("import ")
            .nth(1)
            .unwrap_or_default()
            .split(", ")
            .collect();
        let used = field.split('.').next().unwrap_or_default();
        let module = imports.split(" import").next().unwrap_or_default();
        assert!(names.contains(&used));
        let found = body(
            &format!("{module} import {used}"),
            &format!("return {field}"),
        );
        assert!(found.contains(&format!("({offset})")), "{field}: {found}");
    }
}

#[test]
fn parts_of_fields_are_shifted_and_masked() {
    let import = "from std.ipv6 import ipv6";
    check_parts(import, "return ipv6.version", &["(14)", "28"]);
    check_parts(import, "return ipv6.flow_label", &["(14)", "1048575"]);
    check_parts(
        import,
        "ipv6.traffic_class = 3",
        &["packet_write_u32(14", "4027580415", "3145728"],
    );
    check_parts(
        import,
        "ipv6.hop_limit -= 1",
        &["packet_write_u8(21", "packet_read_u8(21)"],
    );
}

/// Checks that the code of a line has these parts.
fn check_parts(import: &str, line: &str, parts: &[&str]) {
    let found = body(import, line);
    for part in parts {
        assert!(found.contains(part), "{line}: expected {part} in {found}");
    }
}

#[test]
fn offsets_may_depend_on_the_packet() {
    let found = body("from std.ipv4 import udp", "return udp.destination");
    assert!(found.contains("packet_read_u8(14)"), "{found}");
}

#[test]
fn chains_of_the_library_have_their_own_package() {
    let text = hir("from std.verdict import drop_if\n\ndef f(x):\n    drop_if(x)\n    return 0\n");
    assert!(text.contains("chains.std-verdict.drop_if"), "{text}");
}
