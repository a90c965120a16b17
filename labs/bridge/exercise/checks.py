"""What the judge checks in the bridge lab: the kernel is asked about the network namespaces of all its processes."""

import contextlib
import ipaddress
import random
from dataclasses import dataclass
from typing import Optional

from lib.judge.checks import check
from lib.judge.network import (act_on_network, addresses_to_try, answers, answers_by, find_doors, find_way, kind, links,
                               name_links, other_networks, pairs)
from lib.judge.outcome import Fail
from lib.judge.require import require_new, require_own_namespace
from lib.words import N_, _

PROBE = ["unshare", "--net", "sh", "-c", "ip link add nslabs-a type bridge && ip link add nslabs-b type veth peer name "
         "nslabs-c && ip link set nslabs-b master nslabs-a && ip link set lo up && ping -c 1 127.0.0.1"]

SAME_LINK = ("-t", "1")  # of ping(8): a router in between would drop the packet, a bridge doesn't
FOREIGN = ("198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")  # for documentation: no network has them
# What the host has: it is the second oldest process of this name.
SEE_HOST = "sudo build/bridge sleep 2 & sleep 1; nsenter --target $(pgrep -x bridge | sed -n 2p) --net "


@dataclass
class Side:
    """A network namespace, as it was when we looked: its links, and the names of those that lead to the bridge."""
    where: object  # the stage, the container, or a Place
    links: list
    doors: set


@dataclass
class Switch:
    """A bridge in the network namespace `host`, with the cable of the shell's container, and perhaps a neighbour's."""
    name: str
    host: Side
    shell: Side
    neighbour: Optional[Side]

    def containers(self):
        return self.shell, self.neighbour


def find_switch(box, networks):
    """The bridge that the shell's container is plugged into, the one with a neighbour first; None without any."""
    looked = [(where, links(where)) for where in (box, *networks, box.stage)]
    switches = []
    for host, there in looked[1:]:
        for bridge in (link["ifname"] for link in there if kind(link) == "bridge"):
            shell, *others = [Side(where, here, find_doors(here, [
                end for end, port in pairs(here, there) if port.get("master") == bridge])) for where, here in looked]
            neighbour = next((side for side in others if side.doors and side.where is not host), None)
            if shell.doors:
                switches.append(Switch(bridge, Side(host, there, {bridge}), shell, neighbour))
    return max(switches, key=lambda switch: bool(switch.neighbour), default=None)


def require_switch(box, expected, condition, explain):
    """Both containers are on one bridge, and the condition holds for it, now or soon; or else explain() raises Fail."""
    require_new(box, "net", expected)
    with other_networks(box) as networks:
        def holds():
            switch = find_switch(box, networks)
            return switch and switch.neighbour and condition(switch)
        if box.may_come(holds):
            return
        switch = find_switch(box, networks)
        if not switch or not switch.neighbour:
            raise Fail(expected, _("the two containers aren't on one bridge: see %s") % "bridge.port")
        explain(switch)


@check("bridge.create", N_("a container that plays the host has a bridge, which is up"),
       N_("a bridge is a switch in the kernel: what comes in at one port goes out at the port behind which the "
          "receiver is"), see=SEE_HOST + "ip link show type bridge", exercise="bridge.create", when="early")
def bridge_create(box):
    expected = _("a link of kind bridge that is up, in a network namespace that is neither the machine's nor the "
                 "shell's")

    def bridges(where):
        return [link for link in links(where) if kind(link) == "bridge" and "UP" in link["flags"]]
    with other_networks(box) as networks:
        if box.may_come(lambda: any(map(bridges, networks))):
            return
        if bridges(box.stage):
            raise Fail(expected, _("the machine itself has it: %s") % name_links(bridges(box.stage)), "machine")
        raise Fail(expected, _("other network namespaces: %(number)d, with the links: %(links)s") % {
            "number": len(networks), "links": name_links(sum(map(links, networks), [])) or _("none")})


@check("bridge.port", N_("both containers are plugged into this bridge"),
       N_("one end of a veth pair is in the container, and the other one is a port of the bridge, which is its master"),
       see=SEE_HOST + "bridge link", exercise="bridge.port", when="early", needs="bridge.create")
def bridge_port(box):
    expected = _("two ports of one bridge, whose cables end in two network namespaces: the shell's, and a neighbour's")
    require_own_namespace(box, "net", act_on_network)
    with other_networks(box) as networks:
        if box.may_come(lambda: (switch := find_switch(box, networks)) and switch.neighbour):
            return
        if switch := find_switch(box, networks):
            raise Fail(expected, _("only the shell's container is plugged into %s") % switch.name, "alone")
        ends = [end["ifname"] for where in networks for end, _other in pairs(links(box), links(where))]
        if ends:
            raise Fail(expected, _("the other end of %s is no port of a bridge") % ends[0], "loose")
        raise Fail(expected, _("no interface of the shell's container leads to another one: %s") %
                   name_links(links(box)))


def reaches(side, other):
    """Is one of the other's addresses answered, over the bridge and nothing else?"""
    return any(answers_by(side.doors, side.where, address, *SAME_LINK)
               for address in addresses_to_try(side.links, other.links))


def has_address(side):
    return bool(addresses_to_try([], side.links))


@check("bridge.address", N_("the two containers reach each other"),
       N_("two addresses of one network tell the kernel that the other one is on the same link: it asks there for its "
          "hardware address, by ARP"), see='echo "ping -c 1 198.18.0.2" | sudo build/bridge',
       exercise="bridge.address", when="early", needs="bridge.port")
def bridge_address(box):
    expected = _("a ping from each of the two containers is answered by the other one, with no router in between")

    def explain(switch):
        lacks = [not has_address(side) for side in switch.containers()]
        raise Fail(expected, _("neither of them has an address") if all(lacks) else
                   _("the shell's container has no address") if lacks[0] else
                   _("the neighbour has no address") if lacks[1] else _("one of them gets no answer"))
    require_switch(box, expected, lambda switch: reaches(switch.shell, switch.neighbour) and
                   reaches(switch.neighbour, switch.shell), explain)


@check("bridge.host-address", N_("the host answers both containers"),
       N_("to the host, the bridge is also an interface, its own way to the containers. It needs an address"),
       see='echo "ping -c 1 198.18.0.1" | sudo build/bridge', exercise="bridge.host-address", when="early",
       needs="bridge.port")
def bridge_host_address(box):
    expected = _("an address of the host answers a ping from each of the two containers")

    def explain(switch):
        if not has_address(switch.host):
            raise Fail(expected, _("the host has no address"))
        raise Fail(expected, _("no answer from: %s") % " ".join(addresses_to_try([], switch.host.links)),
                   exercise="" if all(map(has_address, switch.containers())) else "bridge.address")
    require_switch(box, expected, lambda switch: all(reaches(side, switch.host) for side in switch.containers()),
                   explain)


def choose_foreign():
    """An address of each of the foreign networks, which no program knows before."""
    networks = map(ipaddress.ip_network, FOREIGN)
    return [network[random.randrange(1, network.num_addresses - 1)] for network in networks]


@contextlib.contextmanager
def host_has(switch, addresses):
    """Around what is done while the host has these addresses as well."""
    def change(word, *more):
        for address in addresses:
            switch.host.where.enter(["net"], ["ip", "address", word, f"{address}/{address.max_prefixlen}", "dev",
                                              switch.name, *more])
    change("add", "nodad")
    try:
        yield
    finally:
        change("delete")


@check("bridge.route", N_("what isn't for a neighbour goes to the host"),
       N_("the default route is the address of the next station: the kernel sends there whatever no other route leads "
          "to"), see='echo "ip route" | sudo build/bridge', exercise="bridge.route", when="early",
       needs="bridge.host-address")
def bridge_route(box):
    foreign = choose_foreign()
    expected = _("packets from both containers to foreign addresses arrive at the host: it was given %s") % \
        " ".join(map(str, foreign))

    def all_arrive(switch):
        if switch.host.where is box.stage:
            return False
        with host_has(switch, foreign):
            return all(any(answers_by(side.doors, side.where, str(address)) for address in foreign)
                       for side in switch.containers())

    def explain(_switch):
        raise Fail(expected, _("one of them at least gets no answer from there"))
    require_switch(box, expected, all_arrive, explain)


@check("bridge.cut-off", N_("nothing goes from them to the machine"),
       N_("the host is a container as well, so that all of it ends with the program, and the machine's network stays "
          "as it is"), see='echo "ip route; ping -c 1 -W 1 203.0.113.1" | sudo build/bridge', exercise="bridge.create",
       when="early", needs="bridge.address")
def bridge_cut_off(box):
    expected = _("no cable leads from the host or a container to the machine, and the machine answers none of them")
    machine = links(box.stage)

    def reaches_machine(side):
        if pairs(side.links, machine):
            return True
        # Over the bridge it reaches the host, which is asked itself.
        return any(find_way(side.where, address) not in (None, *side.doors) and answers(side.where, address)
                   for address in addresses_to_try([], machine))

    def is_cut_off(switch):
        sides = switch.host, *switch.containers()
        return switch.host.where is not box.stage and not any(map(reaches_machine, sides))

    def explain(_switch):
        raise Fail(expected, _("one of them does, or its network is the machine's own"))
    require_switch(box, expected, is_cut_off, explain)
