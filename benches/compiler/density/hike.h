/* What chains in C need: the programs as extern functions, the packet's helpers.
 * FINAL is set to `__attribute__((noreturn))` to tell the compiler which programs end a
 * chain, and to nothing to leave it as ignorant as the published system did. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

extern u64 ip6_dst_tbmon(void);
extern u64 ip6_hset_srcdst(u64 operation);
extern u64 ip6_sd_dec2zero(u64 every);
extern u64 ip6_sd_tbmon(void);
extern u64 ip6_set_ecn(void);
extern u64 ip6_tos_cls(void);
extern u64 h_encaps(u64 policy);
extern u64 h_encaps_red(u64 policy);
extern s64 dst_filter(void);
extern s64 end(void);
extern s64 end_dt6(void);
extern s64 end_un(void);
extern s64 ip6_alt_mark(void);
extern u64 ip6_alt_mark_count(void);
extern s64 eip_delay(void);
extern s64 eip_timestamp(void);
extern u64 ip6_find_udp(void);
extern s64 app_cfg_load(u64 key);
extern s64 lse(void);
extern s64 lb_select(void);
extern u64 lb_encap(u64 backend);
extern u64 ip6_dst_meter(void);
extern s64 ip6_sd_meter(void);
extern s64 dpi(u64 pattern);
extern s64 firewall(void);
extern s64 stamp_collector(void);
extern u64 stamp_reflector(void);
extern u64 monitor(u64 event);
extern u64 show_pkt_info(u64 layers, u64 every);
FINAL extern u64 hike_drop(void);
FINAL extern u64 hike_pass(void);
FINAL extern u64 l2_redirect(u64 port);
FINAL extern u64 ip6_kroute(void);

static u64 (*const read_u8)(u64 offset) = (void *)1;
static u64 (*const read_u16)(u64 offset) = (void *)2;
