//! The name that was probably meant.

/// The candidate nearest to `name` by edit distance, when it is near enough to be a typing
/// error: at most a third of the name's length, at least one edit.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
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
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(nearest("firewall", ["monitor"]), None);
        assert_eq!(distance("", "abc"), 3);
    }
}
