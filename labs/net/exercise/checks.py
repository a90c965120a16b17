"""What the net lab promises."""

import ipaddress
import json
import random
import re
import secrets
import time

from lib.judge.checks import (check, not_from_outside, not_in_shell, require_new,
                              require_own_namespace)
from lib.judge.kernel import wait_until
from lib.judge.outcome import Fail
from lib.words import N_, _

PROBE = ["unshare", "--net", "sh", "-c",
         "ip link set lo up && ping -c 1 127.0.0.1 && ip link add nslabs-a type veth peer name nslabs-b"]


def links(stage, descriptors=None):
    """What `ip address` knows of the links in a network namespace."""
    text = stage.enter(["net"], ["ip", "-details", "-json", "address"], descriptors).stdout
    return [link for link in json.loads(text or "[]") if link]


def pairs(box):
    """Of each veth pair between the container and the host: the container's end and the host's."""
    hosts = links(box.stage)
    return [(inner, outer) for inner in links(box.stage, box.descriptors) for outer in hosts
            if all(end.get("linkinfo", {}).get("info_kind") == "veth" and "link_netnsid" in end
                   for end in (inner, outer))
            and inner.get("link_index") == outer["ifindex"] and outer.get("link_index") == inner["ifindex"]]


def addresses(link):
    """The addresses that somebody gave it: not those that IPv6 makes by itself, as a rule of the hardware's."""
    automatic = None
    if re.fullmatch("(..:){5}..", link.get("address", "")):  # RFC 4291, appendix A
        number = bytes.fromhex(link["address"].replace(":", ""))
        automatic = ipaddress.ip_address(
            b"\xfe\x80" + bytes(6) + bytes([number[0] ^ 2]) + number[1:3] + b"\xff\xfe" + number[3:])
    return [info["local"] for info in link.get("addr_info", []) if "local" in info and not info.get("stable-privacy")
            and ipaddress.ip_address(info["local"]) != automatic]


def answers(stage, descriptors, address):
    """Does the address answer a ping from that namespace?"""
    return stage.enter(["net"], ["ping", "-n", "-c", "1", "-W", "1", address], descriptors).returncode == 0


def act_on_network(box, expected):
    address = f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    box.ask(f"ip address add {address}/32 dev lo")
    if not any(info.get("local") == address for link in links(box.stage, box.descriptors)
               for info in link.get("addr_info", [])):
        raise not_in_shell(expected, f"ip address add {address}/32 dev lo", address, "")
    if not box.is_new("net"):
        return
    name = f"s{secrets.token_hex(5)}"
    box.enter(["net"], ["ip", "link", "add", name, "type", "bridge"])
    if any(link["ifname"] == name for link in links(box.stage, box.descriptors)) \
            and name not in (seen := box.ask("ip -oneline link")):
        raise not_from_outside(expected, "ip link", name, seen)


@check("net.namespace", N_("the shell has a network namespace of its own"),
       N_("without CLONE_NEWNET the child has the host's interfaces, addresses and ports"),
       see='readlink /proc/$$/ns/net; echo "ip link" | sudo build/net', exercise="net.flag")
def net_namespace(box):
    require_own_namespace(box, "net", act_on_network)


@check("net.loopback", N_("the loopback interface is up inside"),
       N_("a new network namespace has one interface, lo, and it is down: not even 127.0.0.1 answers"),
       see='echo "ip link show lo" | sudo build/net', exercise="net.loopback", when="early")
def net_loopback(box):
    expected = _("lo is up, and 127.0.0.1 answers")
    require_new(box, "net", expected)

    def flags():
        return next((link["flags"] for link in links(box.stage, box.descriptors) if link["ifname"] == "lo"), [])
    if not box.may_come(lambda: "UP" in flags() and answers(box.stage, box.descriptors, "127.0.0.1")):
        raise Fail(expected, _("lo has the flags %s") % ",".join(flags()))


@check("net.pair", N_("a veth pair connects the container with the host"),
       N_("a veth pair is a cable with an end in each namespace (veth(4)): what goes in at one comes out at the other"),
       see='echo "ip link" | sudo build/net',
       exercise="net.veth", when="early")
def net_pair(box):
    expected = _("a veth link inside whose other end is a link of the host, and the other way round")
    require_new(box, "net", expected)
    if not box.may_come(lambda: pairs(box)):
        raise Fail(expected, _("inside: %(inside)s; on the host: %(host)s") % {
            "inside": name_links(links(box.stage, box.descriptors)), "host": name_links(links(box.stage))})


def name_links(found):
    return ", ".join(f"{link['ifname']} ({','.join(link['flags'])})" for link in found)


def require_answer(box, expected, from_inside):
    """Ping the other side's addresses through the pair until one answers, as long as one may still come.

    They may be on the pair's end, on a bridge that it is plugged into, or on any other interface.
    """
    here, there = (box.descriptors, None) if from_inside else (None, box.descriptors)
    tried = []

    def goes_by(doors, address):
        """Is it by one of these interfaces that the kernel sends what is for the address?"""
        found = box.stage.enter(["net"], ["ip", "-json", "route", "get", address], here).stdout
        return any(route.get("dev") in doors for route in json.loads(found or "[]"))

    def answers_by(doors, address):
        # One of the link alone means nothing without the link.
        if ipaddress.ip_address(address) in ipaddress.ip_network("fe80::/10"):
            return any(answers(box.stage, here, f"{address}%{door}") for door in doors)
        return goes_by(doors, address) and answers(box.stage, here, address)

    def reached():
        ends = [inner if from_inside else outer for inner, outer in pairs(box)]
        doors = {end[key] for end in ends for key in ("ifname", "master") if key in end}
        # Whoever has the address himself needs no pair to reach it.
        own = {info.get("local") for link in links(box.stage, here) for info in link.get("addr_info", [])}
        tried[:] = [address for link in links(box.stage, there) for address in addresses(link)
                    if address not in own and not ipaddress.ip_address(address).is_loopback]
        return any(answers_by(doors, address) for address in tried)

    def settled():
        return not any(info.get("tentative") for side in (here, there) for link in links(box.stage, side)
                       for info in link.get("addr_info", []) if info.get("local") in addresses(link))
    # IPv6 makes sure for a second or two that nobody else has the address (ip-address(8), tentative).
    if not settled():
        wait_until(settled, box.remaining() / 2)
        box.patience_ends = max(box.patience_ends, time.monotonic() + 1)
    if not box.may_come(reached):
        raise Fail(expected, _("no answer from: %s") % " ".join(tried) if tried else
                   _("no address to try: the other side has none that this side doesn't have itself"))


@check("net.host-to-container", N_("the container's address answers the host"),
       N_("an address belongs to an interface, and answers once that is up"),
       see='echo "ip -4 address show eth0; sleep 5" | sudo build/net & sleep 2; ping -c 1 198.18.0.2',
       exercise="net.container-address",
       when="early")
def net_host_to_container(box):
    expected = _("a ping from the host to the container's end of the pair is answered")
    require_new(box, "net", expected)
    require_answer(box, expected, from_inside=False)


@check("net.container-to-host", N_("the host's address answers the container"),
       N_("both ends need an address of one network: the kernel then knows the way"),
       see='echo "ip route; ping -c 1 198.18.0.1" | sudo build/net',
       exercise="net.host-address", when="early")
def net_container_to_host(box):
    expected = _("a ping from the container to the host's end of the pair is answered")
    require_new(box, "net", expected)
    require_answer(box, expected, from_inside=True)
