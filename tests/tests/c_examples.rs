//! The examples of the pages for authors in C: a program before and after it became one of
//! HIKe's, and a chain. Both compilers, both tiers.

use std::fs;
use std::net::Ipv6Addr;
use std::path::Path;
use std::process::Command;

use hike_abi::Action;
use hike_loader::plan::Tier;
use hike_tests::frame::{Frame, address};
use hike_tests::require_kernel;
use hike_tests::site::{CLANGS, Running, Site, TIERS, compile_c, reporting};
use hike_tests::tools::{repository, run, text};

const EXAMPLES: &str = "docs/examples/c";

fn example(name: &str) -> std::path::PathBuf {
    repository().join(EXAMPLES).join(name)
}

/// The lines that a file has and another has not, as `diff` says it.
fn diff(before: &Path, after: &Path) -> String {
    let mut diff = Command::new("diff");
    let output = diff.arg("-U1").arg(before).arg(after).output();
    let diff = text(&output.expect("diff"));
    diff.lines()
        .skip(2)
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn an_xdp_program_becomes_a_hike_program_in_three_lines() {
    let diff = diff(&example("block_before.c"), &example("block.c"));
    let written = diff.lines().filter(|line| line.starts_with('+'));
    assert_eq!(written.count(), 3, "{diff}");
    let page = fs::read_to_string(repository().join("docs/programs-c.md")).expect("the page");
    assert!(
        page.contains(&diff),
        "the page shows another change:\n{diff}"
    );
}

#[test]
fn both_forms_of_a_program_do_the_same() {
    if !require_kernel() {
        return;
    }
    let packet = |source| Frame::udp(address(source), address(9)).bytes;
    for clang in CLANGS {
        let site = Site::new();
        compile_c(clang, &example("block_before.c"), &site.path("before.o"));
        site.compile_c(clang, "own", &example("block.c"));
        let script = reporting("from programs.own import block", "block() + 7");
        let bundle = site.build("block", &script);
        for tier in TIERS {
            let running = Running::new(&bundle, tier);
            assert_eq!(
                running.report(&packet(1)),
                7,
                "{clang}, {tier:?}: not blocked"
            );
            let blocked = running.map("own", "blocked");
            let key = address(1).octets();
            blocked
                .update(&key, &0_u64.to_ne_bytes())
                .expect("a source");
            for count in 1..=3_u64 {
                let verdict = running.send(&packet(1));
                assert_eq!(verdict.action, Action::Drop as u32, "{clang}, {tier:?}");
                let counted = blocked.lookup(&key).expect("a look-up").expect("a count");
                assert_eq!(counted[0], count.to_ne_bytes());
            }
            assert_eq!(running.report(&packet(2)), 7, "{clang}, {tier:?}: another");
        }
    }
}

/// A script that starts the chain of an object.
const STARTER: &str = "
from chains.ddos import ddos_tb_2_lev
from loaders.basic import ip6_sc

ip6_sc[ipv6_sc_map] = { (0): (ddos_tb_2_lev) }
ip6_sc.attach('DEVNAME', 'xdp')
";

/// How often `monitor` counted an event.
fn counted(running: &Running, event: u32) -> u64 {
    let events = running.map("hike_default", "events");
    let values = events.lookup(&event.to_ne_bytes()).expect("a look-up");
    let counts = values.unwrap_or_default().into_iter();
    let counts = counts.map(|it| u64::from_ne_bytes(it.try_into().expect("a counter")));
    counts.sum()
}

/// How packets of few pairs fare, and what was counted.
fn fates(running: &Running) -> (Vec<u32>, Vec<u64>) {
    let pair = |number: u16| (address(number % 3), address(9 + number % 2));
    let packets = (0..700).map(|number| pair(number / 100 + number % 2));
    let fates = packets.map(|(source, destination): (Ipv6Addr, Ipv6Addr)| {
        running.send(&Frame::udp(source, destination).bytes).action
    });
    let fates = fates.collect();
    let count = |event| counted(running, event);
    (fates, (0..3).map(count).collect())
}

#[test]
fn a_chain_in_c_does_what_the_script_does() {
    if !require_kernel() {
        return;
    }
    let script = repository().join("fixtures/scripts/ddos_tb_2_lev.eclat");
    let script = fs::read_to_string(script).expect("the script");
    for clang in CLANGS {
        let site = Site::new();
        site.write(
            "packages/ddos/hike.toml",
            "name = \"ddos\"\nversion = \"1.0.0\"\n",
        );
        let object = site.write("packages/ddos/chains/ddos_tb_2_lev.o", "");
        compile_c(clang, &example("ddos_tb_2_lev.c"), &object);
        let bundles = [
            site.build("script", &script),
            site.build("starter", STARTER),
        ];
        // Buckets that never fill within the test, and such as are never empty.
        for settings in [
            [
                "ip6_dst_tbmon.RATE=1",
                "ip6_dst_tbmon.BURST=0",
                "ip6_sd_tbmon.BURST=0",
            ],
            [
                "ip6_dst_tbmon.RATE=1",
                "ip6_dst_tbmon.BURST=100000",
                "ip6_sd_tbmon.BURST=5",
            ],
        ] {
            let of = |bundle, tier| fates(&Running::with(bundle, tier, &settings));
            let expected = of(&bundles[0], Tier::Vm);
            for tier in TIERS {
                assert_eq!(
                    of(&bundles[1], tier),
                    expected,
                    "{clang}, {tier:?}, {settings:?}"
                );
            }
        }
    }
}

#[test]
fn a_chain_in_c_that_calls_with_other_arguments_is_refused() {
    let site = Site::new();
    let wrong = "#include \"hike.h\"
u64 monitor(void) HIKE_CALLS(hike_default, monitor);
u64 count(void) HIKE_CHAIN(site, count);
u64 count(void)
{
\treturn monitor();
}
";
    let source = site.write("count.c", wrong);
    for clang in CLANGS {
        let object = site.path("count.o");
        compile_c(clang, &source, &object);
        let mut hike_ld = Command::new(hike_tests::tools::tool("hike-ld"));
        hike_ld
            .arg(&object)
            .arg("-L")
            .arg(repository().join("packages"));
        let output = hike_ld.arg("-o").arg(site.path("count.hike")).output();
        let output = output.expect("hike-ld");
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output);
        let expected = "`programs.hike_default.monitor` is called as (), expected";
        assert!(said.contains(expected), "{said}");
        assert!(
            said.contains("count.c:6"),
            "{clang}: the place is told: {said}"
        );
    }
}

/// The system's headers and `hike.h` go together, whatever comes first of its own.
#[test]
fn the_header_needs_nothing_and_bears_the_kernels_headers() {
    let site = Site::new();
    let alone = site.write("alone.c", "#include \"hike.h\"\n");
    for clang in CLANGS {
        compile_c(clang, &alone, &site.path("alone.o"));
        compile_c(clang, &example("block.c"), &site.path("block.o"));
        let mut without = Command::new(clang);
        without.args(["-nostdinc", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]);
        without.args(["-target", "bpf", "-fsyntax-only", "-I"]);
        without.arg(repository().join("hike-ebpf/include"));
        run(without.arg(&alone));
    }
}

/// The blocks of C on the page, compiled; the loader starts the script's chain.
#[test]
fn what_the_page_shows_works() {
    if !require_kernel() {
        return;
    }
    let page = fs::read_to_string(repository().join("docs/programs-c.md")).expect("the page");
    let (c, eclat) = (blocks(&page, "c"), blocks(&page, "eclat"));
    let ([loader, chain], [script]) = (&c[..], &eclat[..]) else {
        panic!("{} blocks of C, {} scripts", c.len(), eclat.len());
    };
    let starter = "
from chains.site import count
from loaders.mine import ip4

ip4[ip4_map] = { (0): (count) }
ip4.attach('DEVNAME', 'xdp')
";
    for clang in CLANGS {
        let site = Site::new();
        site.compile_c(clang, "mine", &example("block.c"));
        site.build("guard", script);
        site.compile_c(clang, "mine", &site.write("ip4.c", loader));
        site.write(
            "packages/site/hike.toml",
            "name = \"site\"\nversion = \"1.0.0\"\n",
        );
        let source = site.write("count.c", chain);
        compile_c(
            clang,
            &source,
            &site.write("packages/site/chains/count.o", ""),
        );
        let bundle = site.build("starter", starter);
        for tier in TIERS {
            let running = Running::new(&bundle, tier);
            let ipv4 = Frame::ipv4().bytes;
            running.send(&ipv4);
            running.send(&ipv4);
            running.send(&Frame::udp(address(1), address(2)).bytes);
            let event = u32::from(ipv4[0]);
            assert_eq!(counted(&running, event), 2, "{clang}, {tier:?}");
        }
    }
}

/// The fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let parts = page.split("```").skip(1).step_by(2);
    let of_language = parts.filter_map(|part| part.split_once('\n'));
    let mut blocks: Vec<String> = Vec::new();
    for (name, text) in of_language {
        if name == language {
            blocks.push(text.to_owned());
        }
    }
    blocks
}
