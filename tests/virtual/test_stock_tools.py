#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The software authenticator under programs that know nothing of it. Prints TAP.

test_stock_tools.py BUILD, where BUILD holds passkey-authenticator and libvirtual-bus.so.
"""

import base64
import getpass
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import raw_ctaphid  # noqa: E402
from virtual import Authenticator, AuthenticatorError, environment, find_program  # noqa: E402

BUILD = sys.argv[1] if len(sys.argv) > 1 else "."
CLIENT_DATA_HASH = base64.b64encode(bytes(range(32))).decode()
RP_ID = "example.com"
TIMEOUT_S = 60


class Failed(Exception):
    """A program ended otherwise than it should have."""


class Skip(Exception):
    """The case cannot run here."""


class Bench:
    """A folder with a bus, and the stock tools on it."""

    def __init__(self, *args, start=True):
        self.folder = tempfile.mkdtemp(prefix="virtual-")
        self.bus = os.path.join(self.folder, "bus")
        os.mkdir(self.bus)
        self.key = Authenticator(BUILD, self.bus, args=args)
        self.start = start

    def __enter__(self):
        try:
            if self.start:
                self.key.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, *_):
        self.key.stop()
        shutil.rmtree(self.folder)

    def run(self, *command, text="", preload=(), env=None, status=0):
        """What a program prints; it has no terminal, so PINs come from standard input."""
        result = subprocess.run(command, input=text.encode(), capture_output=True,
                                timeout=TIMEOUT_S, start_new_session=True, cwd=self.folder,
                                env={**environment(BUILD, self.bus, preload=preload),
                                     **(env or {})})
        output = result.stdout.decode() + result.stderr.decode(errors="replace")
        if (result.returncode == 0) != (status == 0):
            raise Failed(f"{command} ended with {result.returncode}: {output}")
        return output

    def spawn(self, *command):
        """A program that runs on while the test does something else."""
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, start_new_session=True,
                                cwd=self.folder, env=environment(BUILD, self.bus))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="ascii") as file:
            return file.read()

    def enrol(self, alg="es256", flags=(), pin="", name="alice", protection=None):
        """fido2-cred -M and -V. Leaves `NAME.id` and `NAME.key`."""
        user = base64.b64encode(name.encode()).decode()
        self.write("param", f"{CLIENT_DATA_HASH}\n{RP_ID}\n{name}\n{user}\n")
        extra = ["-c", str(protection)] if protection else []
        self.run("fido2-cred", "-M", *flags, *extra, "-i", "param", "-o", "made", self.key.path,
                 alg, text=pin + "\n")
        verify = ["-v"] if "-v" in flags else []
        u2f = ["-h"] if "-h" in flags else []
        self.run("fido2-cred", "-V", *verify, *u2f, *extra, "-i", "made", "-o", "verified", alg)
        lines = self.read("verified").split("\n", 1)
        self.write(f"{name}.id", lines[0])
        self.write(f"{name}.key", lines[1])

    def assertion_command(self, flags=(), name="alice", rp_id=RP_ID):
        ids = "" if "-r" in flags else self.read(f"{name}.id") + "\n"
        self.write("request", f"{CLIENT_DATA_HASH}\n{rp_id}\n{ids}")
        return ["fido2-assert", "-G", *flags, "-i", "request", "-o", "assertion", self.key.path]

    def verify(self, alg="es256", flags=(), name="alice", status=0):
        return self.run("fido2-assert", "-V", *flags, "-i", "assertion", f"{name}.key", alg,
                        status=status)

    def sign_in(self, alg="es256", flags=(), pin="", name="alice", check=("-p",)):
        """fido2-assert -G and -V."""
        self.run(*self.assertion_command(flags, name), text=pin + "\n")
        self.verify(alg, check, name)

    def set_pin(self, pin="1234"):
        self.run("fido2-token", "-S", self.key.path, text=f"{pin}\n{pin}\n")

    def retries(self):
        return self.key.control("retries").split()

    def count(self, command):
        return self.key.stats()["commands"].get(command, 0)


def equal(got, wanted):
    if got != wanted:
        raise Failed(f"got {got!r}, not {wanted!r}")


def contains(text, part):
    if part not in text:
        raise Failed(f"{part!r} is not in {text!r}")


# The tools of libfido2


def fido2_token_lists_and_describes_the_authenticator():
    with Bench("--manufacturer", "Maker", "--product", "Blue key", "--uv=ok") as bench:
        contains(bench.run("fido2-token", "-L"), "/dev/hidraw0")
        contains(bench.run("fido2-token", "-L"), "(Maker Blue key)")
        info = bench.run("fido2-token", "-I", bench.key.path)
        contains(info, "version strings: U2F_V2, FIDO_2_0, FIDO_2_1\n")
        contains(info, "options: rk, up, uv, noalwaysUv, noclientPin, pinUvAuthToken, "
                       "makeCredUvNotRqd\n")
        contains(info, "pin protocols: 2, 1\n")


def two_authenticators_are_two_nodes():
    with Bench() as bench, Authenticator(BUILD, bench.bus, "hidraw11"):
        listed = bench.run("fido2-token", "-L").splitlines()
        equal([line.split(":")[0] for line in listed], ["/dev/hidraw0", "/dev/hidraw11"])


def each_algorithm_signs():
    with Bench("--rs256") as bench:
        for alg in ("es256", "eddsa", "rs256"):
            bench.enrol(alg)
            bench.sign_in(alg)


def each_attestation_verifies():
    for kind in ("basic", "self"):
        with Bench(f"--attestation={kind}") as bench:
            for alg in ("es256", "eddsa"):
                bench.enrol(alg)


def attestation_certificate_has_what_webauthn_demands():
    with Bench("--aaguid=00112233445566778899aabbccddeeff") as bench:
        pem = bench.key.control("attestation-certificate")
        text = subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem.encode(),
                              capture_output=True, check=True).stdout.decode()
        for part in ("Version: 3", "OU=Authenticator Attestation", "CA:FALSE",
                     "1.3.6.1.4.1.45724.1.1.4"):
            contains(text.replace(" = ", "="), part)  # as OpenSSL 3.0 writes it


def attestation_none_leaves_the_statement_empty():
    with Bench("--attestation=none") as bench, raw_ctaphid.Open(bench.bus) as host:
        channel = host.init()
        host.send(channel, raw_ctaphid.CBOR,
                  b"\x01\xa4\x01\x58\x20" + bytes(32) + b"\x02\xa1\x62id\x61a"
                  b"\x03\xa1\x62id\x41b\x04\x81\xa2\x63alg\x26\x64type\x6apublic-key")
        contains(host.receive()[2][:9], b"\0\xa3\x01\x64none")


def pin_is_set_changed_and_asked_for():
    for protocol in ("1", "2", "1,2"):
        with Bench(f"--protocols={protocol}") as bench:
            bench.set_pin("1234")
            bench.enrol(flags=["-v"], pin="1234")
            bench.sign_in(flags=["-v"], pin="1234", check=["-p", "-v"])
            bench.run("fido2-token", "-C", bench.key.path, text="1234\n56789\n56789\n")
            bench.run(*bench.assertion_command(["-v"]), text="1234\n", status=1)
            bench.sign_in(flags=["-v"], pin="56789", check=["-p", "-v"])


def assertion_with_pin_takes_five_messages():
    with Bench("--pin=1234") as bench:
        bench.enrol(flags=["-v"], pin="1234")
        bench.key.stats_reset()
        bench.sign_in(flags=["-v"], pin="1234", check=["-v"])
        equal(bench.key.stats()["transactions"], 5)


def wrong_pins_use_retries_up_and_block():
    with Bench("--pin=1234") as bench:
        bench.enrol()
        command = bench.assertion_command(["-v"])
        for left, error in ((7, "PIN_INVALID"), (6, "PIN_INVALID"), (5, "PIN_AUTH_BLOCKED"),
                            (5, "PIN_AUTH_BLOCKED")):
            contains(bench.run(*command, text="9999\n", status=1), error)
            equal(bench.retries()[0], str(left))
        for left in (4, 3, 2, 1, 0):
            bench.key.unplug()
            bench.key.plug()
            bench.run(*command, text="9999\n", status=1)
            equal(bench.retries()[0], str(left))
        contains(bench.run(*command, text="1234\n", status=1), "PIN_BLOCKED")


def right_pin_restores_the_retries():
    with Bench("--pin=1234") as bench:
        bench.enrol()
        bench.run(*bench.assertion_command(["-v"]), text="9999\n", status=1)
        bench.sign_in(flags=["-v"], pin="1234", check=["-v"])
        equal(bench.retries()[0], "8")


def state_outlives_a_restart():
    with Bench("--pin=1234") as bench:
        bench.enrol()
        bench.run(*bench.assertion_command(["-v"]), text="9999\n", status=1)
        bench.key.stop()
        bench.key.start()
        equal(bench.retries()[0], "7")
        bench.sign_in()
        equal(int(bench.key.control("counter")), 2)


def built_in_verification_verifies():
    with Bench("--uv=ok") as bench:
        bench.enrol(flags=["-v"])
        bench.sign_in(flags=["-t", "uv=true"], check=["-v", "-p"])


def built_in_verification_fails_and_is_blocked():
    with Bench("--uv=fail") as bench:
        bench.enrol()
        for left in (4, 3, 2, 1, 0):
            bench.run(*bench.assertion_command(["-t", "uv=true"]), status=1)
            equal(bench.retries()[1], str(left))
        contains(bench.run("fido2-token", "-I", bench.key.path), "uv retries: 0\n")


def finger_is_told_by_the_control_socket():
    with Bench("--uv=ok", "--touch=control") as bench:
        for finger, status in (("ok", 0), ("fail", 1)):
            bench.key.control("touch-mode auto")
            bench.enrol()
            bench.key.control("touch-mode control")
            process = bench.spawn(*bench.assertion_command(["-t", "uv=true"]))
            bench.key.wait_touch()
            bench.key.control(f"uv {finger}")
            process.communicate(timeout=TIMEOUT_S)
            equal(process.returncode, status)


def discoverable_credentials_are_listed_newest_first():
    with Bench("--pin=1234") as bench:
        for name in ("alice", "bob", "carol"):
            bench.enrol(flags=["-r", "-v"], pin="1234", name=name)
        bench.run(*bench.assertion_command(["-r", "-v"]), text="1234\n")
        users = [base64.b64decode(line).decode() for line in bench.read("assertion").splitlines()
                 if line in [base64.b64encode(n.encode()).decode() for n in ("alice", "bob",
                                                                             "carol")]]
        equal(users, ["carol", "bob", "alice"])
        equal(bench.count("getNextAssertion"), 2)


def protected_credential_needs_verification():
    with Bench("--pin=1234") as bench:
        bench.enrol(flags=["-v"], pin="1234", protection=3)
        contains(bench.run(*bench.assertion_command(), status=1), "NO_CREDENTIALS")
        bench.sign_in(flags=["-v"], pin="1234", check=["-v"])
        bench.enrol(flags=["-r", "-v"], pin="1234", name="bob", protection=2)
        contains(bench.run(*bench.assertion_command(["-r"]), status=1), "NO_CREDENTIALS")
        bench.sign_in(name="bob")


def unknown_credential_is_none():
    with Bench() as bench:
        bench.enrol()
        contains(bench.run(*bench.assertion_command(rp_id="other.example"), status=1),
                 "NO_CREDENTIALS")
        equal(bench.key.stats()["touches"], 1)


def always_uv_demands_the_pin():
    with Bench("--pin=1234", "--always-uv") as bench:
        bench.enrol(flags=["-v"], pin="1234")
        bench.run(*bench.assertion_command(), text="\n", status=1)
        bench.sign_in(flags=["-v"], pin="1234", check=["-v"])


def reset_forgets_everything():
    with Bench("--pin=1234") as bench:
        bench.enrol()
        bench.run("fido2-token", "-R", bench.key.path)
        contains(bench.run("fido2-token", "-I", bench.key.path), "noclientPin")
        bench.run(*bench.assertion_command(), status=1)


def ctap20_works():
    with Bench("--ctap20") as bench:
        bench.set_pin("1234")
        bench.enrol(pin="1234")
        bench.sign_in(flags=["-t", "pin=true"], pin="1234", check=["-v"])
        contains(bench.run("fido2-token", "-I", bench.key.path), "U2F_V2, FIDO_2_0\n")


# U2F


def u2f_only_works():
    with Bench("--u2f-only") as bench:
        contains(bench.run("fido2-token", "-I", bench.key.path), "caps: 0x01")
        bench.enrol()
        bench.sign_in()
        equal(bench.count("getInfo"), 0)


def u2f_touch_is_polled_for():
    with Bench("--u2f-only") as bench:
        bench.enrol()
        bench.key.control("touch-mode control")
        process = bench.spawn(*bench.assertion_command())
        bench.key.wait_touch()
        bench.key.touch()
        process.communicate(timeout=TIMEOUT_S)
        equal(process.returncode, 0)
        bench.verify()


# The person


def touch_is_waited_for():
    with Bench() as bench:
        bench.enrol()
        bench.key.control("touch-mode control")
        process = bench.spawn(*bench.assertion_command())
        bench.key.wait_touch()
        equal(process.poll(), None)
        bench.key.touch()
        process.communicate(timeout=TIMEOUT_S)
        equal(process.returncode, 0)
        if bench.key.stats()["keepalives"] < 1:
            raise Failed("no keepalive")


def touch_that_nobody_waits_for_is_an_error():
    with Bench() as bench:
        try:
            bench.key.touch()
        except AuthenticatorError:
            return
        raise Failed("it was accepted")


def touch_that_never_comes_times_out():
    with Bench("--timeout=150") as bench:
        bench.enrol()
        bench.key.control("touch-mode never")
        contains(bench.run(*bench.assertion_command(), status=1), "ACTION_TIMEOUT")


def touch_comes_after_a_delay():
    with Bench("--touch=delay:250") as bench:
        bench.enrol()
        bench.key.stats_reset()
        bench.sign_in()
        if not 2 <= bench.key.stats()["keepalives"] <= 4:
            raise Failed(bench.key.stats())


def unplugging_ends_the_wait():
    with Bench() as bench:
        bench.enrol()
        bench.key.control("touch-mode control")
        process = bench.spawn(*bench.assertion_command())
        bench.key.wait_touch()
        bench.key.unplug()
        process.communicate(timeout=TIMEOUT_S)
        equal(process.returncode, 1)
        equal(bench.run("fido2-token", "-L"), "")
        bench.key.plug()
        contains(bench.run("fido2-token", "-L"), "/dev/hidraw0")


# pam_u2f


# Messages and packets of a sign-in without PIN: 1.4 asks for the authenticator's information once more.
OF_PAM_U2F = ((4, 8, 13), (5, 9, 17))


def pam_u2f(bench):
    """One sign-in: messages, and packets in and out."""
    bench.key.stats_reset()
    bench.run("pamtester", "virtual", getpass.getuser(), "authenticate", text="",
              preload=["libpam_wrapper.so"],
              env={"PAM_WRAPPER": "1", "PAM_WRAPPER_SERVICE_DIR": bench.folder + "/pam.d",
                   "TMPDIR": bench.folder})
    stats = bench.key.stats()
    return stats["transactions"], stats["packets_in"], stats["packets_out"]


def enrol_for_pam_u2f(bench, credentials=1):
    if shutil.which("pamu2fcfg") is None:
        raise Skip("pamu2fcfg is not installed")
    lines = [bench.run("pamu2fcfg", "-n", "-o", "pam://virtual", "-i", "pam://virtual").strip()
             for _ in range(credentials)]
    bench.write("auth", getpass.getuser() + "".join(lines) + "\n")
    os.mkdir(bench.folder + "/pam.d")
    bench.write("pam.d/virtual", f"auth required pam_u2f.so authfile={bench.folder}/auth "
                                 "origin=pam://virtual appid=pam://virtual\n")
    bench.write("pam.d/other", "auth required pam_deny.so\n")


def pam_u2f_takes_four_messages_or_five():
    with Bench() as bench:
        enrol_for_pam_u2f(bench)
        contains(OF_PAM_U2F, pam_u2f(bench))


def pam_u2f_works_over_slow_packets():
    with Bench() as bench:
        enrol_for_pam_u2f(bench)
        bench.key.stop()
        bench.key.args.append("--packet-delay=2")
        bench.key.start()
        contains(OF_PAM_U2F, pam_u2f(bench))


def pam_u2f_signs_in_with_u2f():
    with Bench("--u2f-only") as bench:
        enrol_for_pam_u2f(bench)
        bench.key.stats_reset()
        equal(pam_u2f(bench), (4, 10, 5))


# The wire, spoken by hand


def assertion_request(bench, silent=False):
    """A getAssertion for alice's credential, in CBOR."""
    credential = base64.b64decode(bench.read("alice.id"))
    descriptor = b"\xa2\x62id\x58" + bytes([len(credential)]) + credential + (
        b"\x64type\x6apublic-key")
    rp_id = bytes([0x60 + len(RP_ID)]) + RP_ID.encode()
    members = [b"\x01" + rp_id, b"\x02\x58\x20" + bytes(32), b"\x03\x81" + descriptor]
    if silent:
        members.append(b"\x05\xa1\x62up\xf4")
    return b"\x02" + bytes([0xA0 + len(members)]) + b"".join(members)


def ping_is_echoed_over_many_packets():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        data = os.urandom(1000)
        channel = host.init()
        host.send(channel, raw_ctaphid.PING, data)
        equal(host.receive(), (channel, raw_ctaphid.PING, data))


def cancel_ends_the_wait():
    with Bench("--touch=auto") as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        bench.key.control("touch-mode control")
        channel = host.init()
        host.send(channel, raw_ctaphid.CBOR, assertion_request(bench))
        bench.key.wait_touch()
        host.send(channel, raw_ctaphid.CANCEL)
        equal(host.receive(), (channel, raw_ctaphid.CBOR, b"\x2d"))


def keepalive_tells_that_a_touch_is_needed():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        bench.key.control("touch-mode control")
        channel = host.init()
        host.send(channel, raw_ctaphid.CBOR, assertion_request(bench))
        equal(host.receive(keepalives=True), (channel, raw_ctaphid.KEEPALIVE, b"\x02"))
        bench.key.touch()
        equal(host.receive()[2][0], 0)


def second_channel_is_told_to_wait():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as one, raw_ctaphid.Open(bench.bus) as two:
        bench.enrol()
        bench.key.control("touch-mode control")
        first = one.init()
        second = two.init()
        one.send(first, raw_ctaphid.CBOR, assertion_request(bench))
        bench.key.wait_touch()
        two.send(second, raw_ctaphid.CBOR, b"\x04")
        while True:
            channel, command, data = two.receive()
            if channel == second:
                break
        equal((command, data), (raw_ctaphid.ERROR, b"\x06"))
        bench.key.touch()


def every_open_receives_every_report():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as one, raw_ctaphid.Open(bench.bus) as two:
        channel = one.init()
        equal(two.receive()[1], raw_ctaphid.INIT)
        one.send(channel, raw_ctaphid.PING, b"x")
        equal(two.receive(), (channel, raw_ctaphid.PING, b"x"))


def bad_frames_are_refused():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        channel = host.init()
        head = channel.to_bytes(4, "big")
        host.send(channel + 5, raw_ctaphid.PING)
        equal(host.receive()[1:], (raw_ctaphid.ERROR, b"\x0b"))
        host.send(channel, 0xC1)
        equal(host.receive()[1:], (raw_ctaphid.ERROR, b"\x01"))
        host.write_packet(head + bytes([raw_ctaphid.PING]) + b"\xff\xff")
        equal(host.receive()[1:], (raw_ctaphid.ERROR, b"\x03"))
        host.write_packet(head + bytes([raw_ctaphid.PING]) + b"\x00\x64")
        host.write_packet(head + b"\x01")
        equal(host.receive()[1:], (raw_ctaphid.ERROR, b"\x04"))
        host.write_packet(head + bytes([raw_ctaphid.PING]) + b"\x00\x64")
        equal(host.receive()[1:], (raw_ctaphid.ERROR, b"\x05"))


def garbage_requests_get_an_error():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        channel = host.init()
        for request in (b"", b"\x77", b"\x01", b"\x01\xff", b"\x02\xa1", b"\x01\x80", b"\x06\xa0",
                        b"\x02\xa2\x01\x61a\x02\x40\x00", b"\x06\xa1\x02\x18\x63", b"\x08"):
            host.send(channel, raw_ctaphid.CBOR, request)
            _, command, data = host.receive()
            if command != raw_ctaphid.CBOR or len(data) != 1 or data == b"\0":
                raise Failed(f"{request!r}: {command} {data!r}")


# Misbehaviours


def lies_are_refused_by_libfido2():
    with Bench("--pin=1234") as bench:
        bench.enrol(flags=["-v"], pin="1234")
        for name, checks in (("cleared-up", ["-p"]), ("cleared-uv", ["-v"]), ("wrong-rp-hash", []),
                             ("bad-signature", [])):
            bench.key.misbehave(name)
            bench.run(*bench.assertion_command(["-v"]), text="1234\n")
            bench.verify(flags=checks, status=1)
        bench.key.misbehave()
        bench.sign_in(flags=["-v"], pin="1234", check=["-p", "-v"])


def broken_answers_are_refused_by_libfido2():
    with Bench() as bench:
        bench.enrol()
        for name in ("garbage-cbor", "bad-length", "seq-error", "oversized-answer",
                     "unplug-mid-answer"):
            bench.key.misbehave(name)
            bench.run(*bench.assertion_command(), status=1)
        bench.key.plug()
        bench.key.misbehave()
        bench.sign_in()


def authenticator_data(answer):
    """The authenticator data in an answer to getAssertion."""
    start = answer.index(b"\x02\x58") + 3
    return answer[start:start + answer[start - 1]]


def ask(bench, host):
    channel = host.init()
    host.send(channel, raw_ctaphid.CBOR, assertion_request(bench))
    return host.receive()[2]


def count_goes_back():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        counts = []
        for misbehaviour in ([], [], [], ["wrong-counter"]):
            bench.key.misbehave(*misbehaviour)
            counts.append(int.from_bytes(authenticator_data(ask(bench, host))[33:37], "big"))
        equal(counts, [2, 3, 4, 3])


def constant_count_is_zero():
    with Bench("--counter=none") as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        equal(authenticator_data(ask(bench, host))[33:37], bytes(4))


def backup_flags_can_contradict():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        equal(authenticator_data(ask(bench, host))[32], 0x01)
        bench.key.misbehave("be-bs-inconsistent")
        equal(authenticator_data(ask(bench, host))[32], 0x11)
    with Bench("--backup=state") as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        equal(authenticator_data(ask(bench, host))[32], 0x19)


def authenticator_data_can_have_bytes_behind_it():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        equal(len(authenticator_data(ask(bench, host))), 37)
        bench.key.misbehave("extra-bytes")
        equal(authenticator_data(ask(bench, host))[37:], b"\xde\xad\xbe\xef")


def wrong_credential_id_is_another():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        credential = base64.b64decode(bench.read("alice.id"))
        contains(ask(bench, host), credential)
        bench.key.misbehave("wrong-credential-id")
        equal(credential in ask(bench, host), False)


def credential_id_can_be_omitted():
    with Bench("--omit-credential-id") as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        equal(base64.b64decode(bench.read("alice.id")) in ask(bench, host), False)
        bench.sign_in()


def send_and_settle(bench, host, channel, request):
    """Sends a request and returns once the authenticator has taken it."""
    before = bench.key.stats()["transactions"]
    host.send(channel, raw_ctaphid.CBOR, request)
    while bench.key.stats()["transactions"] == before:
        pass
    bench.key.stats()


def hangs_answer_nothing():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        for name, request in (("hang", assertion_request(bench)), ("hang-info", b"\x04")):
            channel = host.init()
            bench.key.misbehave(name)
            send_and_settle(bench, host, channel, request)
            equal(host.pending(), False)
            bench.key.misbehave()
            host.init()
        bench.key.stats_reset()
        bench.key.misbehave("hang-init")
        host.send(raw_ctaphid.BROADCAST, raw_ctaphid.INIT, bytes(8))
        while bench.count("INIT") == 0:
            pass
        bench.key.stats()
        equal(host.pending(), False)


def keepalives_without_end_go_on_after_a_cancel():
    with Bench("--misbehave=endless-keepalive") as bench, raw_ctaphid.Open(bench.bus) as host:
        channel = host.init()
        host.send(channel, raw_ctaphid.CBOR, b"\x0b")
        for _ in range(2):
            equal(host.receive(keepalives=True)[1:], (raw_ctaphid.KEEPALIVE, b"\x01"))
        host.send(channel, raw_ctaphid.CANCEL)
        for _ in range(2):
            equal(host.receive(keepalives=True)[1:], (raw_ctaphid.KEEPALIVE, b"\x01"))


def answer_can_be_cut_or_go_to_another_channel():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.enrol()
        channel = host.init()
        bench.key.misbehave("wrong-channel")
        host.send(channel, raw_ctaphid.CBOR, assertion_request(bench))
        equal(host.receive()[0] == channel, False)
        channel = host.init()
        bench.key.misbehave("truncated-answer")
        send_and_settle(bench, host, channel, assertion_request(bench))
        length = int.from_bytes(host.read_packet()[5:7], "big")
        packets = 1
        while host.pending():
            host.read_packet()
            packets += 1
        equal(packets, (length - 57 + 58) // 59)


def cancel_can_be_answered_with_an_assertion():
    with Bench() as bench, raw_ctaphid.Open(bench.bus) as host:
        bench.key.misbehave("answer-after-cancel")
        bench.enrol()
        bench.key.control("touch-mode control")
        channel = host.init()
        host.send(channel, raw_ctaphid.CBOR, assertion_request(bench))
        bench.key.wait_touch()
        host.send(channel, raw_ctaphid.CANCEL)
        equal(host.receive()[2][0], 0)


def hostile_strings_reach_the_program():
    with Bench("--misbehave=hostile-strings") as bench:
        result = subprocess.run(["fido2-token", "-L"], capture_output=True, check=True,
                                env=environment(BUILD, bench.bus))
        for part in (b"\x1b[2J", b"%s%n", b"\n key", b"\xff\xc0\xaf"):
            contains(result.stdout, part)


# The preload library


NODE_PROGRAM = r"""
import errno, fcntl, os, stat, struct
fd = os.open("/dev/hidraw0", os.O_RDWR)
assert stat.S_ISCHR(os.fstat(fd).st_mode) and stat.S_ISCHR(os.stat("/dev/hidraw0").st_mode)
assert os.access("/dev/hidraw0", os.R_OK) and "hidraw0" in os.listdir("/dev")
size = struct.unpack("i", fcntl.ioctl(fd, 0x80044801, bytes(4)))[0]
request = bytearray(struct.pack("I", size) + bytes(4096))
fcntl.ioctl(fd, 0x90044802, request)
assert request[4:7] == b"\x06\xd0\xf1", request[:9]
name = fcntl.ioctl(fd, 0x80ff4804, bytes(255)).split(b"\0")[0]
assert name == b"pam_passkey Software authenticator", name
other = os.open("/dev/hidraw0", os.O_RDWR)
fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
def locked():
    try:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
assert locked()
copy = os.dup(fd)
os.close(fd)
assert locked()
os.close(copy)
assert not locked()
assert not os.path.exists("/dev/hidraw7")
try:
    os.open("/dev/hidraw7", os.O_RDWR)
except FileNotFoundError:
    print("fine")
"""


def node_behaves_like_a_device():
    with Bench() as bench:
        equal(bench.run(sys.executable, "-c", NODE_PROGRAM), "fine\n")


WATCH_PROGRAM = r"""
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(0)
assert libc.inotify_add_watch(fd, b"/dev", 0x100 | 0x80 | 0x200) > 0
print("watching", flush=True)
while True:
    data = os.read(fd, 4096)
    while data:
        _, mask, _, length = struct.unpack("iIII", data[:16])
        name = data[16:16 + length].split(b"\0")[0].decode()
        data = data[16 + length:]
        if name.startswith("hidraw"):
            print(name, hex(mask), flush=True)
"""


def watch_of_dev_sees_keys_come_and_go():
    with Bench(start=False) as bench:
        process = bench.spawn(sys.executable, "-c", WATCH_PROGRAM)
        equal(process.stdout.readline(), b"watching\n")
        bench.key.start()
        equal(process.stdout.readline(), b"hidraw0 0x100\n")
        bench.key.stop()
        equal(process.stdout.readline(), b"hidraw0 0x200\n")
        process.terminate()
        process.communicate()


UNPLUG_PROGRAM = r"""
import errno, os
fd = os.open("/dev/hidraw0", os.O_RDWR)
print("open", flush=True)
try:
    os.read(fd, 64)
except OSError as error:
    print(errno.errorcode[error.errno])
try:
    os.write(fd, bytes(65))
except OSError as error:
    print(errno.errorcode[error.errno])
"""


def unplugged_node_gives_the_errors_of_a_device():
    with Bench() as bench:
        process = bench.spawn(sys.executable, "-c", UNPLUG_PROGRAM)
        equal(process.stdout.readline(), b"open\n")
        bench.key.unplug()
        equal(process.communicate(timeout=TIMEOUT_S)[0], b"EIO\nENODEV\n")


def program_without_a_bus_is_left_alone():
    with Bench() as bench:
        result = bench.run(sys.executable, "-c",
                           "import os; print(os.path.exists('/dev/null'), os.stat('/dev').st_dev)",
                           env={"PPK_VIRTUAL_BUS": bench.folder + "/none"})
        equal(result, f"True {os.stat('/dev').st_dev}\n")


def patched_copy_needs_no_environment():
    if shutil.which("patchelf") is None:
        raise Skip("patchelf is not installed")
    with Bench() as bench:
        copy = os.path.join(bench.folder, "token")
        subprocess.run([os.path.join(HERE, "make-virtual-device.sh"), shutil.which("fido2-token"),
                        find_program(BUILD, "libvirtual-bus.so"), copy], check=True)
        listed = subprocess.run([copy, "-L"], env={}, capture_output=True, check=True)
        contains(listed.stdout, b"/dev/hidraw0")
        described = subprocess.run([copy, "-I", "/dev/hidraw0"], env={}, capture_output=True,
                                   check=True)
        contains(described.stdout, b"FIDO_2_1")


def authenticator_cleans_up_behind_itself():
    with Bench() as bench:
        stats = os.path.join(bench.folder, "stats")
        bench.key.stop()
        bench.key.args += ["--stats", stats]
        bench.key.start()
        bench.run("fido2-token", "-I", bench.key.path)
        process = bench.key.process
        bench.key.stop()
        equal(process.returncode, 0)
        equal(os.listdir(bench.bus), [".hidraw0.state"])
        contains(bench.read("stats"), '"getInfo": 2')


def authenticator_ends_with_its_test():
    with Bench(start=False) as bench:
        ready, theirs = os.pipe()
        ours, guard = os.pipe()
        process = subprocess.Popen(
            [find_program(BUILD, "passkey-authenticator"), "--bus", bench.bus, "--state",
             bench.key.state, "--ready-fd", str(theirs), "--until-closed", str(guard)],
            pass_fds=(theirs, guard))
        os.close(theirs)
        os.close(guard)
        equal(os.read(ready, 16), b"ready\n")
        os.close(ours)
        equal(process.wait(timeout=TIMEOUT_S), 0)
        os.close(ready)


def path_of_the_bus_may_be_long():
    with Bench(start=False) as bench:
        bus = os.path.join(bench.folder, "long" * 30, "bus")
        with Authenticator(BUILD, bus) as key:
            result = subprocess.run(["fido2-token", "-I", key.path], capture_output=True,
                                    check=True, env=environment(BUILD, bus))
            contains(result.stdout, b"FIDO_2_1")


CASES = [case for name, case in list(globals().items())
         if callable(case) and getattr(case, "__module__", "") == "__main__"
         and not isinstance(case, type) and case.__code__.co_argcount == 0
         and case.__code__.co_kwonlyargcount == 0 and not name.startswith("_")
         and name != "main"]


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        name = case.__name__.replace("_", " ")
        try:
            case()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception as error:  # whatever went wrong is this case's failure
            failed += 1
            print(f"not ok {number} - {name}\n# {type(error).__name__}: "
                  + str(error).replace("\n", "\n# "), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
