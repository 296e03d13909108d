//! What a program or loader object says about itself.

/// Whether an object holds a program, which chains call, or a chain loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A HIKe program.
    Program,
    /// A chain loader.
    Loader,
}

/// The interface of a program or loader, read from the BTF of its object alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Program or loader.
    pub kind: ObjectKind,
    /// Its name without the package, `ip6_dst_tbmon`.
    pub name: String,
    /// Documentation, Markdown; empty when there is none.
    pub doc: String,
    /// Parameters in order, at most five.
    pub params: Vec<Param>,
    /// What a call gives.
    pub result: ResultKind,
    /// Configuration variables in the order of their names.
    pub config: Vec<ConfigVar>,
    /// Maps of the program itself (the VM's are left out), in the order of their names.
    pub maps: Vec<MapInfo>,
}

/// What a call of a program gives its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// A value of 64 bits.
    Value(IntType),
    /// Nothing: the program always ends the chain with a verdict.
    Final,
}

/// An integer type of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IntType {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Two's complement when set.
    pub signed: bool,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: IntType,
}

/// One configuration variable: a constant of the object that an install can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigVar {
    /// Its name, `RATE`.
    pub name: String,
    /// Its type.
    pub ty: IntType,
    /// Its unit (`packets_per_second`), when the type has one.
    pub unit: Option<String>,
    /// Value it has unless set.
    pub default: u64,
    /// The ELF section it lies in.
    pub section: String,
    /// Offset in that section, in bytes.
    pub offset: u32,
}

/// One map a program declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapInfo {
    /// Its name.
    pub name: String,
    /// `enum bpf_map_type` number.
    pub map_type: u32,
    /// Type of the keys.
    pub key: TypeInfo,
    /// Type of the values.
    pub value: TypeInfo,
    /// Most entries it holds.
    pub max_entries: u32,
}

/// The shape of a key, a value or a field, resolved from BTF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeInfo {
    /// An integer in host order.
    Int(IntType),
    /// An integer in network order, of so many bytes (`Be16`, `__be32`).
    NetworkInt(u8),
    /// An IPv6 address, 16 bytes (`Ipv6Addr`, `in6_addr`).
    Ipv6,
    /// An IPv4 address, 4 bytes in network order (`Ipv4Addr`, `in_addr`).
    Ipv4,
    /// An Ethernet address, 6 bytes (`MacAddr`).
    Mac,
    /// A chain's runtime ID, 4 bytes (`ChainId`).
    Chain,
    /// An interface index, 4 bytes (`IfIndex`).
    Interface,
    /// So many elements of one type.
    Array(Box<TypeInfo>, u32),
    /// Named fields.
    Struct {
        /// The type's name.
        name: String,
        /// Its size in bytes.
        size: u32,
        /// Its fields in order.
        fields: Vec<Field>,
    },
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Offset from the start of the struct, in bytes.
    pub offset: u32,
    /// Its type.
    pub ty: TypeInfo,
}
