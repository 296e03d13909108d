//! Attribute macros of the HIKe SDK: what turns a function into a HIKe program or a
//! chain loader. The generated items are described in `docs/formats.md`, section 3.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, ItemStatic, Lit, LitByteStr, LitStr,
    Meta, Pat, Result, ReturnType, Token, Type, parse2,
};

/// Makes a function a HIKe program.
///
/// ```ignore
/// /// Adds 1 to the counter of `event`.
/// #[hike_program]
/// fn monitor(ctx: &mut HikeContext, event: u32) -> u64 { ... }
/// ```
///
/// The first parameter is the context, at most five integers follow. The function returns
/// a `Verdict`, an `Action` (the program then always ends the chain) or an integer (it
/// always continues). The doc comment is what users read about it.
#[proc_macro_attribute]
pub fn hike_program(
    _: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(item, program)
}

/// Makes a function a chain loader: `fn name(ctx: &mut HikeContext) -> Start`.
#[proc_macro_attribute]
pub fn hike_loader(
    _: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(item, loader)
}

/// Makes a static a map of the program. Its doc comment is what users read about it.
#[proc_macro_attribute]
pub fn btf_map(
    _: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(item, |item| Ok(described(item, ".maps", "map")))
}

/// Makes a static a configuration variable: what `config!` puts on each of its own.
#[proc_macro_attribute]
pub fn config_variable(
    _: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(item, |item| Ok(described(item, ".rodata.config", "config")))
}

/// Declares events for user space: their name, the type of a record, the bytes of the buffer
/// (a power of two, of whole pages).
///
/// ```ignore
/// events! {
///     /// What user space gets to know about packets, oldest first.
///     pkt_info_events: PacketInfo, 65536
/// }
/// ...
/// pkt_info_events::send(info)?;
/// ```
///
/// `send` gives `-ENOBUFS` when nobody reads and the buffer is full, and counts the event as
/// lost. `hike-loader events` shows the fields of a record by name and type.
#[proc_macro]
pub fn events(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(item, |item| Ok(event_maps(item)))
}

fn expand<Item: Parse>(
    item: proc_macro::TokenStream,
    build: impl Fn(&Item) -> Result<TokenStream>,
) -> proc_macro::TokenStream {
    parse2(item.into())
        .and_then(|item| build(&item))
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn program(function: &ItemFn) -> Result<TokenStream> {
    let name = &function.sig.ident;
    let logic = format_ident!("hike_logic_{name}");
    let body = format_ident!("hike_body_{name}");
    let entry = format_ident!("hike_vm_{name}");
    let params = params(function)?;
    let values = (0..params.len()).map(|index| quote!(unsafe { hike_sdk::argument(call, #index) }));
    let result = match &function.sig.output {
        ReturnType::Default => return Err(needs_result(name)),
        ReturnType::Type(_, ty) => quote!(<#ty as hike_sdk::ProgramResult>::Signature),
    };
    let shared = shared(function, &logic, ".hike.program", &result, &params);
    Ok(quote! {
        #shared

        #[inline(always)]
        fn #body(ctx: *mut hike_sdk::xdp_md, call: *mut hike_sdk::HikeCall) -> i32 {
            // SAFETY: the VM and the native tier call with the kernel's context and the VM's
            // state. (No closures here: LLVM would not inline a large one that is used twice.)
            let mut context = unsafe { hike_sdk::HikeContext::new(ctx, call) };
            let result = #logic(&mut context, #(#values),*);
            unsafe { hike_sdk::finish(call, result) }
        }

        /// The logic alone, for the native tier.
        #[unsafe(no_mangle)]
        extern "C" fn #name(ctx: *mut hike_sdk::xdp_md, call: *mut hike_sdk::HikeCall) -> i32 {
            #body(ctx, call)
        }

        /// The logic and the way back into the VM.
        #[unsafe(no_mangle)]
        #[unsafe(link_section = "xdp")]
        extern "C" fn #entry(ctx: *mut hike_sdk::xdp_md) -> u32 {
            hike_sdk::vm::program(ctx, #body)
        }
    })
}

fn loader(function: &ItemFn) -> Result<TokenStream> {
    let name = &function.sig.ident;
    let logic = format_ident!("hike_logic_{name}");
    let entry = format_ident!("hike_vm_{name}");
    let result = quote!(hike_sdk::HikeFinal);
    let shared = shared(function, &logic, ".hike.loader", &result, &[]);
    Ok(quote! {
        #shared

        /// The decision alone, for the native tier.
        #[unsafe(no_mangle)]
        extern "C" fn #name(ctx: *mut hike_sdk::xdp_md, call: *mut hike_sdk::HikeCall) -> i32 {
            hike_sdk::vm::decide(ctx, call, #logic)
        }

        #[unsafe(no_mangle)]
        #[unsafe(link_section = "xdp")]
        extern "C" fn #entry(ctx: *mut hike_sdk::xdp_md) -> u32 {
            hike_sdk::vm::loader(ctx, #logic)
        }
    })
}

/// What programs and loaders have alike: the logic, the signature, the documentation,
/// the licence and the panic handler.
fn shared(
    function: &ItemFn,
    logic: &Ident,
    section: &str,
    result: &TokenStream,
    params: &[(Ident, Type)],
) -> TokenStream {
    let name = &function.sig.ident;
    let signature = format_ident!("hike_sig_{name}");
    let signature_name = signature.to_string();
    let doc = documentation(&name.to_string(), &function.attrs);
    let (names, types): (Vec<_>, Vec<_>) = params.iter().cloned().unzip();
    let (inputs, output, body) = (&function.sig.inputs, &function.sig.output, &function.block);
    quote! {
        #[inline(always)]
        fn #logic(#inputs) #output #body

        #[repr(C)]
        #[allow(non_camel_case_types)]
        pub struct #signature { pub result: #result #(, pub #names: #types)* }

        #[unsafe(export_name = #signature_name)]
        #[unsafe(link_section = #section)]
        #[used]
        #[allow(non_upper_case_globals)]
        // SAFETY: the static describes a type and is never read; all its fields are integers.
        pub static hike_sig: #signature = unsafe { core::mem::zeroed() };

        #doc

        #[unsafe(export_name = "LICENSE")]
        #[unsafe(link_section = "license")]
        pub static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            loop {}
        }
    }
}

/// `NAME: TYPE, BYTES` with a doc comment.
struct Events {
    attributes: Vec<Attribute>,
    name: Ident,
    record: Type,
    bytes: Expr,
}

impl Parse for Events {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let record = input.parse()?;
        input.parse::<Token![,]>()?;
        let bytes = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self {
            attributes,
            name,
            record,
            bytes,
        })
    }
}

/// The ring buffer and the counter of lost events. (An empty array: the kernel wants values
/// of size 0 of a ring buffer, and readers want their type.)
fn event_maps(events: &Events) -> TokenStream {
    let Events {
        attributes,
        name,
        record,
        bytes,
    } = events;
    let lost = format_ident!("{name}_lost");
    let lost_doc = format!("Events of `{name}` that found no room, one counter a CPU.");
    quote! {
        #(#attributes)*
        mod #name {
            use super::*;

            #(#attributes)*
            #[hike_sdk::btf_map]
            #[allow(non_upper_case_globals)]
            static #name: hike_sdk::maps::RingBuf<[#record; 0], { #bytes }> =
                hike_sdk::maps::RingBuf::new();

            #[doc = #lost_doc]
            #[hike_sdk::btf_map]
            #[allow(non_upper_case_globals)]
            static #lost: hike_sdk::maps::PerCpuArray<u64, 1> = hike_sdk::maps::PerCpuArray::new();

            /// Hands an event to user space.
            #[inline(always)]
            pub fn send(event: #record) -> Result<(), hike_sdk::errno::Errno> {
                hike_sdk::event::send(&#name, &#lost, event)
            }
        }
    }
}

/// A static in a section by its own name, with its documentation.
fn described(item: &ItemStatic, section: &str, kind: &str) -> TokenStream {
    let name = item.ident.to_string();
    let doc = documentation(&format!("{kind}_{name}"), &item.attrs);
    quote! {
        #[unsafe(export_name = #name)]
        #[unsafe(link_section = #section)]
        #item

        #doc
    }
}

/// The variable `hike_doc_NAME` with a doc comment. (Not `#[used]`: LLVM would give each a
/// section of its own, and the kernel refuses two of one name. Exported names are kept.)
fn documentation(name: &str, attributes: &[Attribute]) -> TokenStream {
    let name = format!("hike_doc_{name}");
    let text = LitByteStr::new(doc_text(attributes).as_bytes(), Span::call_site());
    let length = text.value().len();
    quote! {
        const _: () = {
            #[unsafe(export_name = #name)]
            #[unsafe(link_section = ".hike.doc")]
            static DOC: [u8; #length] = *#text;
        };
    }
}

/// Names and types of the parameters after the context.
fn params(function: &ItemFn) -> Result<Vec<(Ident, Type)>> {
    let params = function
        .sig
        .inputs
        .iter()
        .skip(1)
        .map(param)
        .collect::<Result<Vec<_>>>()?;
    if params.len() > 5 {
        return Err(Error::new_spanned(
            &function.sig.inputs,
            "a program has at most five arguments",
        ));
    }
    Ok(params)
}

fn param(input: &FnArg) -> Result<(Ident, Type)> {
    let FnArg::Typed(typed) = input else {
        return Err(Error::new_spanned(input, "a program is a free function"));
    };
    match &*typed.pat {
        Pat::Ident(pattern) => Ok((pattern.ident.clone(), (*typed.ty).clone())),
        other => Err(Error::new_spanned(other, "an argument needs a plain name")),
    }
}

fn needs_result(name: &Ident) -> Error {
    Error::new_spanned(name, "a program returns a Verdict, an Action or an integer")
}

/// The doc comment, a leading space of each line removed.
fn doc_text(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
    lines.join("\n")
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = &pair.value
    else {
        return None;
    };
    let text: &LitStr = text;
    pair.path.is_ident("doc").then(|| {
        text.value()
            .strip_prefix(' ')
            .map_or_else(|| text.value(), str::to_owned)
    })
}
