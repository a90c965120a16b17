"""What the checks of several labs ask of network namespaces: ip(8), ping(8), veth(4).

A place is whatever has an enter(): the stage, the container, or another network namespace (Place).
"""

import contextlib
import ipaddress
import json
import os
import random
import secrets
from dataclasses import dataclass

from lib.judge.kernel import CAP_NET_ADMIN, identity, mounts
from lib.judge.outcome import shorten
from lib.judge.require import has_command, require_effect, require_seen


@dataclass
class Place:
    """A network namespace of the program, that its shell needn't be in."""
    stage: object
    fd: int

    def enter(self, kinds, command):
        return self.stage.enter(kinds, command, {"net": self.fd})


@contextlib.contextmanager
def other_networks(box):
    """The network namespaces of the program's processes, and those that have a name; not the stage's or the shell's."""
    with contextlib.ExitStack() as opened:
        found = {box.stage.namespaces["net"]: None, box.namespaces["net"]: None}
        for path in list_networks(box.stage):
            with contextlib.suppress(OSError):
                # What has a name could be anything: O_NONBLOCK, should it be a FIFO.
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                opened.callback(os.close, fd)
                found.setdefault(identity(os.fstat(fd)), Place(box.stage, fd))
        yield list(filter(None, found.values()))


def list_networks(stage):
    for pid in stage.processes():
        yield f"/proc/{pid}/ns/net"
    for pid in (stage.init, *stage.processes()):
        for mount in mounts(pid):
            if mount.type == "nsfs" and mount.root.startswith("net:"):
                yield f"/proc/{pid}/root{mount.point}"


def links(where):
    """What ip-address(8) knows of the links there."""
    text = where.enter(["net"], ["ip", "-details", "-json", "address"]).stdout
    return [link for link in read_json(text) if link]


def read_json(text):
    """What ip(8) prints as JSON. It puts an alias there as it is, with all of its control characters."""
    return json.loads(text or "[]", strict=False)


def kind(link):
    """Such as "veth" or "bridge"; None for what isn't made by ip-link(8)."""
    return link.get("linkinfo", {}).get("info_kind")


def is_veth(link):
    return kind(link) == "veth" and "link_netnsid" in link


def pairs(here, there):
    """The veth pairs between the links of two sides: this side's end, the other's."""
    ours, theirs = (list(filter(is_veth, found)) for found in (here, there))
    return [(our, their) for our in ours for their in theirs if our.get("link_index") == their["ifindex"]
            and their.get("link_index") == our["ifindex"]]


def find_doors(found, ends):
    """The names of the interfaces by which these ends, of the links `found`, are used."""
    # An end that is plugged into a bridge sends by the bridge; a macvlan or a VLAN sends by the end that it is on.
    doors = {end[key] for end in ends for key in ("ifname", "master") if key in end}
    return doors | {link["ifname"] for link in found if link.get("link") in doors}


def is_automatic(address):
    """Is it one that IPv6 makes of the link's hardware address? RFC 4291, appendix A."""
    return ipaddress.ip_address(address).is_link_local and ipaddress.ip_address(address).packed[11:13] == b"\xff\xfe"


def addresses(link):
    """The addresses that the link was given, without those that IPv6 makes by itself."""
    return [info["local"] for info in link.get("addr_info", []) if "local" in info and not info.get("stable-privacy")
            and not is_automatic(info["local"])]


def all_addresses(found):
    """All addresses of these links, as ip-address(8) shows each, and those that IPv6 made as well."""
    return [info for link in found for info in link.get("addr_info", [])]


def addresses_to_try(here, there):
    """The other side's addresses, on any interface, but those of this side too: they are reached without the pair."""
    own = {info.get("local") for info in all_addresses(here)}
    return [address for link in there for address in addresses(link)
            if address not in own and not ipaddress.ip_address(address).is_loopback]


def answers(where, address, *options):
    """Is a ping from there to the address answered?"""
    return where.enter(["net"], ["ping", "-n", "-c", "1", "-W", "1", *options, address]).returncode == 0


def find_way(where, address):
    """The interface that packets from there to the address go out by; None if no route leads there."""
    routes = read_json(where.enter(["net"], ["ip", "-json", "route", "get", address]).stdout)
    return next((route["dev"] for route in routes if "dev" in route), None)


def answers_by(doors, where, address, *options):
    """Is a ping from there to the address answered through one of these interfaces?"""
    # A link-local address means nothing without its link.
    if ipaddress.ip_address(address) in ipaddress.ip_network("fe80::/10"):
        return any(answers(where, f"{address}%{door}", *options) for door in doors)
    return find_way(where, address) in doors and answers(where, address, *options)


def name_links(found):
    return ", ".join(shorten([f"{link['ifname']} ({','.join(link['flags'])})" for link in found]))


def act_on_network(box, expected):
    """Add a link from outside, and ask the shell; then add an address in the shell, if it may, and look for it."""
    name = f"s{secrets.token_hex(5)}"
    box.enter(["net"], ["ip", "link", "add", name, "type", "bridge"])
    if any(link["ifname"] == name for link in links(box)):
        require_seen(box, expected, name, "ip -oneline link", "cat /proc/net/dev")
    if not box.may(CAP_NET_ADMIN, "net") or not has_command(box, "ip"):
        return
    address = f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    box.ask(f"ip address add {address}/32 dev lo")
    seen = {info.get("local") for info in all_addresses(links(box))}
    require_effect(box, expected, f"ip address add {address}/32 dev lo", address, address if address in seen else "")
