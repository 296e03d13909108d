"""The other side of tests: packets made and read by scapy, which knows nothing of HIKe.

`peer.py make KIND SEED COUNT` prints packets, a line of JSON each, with what is in them.
`peer.py read` reads packets in hexadecimal, a line each, and prints what is in them.
"""

import json
import random
import sys

from scapy.contrib.stamp import (
    ErrorEstimate,
    STAMPSessionReflectorTestUnauthenticated,
    STAMPSessionSenderTestUnauthenticated,
    STAMPTestTLV,
)
from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import (
    HBHOptUnknown,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    Pad1,
    PadN,
    RouterAlert,
)
from scapy.layers.l2 import Dot1Q, Ether

SOURCE = "fc01::1"
DESTINATION = "fc01::2"


def link(draw):
    """An Ethernet header with up to two tags."""
    frame = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    for _ in range(draw.randrange(3)):
        frame = frame / Dot1Q(vlan=7)
    return frame / IPv6(src=SOURCE, dst=DESTINATION, hlim=draw.randrange(2, 256))


def padding(draw):
    """An option that says nothing."""
    return draw.choice(
        [
            Pad1(),
            PadN(optdata=bytes(draw.randrange(6))),
            RouterAlert(),
            HBHOptUnknown(otype=0x1E, optdata=draw.randbytes(draw.randrange(20))),
        ]
    )


def extensions(draw):
    """Extension headers and then UDP, or another protocol."""
    packet = link(draw)
    if draw.random() < 0.5:
        packet = packet / IPv6ExtHdrHopByHop(options=[padding(draw)])
    for _ in range(draw.randrange(5)):
        packet = packet / draw.choice(
            [
                IPv6ExtHdrDestOpt(options=[padding(draw), padding(draw)]),
                IPv6ExtHdrRouting(addresses=[DESTINATION] * draw.randrange(1, 4)),
                IPv6ExtHdrFragment(offset=0, m=1, id=5),
            ]
        )
    last = UDP(sport=5000, dport=5001) if draw.random() < 0.8 else TCP()
    packet = packet / last / draw.randbytes(draw.randrange(30))
    bytes_ = bytes(packet)
    found = packet[type(last)]
    return bytes_, {
        "udp": isinstance(last, UDP),
        "offset": len(bytes_) - len(bytes(found)),
    }


def alt_mark(draw):
    """An Alternate-Marking option among others (scapy has no name for it)."""
    flow, loss, delay = draw.randrange(1 << 20), draw.randrange(2), draw.randrange(2)
    word = flow << 12 | loss << 11 | delay << 10
    mark = HBHOptUnknown(otype=0x12, optdata=word.to_bytes(4, "big"))
    front = [padding(draw) for _ in range(draw.randrange(3))]
    back = [padding(draw) for _ in range(draw.randrange(3))]
    packet = link(draw) / IPv6ExtHdrHopByHop(options=front + [mark] + back)
    return bytes(packet / UDP() / b"x"), {"flow": flow, "mark": loss * 2 + delay}


def records(draw):
    """An option with room for records (type 0x3e), the first of its header."""
    room = draw.randrange(1, 6)
    option = HBHOptUnknown(otype=0x3E, optdata=bytes([1, 0, 0, 0]) + bytes(16 * room))
    packet = link(draw) / IPv6ExtHdrHopByHop(options=[option])
    return bytes(packet / UDP() / draw.randbytes(9)), {"room": room}


def stamp(draw):
    """A STAMP test packet."""
    tlvs = [
        STAMPTestTLV(flags=0x80, type=1, len=length, value=draw.randbytes(length))
        for length in draw.choices(range(0, 40), k=draw.randrange(3))
    ]
    fields = {
        "seq": draw.randrange(1 << 32),
        "ssid": draw.randrange(1 << 16),
        "port": draw.randrange(1024, 1 << 16),
        "tlvs": [[int(tlv.flags), tlv.type, tlv.value.hex()] for tlv in tlvs],
    }
    test = STAMPSessionSenderTestUnauthenticated(
        seq=fields["seq"],
        ts=3_900_000_000.5,
        err_estimate=ErrorEstimate(S=1, scale=3, multiplier=9),
        ssid=fields["ssid"],
        tlv_objects=tlvs,
    )
    packet = link(draw) / UDP(sport=fields["port"], dport=862) / test
    fields["hop_limit"] = packet[IPv6].hlim
    return bytes(packet), fields


KINDS = {
    "extensions": extensions,
    "alt_mark": alt_mark,
    "records": records,
    "stamp": stamp,
}


def make(kind, seed, count):
    """Prints packets of a kind."""
    draw = random.Random(seed)
    for _ in range(count):
        packet, fields = KINDS[kind](draw)
        print(json.dumps({"packet": packet.hex(), **fields}))


def has_right_checksum(packet):
    """Whether the UDP checksum is what scapy makes of it."""
    found = packet[UDP].chksum
    again = packet.copy()
    del again[UDP].chksum
    return Ether(bytes(again))[UDP].chksum == found


def what_is_in(packet):
    """Everything a test may ask about a packet."""
    seen = {"layers": [layer.__name__ for layer in packet.layers()]}
    outer = packet[IPv6]
    seen.update(src=outer.src, dst=outer.dst, hlim=outer.hlim, nh=outer.nh)
    seen["length_is_right"] = outer.plen == len(bytes(outer.payload))
    if UDP in packet:
        seen.update(sport=packet[UDP].sport, dport=packet[UDP].dport)
        seen["checksum_is_right"] = has_right_checksum(packet)
    if IPv6ExtHdrHopByHop in packet:
        seen["options"] = [
            [option.otype, bytes(option).hex()]
            for option in packet[IPv6ExtHdrHopByHop].options
        ]
    if UDP in packet and packet[UDP].sport == 862:
        seen["reply"] = what_is_in_reply(bytes(packet[UDP].payload))
    return seen


def what_is_in_reply(payload):
    """A STAMP reply. (Scapy 2.5 stumbles over TLVs behind one, so they come one by one.)"""
    reply = STAMPSessionReflectorTestUnauthenticated(payload[:44])
    names = ("seq", "ssid", "seq_sender", "ttl_sender", "mbz1", "mbz2")
    seen = {name: getattr(reply, name) for name in names}
    seen["estimate"] = bytes(reply.err_estimate).hex()
    seen["estimate_sender"] = bytes(reply.err_estimate_sender).hex()
    seen["tlvs"] = []
    rest = payload[44:]
    while rest:
        tlv = STAMPTestTLV(rest)
        seen["tlvs"].append([int(tlv.flags), tlv.type, tlv.value.hex()])
        rest = rest[4 + tlv.len :]
    return seen


def read():
    """Prints what is in the packets that come on the standard input."""
    for line in sys.stdin:
        print(json.dumps(what_is_in(Ether(bytes.fromhex(line.strip())))))


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    read()
