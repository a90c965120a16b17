"""What the judge checks in the net lab. `where` is the stage or the container."""

import ipaddress
import time

from lib.judge.checks import check
from lib.judge.kernel import wait_until
from lib.judge.network import (act_on_network, addresses, addresses_to_try, answers, answers_by, find_doors, kind,
                               links, name_links, pairs)
from lib.judge.outcome import Fail
from lib.judge.require import require_new, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--net", "sh", "-c", "ip link set lo up && ping -c 1 127.0.0.1 && ip link add nslabs-a type veth "
         "peer name nslabs-b"]


def is_new_veth(link, box):
    """Has the program made this link of the host's, a veth?"""
    return kind(link) == "veth" and not any(line.startswith(f"link {link['ifname']}") for line in box.before)


@check("net.namespace", N_("the shell has a network namespace of its own"),
       N_("without CLONE_NEWNET, the child shares the host's interfaces, addresses and ports"),
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
        return next((link["flags"] for link in links(box) if link["ifname"] == "lo"), [])
    if not box.may_come(lambda: "UP" in flags() and answers(box, "127.0.0.1")):
        raise Fail(expected, _("lo is up, but a ping of 127.0.0.1 isn't answered") if "UP" in flags() else
                   _("lo is down: its flags are %s") % (",".join(flags()) or _("none")))


@check("net.pair", N_("a veth pair connects the container with the host"),
       N_("a veth pair is a cable with one end in each namespace (veth(4)): what goes in at one end comes out at the "
          "other"), see='echo "ip link" | sudo build/net', exercise="net.veth", when="early")
def net_pair(box):
    expected = _("a veth interface inside, whose other end is on the host")
    require_new(box, "net", expected)
    if not box.may_come(lambda: pairs(links(box), links(box.stage))):
        raise Fail(expected, _("inside: %(inside)s; on the host: %(host)s") % {
            "inside": name_links(links(box)), "host": name_links(links(box.stage))},
            mistake="host" if any(is_new_veth(link, box) for link in links(box.stage)) else "")


def settle(box):
    """Wait a second or two while IPv6 makes sure that no other host has an address: tentative, in ip-address(8)."""
    def settled():
        return not any(info.get("tentative") for where in (box, box.stage) for link in links(where)
                       for info in link.get("addr_info", []) if info.get("local") in addresses(link))
    if not settled():
        wait_until(settled, box.remaining() / 2)
        # Answers may still come late.
        box.patience_ends = max(box.patience_ends, time.monotonic() + 1)


def require_answer(box, expected, from_inside):
    """One of the other side's addresses answers a ping through the pair."""
    sides = (box, box.stage) if from_inside else (box.stage, box)
    tried = []

    def reached():
        here, there = map(links, sides)
        doors = find_doors(here, [end for end, _other in pairs(here, there)])
        tried[:] = addresses_to_try(here, there)
        return any(answers_by(doors, sides[0], address) for address in tried)
    settle(box)
    if box.may_come(reached):
        return
    found = links(box), links(box.stage)
    connected = pairs(*found)
    if not connected:
        raise Fail(expected, _("no pair connects them: see net.pair"), exercise="net.veth")
    # The side without an address is where to look.
    inner, outer = (any(addresses(link) for pair in connected for link in found[side]
                        if link["ifname"] in (pair[side]["ifname"], pair[side].get("master"))) for side in (0, 1))
    if not inner and (outer or not from_inside):
        raise Fail(expected, _("the container's end of the pair has no address"),
                   "container-end" if from_inside else "", exercise="net.container-address")
    if not outer:
        raise Fail(expected, _("the host's end of the pair has no address"),
                   "" if from_inside else "host-end", exercise="net.host-address")
    raise Fail(expected, _("no answer from: %s") % " ".join(tried) if tried else
               _("no address to try: both sides have the same ones"), "" if tried else "same-address")


@check("net.host-to-container", N_("the container's address answers the host"),
       N_("an address belongs to an interface, and answers once the interface is up"),
       see='echo "ip -4 address show eth0; sleep 5" | sudo build/net & sleep 2; ping -c 1 198.18.0.2',
       exercise="net.container-address", when="early")
def net_host_to_container(box):
    expected = _("a ping from the host to the container's end of the pair is answered")
    require_new(box, "net", expected)
    require_answer(box, expected, from_inside=False)


@check("net.container-to-host", N_("the host's address answers the container"),
       N_("both ends need an address in the same network: then the kernel knows the route"),
       see='echo "ip route; ping -c 1 198.18.0.1" | sudo build/net', exercise="net.host-address", when="early")
def net_container_to_host(box):
    expected = _("a ping from the container to the host's end of the pair is answered")
    require_new(box, "net", expected)
    require_answer(box, expected, from_inside=True)


def remarks(box, _run):
    """In this lab, the host's end has the first address of the pair's network, and the container's the second."""
    for inner, outer in pairs(links(box), links(box.stage)):
        inside, host = (next(map(ipaddress.ip_address, addresses(end)), None) for end in (inner, outer))
        if inside and host and inside.version == host.version and int(host) - int(inside) == 1:
            yield "swapped", _("the addresses are swapped: the host's end has %(host)s, the container's %(inside)s") % {
                "host": host, "inside": inside}
