//! Texts: addresses, prefixes and interfaces.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{EncodeError, Names, padded, put};
use crate::script::Number;
use crate::signature::TypeInfo;

/// The bytes of a text in a type that gives it a meaning.
pub(super) fn encode(text: &str, ty: &TypeInfo, names: &dyn Names) -> Result<Vec<u8>, EncodeError> {
    let bytes = match ty {
        TypeInfo::Ipv6 => text
            .parse()
            .ok()
            .map(|address: Ipv6Addr| address.octets().to_vec()),
        TypeInfo::Ipv4 => text
            .parse()
            .ok()
            .map(|address: Ipv4Addr| address.octets().to_vec()),
        TypeInfo::Mac => mac(text),
        TypeInfo::Interface => {
            let index = names.interface(text);
            let index = index.ok_or_else(|| EncodeError::Interface(text.to_owned()))?;
            Some(index.to_le_bytes().to_vec())
        }
        TypeInfo::Struct { fields, .. } if let [field] = &fields[..] => {
            return padded(ty, field, encode(text, &field.ty, names)?);
        }
        _ => None,
    };
    bytes.ok_or_else(|| mismatch(ty, text))
}

fn mismatch(ty: &TypeInfo, text: &str) -> EncodeError {
    EncodeError::mismatch(ty, &format!("`{text}`"))
}

/// `aa:bb:cc:dd:ee:ff`, one or two digits a part.
fn mac(text: &str) -> Option<Vec<u8>> {
    let byte = |part: &str| match part.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        true if part.len() <= 2 => u8::from_str_radix(part, 16).ok(),
        _ => None,
    };
    let bytes: Vec<u8> = text.split(':').map(byte).collect::<Option<_>>()?;
    (bytes.len() == 6).then_some(bytes)
}

/// The key of a longest-prefix map: `ADDRESS/LENGTH`, or an address for its whole length.
pub(super) fn prefix(text: &str, ty: &TypeInfo) -> Result<Vec<u8>, EncodeError> {
    let (TypeInfo::Struct { size, fields, .. }, Some((address, length))) = (ty, split(text)) else {
        return Err(mismatch(ty, text));
    };
    let [length_field, address_field] = &fields[..] else {
        return Err(mismatch(ty, text));
    };
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let bits = octets.len() as u32 * 8;
    if address_field.ty.size() as usize != octets.len() || length_field.ty.size() != 4 {
        return Err(mismatch(&address_field.ty, text));
    }
    let length = length.unwrap_or(bits);
    if length > bits {
        return Err(EncodeError::Range {
            value: Number::unsigned(length.into()),
            ty: format!("prefix of at most {bits} bits"),
        });
    }
    let mut out = vec![0; *size as usize];
    put(&mut out, length_field, &length.to_le_bytes())?;
    put(&mut out, address_field, &octets)?;
    Ok(out)
}

fn split(text: &str) -> Option<(IpAddr, Option<u32>)> {
    match text.split_once('/') {
        Some((address, length)) => Some((address.parse().ok()?, Some(length.parse().ok()?))),
        None => Some((text.parse().ok()?, None)),
    }
}
