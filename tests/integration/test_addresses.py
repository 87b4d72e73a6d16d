# SPDX-License-Identifier: BSD-2-Clause
"""Where a client and a browser are, in every spelling of an address: real sshd and login, and passkeyd.

usage: test_addresses.py BUILD [PART OF A NAME]

The browser is this program, with a key pair of its own. The network holds a loopback interface with some
more addresses and two links that have one link-local address.
"""

import base64
import contextlib
import os
import socket
import subprocess
import sys
import threading

import fake_passkeyd
import passkeyd
import scene
import ssh_scene
import tap
from scene import system

BUILD = sys.argv[1]
PLAIN = {"SSH_ASKPASS": None, "SSH_ASKPASS_REQUIRE": None}
HERE, NEIGHBOUR, ELSEWHERE = "2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1"
LINK_LOCAL, LINKS = "fe80::7", ("passkey0", "passkey1")
OPTIONS = {"ceremonies_per_user": 64}
case = tap.Cases()
LOG = None


def network():
    system.run("ip", "link", "add", LINKS[0], "type", "veth", "peer", "name", LINKS[1])
    for address, link in [(one + "/64", "lo") for one in (HERE, NEIGHBOUR, ELSEWHERE)] + \
            [(LINK_LOCAL + "/64", link) for link in LINKS]:
        system.run("ip", "link", "set", link, "up")
        ssh_scene.add_address(address, link)


def page(v6only=False, **options):
    """A passkeyd at all addresses, IPv4 ones mapped to IPv6."""
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=not v6only, backlog=64)
    return passkeyd.running(BUILD, descriptors=(listener,), wrapper=passkeyd.HAND_OVER_ONE,
                            port=listener.getsockname()[1], **OPTIONS, **options)


def enrolled(daemon, **options):
    """alice's passkey; the module asks at daemon."""
    LOG.forget()
    options.setdefault("methods", "browser")
    system.configure(browser_origin=daemon.origin, browser_socket=daemon.path, browser_timeout=5, **options)
    passkey = fake_passkeyd.Passkey(system.ROOT)
    system.write("%s/%s" % (system.PASSKEYS, scene.USER), "passkey1 id=%s alg=es256 key=%s rp=localhost\n" % (
        fake_passkeyd.base64url(passkey.id), base64.b64encode(passkey.spki).decode()))
    return passkey


def browse(daemon, shell, passkey, address, source=None):
    """What a browser does that reaches the page at address. Returns the state of the page."""
    url = shell.wait_for(r"(?m)^(http\S+?)\r?$").group(1)
    number = int(shell.wait_for(r"number there: (\d\d)").group(1))
    path = "/" + url.rsplit("/", 1)[1]
    daemon.address = address
    state = daemon.view(path, source=source)["state"]
    if state == passkeyd.WAITING:
        claim, options = daemon.number(path, number, source=source)
        body = claim + bytes([passkeyd.ASSERTION]) + passkey.assertion(
            "localhost", options.raw(32), daemon.origin)
        tap.equal(daemon.ask("POST", path + "/answer", body, source=source)[0], 200, "status of the answer")
    else:
        tap.equal(daemon.ask("POST", path + "/number", bytes([number]), source=source)[0], 403, "status of the number")
    return state


def session(server, host, source=None):
    options = ["-o", "NumberOfPasswordPrompts=1", *(("-b", source) if source else ())]
    return ssh_scene.terminal(ssh_scene.words(server, "echo", "$SSH_CONNECTION", host=host, options=options),
                              ssh_scene.environment(**PLAIN))


def sign_in(daemon, server, client, browser, granted=True, passkey=None):
    """client and browser: (what it connects to, from where or None). Returns what sshd calls the connection."""
    passkey = passkey or enrolled(daemon)
    with session(server, *client) as shell:
        scene.password(shell)
        state = browse(daemon, shell, passkey, *browser)
        tap.equal(state, passkeyd.WAITING if granted else passkeyd.AWAY, "state of the page")
        shell.enter("" if granted else "no")  # which asks no further, and spares the time
        tap.equal(shell.finish() == 0, granted, "signed in:\n" + shell.shown)
    decision = LOG.lines("result=")[-1]
    tap.contains(decision, "result=granted" if granted else "reason=cancelled")
    return shell.shown.strip().rsplit("\n", 1)[-1]


def everywhere():
    return ssh_scene.Server("everywhere", 2301, "", options=["ListenAddress ::", "ListenAddress 0.0.0.0"])


@case
def a_client_and_a_browser_at_one_ipv6_address_sign_in():
    with page() as daemon, everywhere() as server:
        for address in ("::1", HERE):
            connection = sign_in(daemon, server, (address, address), (address, address))
            tap.contains(connection, address + " ")
            tap.contains(LOG.lines("result=granted")[0], "rhost=" + address)


@case
def localhost_is_one_place_by_ipv4_and_by_ipv6():
    """ssh and the browser each take the address of localhost that they like."""
    with page() as daemon, everywhere() as server:
        for client, browser in (("::1", "127.0.0.1"), ("127.0.0.1", "::1")):
            sign_in(daemon, server, (client,), (browser,))
        sign_in(daemon, server, ("::1",), ("127.0.0.1", "127.0.0.2"), granted=False)
        sign_in(daemon, server, ("127.0.0.1", "127.0.0.2"), ("::1",), granted=False)


@case
def a_page_at_ipv6_alone_serves():
    with page(v6only=True) as daemon, everywhere() as server:
        sign_in(daemon, server, ("::1",), ("::1",))
    port = passkeyd.free_port()
    with passkeyd.running(BUILD, listen="[::1]:%d" % port, port=port, **OPTIONS) as daemon, everywhere() as server:
        sign_in(daemon, server, ("::1",), ("::1",))


@case
def a_page_that_listens_at_all_addresses_by_itself_is_reached_by_both():
    port = passkeyd.free_port()
    with passkeyd.running(BUILD, listen="[::]:%d" % port, port=port, **OPTIONS) as daemon, everywhere() as server:
        sign_in(daemon, server, (HERE, HERE), (HERE, HERE))
        sign_in(daemon, server, ("127.0.0.1", "127.0.0.3"), ("127.0.0.1", "127.0.0.3"))


@case
def a_neighbour_of_the_client_signs_in_and_another_network_is_turned_away():
    """A phone beside the computer has another address of the same network of 64 bits."""
    with page() as daemon, everywhere() as server:
        sign_in(daemon, server, (HERE, HERE), (HERE, NEIGHBOUR))
        for client, browser, said in (((HERE, HERE), (HERE, ELSEWHERE), (ELSEWHERE, HERE)),
                                      ((HERE, HERE), ("::1", "::1"), ("::1", HERE)),
                                      ((HERE, HERE), ("127.0.0.1",), ("127.0.0.1", HERE)),
                                      (("127.0.0.1",), (HERE, HERE), (HERE, "127.0.0.1"))):
            sign_in(daemon, server, client, browser, granted=False)
            tap.equal(len(LOG.lines("a browser at %s was turned away: the sign-in is from %s" % said)), 1, "lines of the log")


class DualStack:
    """sshd -i behind one socket for IPv4 and IPv6, as systemd's ssh.socket starts it (Accept=yes)."""

    def __init__(self, server):
        self.server, self.port, self._children = server, server.port, []

    def __enter__(self):
        self._command = [*self.server.command(), "-i"]
        self._listener = socket.create_server(("::", self.port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, self.peer = self._listener.accept()
                with connection:
                    self._children.append(subprocess.Popen(self._command, stdin=connection, stdout=connection,
                                                           stderr=subprocess.DEVNULL, start_new_session=True))

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for child in self._children:
            child.terminate()
            child.wait()


@case
def a_client_at_a_dual_stack_socket_is_at_its_ipv4_address():
    with page() as daemon, DualStack(everywhere()) as server:
        connection = sign_in(daemon, server, ("127.0.0.1", "127.0.0.3"), ("127.0.0.1", "127.0.0.3"))
        tap.equal(server.peer[0], "::ffff:127.0.0.3", "the address as sshd gets it")
        tap.contains(connection, "127.0.0.3 ")
        sign_in(daemon, server, ("127.0.0.1", "127.0.0.3"), ("127.0.0.1", "127.0.0.4"), granted=False)
        sign_in(daemon, server, (HERE, HERE), (HERE, NEIGHBOUR))


@case
def a_link_local_address_counts_at_its_own_link():
    """Whoever is at another link may take any address there, also the client's."""
    here, there = (LINK_LOCAL + "%" + link for link in LINKS)
    with page() as daemon, everywhere() as server:
        connection = sign_in(daemon, server, (here,), (here,))
        tap.contains(connection, here + " ")
        tap.contains(LOG.lines("result=granted")[0], "rhost=" + here)
        sign_in(daemon, server, (here,), (there,), granted=False)
        number = {link: socket.if_nametoindex(link) for link in LINKS}
        tap.contains(LOG.lines("was turned away")[0], "a browser at fe80::7%%%d was turned away: the sign-in is from "
                     "fe80::7%%%d" % (number[LINKS[1]], number[LINKS[0]]))
        sign_in(daemon, server, (here,), ("::1",), granted=False)
        sign_in(daemon, server, (HERE, HERE), (here,), granted=False)


def login(host):
    """As a telnetd starts it: the address that it says is PAM_RHOST."""
    return scene.Terminal(["login", "-h", host, scene.USER])


@case
def an_application_may_say_the_address_in_any_spelling():
    here, there = (LINK_LOCAL + "%" + link for link in LINKS)
    with page() as daemon:
        for host, browser, granted in (
                ("::ffff:127.0.0.3", ("127.0.0.1", "127.0.0.3"), True),
                ("::FFFF:7f00:3", ("127.0.0.1", "127.0.0.3"), True),
                ("::ffff:127.0.0.3", ("127.0.0.1", "127.0.0.4"), False),
                ("2001:DB8:0001:0:0::9", (HERE, HERE), True),
                (ELSEWHERE, (HERE, HERE), False),
                (here, (here,), True),
                ("fe80:0:0::7%%%d" % socket.if_nametoindex(LINKS[0]), (here,), True),
                (here, (there,), False)):
            passkey = enrolled(daemon)
            with login(host) as shell:
                scene.password(shell)
                state = browse(daemon, shell, passkey, *browser)
                tap.equal(state, passkeyd.WAITING if granted else passkeyd.AWAY, "state for %s and %r" % (host, browser))
                if granted:
                    shell.wait_for(r"\$ ")
            tap.equal(len(LOG.lines("result=granted")), int(granted), "sign-ins from %s at %r" % (host, browser))


@case
def an_address_of_no_known_link_is_nobodys():
    with page() as daemon:
        for host in (LINK_LOCAL, LINK_LOCAL + "%no-such-link"):
            enrolled(daemon)
            with login(host) as shell:
                scene.password(shell)
                shell.wait_for("(?i)incorrect")
            tap.equal("http" in shell.shown, False, "a page is shown")
            tap.equal(len(LOG.lines("no browser is asked: the address")) > 0, True, "it is logged")


@case
def a_proxy_may_be_at_ipv6_and_say_any_spelling():
    header = "X-Real-IP"
    for proxies, proxy in (("::1", "::1"), (HERE, HERE), ("127.0.0.1", "127.0.0.1")):
        with page(proxies=proxies) as daemon:
            daemon.address = proxy
            for client, said, state in ((HERE, NEIGHBOUR, passkeyd.WAITING),
                                        (HERE, ELSEWHERE, passkeyd.AWAY),
                                        (HERE, "::1", passkeyd.AWAY),
                                        ("192.0.2.7", "::ffff:192.0.2.7", passkeyd.WAITING),
                                        ("192.0.2.7", "::ffff:192.0.2.8", passkeyd.AWAY),
                                        (LINK_LOCAL + "%2", LINK_LOCAL + "%2", passkeyd.AWAY),
                                        (LINK_LOCAL + "%2", LINK_LOCAL + "%" + LINKS[0], passkeyd.AWAY)):
                program = daemon.program()
                path = program.begin(same_address=True, address=client)
                tap.equal(daemon.view(path, source=proxy, **{header: said})["state"], state,
                          "state for %s and %s" % (client, said))
                program.close()
            program = daemon.program()
            path = program.begin(same_address=True, address=HERE)
            for said in ("[%s]" % HERE, HERE + "%2", HERE + ", ::1", ""):
                tap.equal(daemon.ask("GET", path + "/view", source=proxy, **{header: said})[0], 400, "status with " + said)
            program.close()


if os.geteuid() != 0:
    print("1..0 # SKIP needs root")
    sys.exit(0)
ssh_scene.private_network()
LOG = scene.prepare(BUILD)
ssh_scene.equip(network=False)
network()
case.run()
