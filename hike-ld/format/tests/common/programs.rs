//! Program and loader objects.

use hike_format::btf::{
    Btf, BtfExt, IntEncoding, Linkage, Member, SectionVar, Type, TypeId, encode,
};
use hike_isa::Insn;
use object::{SectionKind, SymbolKind};

/// A program or loader object, being made.
pub struct ProgramBuilder {
    name: String,
    loader: bool,
    btf: Btf,
    members: Vec<Member>,
    maps: Vec<SectionVar>,
    config: Vec<SectionVar>,
    config_bytes: Vec<u8>,
    docs: Vec<(String, String)>,
}

impl ProgramBuilder {
    /// A program that gives a `u64`.
    pub fn program(name: &str) -> Self {
        Self::new(name, false)
    }

    /// A chain loader.
    pub fn loader(name: &str) -> Self {
        Self::new(name, true)
    }

    fn new(name: &str, loader: bool) -> Self {
        let builder = Self {
            name: name.into(),
            loader,
            btf: Btf::new(),
            members: Vec::new(),
            maps: Vec::new(),
            config: Vec::new(),
            config_bytes: Vec::new(),
            docs: Vec::new(),
        };
        builder.param("result", 8, IntEncoding::Unsigned)
    }

    /// Makes the program end the chain always.
    pub fn ends_chain(mut self) -> Self {
        let ty = self.composite("HikeFinal", 0, Vec::new());
        self.members[0].ty = ty;
        self
    }

    /// Documents the program itself.
    pub fn doc(self, doc: &str) -> Self {
        let name = self.name.clone();
        self.doc_of(&name, doc)
    }

    /// Documents `config_NAME` or `map_NAME`.
    pub fn doc_of(mut self, name: &str, doc: &str) -> Self {
        self.docs.push((format!("hike_doc_{name}"), doc.into()));
        self
    }

    /// Adds a parameter of so many bytes.
    pub fn param(mut self, name: &str, bytes: u8, encoding: IntEncoding) -> Self {
        let ty = self.int(bytes, encoding);
        let bit_offset = self.members.len() as u32 * 64;
        self.members.push(member(name, ty, bit_offset));
        self
    }

    /// Adds a configuration variable of type `u32` with a unit.
    pub fn config(mut self, name: &str, unit: &str, value: u32) -> Self {
        let number = self.int(4, IntEncoding::Unsigned);
        let ty = self.composite(unit, 4, vec![member("__0", number, 0)]);
        let generic = format!("Config_3C_{unit}_3E_");
        let ty = self.composite(&generic, 4, vec![member("__0", ty, 0)]);
        let offset = self.config_bytes.len() as u32;
        self.config_bytes.extend(value.to_le_bytes());
        let entry = self.var(name, ty, offset, 4);
        self.config.push(entry);
        self
    }

    /// Adds a map from keys to values of the types that `shape` makes.
    pub fn map(
        mut self,
        name: &str,
        map_type: u32,
        max_entries: u32,
        shape: impl FnOnce(&mut Self) -> (TypeId, TypeId),
    ) -> Self {
        let (key, value) = shape(&mut self);
        let members = vec![
            member("type", self.number(map_type), 0),
            member("key", self.btf.add(Type::Pointer(key)), 64),
            member("value", self.btf.add(Type::Pointer(value)), 128),
            member("max_entries", self.number(max_entries), 192),
        ];
        let ty = self.composite("definition", 32, members);
        let offset = self.maps.len() as u32 * 32;
        let entry = self.var(name, ty, offset, 32);
        self.maps.push(entry);
        self
    }

    /// An integer type.
    pub fn int(&mut self, bytes: u8, encoding: IntEncoding) -> TypeId {
        let sign = if encoding == IntEncoding::Signed {
            'i'
        } else {
            'u'
        };
        let name = format!("{sign}{}", u32::from(bytes) * 8);
        self.btf.add_int(&name, bytes, encoding)
    }

    /// A struct of one array of bytes, such as `Ipv6Addr`.
    pub fn bytes(&mut self, name: &str, count: u32) -> TypeId {
        let element = self.int(1, IntEncoding::Unsigned);
        let array = self.btf.add(Type::Array {
            element,
            index: element,
            count,
        });
        self.composite(name, count, vec![member("0", array, 0)])
    }

    /// A struct of one `u32`, such as `ChainId`.
    pub fn word(&mut self, name: &str) -> TypeId {
        let number = self.int(4, IntEncoding::Unsigned);
        self.composite(name, 4, vec![member("0", number, 0)])
    }

    pub fn composite(&mut self, name: &str, size: u32, members: Vec<Member>) -> TypeId {
        self.btf.add(Type::Composite {
            name: name.into(),
            union: false,
            size,
            members,
        })
    }

    /// `int (*)[number]`, how map definitions hold numbers.
    fn number(&mut self, number: u32) -> TypeId {
        let element = self.int(4, IntEncoding::Signed);
        let array = self.btf.add(Type::Array {
            element,
            index: element,
            count: number,
        });
        self.btf.add(Type::Pointer(array))
    }

    fn var(&mut self, name: &str, ty: TypeId, offset: u32, size: u32) -> SectionVar {
        let var = self.btf.add(Type::Var {
            name: name.into(),
            ty,
            linkage: Linkage::Global,
        });
        SectionVar { var, offset, size }
    }

    fn add_section(&mut self, name: &str, vars: Vec<SectionVar>) {
        self.btf.add(Type::Section {
            name: name.into(),
            size: 0,
            vars,
        });
    }

    /// The object.
    pub fn build(mut self) -> Vec<u8> {
        let mut object = super::object();
        let mut code = Vec::new();
        for slot in Insn::Exit.encode().slots() {
            code.extend(slot.to_bytes());
        }
        let xdp = super::section(&mut object, "xdp", SectionKind::Text, &code);
        let entry = match self.loader {
            true => self.name.clone(),
            false => format!("hike_vm_{}", self.name),
        };
        super::symbol(&mut object, &entry, SymbolKind::Text, Some((xdp, 0, 8)));

        let section = if self.loader {
            ".hike.loader"
        } else {
            ".hike.program"
        };
        super::section(&mut object, section, SectionKind::ReadOnlyData, &[0; 8]);
        let members = std::mem::take(&mut self.members);
        let ty = self.composite("signature", 8, members);
        let name = format!("hike_sig_{}", self.name);
        let signature = self.var(&name, ty, 0, 8);
        self.add_section(section, vec![signature]);

        // Sections of one name, as LLVM may make them.
        for (name, text) in &self.docs {
            let (kind, bytes) = (SectionKind::ReadOnlyData, text.as_bytes());
            let section = super::section(&mut object, ".hike.doc", kind, bytes);
            let place = Some((section, 0, text.len() as u64));
            super::symbol(&mut object, name, SymbolKind::Data, place);
        }

        super::section(&mut object, "license", SectionKind::Data, b"Dual MIT/GPL\0");
        if !self.config.is_empty() {
            let bytes = self.config_bytes.clone();
            super::section(
                &mut object,
                ".rodata.config",
                SectionKind::ReadOnlyData,
                &bytes,
            );
            let vars = std::mem::take(&mut self.config);
            self.add_section(".rodata.config", vars);
        }
        let maps = std::mem::take(&mut self.maps);
        self.add_section(".maps", maps);
        let (btf, _) = encode(&self.btf, &BtfExt::default());
        super::section(&mut object, ".BTF", SectionKind::Metadata, &btf);
        object.write().unwrap()
    }
}

/// A member of a struct.
pub fn member(name: &str, ty: TypeId, bit_offset: u32) -> Member {
    Member {
        name: name.into(),
        ty,
        bit_offset,
        bit_size: 0,
    }
}
