//! ELF objects with one section of code, written in one go: first all lengths are added up, then
//! every byte goes to its place. Nothing has to be held twice, which of long scripts is much.

use object::Endianness;
use object::elf;
use object::write::elf::{FileHeader, Rel, SectionHeader, SectionIndex, Sym, Writer};
use object::write::{Result, StringId};

/// Takes bytes, one piece after the other.
pub type Sink<'s> = &'s mut dyn FnMut(&[u8]);

/// A section with the given bytes.
pub struct Section<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub content: Content<'a>,
}

/// The bytes of a section.
pub enum Content<'a> {
    /// These.
    Bytes(&'a [u8]),
    /// So many, which a function hands to a sink.
    Pieces(usize, Box<dyn Fn(Sink<'_>) + 'a>),
}

impl<'a> Section<'a> {
    /// A section of bytes that lie somewhere.
    pub fn of(name: &'a str, bytes: &'a [u8]) -> Self {
        let content = Content::Bytes(bytes);
        Self { name, content }
    }
}

impl<'a> Content<'a> {
    /// So many bytes, which a function hands to a sink.
    pub fn pieces(len: usize, write: impl Fn(Sink<'_>) + 'a) -> Self {
        Self::Pieces(len, Box::new(write))
    }

    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Pieces(len, _) => *len as u64,
        }
    }

    fn write(&self, sink: Sink<'_>) {
        match self {
            Self::Bytes(bytes) => sink(bytes),
            Self::Pieces(_, write) => write(sink),
        }
    }
}

/// A symbol that every object sees.
pub struct Symbol<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its code starts, and how many bytes it has; nothing when another object defines it.
    pub code: Option<(u64, u64)>,
}

/// A relocation of a call.
#[derive(Clone, Copy)]
pub struct Call {
    /// Place of the instruction in the code, in bytes.
    pub offset: u32,
    /// What is called, as an index of the symbols.
    pub symbol: u32,
}

/// What an object consists of.
pub struct Image<'a> {
    /// The section of code.
    pub code: Section<'a>,
    /// The calls in the code.
    pub calls: &'a [Call],
    /// Names.
    pub symbols: &'a [Symbol<'a>],
    /// The sections behind the code.
    pub sections: &'a [Section<'a>],
}

/// Alignment of instructions, and of the other sections.
const CODE_ALIGN: u64 = 8;
const ALIGN: u64 = 4;
/// Calls have no addend of their own.
const IS_RELA: bool = false;

/// What is known once all lengths are.
struct Layout {
    /// The section of code.
    code: SectionIndex,
    /// Headers of the sections with given bytes, in order.
    headers: Vec<Header>,
    /// Names of the symbols, in order.
    names: Vec<StringId>,
    /// Where the relocations are in the file.
    calls: u64,
}

/// The header of a section, without its name.
struct Header {
    index: SectionIndex,
    header: SectionHeader,
    name: StringId,
    /// The name of the section with its relocations, when it has some.
    calls: Option<StringId>,
}

impl Image<'_> {
    /// The bytes of the file.
    ///
    /// # Errors
    /// When it has more than the format has room for.
    pub fn write(&self) -> Result<Vec<u8>> {
        let calls = [".rel", self.code.name].concat();
        let mut out = Vec::new();
        let mut writer = Writer::new(Endianness::Little, true, &mut out);
        let layout = self.reserve(&mut writer, &calls)?;
        writer.write_file_header(&FileHeader {
            e_type: elf::ET_REL,
            e_machine: elf::EM_BPF,
            ..FileHeader::default()
        })?;
        for section in self.all() {
            writer.write_align(self.align(section));
            section.content.write(&mut |bytes| writer.write(bytes));
        }
        self.write_symbols(&mut writer, &layout);
        writer.write_strtab();
        self.write_calls(&mut writer);
        writer.write_shstrtab();
        self.write_headers(&mut writer, layout);
        drop(writer);
        Ok(out)
    }

    /// Adds up all lengths, in the order of the bytes; `calls` is the name of the section of
    /// relocations.
    fn reserve<'a>(&'a self, writer: &mut Writer<'a>, calls: &'a str) -> Result<Layout> {
        writer.reserve_file_header();
        let sections = self.all().map(|section| Header {
            index: writer.reserve_section_index(),
            header: self.header(section, writer),
            name: writer.add_section_name(section.name.as_bytes()),
            calls: self.has_calls(section).then(|| {
                writer.reserve_section_index();
                writer.add_section_name(calls.as_bytes())
            }),
        });
        let headers: Vec<_> = sections.collect();
        let code = headers.first().map_or(SectionIndex(0), |code| code.index);
        writer.reserve_null_symbol_index();
        let symbols = self.symbols.iter().map(|symbol| {
            writer.reserve_symbol_index(symbol.code.map(|_| code));
            writer.add_string(symbol.name.as_bytes())
        });
        let names = symbols.collect();
        writer.reserve_symtab_section_index();
        writer.reserve_symtab();
        writer.reserve_strtab_section_index();
        writer.reserve_strtab()?;
        let calls = match self.calls.len() {
            0 => 0,
            count => writer.reserve_relocations(count, IS_RELA),
        };
        writer.reserve_shstrtab_section_index();
        writer.reserve_shstrtab()?;
        writer.reserve_section_headers();
        Ok(Layout {
            code,
            headers,
            names,
            calls,
        })
    }

    fn header(&self, section: &Section<'_>, writer: &mut Writer<'_>) -> SectionHeader {
        let (len, align) = (section.content.len(), self.align(section));
        SectionHeader {
            sh_type: elf::SHT_PROGBITS,
            sh_flags: self.flags(section),
            sh_offset: writer.reserve(len, align),
            sh_size: len,
            sh_addralign: align,
            ..SectionHeader::default()
        }
    }

    fn write_symbols(&self, writer: &mut Writer<'_>, layout: &Layout) {
        writer.write_null_symbol();
        for (symbol, name) in self.symbols.iter().zip(&layout.names) {
            let (st_value, st_size) = symbol.code.unwrap_or_default();
            let kind = symbol.code.map_or(elf::STT_NOTYPE, |_| elf::STT_FUNC);
            writer.write_symbol(&Sym {
                section: symbol.code.map(|_| layout.code.0),
                st_name: writer.string_offset(Some(*name)),
                st_info: elf::STB_GLOBAL | kind,
                st_other: elf::STV_DEFAULT.into(),
                st_shndx: elf::SHN_UNDEF,
                st_value,
                st_size,
            });
        }
    }

    fn write_calls(&self, writer: &mut Writer<'_>) {
        if !self.calls.is_empty() {
            writer.write_align_relocation();
        }
        for call in self.calls {
            let relocation = Rel {
                r_offset: call.offset.into(),
                // Behind the null symbol.
                r_sym: call.symbol + 1,
                r_type: elf::R_BPF_64_32,
                r_addend: 0,
            };
            writer.write_relocation(IS_RELA, &relocation);
        }
    }

    fn write_headers(&self, writer: &mut Writer<'_>, layout: Layout) {
        writer.write_null_section_header();
        let (symbols, count) = (writer.symtab_index(), self.calls.len());
        for section in layout.headers {
            let sh_name = writer.section_name_offset(Some(section.name));
            writer.write_section_header(&SectionHeader {
                sh_name,
                ..section.header
            });
            if let Some(name) = section.calls {
                let (of, at) = (section.index, layout.calls);
                writer.write_relocation_section_header(name, of, symbols, at, count, IS_RELA);
            }
        }
        // Only the null symbol is local.
        writer.write_symtab_section_header(1);
        writer.write_strtab_section_header();
        writer.write_shstrtab_section_header();
    }

    /// The sections with given bytes, code first.
    fn all(&self) -> impl Iterator<Item = &Section<'_>> {
        std::iter::once(&self.code).chain(self.sections)
    }

    fn is_code(&self, section: &Section<'_>) -> bool {
        std::ptr::eq(section, &self.code)
    }

    fn has_calls(&self, section: &Section<'_>) -> bool {
        self.is_code(section) && !self.calls.is_empty()
    }

    fn align(&self, section: &Section<'_>) -> u64 {
        match self.is_code(section) {
            true if section.content.len() == 0 => 1,
            true => CODE_ALIGN,
            false => ALIGN,
        }
    }

    fn flags(&self, section: &Section<'_>) -> elf::SectionFlags {
        match self.is_code(section) {
            true => elf::SHF_ALLOC | elf::SHF_EXECINSTR,
            false => elf::SectionFlags::default(),
        }
    }
}
