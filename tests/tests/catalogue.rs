//! The catalogue as its readers get it: every page whole, every link leading somewhere, and
//! the search in a real browser.

use std::path::Path;
use std::process::Command;

use hike_tests::pages::{files, pages, resolve};
use hike_tests::tools::{repository, run, tool};

fn doc(folder: &Path) -> Command {
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(repository());
    eclatc.args(["doc", "-L", "packages", "fixtures/scripts", "-o"]);
    eclatc.arg(folder);
    eclatc
}

/// A site of all packages and the scripts of the fixtures.
fn site() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    run(&mut doc(&site));
    (folder, site)
}

#[test]
fn every_link_leads_somewhere_and_nothing_comes_from_outside() {
    let (_folder, site) = site();
    let files = files(&site);
    let pages = pages(&site);
    assert!(pages.len() > 100, "only {} pages", pages.len());
    for (path, page) in &pages {
        for address in &page.loads {
            let (target, _) = resolve(path, address);
            let is_there = address == "data:," || files.contains(&target);
            assert!(is_there, "{path} loads {address}");
        }
        for address in &page.links {
            if address.starts_with("https://") {
                continue;
            }
            let (target, place) = resolve(path, address);
            assert!(files.contains(&target), "{path} links to {address}");
            let known = |place: &String| pages[&target].ids.contains(place);
            assert!(place.iter().all(known), "{path} links to {address}");
        }
    }
    for name in ["style.css", "search.js"] {
        let text = std::fs::read_to_string(site.join(name)).expect("a file");
        let outside = text.contains("://") || text.contains("url(") || text.contains("@import");
        assert!(!outside, "{name} refers to something outside");
    }
}

#[test]
fn everything_that_can_be_called_has_a_page() {
    let (_folder, site) = site();
    let files = files(&site);
    for package in std::fs::read_dir(repository().join("packages")).expect("packages") {
        let folder = package.expect("a package").path().join("objects");
        let package = folder.parent().and_then(Path::file_name).expect("a name");
        let package = package.to_string_lossy();
        for object in std::fs::read_dir(&folder).into_iter().flatten() {
            let object = object.expect("an object").path();
            let name = object.file_stem().expect("a name").to_string_lossy();
            let is_there = |kind| files.contains(&format!("{kind}/{package}.{name}.html"));
            assert!(
                is_there("programs") || is_there("loaders"),
                "{package} {name}"
            );
        }
    }
    let chain = std::fs::read_to_string(site.join("chains/ddos_tb_2_lev.ddos_tb_2_lev.html"));
    let chain = chain.expect("the page of a chain");
    assert_eq!(
        chain.matches("<svg ").count(),
        2,
        "flow and calls are drawn"
    );
    assert!(chain.contains("href=\"../programs/meter.ip6_sd_tbmon.html\""));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (folder, site) = site();
    let again = folder.path().join("again");
    run(&mut doc(&again));
    // Over an earlier catalogue too.
    run(&mut doc(&again));
    assert_eq!(files(&site), files(&again));
    for path in files(&site) {
        let read = |site: &Path| std::fs::read(site.join(&path)).expect("a file");
        assert!(read(&site) == read(&again), "{path} differs");
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder");
    assert_eq!(left.count(), 2, "something is left beside the sites");
}

#[test]
fn what_is_no_catalogue_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.txt");
    std::fs::write(&file, "mine").expect("a file");
    let output = doc(folder.path()).output().expect("the compiler starts");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("found something else"), "{message}");
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(std::fs::read(&file).expect("the file"), b"mine");
}

#[test]
fn a_wrong_script_leaves_no_site() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("a.eclat");
    std::fs::write(&script, "def a():\n    return x\n").expect("a script");
    let site = folder.path().join("site");
    let output = doc(&site)
        .arg(&script)
        .output()
        .expect("the compiler starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(!site.exists());
}

#[test]
fn an_object_of_another_name_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let package = folder.path().join("more/other");
    std::fs::create_dir_all(package.join("objects")).expect("a package");
    let manifest = "name = \"other\"\nversion = \"1\"\n";
    std::fs::write(package.join("hike.toml"), manifest).expect("a manifest");
    let object = repository().join("packages/hike_default/objects/hike_pass.o");
    std::fs::copy(object, package.join("objects/hike_drop.o")).expect("an object");
    let site = folder.path().join("site");
    let mut doc = doc(&site);
    doc.arg("-L").arg(folder.path().join("more"));
    let output = doc.output().expect("the compiler starts");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected = "expected the object of `hike_drop`, found that of `hike_pass`";
    assert!(message.contains(expected), "{message}");
    assert!(!site.exists());
}

/// The browser, when there is one: it is not part of every machine that can run the tests.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let found = names.into_iter().find(runs);
    let required = ["HIKE_REQUIRE_KERNEL", "CI"].into_iter();
    let mut required = required.filter_map(std::env::var_os);
    if found.is_none() {
        let reason = "needs a browser: tests/need.sh test installs chromium";
        assert!(
            required.all(|value| value.is_empty()),
            "cannot run: {reason}"
        );
        eprintln!("skipped: {reason}");
    }
    found
}

/// What a page is after its scripts have run.
fn rendered(browser: &str, address: &str) -> String {
    let profile = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--virtual-time-budget=5000",
        "--dump-dom",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    let output = command.arg(address).output().expect("the browser starts");
    assert!(output.status.success(), "{browser} fails: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_browser_finds_what_is_searched() {
    let Some(browser) = browser() else { return };
    let (_folder, site) = site();
    let page = rendered(
        browser,
        &format!("file://{}/index.html#q=meter", site.display()),
    );
    let (_, results) = page
        .split_once("id=\"results\"")
        .expect("a place for results");
    let (results, _) = results
        .split_once("id=\"all\"")
        .expect("the lists behind it");
    for expected in [
        "<a href=\"packages/meter.html\">",
        "<a href=\"programs/meter.ip6_dst_meter.html\">",
        "for “meter”",
    ] {
        assert!(results.contains(expected), "{expected} is not in {results}");
    }
    let first = results.find("<a href=\"").expect("a result");
    assert!(results[first..].starts_with("<a href=\"packages/meter.html\">"));
    assert!(!results.contains("hike_drop"), "{results}");
}

#[test]
fn a_browser_shows_lists_without_a_query() {
    let Some(browser) = browser() else { return };
    let (_folder, site) = site();
    let page = rendered(browser, &format!("file://{}/index.html", site.display()));
    let hidden = |id: &str| page.contains(&format!("<div id=\"{id}\" hidden="));
    assert!(hidden("results"), "there are results without a query");
    assert!(page.contains("<div id=\"all\""), "the lists are missing");
    assert!(!hidden("all"), "the lists are hidden without a query");
}
