//! The name that was probably meant.

/// Names longer than this are not compared.
const LONGEST: usize = 128;

/// The candidate nearest to `name` by edit distance, when it is near enough to be a typing
/// error: at most a third of the name's length, at least one edit of a name that has more
/// characters. Capitals and small letters alone are no distance.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().take(LONGEST + 1).collect();
    if name.len() > LONGEST {
        return None;
    }
    let limit = (name.len() / 3).max(usize::from(name.len() > 1));
    let text: String = name.iter().collect();
    let distance = |candidate: &str| match text.eq_ignore_ascii_case(candidate) {
        true => 0,
        false => distance(&name, candidate),
    };
    candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits from `a` to `b`: characters put in, left out, replaced, or two neighbours swapped.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().take(2 * LONGEST).collect();
    let first: Vec<usize> = (0..=b.len()).collect();
    // The rows of the last two characters of `a`.
    let (mut before, mut last) = (first.clone(), first);
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name_one_edit_away() {
        let names = ["monitor", "ip6_sd_tbmon", "ip6_dst_tbmon"];
        assert_eq!(nearest("ip6_ds_tbmon", names), Some("ip6_dst_tbmon"));
        assert_eq!(nearest("monitr", names), Some("monitor"));
    }

    #[test]
    fn capitals_are_no_distance_and_single_letters_are_no_typing_errors() {
        assert_eq!(nearest("TRUE", ["True"]), Some("True"));
        assert_eq!(nearest("n", ["a", "m"]), None);
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(nearest("firewall", ["monitor"]), None);
        assert_eq!(distance(&[], "abc"), 3);
    }

    #[test]
    fn two_swapped_characters_are_one_edit() {
        assert_eq!(nearest("metre", ["meter"]), Some("meter"));
        assert_eq!(nearest(&"m".repeat(1000), ["m"]), None);
    }
}
