# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd, with programs at one side and every kind of client at the other.   usage: test_passkeyd.py BUILD"""

import base64
import contextlib
import gzip
import hashlib
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

import flood
import passkeyd
from browser_wire import DRAW, DRAWN
import tap
from passkeyd import assertion

BUILD = sys.argv[1]


@contextlib.contextmanager
def ceremony(daemon, **values):
    """A program, and the path of its page."""
    program = daemon.program()
    try:
        yield program, program.begin(**values)
    finally:
        program.close()


def status(daemon, method, path, body=None, **headers):
    return daemon.ask(method, path, body, **headers)[0]


def answered(daemon, program, path, number=7):
    """The claim, once the number was right."""
    claim, _ = daemon.number(path, number)
    tap.equal(claim is not None, True, "the number is right")
    return claim


def said(program, kind, value=None):
    """The next message that is not about who looks at the page."""
    while True:
        message = program.next()
        if message is None or message[0] not in (passkeyd.OPENED, passkeyd.TURNED_AWAY):
            break
    tap.equal(message and message[0], kind, "message")
    if value is not None:
        tap.equal(message[1], value, "what it says")
    return message


# ---- one ceremony

def a_sign_in_goes_from_url_to_verdict():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon, timeout=60) as (program, path):
        view = daemon.view(path)
        tap.equal([view[name] for name in ("state", "kind", "flags", "tries", "user", "host", "service", "rp")],
                  [passkeyd.WAITING, 1, 1, 3, "alice", "web1.example.org", "sshd", "localhost"], "view")
        tap.equal(0 < view["left"] <= 60, True, "time left")
        tap.equal(program.next()[:2], (passkeyd.OPENED, "127.0.0.1"), "message")
        claim, options = daemon.number(path, 7)
        tap.equal(options.raw(32), bytes(32), "challenge")
        tap.equal(options.text(), "localhost", "RP ID")
        tap.equal((options.number(), options.number(), options.number()), (1, 1, 0), "UV, count, transports")
        tap.equal(options.block(), b"credential-id-01", "credential id")
        tap.equal(status(daemon, "POST", path + "/answer", assertion(claim)), 200, "status")
        _, address, message = said(program, passkeyd.ASSERTION)
        tap.equal(address, "127.0.0.1", "address")
        tap.equal([message.block() for _ in range(5)],
                  [b"credential-id-01", b"{}", bytes(37), b"signature", b""], "assertion")
        tap.equal(daemon.state(path), (passkeyd.CHECKING, ""), "state")
        program.verdict()
        tap.equal(program.next(), None, "the end")
        tap.equal(daemon.state(path), (passkeyd.ACCEPTED, ""), "state")


def an_enrolment_ends_with_a_test():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon, kind=passkeyd.ENROL, number=255) as (program, path):
        claim, options = daemon.number(path, 255)
        body = claim + bytes([passkeyd.REGISTRATION]) + passkeyd.block(b"{}") + passkeyd.block(bytes(300))
        body += bytes([1, 2]) + passkeyd.text("My key")
        tap.equal(status(daemon, "POST", path + "/answer", body), 200, "status")
        said(program, passkeyd.REGISTRATION)
        tap.equal(status(daemon, "POST", path + "/test", claim), 409, "status before the test")
        program.send(bytes([9]) + bytes(31) + b"!" + bytes([1]) + passkeyd.block(b"made"))
        wait_for_state(daemon, path, 9)
        tap.equal(status(daemon, "POST", path + "/test", bytes(16)), 403, "status with another claim")
        code, _, got = daemon.ask("POST", path + "/test", claim)
        tap.equal((code, got[:32]), (200, bytes(31) + b"!"), "challenge of the test")
        tap.equal(status(daemon, "POST", path + "/answer", body), 400, "a second registration")
        tap.equal(status(daemon, "POST", path + "/answer", assertion(claim, b"made")), 200, "status")
        said(program, passkeyd.ASSERTION)
        program.verdict("already-enrolled")
        wait_for_state(daemon, path, passkeyd.REFUSED)
        tap.equal(daemon.state(path), (passkeyd.REFUSED, "already-enrolled"), "state")


def wait_for_state(daemon, path, state):
    deadline = time.monotonic() + passkeyd.SOON_S
    while daemon.state(path)[0] != state:
        tap.equal(time.monotonic() < deadline, True, "state %d in time" % state)
        time.sleep(0.01)


def a_url_works_once():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        claim = answered(daemon, program, path)
        tap.equal(status(daemon, "POST", path + "/answer", assertion(claim)), 200, "status")
        for name, body in (("/answer", assertion(claim)), ("/number", b"\7")):
            tap.equal(status(daemon, "POST", path + name, body), 409, "status of a second " + name)
        said(program, passkeyd.ASSERTION)
        program.verdict()
        tap.equal(program.next(), None, "nothing more")
        tap.equal(status(daemon, "POST", path + "/answer", assertion(claim)), 409, "status after the end")


def an_enrolment_may_be_opened_again_at_its_url():
    """As an invitation does when passkeyd was restarted."""
    with passkeyd.running(BUILD) as daemon, contextlib.ExitStack() as stack:
        path = passkeyd.Program(daemon.path).begin(kind=passkeyd.ENROL, number=255)  # of an earlier one
        again = path[1:5][::-1] + path[5:]
        first = stack.enter_context(contextlib.closing(daemon.program()))
        tap.equal(first.begin(kind=passkeyd.ENROL, number=255, old_path=again), "/" + again, "path")
        tap.equal(daemon.view("/" + again)["state"], passkeyd.WAITING, "state")
        for kind, old_path, answer in ((passkeyd.ENROL, again, (passkeyd.FAILED, "busy")),
                                       (passkeyd.ENROL, "../" + again, (passkeyd.FAILED, "frame")),
                                       (passkeyd.ENROL, again.upper(), (passkeyd.FAILED, "frame"))):
            other = stack.enter_context(contextlib.closing(daemon.program()))
            other.send(passkeyd.request(kind=kind, number=255, old_path=old_path))
            tap.equal(other.next()[:2], answer, "answer to " + old_path)


def three_wrong_numbers_are_the_end():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        for left in (2, 1):
            tap.equal(daemon.number(path, 8), (None, (passkeyd.WAITING, left)), "answer")
            tap.equal(said(program, passkeyd.NUMBER_WRONG, "127.0.0.1")[2].number(), left, "tries left")
        tap.equal(daemon.number(path, 8), (None, (passkeyd.LOCKED, 0)), "answer")
        said(program, passkeyd.FAILED, "number-wrong")
        tap.equal(program.next(), None, "the end")
        tap.equal(status(daemon, "POST", path + "/number", b"\7"), 409, "status of the right number")
        tap.equal(daemon.state(path)[0], passkeyd.LOCKED, "state")


def an_expired_ceremony_takes_nothing():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon, timeout=1) as (program, path):
        claim = answered(daemon, program, path)
        said(program, passkeyd.FAILED, "timeout")
        tap.equal(program.next(), None, "the end")
        tap.equal(status(daemon, "POST", path + "/answer", assertion(claim)), 409, "status")
        tap.equal(daemon.state(path)[0], passkeyd.EXPIRED, "state")


def a_program_that_hangs_up_cancels():
    with passkeyd.running(BUILD) as daemon:
        for moment in ("before", "while it is verified"):
            with ceremony(daemon) as (program, path):
                claim = answered(daemon, program, path)
                if moment != "before":
                    tap.equal(status(daemon, "POST", path + "/answer", assertion(claim)), 200, "status")
            wait_for_state(daemon, path, passkeyd.CANCELLED)


def an_alarm_ends_it_from_any_address():
    with passkeyd.running(BUILD) as daemon:
        with ceremony(daemon, same_address=True, address="192.0.2.7") as (program, path):
            tap.equal(status(daemon, "POST", path + "/alarm"), 200, "status")
            tap.equal(program.next()[:3], (passkeyd.FAILED, "not-requested", "127.0.0.1"), "message")
            tap.equal(daemon.state(path)[0], passkeyd.NOT_REQUESTED, "state")


def another_address_gets_no_further():
    with passkeyd.running(BUILD) as daemon:
        with ceremony(daemon, same_address=True, address="127.0.0.1") as (program, path):
            tap.equal(daemon.view(path, source="127.0.0.2")["state"], passkeyd.AWAY, "state")
            tap.equal(program.next()[:2], (passkeyd.TURNED_AWAY, "127.0.0.2"), "message")
            code, _, _ = daemon.ask("POST", path + "/number", b"\7", source="127.0.0.2")
            tap.equal(code, 403, "status of the number")
            claim = answered(daemon, program, path)
            code, _, _ = daemon.ask("POST", path + "/answer", assertion(claim), source="127.0.0.2")
            tap.equal(code, 403, "status of the answer")
            tap.equal(status(daemon, "POST", path + "/answer", assertion(claim)), 200, "status at home")


def another_browser_cannot_answer():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        tap.equal(status(daemon, "POST", path + "/answer", assertion(bytes(16))), 403, "without a number")
        first = answered(daemon, program, path)
        second = answered(daemon, program, path)
        tap.equal(status(daemon, "POST", path + "/answer", assertion(first)), 403, "status of the first")
        tap.equal(status(daemon, "POST", path + "/answer", assertion(second)), 200, "status of the second")


# ---- the program's side

def a_stranger_opens_no_ceremony():
    if os.geteuid() != 0:
        raise tap.Skip("needs root, to be somebody else")
    with passkeyd.running(BUILD) as daemon:
        tap.equal(passkeyd.as_user(12345, lambda: daemon.program().next()[1]), "permission", "answer")
        tap.contains(daemon.read_log(), "no page for uid 12345")


def who_is_turned_away_reads_why_whatever_was_sent_before():
    with passkeyd.running(BUILD, clients="12345") as daemon:
        daemon.process.send_signal(signal.SIGSTOP)  # what is sent is there before it is turned away
        program = daemon.program()
        program.send(passkeyd.request())
        daemon.process.send_signal(signal.SIGCONT)
        tap.equal(program.next()[:2], (passkeyd.FAILED, "permission"), "answer")
        tap.equal(program.next(), None, "the end")
        program.close()


def nonsense_from_a_program_is_refused():
    good = passkeyd.request()
    cases = {"frame": [b"", b"x", good[:-1], good + b"\0", bytes([8]) + passkeyd.text("ok"),
                       bytes([DRAW]), bytes([DRAW, 1]) + passkeyd.text(""), bytes([DRAW, 1]) + passkeyd.text("x") + b"x",
                       bytes([DRAW, 1]) + passkeyd.text("\033[2J"), bytes([DRAW, 1]) + passkeyd.text("x" * 512)],
             "version": [good[:1] + b"\2" + good[2:], bytes([DRAW, 2]) + passkeyd.text("x")], "limit": [bytes(3585), bytes(60000)]}
    with passkeyd.running(BUILD) as daemon:
        for error, packets in cases.items():
            for packet in packets:
                program = daemon.program()
                if packet:
                    program.send(packet)
                    tap.equal(program.next()[:2], (passkeyd.FAILED, error), "answer to %r" % packet[:8])
                    tap.equal(program.next(), None, "the end")
                program.close()
        with ceremony(daemon) as (program, path):  # a verdict that nobody waits for
            program.verdict()
            wait_for_state(daemon, path, passkeyd.CANCELLED)


def drawn(daemon, url):
    """What DRAW is answered, without its type."""
    program = daemon.program()
    program.send(bytes([DRAW, 1]) + passkeyd.text(url))
    packet = program.socket.recv(65536)
    tap.equal(packet[0], DRAWN, "type of the answer")
    tap.equal(program.next(), None, "the end")
    program.close()
    return packet[1:]


def a_qr_code_is_drawn_without_a_ceremony():
    with passkeyd.running(BUILD, ceremonies=1) as daemon, ceremony(daemon) as (program, _):
        packet = drawn(daemon, program.url)
        width = packet[0]
        tap.equal(width in range(21, 70, 4), True, "a width: %d" % width)
        tap.equal(len(packet), 1 + (width * width + 7) // 8, "length of its modules")
        tap.equal(packet[1] >> 1, 127, "the edge of the finder pattern")
        tap.equal(drawn(daemon, program.url), packet, "the same once more")
        tap.equal(drawn(daemon, program.url + "x") != packet, True, "another address is another code")
        tap.equal(drawn(daemon, "x" * 511), b"\0", "of what is too long for a terminal there is none")


def limits_hold_and_are_given_back():
    with passkeyd.running(BUILD, ceremonies=6, ceremonies_per_user=2, ceremonies_per_address=4) as daemon:
        held = []

        def begin(**values):
            program = daemon.program()
            program.send(passkeyd.request(**values))
            held.append(program)
            return program.next()[:2]
        for user in ("alice", "alice", "bob", "bob"):
            tap.equal(begin(user=user, address="192.0.2.7")[0], passkeyd.STARTED, "a ceremony")
        tap.equal(begin(user="alice", address="192.0.2.8"), (passkeyd.FAILED, "busy"), "a third of alice")
        tap.equal(begin(user="carol", address="192.0.2.7"), (passkeyd.FAILED, "busy"), "a fifth of one address")
        for user in ("carol", "dave"):
            tap.equal(begin(user=user, address="")[0], passkeyd.STARTED, "a ceremony")
        tap.equal(begin(user="eve", address=""), (passkeyd.FAILED, "busy"), "a seventh")
        held[0].close()
        deadline = time.monotonic() + passkeyd.SOON_S
        while begin(user="alice", address="192.0.2.7")[0] != passkeyd.STARTED:
            tap.equal(time.monotonic() < deadline, True, "the place is free in time")
        for program in held:
            program.close()


def without_descriptors_programs_are_turned_away_and_the_rest_goes_on():
    with passkeyd.running(BUILD, ceremonies=10, connections=10, files=94) as daemon:
        with ceremony(daemon) as (program, path):
            connection = daemon.connection()
            claim, _ = daemon.number(path, 7, connection=connection)
            held = [daemon.program() for _ in range(120)]  # they ask for nothing, each is an open file
            daemon.wait_for_log("no descriptors are left")
            tap.equal(held[-1].next()[:2], (passkeyd.FAILED, "busy"), "answer to one too many")
            before = cpu_s(daemon)
            code, _, _ = daemon.ask("POST", path + "/answer", assertion(claim), connection=connection)
            tap.equal(code, 200, "status of the sign-in under way")
            said(program, passkeyd.ASSERTION)
            tap.equal(cpu_s(daemon) - before < 1, True, "it does not turn in circles")
            for other in held:
                other.close()
            connection.close()
        sign_in_now(daemon)


def cpu_s(daemon):
    with open("/proc/%d/stat" % daemon.process.pid, encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def passkeyd_says_when_it_ends():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, _):
        daemon.process.terminate()
        said(program, passkeyd.FAILED, "process")
        tap.equal(program.next(), None, "the end")


# ---- what the network sends

def every_answer_keeps_the_page_to_itself():
    wanted = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
              "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (_, path):
        for asked in (path, path + "/view", path + "/nothing", "/", "/page.js", "/" + "0" * 26):
            _, headers, _ = daemon.ask("GET", asked)
            for name, value in wanted.items():
                tap.equal(headers.get_all(name), [value], "%s of %s" % (name, asked))
            policy = headers["Content-Security-Policy"]
            tap.contains(policy, "default-src 'none'")
            tap.contains(policy, "frame-ancestors 'none'")
            tap.equal("unsafe" in policy or "*" in policy or "http" in policy, False, "a wide policy")
            tap.equal("Server" in headers, False, "a Server header")


def source(text):
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text).digest()).decode()


def the_page_is_one_document_and_its_own_script_alone_runs():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (_, path):
        code, headers, page = daemon.ask("GET", path)
        tap.equal((code, headers["Content-Encoding"]), (200, None), "the page")
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        for tag in ("script", "style"):
            found = re.findall(rb"<%s>(.*?)</%s>" % (tag.encode(), tag.encode()), page, re.S)
            tap.equal(policy[tag + "-src"], " ".join(map(source, found)), "what may run as %s" % tag)
            tap.equal(len(found), 1, "%s in the page" % tag)
        named = set(re.findall(rb'(?:src|href)="([^"]*)"', page))
        tap.equal([name[:14] for name in named], [b"data:image/svg"], "what a browser shows besides")
        for encoding, packed in (("gzip", True), ("gzip, deflate, br, zstd", True), ("br", False), ("gzip;q=0", False)):
            for asked in (path, "/", "/" + "0" * 26):
                _, headers, body = daemon.ask("GET", asked, Accept_Encoding=encoding)
                tap.equal((headers["Content-Encoding"], headers["Vary"]), ("gzip" if packed else None, "Accept-Encoding"),
                          "%s, %s" % (asked, encoding))
                tap.equal(gzip.decompress(body) if packed else body, page, "the same page")
                tap.equal(headers["Content-Type"], "text/html; charset=utf-8", "type")


def only_our_own_page_is_listened_to():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        elsewhere = [{"Origin": "https://evil.example.org"}, {"Origin": None}, {"Origin": "null"},
                     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
        for headers in elsewhere:
            for name, body in (("/number", b"\7"), ("/alarm", b"")):
                tap.equal(status(daemon, "POST", path + name, body, **headers), 403, "status with %r" % headers)
        tap.equal(status(daemon, "POST", path + "/number", b"\7", **{"Content-Type": "text/plain"}), 415, "status")
        for host in ("evil.example.org", "localhost", "127.0.0.1:%d" % daemon.port):
            tap.equal(status(daemon, "GET", path, Host=host), 421, "status for " + host)
        tap.equal(status(daemon, "GET", path, **{"Sec-Fetch-Dest": "iframe"}), 403, "status in a frame")
        tap.equal(daemon.state(path)[0], passkeyd.WAITING, "state")
        tap.equal(daemon.number(path, 9)[1][1], 2, "tries left")


def raw(daemon, data):
    """What comes back for these bytes until the connection ends, or nothing more comes."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=5) as connection:
        got = b""
        with contextlib.suppress(OSError):  # it may be ended while it still sends
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while chunk := connection.recv(65536):
                got += chunk
    return got


def smuggled_requests_do_not_arrive():
    """Whatever two readers of HTTP could understand differently is refused, and what follows it unread."""
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        smuggled = ("POST %s/alarm HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Length: 0\r\n\r\n"
                    % (path, daemon.host, daemon.origin))
        length = len(smuggled)
        begin = "POST %s/number HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/octet-stream\r\n" % (
            path, daemon.host, daemon.origin)
        get = "GET %s/status HTTP/1.1\r\nHost: %s\r\n" % (path, daemon.host)
        corpus = [
            begin + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            begin + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            begin + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            begin + "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n",
            begin + "Transfer-Encoding : chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            begin + "Transfer-Encoding:\tchunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            begin + "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
            begin + "X: x\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
            begin + "Content-Length: 0\r\nContent-Length: 1\r\n\r\n",
            begin + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
            begin + "Content-Length: 0, 1\r\n\r\n",
            begin + "Content-Length: +1\r\n\r\n",
            begin + "Content-Length: -1\r\n\r\n",
            begin + "Content-Length: 0x1\r\n\r\n",
            begin + "Content-Length: 18446744073709551617\r\n\r\n",
            begin + "Content-Length: 1 1\r\n\r\n",
            begin + "Content-Length: \r\n\r\n",
            get + "Content-Length: %d\r\n\r\n" % length,
            get + "Transfer-Encoding: chunked\r\n\r\n%x\r\n" % length,
            get.replace("Host", "Host: x\r\nHost") + "\r\n",
            get.replace("HTTP/1.1", "HTTP/1.1 HTTP/1.1") + "\r\n",
            "GET http://evil.example.org%s/status HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, daemon.host),
            "GET %s/status HTTP/1.1\r\n\r\n" % path,
            "GET %s/status\r\n" % path,
        ]
        for sent in corpus:
            got = raw(daemon, (sent + smuggled).encode())
            tap.equal(got.count(b"HTTP/1.1 200"), 0, "good answers to %r: %r" % (sent[-60:], got[:200]))
            tap.equal(daemon.state(path)[0], passkeyd.WAITING, "state after %r" % sent[-60:])
        # the same bytes are good where they are no longer smuggled: the corpus would show it
        tap.equal(raw(daemon, smuggled.encode())[:12], b"HTTP/1.1 200", "answer")
        tap.equal(daemon.state(path)[0], passkeyd.NOT_REQUESTED, "state")


def paths_do_not_leave_the_page():
    paths = ["/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd", "/icon.svg/..",
             "/icon.svg%00", "/./icon.svg", "/page.html", "/parts.c", "/%69con.svg", "/" + "a" * 5000, "/\\..\\x",
             "/;/icon.svg", "/icon.svg/"]
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (_, path):
        for asked in paths + [path + "/../" + path[1:], path + "/", path + "/%76iew", path + "%2fview"]:
            got = raw(daemon, ("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (asked, daemon.host)).encode())
            tap.equal(got[:12] in (b"HTTP/1.1 404", b"HTTP/1.1 400", b"HTTP/1.1 414"), True,
                      "%r gets %r" % (asked[:60], got[:40]))
            tap.equal(b"root:" in got, False, "a file")


def headers_are_not_injected():
    """Nothing that a client or a program sends becomes a header of an answer."""
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (_, path):
        for asked in (path + "%0d%0aX-Injected:%20yes", "/%0d%0aX-Injected:%20yes", path + "?x=%0d%0aX-Injected:1"):
            _, headers, _ = daemon.ask("GET", asked)
            tap.equal("X-Injected" in headers, False, "a header of " + asked)
        got = raw(daemon, ("GET %s HTTP/1.1\r\nHost: %s\r\nX: a\rX-Injected: yes\r\n\r\n" % (
            path, daemon.host)).encode())
        tap.equal(b"X-Injected" in got, False, "a header in an answer")
        program = daemon.program()
        program.send(passkeyd.request(user="alice\r\nX-Injected: yes"))
        tap.equal(program.next()[:2], (passkeyd.FAILED, "frame"), "answer to a name with a line end")
        program.close()


def an_oversized_body_is_not_read():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        for name, size in (("/number", 2), ("/answer", 65281), ("/answer", 10 ** 9), ("/alarm", 1), ("/test", 17)):
            head = ("POST %s%s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/octet-stream\r\n"
                    "Content-Length: %d\r\n\r\n" % (path, name, daemon.host, daemon.origin, size))
            got = raw(daemon, head.encode() + b"x" * min(size, 70000))
            tap.equal(got[:12] in (b"HTTP/1.1 413", b""), True, "%s with %d: %r" % (name, size, got[:40]))
        tap.equal(status(daemon, "POST", "/" + "0" * 26 + "/answer", bytes(60000)), 404, "no ceremony, no memory")
        got = raw(daemon, b"GET / HTTP/1.1\r\nX: " + b"y" * 100000)
        tap.equal(got[:9] in (b"HTTP/1.1 ", b""), True, "a head without end: %r" % got[:40])
        tap.equal(daemon.view(path)["state"], passkeyd.WAITING, "state")


def ten_thousand_guesses_find_nothing():
    with passkeyd.running(BUILD) as daemon, ceremony(daemon) as (program, path):
        near = [path[:-1] + character for character in "0123456789abcdefghjkmnpqrstvwxyz" if character != path[-1]]
        connection = daemon.connection()
        for number in range(10000):
            if number % 64 == 0:
                connection.close()
            guess = near[number] if number < len(near) else "/%026d" % (number * 7919)
            code, _, _ = daemon.ask("GET", guess, connection=connection)
            tap.equal(code, 404, "status of %s" % guess)
        connection.close()
        tap.equal(daemon.view(path)["state"], passkeyd.WAITING, "state")


def sign_in_now(daemon, timeout=10):
    """A whole sign-in, in seconds."""
    begin = time.monotonic()
    with ceremony(daemon) as (program, path):
        connection = daemon.connection(timeout=timeout)
        with contextlib.closing(connection):
            claim, _ = daemon.number(path, 7, connection=connection)
            code, _, _ = daemon.ask("POST", path + "/answer", assertion(claim), connection=connection)
            tap.equal(code, 200, "status")
        said(program, passkeyd.ASSERTION)
        program.verdict()
    return time.monotonic() - begin


@contextlib.contextmanager
def half_open(daemon, count, first, sources=("127.0.0.9",)):
    """Connections that send a piece of a request and no more."""
    held = []
    try:
        for number in range(count):
            connection = socket.socket()
            held.append(connection)
            connection.settimeout(5)
            connection.bind((sources[number % len(sources)], 0))
            with contextlib.suppress(OSError):
                connection.connect(("127.0.0.1", daemon.port))
                connection.sendall(first)
        yield held
    finally:
        for connection in held:
            connection.close()


def half_open_connections_keep_nobody_out():
    """Of one address and of many; a sign-in that is under way goes on, a new one gets in."""
    many = ["127.0.%d.%d" % (1 + number // 200, 1 + number % 200) for number in range(600)]
    pieces = (b"", b"G", b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1234")
    with passkeyd.running(BUILD, connections=200, connections_per_address=100) as daemon:
        with ceremony(daemon) as (program, path):
            connection = daemon.connection(timeout=10)
            claim, _ = daemon.number(path, 7, connection=connection)
            for piece in pieces:
                for sources in (("127.0.0.9",), many):
                    with half_open(daemon, 600, piece, sources):
                        sign_in_now(daemon)
            code, _, _ = daemon.ask("POST", path + "/answer", assertion(claim), connection=connection)
            tap.equal(code, 200, "status of the sign-in under way, on its connection")
            connection.close()
            said(program, passkeyd.ASSERTION)


def slow_requests_are_ended():
    """A byte now and then keeps no connection for ever (slowloris)."""
    with passkeyd.running(BUILD) as daemon:
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=1) as connection:
            begin = time.monotonic()
            connection.sendall(b"GET / HTTP/1.1\r\nX: ")
            ended = False
            while not ended and time.monotonic() - begin < passkeyd.SOON_S:
                try:
                    connection.sendall(b"x")
                    ended = connection.recv(4096) == b""
                except socket.timeout:
                    continue
                except OSError:
                    ended = True
            tap.equal(ended, True, "the connection ended")


def a_flood_of_requests_stops_no_sign_in():
    """As many at once as passkeyd takes; one that is under way goes on, a new one gets in."""
    with passkeyd.running(BUILD, connections=200) as daemon, ceremony(daemon) as (program, path):
        connection = daemon.connection()
        claim, _ = daemon.number(path, 7, connection=connection)
        with flood.flowing(daemon, 150) as flow:
            flow.wait(answers=5000)
            before, signed_in, deadline = flow.answers(), 0, time.monotonic() + passkeyd.SOON_S
            while signed_in < 5 or flow.answers() < before + 5000:
                tap.equal(time.monotonic() < deadline, True, "the flood goes on")
                sign_in_now(daemon, passkeyd.SOON_S)
                signed_in += 1
            finish(daemon, program, path, claim, connection)
            flow.wait(answers=5000)


def a_flood_of_connections_stops_no_sign_in_that_is_under_way():
    """More than passkeyd takes: each new one ends another, but none of who signs in."""
    with passkeyd.running(BUILD, connections=50) as daemon, ceremony(daemon) as (program, path):
        connection = daemon.connection()
        claim, _ = daemon.number(path, 7, connection=connection)
        with flood.flowing(daemon, 300) as flow:
            flow.wait(answers=1000, ended=1000)
            for _ in range(10):
                flow.wait(ended=50)
                code, _, _ = daemon.ask("GET", path + "/status", connection=connection)
                tap.equal(code, 200, "status, on the connection of before")
            finish(daemon, program, path, claim, connection)
            flow.wait(ended=50)


def finish(daemon, program, path, claim, connection):
    """The rest of a sign-in, on the connection that it has."""
    used = connection.sock
    code, _, _ = daemon.ask("POST", path + "/answer", assertion(claim), connection=connection)
    tap.equal(code, 200, "status")
    said(program, passkeyd.ASSERTION)
    program.verdict()
    tap.equal(program.next(), None, "the end")
    _, _, body = daemon.ask("GET", path + "/status", connection=connection)
    tap.equal(body[0], passkeyd.ACCEPTED, "state")
    tap.equal(connection.sock is used and used is not None, True, "one connection for all of it")
    connection.close()


# ---- TLS, proxies, sockets of systemd

class Certificate:
    """Self-signed for localhost, with its key, readable by passkeyd."""

    def __init__(self, folder, days):
        self.certificate, self.key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
        self.folder = folder
        self.make(days)

    def make(self, days):
        new = [path + ".new" for path in (self.key, self.certificate)]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", new[0], "-out", new[1], "-days", str(days), "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost"], check=True, stderr=subprocess.DEVNULL)
        os.chmod(new[0], 0o644)
        os.rename(new[0], self.key)
        os.rename(new[1], self.certificate)


@contextlib.contextmanager
def certificate():
    with tempfile.TemporaryDirectory(prefix="passkeyd-tls-") as folder:
        os.chmod(folder, 0o755)
        yield Certificate(folder, 10)


warnings.filterwarnings("ignore", category=DeprecationWarning)  # old versions of TLS are asked for on purpose


def presented(daemon, version=None):
    """The certificate that it shows (DER), and the TLS version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=passkeyd.SOON_S) as plain:
        with context.wrap_socket(plain) as secure:
            return secure.getpeercert(True), secure.version()


def tls_is_1_2_or_later_and_renewed_by_sighup():
    with certificate() as files, passkeyd.running(BUILD, tls=files) as daemon:
        sign_in_now(daemon)
        tap.equal(presented(daemon)[1], "TLSv1.3", "version")
        tap.equal(presented(daemon, ssl.TLSVersion.TLSv1_2)[1], "TLSv1.2", "version")
        for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            try:
                presented(daemon, old)
            except (ssl.SSLError, OSError):
                continue
            raise AssertionError("%s was accepted" % old)
        before = presented(daemon)[0]
        with ceremony(daemon) as (program, path):
            connection = daemon.connection()
            claim, _ = daemon.number(path, 7, connection=connection)
            files.make(20)
            daemon.process.send_signal(signal.SIGHUP)
            daemon.wait_for_log("the certificate was read again")
            tap.equal(presented(daemon)[0] != before, True, "another certificate")
            code, _, _ = daemon.ask("POST", path + "/answer", assertion(claim), connection=connection)
            tap.equal(code, 200, "status on the connection of before")
            connection.close()
        with open(files.key, "w", encoding="utf-8") as file:
            file.write("no key")
        after = presented(daemon)[0]
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_log("the certificate of before stays in use")
        tap.equal(presented(daemon)[0], after, "certificate")


def a_handshake_that_never_ends_keeps_nobody_out():
    with certificate() as files, passkeyd.running(BUILD, tls=files, connections=50) as daemon:
        many = ["127.0.1.%d" % (1 + number) for number in range(200)]
        with half_open(daemon, 200, b"\x16\x03\x01", many):
            sign_in_now(daemon)


def a_proxy_tells_the_address_and_nobody_else():
    with passkeyd.running(BUILD, proxies="127.0.0.1") as daemon:
        with ceremony(daemon, same_address=True, address="198.51.100.4") as (program, path):
            for headers in ({}, {"X-Real-IP": "somebody"}, {"X-Real-IP": "198.51.100.4, 127.0.0.1"}):
                tap.equal(status(daemon, "GET", path + "/view", **headers), 400, "status with %r" % headers)
            tap.equal(daemon.view(path, **{"X-Real-IP": "198.51.100.4"})["state"], passkeyd.WAITING, "state")
            tap.equal(program.next()[:2], (passkeyd.OPENED, "198.51.100.4"), "message")
            tap.equal(daemon.view(path, **{"X-Real-IP": "198.51.100.5"})["state"], passkeyd.AWAY, "state")
            # who is no proxy may say what they like
            view = daemon.view(path, source="127.0.0.2", **{"X-Real-IP": "198.51.100.4"})
            tap.equal(view["state"], passkeyd.AWAY, "state of a liar")


def it_listens_by_itself_at_every_address_of_a_name():
    port = passkeyd.free_port()
    with passkeyd.running(BUILD, listen="localhost:%d" % port, port=port) as daemon:
        sign_in_now(daemon)


def a_unix_socket_is_for_proxies():
    with tempfile.TemporaryDirectory(prefix="passkeyd-web-") as folder:
        if os.geteuid() == 0:
            os.chown(folder, passkeyd.NOBODY, passkeyd.NOBODY)
        path = os.path.join(folder, "web")
        with passkeyd.running(BUILD, proxies="unix", listen=path, port=8080) as daemon:
            with ceremony(daemon, same_address=True, address="2001:db8::7") as (program, page):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(passkeyd.SOON_S)
                    connection.connect(path)
                    connection.sendall(("GET %s/view HTTP/1.1\r\nHost: %s\r\nX-Real-IP: 2001:DB8:0:0::8\r\n\r\n" % (
                        page, daemon.host)).encode())
                    tap.equal(connection.recv(12), b"HTTP/1.1 200", "answer")
                tap.equal(program.next()[:2], (passkeyd.OPENED, "2001:db8::8"), "message")


def systemd_hands_over_its_sockets():
    """As sd_listen_fds(3) has it: descriptors from 3 on, told apart by their type."""
    with tempfile.TemporaryDirectory(prefix="passkeyd-sd-") as folder:
        os.chmod(folder, 0o755)
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.bind(os.path.join(folder, "control"))
        control.listen()
        web = socket.create_server(("127.0.0.1", 0))
        port = web.getsockname()[1]
        daemon = passkeyd.Daemon(
            BUILD, wrapper=["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"', "sh"], descriptors=(web, control),
            url="http://localhost:%d" % port, socket="/nowhere/at/all", listen="192.0.2.1:1")
        daemon.path, daemon.port, daemon.host = os.path.join(folder, "control"), port, "localhost:%d" % port
        daemon.origin = "http://" + daemon.host
        sign_in_now(daemon)
        tap.equal(daemon.stop(), 0, "exit status")
        control.close()
        web.close()


# ---- beginning

def refused_to_start(text, part, arguments=(), **options):
    with tempfile.TemporaryDirectory(prefix="passkeyd-conf-") as folder:
        os.chmod(folder, 0o755)
        name = os.path.join(folder, "passkeyd.conf")
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([passkeyd.program_of(BUILD), "--config", name, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, timeout=passkeyd.SOON_S, **options)
    tap.equal(done.returncode, 1, "exit status of %r: %s" % (text, done.stdout))
    tap.contains(done.stdout.replace(name, "FILE"), part)


def mistakes_are_said_before_anything_is_served():
    as_nobody = dict(user=passkeyd.NOBODY, group=passkeyd.NOBODY, extra_groups=[]) if os.geteuid() == 0 else {}
    refused_to_start("urk = x\n", "error: FILE:1:1: unknown option 'urk'; did you mean 'url'?", **as_nobody)
    refused_to_start("url = https://login.example.org\n", "FILE: url is https: give certificate and key", ["--check"])
    refused_to_start("url = https://a.example\ncertificate = /nowhere\nkey = /nowhere\n", "/nowhere: cannot be read",
                     ["--check"])
    refused_to_start("socket = /nowhere/at/all\n", "/nowhere/at/all: cannot listen: No such file", **as_nobody)
    refused_to_start("ceremonies = 1000000\nconnections = 1000000\n", "raise LimitNOFILE",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1000, 1000)), **as_nobody)
    if os.geteuid() == 0:
        refused_to_start("", "does not run as root")


tap.run([
    a_sign_in_goes_from_url_to_verdict, an_enrolment_ends_with_a_test, a_url_works_once,
    an_enrolment_may_be_opened_again_at_its_url,
    three_wrong_numbers_are_the_end, an_expired_ceremony_takes_nothing, a_program_that_hangs_up_cancels,
    an_alarm_ends_it_from_any_address, another_address_gets_no_further, another_browser_cannot_answer,
    a_stranger_opens_no_ceremony, who_is_turned_away_reads_why_whatever_was_sent_before,
    nonsense_from_a_program_is_refused, a_qr_code_is_drawn_without_a_ceremony, limits_hold_and_are_given_back,
    without_descriptors_programs_are_turned_away_and_the_rest_goes_on, passkeyd_says_when_it_ends,
    every_answer_keeps_the_page_to_itself, the_page_is_one_document_and_its_own_script_alone_runs, only_our_own_page_is_listened_to,
    smuggled_requests_do_not_arrive, paths_do_not_leave_the_page, headers_are_not_injected,
    an_oversized_body_is_not_read, ten_thousand_guesses_find_nothing, half_open_connections_keep_nobody_out,
    slow_requests_are_ended, a_flood_of_requests_stops_no_sign_in,
    a_flood_of_connections_stops_no_sign_in_that_is_under_way, tls_is_1_2_or_later_and_renewed_by_sighup,
    a_handshake_that_never_ends_keeps_nobody_out, a_proxy_tells_the_address_and_nobody_else,
    it_listens_by_itself_at_every_address_of_a_name, a_unix_socket_is_for_proxies, systemd_hands_over_its_sockets, mistakes_are_said_before_anything_is_served,
])
