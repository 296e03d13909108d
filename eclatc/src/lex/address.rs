//! Addresses without quotes: `10.0.0.1`, `fc01::2`, `00:11:22:33:44:55`, also with a prefix.

use super::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::lexical;
use std::net::{IpAddr, Ipv6Addr};

/// Makes one wrong token, and one message, of the words of an address.
pub fn join<'s>(
    tokens: Vec<Token<'s>>,
    text: &'s str,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Token<'s>> {
    if !tokens.windows(2).any(|pair| is_sign(pair[0], pair[1])) {
        return tokens;
    }
    let mut joined = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let length = run(&tokens[at..]);
        let span = tokens[at].span.to(tokens[at + length - 1].span);
        let whole = text.get(span.start as usize..span.end as usize);
        match whole.filter(|whole| length > 2 && is_address(whole)) {
            Some(text) => {
                problems.push(lexical::bare_address(span, text));
                let kind = Kind::Error;
                joined.push(Token { kind, text, span });
            }
            None => joined.extend(&tokens[at..at + length]),
        }
        at += length;
    }
    joined
}

/// Neighbours that are nowhere right, but in an address: fractions, or two colons of a name.
fn is_sign(first: Token<'_>, second: Token<'_>) -> bool {
    let colon = first.kind == Kind::Colon || second.kind == Kind::Colon;
    let fraction = first.kind == Kind::Float || second.kind == Kind::Float;
    (colon || fraction) && adjacent(first, second)
}

fn adjacent(first: Token<'_>, second: Token<'_>) -> bool {
    first.span.end == second.span.start
}

/// How many tokens from the first on have the form of an address's parts; at least one.
fn run(tokens: &[Token<'_>]) -> usize {
    let part = |token: Token<'_>| {
        matches!(
            token.kind,
            Kind::Name | Kind::Number | Kind::Float | Kind::Colon | Kind::Slash
        )
    };
    let pairs = tokens.windows(2);
    let more =
        pairs.take_while(|pair| part(pair[0]) && part(pair[1]) && adjacent(pair[0], pair[1]));
    more.count() + 1
}

fn is_address(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
    let known = match address.contains(':') {
        true => address.parse::<Ipv6Addr>().is_ok() || is_mac(address),
        false => address.parse::<IpAddr>().is_ok(),
    };
    known && prefix.parse::<u8>().is_ok()
}

fn is_mac(text: &str) -> bool {
    let byte = |part: &str| part.len() == 2 && u8::from_str_radix(part, 16).is_ok();
    text.split(':').count() == 6 && text.split(':').all(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_names_and_numbers() {
        for text in [
            "10.0.0.1",
            "10.0.0.0/8",
            "fc01::2",
            "::1",
            "fe80::/64",
            "00:1b:22:33:44:55",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in ["1.5", "a:u8", "1:2", "10.0.0", "fc01::2/x"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
