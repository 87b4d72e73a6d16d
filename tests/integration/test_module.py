# SPDX-License-Identifier: BSD-2-Clause
"""pam_passkey.so under the real libpam, with private service files and the scripted fake-device.

usage: test_module.py BUILD        as root; nothing outside a temporary folder changes

Each service file puts the module before pam_debug, so that PAM_IGNORE shows as a code of its own.
"""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

import tap

BUILD = os.path.abspath(sys.argv[1])
MODULE = BUILD + "/pam_passkey/pam/pam_passkey.so"
APP = BUILD + "/tests/integration/pam-app"
FAKE = BUILD + "/tests/unit/method/fake-device"

SUCCESS, AUTH_ERR, AUTHINFO_UNAVAIL, MAXTRIES = 0, 7, 9, 11
PERM_DENIED = 6
SKIPPED = 16  # PAM_CRED_EXPIRED: what pam_debug answers after an ignored module

USER = "root"
NOBODY = 65534
KEY = ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5KfXwzf65WkJXi78w8WZSLt6s0rb"
       "30Qve+K8sawH/F+ovmaANqCzoZRwMBKQQGMFQNjTAgzQiNiqo1vrYhXJOA==")
ID = "ZmFrZS1jcmVkZW50aWFsLTE"
LINE = "passkey1 id=%s alg=es256 key=%s rp=example.com name=\"Blue key\"" % (ID, KEY)

TOUCH = "authenticator 0 fido2 pin product=Key\nevent touch 0\n"
PIN = "authenticator 0 fido2 pin product=Key\nevent pin_needed 0 8\nexpect\n"


CASES = []


def case(function):
    """Marks a test case; they run in the order of the file."""
    CASES.append(function)
    return function


class Result:
    """What pam-app printed."""

    def __init__(self, text, status):
        self.events = [json.loads(line) for line in text.splitlines()]
        self.status = status
        self.codes = [event["authenticate"] for event in self.events if "authenticate" in event]
        self.users = [event["user"] for event in self.events if "user" in event]
        self.setcred = [event["code"] for event in self.events if "setcred" in event]
        self.logs = [event["log"] for event in self.events if "log" in event]
        self.census = [event["census"] for event in self.events if "census" in event]
        self.said = [kind + " " + event[kind] for event in self.events
                     for kind in ("show", "warn", "ask")
                     if kind in event and not event[kind].startswith("auth=")]  # pam_debug's

    def log(self, part):
        """The only log line with this part."""
        found = [line for line in self.logs if part in line]
        if len(found) != 1:
            raise AssertionError("%r is in %d lines of %r" % (part, len(found), self.logs))
        return found[0]


class Stand:
    """A folder with everything that one sign-in needs."""

    def __init__(self, script=TOUCH + "assertion\n", credentials=LINE + "\n"):
        self.root = tempfile.mkdtemp(prefix="ppk-module.")
        os.chmod(self.root, 0o755)
        for folder in ("pam", "passkeys", "state", "device"):
            os.mkdir(self.path(folder), 0o755)
        self.helper = self.path("device/passkey-device")
        shutil.copy(FAKE, self.helper)
        self.write("pam/other", "auth required pam_deny.so\n")
        self.script(script)
        self.passkeys = self.path("passkeys/" + USER)
        if credentials is not None:
            self.write("passkeys/" + USER, credentials)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text, mode=0o644):
        data = text if isinstance(text, bytes) else text.encode()
        with open(self.path(name), "wb") as file:
            file.write(data)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def script(self, text):
        self.write("device/script", text)

    def options(self, *more, without=()):
        base = {"conf": None, "credentials": self.path("passkeys/%u"), "state": self.path("state"),
                "device_helper": self.helper, "timeout": "5"}
        words = ["%s=%s" % item for item in base.items() if item[1] and item[0] not in without]
        return words + list(more)

    def service(self, words):
        def quoted(word):  # pam.conf(5): brackets hold a word with spaces together
            return "[%s]" % word.replace("]", "\\]") if " " in word else word
        self.write("pam/test", "auth [success=1 ignore=ignore default=die] %s %s\n"
                   "auth [default=die] pam_debug.so auth=cred_expired\n"
                   "auth required pam_permit.so\n" % (MODULE, " ".join(map(quoted, words))))

    def command(self, *arguments, user=USER):
        words = [APP, "--confdir", self.path("pam"), "--service", "test", "--user", user]
        return words + list(arguments)

    def run(self, *options, arguments=(), user=USER, without=(), env=None, timeout=60):
        self.service(self.options(*options, without=without))
        done = subprocess.run(self.command(*arguments, user=user), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                              timeout=timeout, check=False)
        if done.returncode != 0 or done.stderr:
            raise AssertionError("pam-app: %d %s" % (done.returncode, done.stderr.decode()))
        return Result(done.stdout.decode(), done.returncode)

    def remove(self):
        shutil.rmtree(self.root)


@contextlib.contextmanager
def stand(*arguments, **options):
    it = Stand(*arguments, **options)
    try:
        yield it
    finally:
        it.remove()


def check(code, *options, script=TOUCH + "assertion\n", credentials=LINE + "\n", arguments=(),
          log=None, said=None, user=USER, without=()):
    """One sign-in of the kind that most cases are about."""
    with stand(script, credentials) as it:
        result = it.run(*options, arguments=arguments, user=user, without=without)
    tap.equal(result.codes, [code], "codes")
    if log is not None:
        tap.contains("\n".join(result.logs), log)
    if said is not None:
        tap.equal(result.said, said, "said")
    return result


# the table of return codes


@case
def a_verified_assertion_is_success():
    result = check(SUCCESS, arguments=["--tty", "/dev/pts/9", "--rhost", "192.0.2.7"])
    host = socket.gethostname()
    tap.equal(result.said, ["show Touch Blue key to sign in to %s as root" % host], "said")
    line = result.log("result=granted")
    for part in ("pam_passkey(test:auth): result=granted reason=ok user=root service=test",
                 "tty=/dev/pts/9 rhost=192.0.2.7 method=local credential=\"Blue key\" id=ZmFrZS1j"):
        tap.contains(line, part)


@case
def an_unenrolled_user_is_denied():
    for credentials in (None, "", "# nothing\n"):
        check(AUTH_ERR, credentials=credentials, log="result=denied reason=unenrolled", said=[])


@case
def an_unenrolled_user_is_ignored_when_told_so():
    for credentials in (None, "", "# nothing\n"):
        check(SKIPPED, "unenrolled=skip", credentials=credentials, log="result=skipped", said=[])


@case
def a_wrong_answer_is_denied():
    for arguments, reason in (("signature=flip", "signature"), ("signature=other", "signature"),
                              ("flags=00", "user-presence"),
                              ("rp=evil.example", "rp-id"), ("id=other", "credential-unknown"),
                              ("flags=11", "backup-flags"), ("size=40", "authenticator-data")):
        check(AUTH_ERR, script=TOUCH + "assertion %s\n" % arguments,
              log="result=denied reason=" + reason)


@case
def a_signature_of_another_key_is_denied():
    other = KEY[:36] + "E" + "kPGc7JRHmYn1q0rKQkCLLW0tVb3wHrNeM5sM2n6dnDg" + KEY[81:]
    with stand(credentials="passkey1 id=%s alg=es256 key=%s rp=example.com\n" % (ID, other)) as it:
        result = it.run()  # whether the point is on the curve or not, nobody comes in
    if result.codes[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL):
        raise AssertionError(result.codes)


@case
def a_cancelled_question_is_denied():
    check(AUTH_ERR, script=PIN + "assertion flags=05\n", log="reason=cancelled")
    check(AUTH_ERR, script="event failed 255 255 cancelled\n", log="reason=cancelled")


@case
def running_out_of_time_is_denied():
    result = check(AUTH_ERR, script="authenticator 0\nevent touch 0\nhang\n", log="reason=timeout")
    tap.equal(result.said[-1], "warn Nobody touched a security key within 5 seconds", "said")


@case
def blocked_pins_and_fingerprints_are_too_many_tries():
    for reason in ("pin-blocked", "pin-auth-blocked", "uv-blocked"):
        check(MAXTRIES, script="authenticator 0\nevent failed 0 0 %s\n" % reason,
              log="result=denied reason=" + reason)


@case
def a_store_that_cannot_say_is_unavailable_and_never_ignored():
    def missing_folder(it):
        os.rmdir(it.path("passkeys"))

    def folder(it):
        os.mkdir(it.passkeys)

    def fifo(it):
        os.mkfifo(it.passkeys, 0o644)

    def link(it):
        it.write("passkeys/other", LINE + "\n")
        os.symlink("other", it.passkeys)

    def device(it):
        os.mknod(it.passkeys, stat.S_IFCHR | 0o644, os.makedev(1, 3))

    def group(it):
        it.write("passkeys/root", LINE + "\n", 0o664)

    def world(it):
        it.write("passkeys/root", LINE + "\n", 0o646)

    def owner(it):
        it.write("passkeys/root", LINE + "\n")
        os.chown(it.passkeys, NOBODY, NOBODY)

    def large(it):
        it.write("passkeys/root", "#" * (1024 * 1024) + "\n")

    def open_folder(it):
        it.write("passkeys/root", LINE + "\n")
        os.chmod(it.path("passkeys"), 0o777)

    def many(it):
        lines = ["passkey1 id=%s alg=es256 key=%s rp=example.com" % (
            "QUFB" + "".join(chr(65 + int(d)) for d in "%04d" % n), KEY) for n in range(65)]
        it.write("passkeys/root", "\n".join(lines) + "\n")

    for fault in (missing_folder, folder, fifo, link, device, group, world, owner, large,
                  open_folder, many):
        with stand(credentials=None) as it:
            fault(it)
            result = it.run("unenrolled=skip")
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with " + fault.__name__)
            tap.contains("\n".join(result.logs), it.path("passkeys"))
            tap.contains("\n".join(result.logs), "result=unavailable")


@case
def a_helper_that_cannot_be_used_is_unavailable():
    def missing(it):
        os.unlink(it.helper)

    def writable(it):
        os.chmod(it.helper, 0o775)

    def owner(it):
        os.chown(it.helper, NOBODY, NOBODY)

    def not_executable(it):
        os.chmod(it.helper, 0o644)

    def garbage(it):
        it.write("device/passkey-device", "\x7fELF nonsense", 0o755)

    for fault in (missing, writable, owner, not_executable, garbage):
        with stand() as it:
            fault(it)
            tap.equal(it.run("unenrolled=skip").codes, [AUTHINFO_UNAVAIL], fault.__name__)


# bad lines of a credential file


@case
def bad_lines_are_named_and_skipped_and_the_good_one_signs_in():
    cases = {
        "garbage": "not a credential",
        "version": "passkey2 id=QUFB alg=es256 key=%s rp=example.com" % KEY,
        "algorithm": "passkey1 id=QUFB alg=es999 key=%s rp=example.com" % KEY,
        "key that does not fit": "passkey1 id=QUFB alg=eddsa key=%s rp=example.com" % KEY,
        "truncated base64": "passkey1 id=QUFB alg=es256 key=%s rp=example.com" % KEY[:50],
        "no rp": "passkey1 id=QUFB alg=es256 key=%s" % KEY,
        "key twice": "passkey1 id=QUFB id=QUFB alg=es256 key=%s rp=example.com" % KEY,
        "CRLF": "passkey1 id=QUFB alg=es256 key=%s rp=example.com\r" % KEY,
        "NUL": "passkey1 id=QUFB alg=es256 key=%s rp=exa\0mple.com" % KEY,
        "over-long": "passkey1 id=QUFB alg=es256 key=%s rp=example.com name=%s" % (KEY, "n" * 9000),
        "bad time": "passkey1 id=QUFB alg=es256 key=%s rp=example.com expires=tomorrow" % KEY,
    }
    for name, line in cases.items():
        with stand(credentials="# first\n%s\n%s\n" % (line, LINE)) as it:
            result = it.run()
            tap.equal(result.codes, [SUCCESS], "codes with " + name)
            tap.contains(result.log("credential skipped"), it.passkeys + ":2")


@case
def a_duplicate_id_is_skipped_with_its_line():
    with stand(credentials=LINE + "\n" + LINE.replace("Blue", "Red") + "\n") as it:
        result = it.run()
        tap.equal(result.codes, [SUCCESS], "codes")
        tap.contains(result.log("credential skipped"), it.passkeys + ":2")


@case
def bad_lines_alone_are_unavailable_and_never_ignored():
    with stand(credentials="rubbish\n") as it:
        result = it.run("unenrolled=skip")
        tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes")
        tap.contains(result.log("credential skipped"), it.passkeys + ":1")


@case
def credentials_out_of_use_are_denied_and_never_ignored():
    for suffix, reason in ((" disabled=yes", "credential-disabled"),
                           (" expires=2001-01-01T00:00:00Z", "credential-expired")):
        check(AUTH_ERR, "unenrolled=skip", credentials=LINE + suffix + "\n", log=reason, said=[])
    check(AUTH_ERR, "unenrolled=skip", "rp_id=other.example", log="reason=rp-id", said=[])


@case
def a_file_cut_at_any_byte_never_lets_anybody_in_who_was_kept_out():
    text = LINE + " disabled=yes uv=required\n"
    with stand(script=TOUCH + "assertion\n") as it:
        for cut in list(range(0, len(text), 7)) + list(range(len(LINE) - 3, len(text))):
            it.write("passkeys/root", text[:cut])
            result = it.run("unenrolled=deny")
            if cut > len(LINE) + 1 and result.codes == [SUCCESS]:
                raise AssertionError("cut to %d bytes: %r" % (cut, text[:cut]))


# options


@case
def a_bad_option_is_named_and_denied():
    for word in ("unknown=1", "nullok", "timeout=", "timeout=0", "timeout=-1", "timeout=999999",
                 "timeout=3abc", "unenrolled=ignore", "sign_count=no", "user_verification=yes",
                 "methods=", "methods=magic", "rp_id=not/a/domain", "cue=maybe", "debug=2",
                 "credentials=relative", "credentials=/etc/%z", "device_helper=passkey-device",
                 "state=.", "debug debug".split()[0] + "=", "Debug"):
        result = check(AUTHINFO_UNAVAIL, word, credentials=None, said=[],
                       without=(word.split("=")[0],))
        line = result.log("configuration: ")
        tap.contains(line, "PAM line")
        tap.contains(line, word.split("=")[0])


@case
def an_option_given_twice_is_denied():
    result = check(AUTHINFO_UNAVAIL, "unenrolled=skip", "unenrolled=deny", credentials=None)
    tap.contains(result.log("configuration: "), "unenrolled")


@case
def options_come_from_the_file_and_the_line_overrides_it():
    with stand(credentials=None) as it:
        conf = it.write("conf", "# comment\nunenrolled = skip\ntimeout = \"7\"\n")
        tap.equal(it.run("conf=" + conf).codes, [SKIPPED], "file")
        tap.equal(it.run("conf=" + conf, "unenrolled=deny").codes, [AUTH_ERR], "line")


@case
def a_bad_line_of_the_file_is_named_and_denied():
    for line in ("nonsense = 1", "unenrolled = perhaps", "timeout", "conf = /etc/passwd",
                 "unenrolled = skip\nunenrolled = skip", "debug = \"yes", "= 1", "debug = yes\0"):
        with stand(credentials=None) as it:
            conf = it.write("conf", "# first\n%s\n" % line)
            result = it.run("conf=" + conf)
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with %r" % line)
            tap.contains(result.log("configuration: "), "%s:%d" % (conf, 2 + line.count("\n")))


@case
def a_file_that_others_may_write_is_denied():
    def group(it, conf):
        os.chmod(conf, 0o664)

    def world(it, conf):
        os.chmod(conf, 0o646)

    def owner(it, conf):
        os.chown(conf, NOBODY, -1)

    def link(it, conf):
        os.rename(conf, it.path("real"))
        os.symlink("real", conf)

    def fifo(it, conf):
        os.unlink(conf)
        os.mkfifo(conf)

    def missing(it, conf):
        os.unlink(conf)

    def large(it, conf):
        it.write("conf", "#" * 70000)

    for fault in (group, world, owner, link, fifo, missing, large):
        with stand(credentials=None) as it:
            conf = it.write("conf", "unenrolled = skip\n")
            fault(it, conf)
            result = it.run("conf=" + conf)
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with " + fault.__name__)
            tap.contains(result.log("configuration: "), conf)


@case
def a_service_raises_what_a_credential_demands():
    check(AUTH_ERR, "user_verification=required", log="user-verification")
    check(SUCCESS, "user_verification=required", script=TOUCH + "assertion flags=05\n")
    check(AUTH_ERR, "user_verification=discouraged", credentials=LINE + " uv=required\n",
          log="user-verification")


# conversation


@case
def a_pin_is_asked_for_and_a_wrong_one_again():
    host = socket.gethostname()
    with stand(PIN + "event pin_needed 0 7 pin-invalid\nexpect\nevent touch 0\nassertion flags=05\n",
               LINE + " uv=required\n") as it:
        result = it.run(arguments=["--answer", "99887766", "--answer", "13572468"])
        trace = it.read("device/trace")
    tap.equal(result.codes, [SUCCESS], "codes")
    tap.equal(result.said, ["ask PIN for Blue key: ",
                            "ask Wrong PIN. 7 tries left. PIN for Blue key: ",
                            "show Touch Blue key to sign in to %s as root" % host], "said")
    tap.contains(trace, "pin 0 99887766\npin 0 13572468\n")


@case
def a_pin_is_in_no_log_line_even_with_debug():
    with stand(PIN + "event pin_needed 0 7 pin-invalid\nexpect\nassertion flags=05\n") as it:
        result = it.run("debug", arguments=["--answer", "99887766", "--answer", "13572468"])
    tap.equal(result.codes, [SUCCESS], "codes")
    for line in result.logs:
        if "9988" in line or "1357" in line:
            raise AssertionError(line)


@case
def a_conversation_that_fails_never_signs_in():
    touch = TOUCH + "assertion flags=05\n"
    pin = PIN + "assertion flags=05\n"
    for fault, script in (("no-conversation", touch), ("no-conversation", pin), ("error", pin),
                          ("again", touch), ("again", pin), ("information", touch),
                          ("no-response", pin), ("null-answer", pin), ("empty", pin),
                          ("newline", pin), ("huge", pin)):
        with stand(script) as it:
            result = it.run("unenrolled=skip", arguments=["--fault", fault])
            trace = it.read("device/trace")
        if result.codes[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL, PERM_DENIED):
            raise AssertionError("%s: %r" % (fault, result.codes))
        if "pin 0" in trace:
            raise AssertionError("%s: a PIN was sent: %s" % (fault, trace))


@case
def an_application_that_shows_nothing_but_answers_gets_no_response_for_cues():
    """A cue wants no answer: a missing response array is fine there."""
    check(SUCCESS, arguments=["--fault", "no-response"])


@case
def without_cues_the_touch_is_not_announced():
    check(SUCCESS, "cue=no", said=[])


@case
def hostile_names_stay_one_printable_line():
    name = 'name="x%s%n%p\u202e' + '"'
    result = check(SUCCESS, script="authenticator 0 fido2 product=\x1b[2Jp%s%n\x07\nevent touch 0\n"
                   "assertion\n", credentials=LINE.replace('name="Blue key"', "name=\"%s%n%p\"") + "\n"
                   "passkey1 id=QUFB alg=es256 key=%s rp=example.com %s\n" % (KEY, name))
    for text in result.said + result.logs:
        if not text.isprintable():
            raise AssertionError(repr(text))


@case
def nothing_tells_that_a_name_is_unknown_or_what_was_typed():
    for name in ("no-such-user", "hunter2!", "root ", "../root", "a:b", "x" * 300, "r\n", "-x"):
        result = check(AUTH_ERR, "unenrolled=skip", user=name, said=[])
        for line in result.logs:
            if "user=" in line or (len(name) > 3 and name in line.replace("test:auth", "")):
                raise AssertionError("%r: %s" % (name, line))


# the process of the application


@case
def pam_user_stays_as_it_was():
    tap.equal(check(SUCCESS).users, [USER], "users")
    tap.equal(check(AUTH_ERR, script="event failed 0 0 device\n").users, [USER], "users")


@case
def the_environment_decides_nothing():
    hostile = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/tmp", "PATH": "/nonexistent",
               "FIDO_DEBUG": "1", "OPENSSL_CONF": "/nonexistent", "PAM_USER": "nobody",
               "LD_LIBRARY_PATH": "", "TZ": ":/etc/shadow", "LC_ALL": "C", "TMPDIR": "/nonexistent"}
    with stand() as it:
        first = it.run(env={})
        second = it.run(env=hostile)
    tap.equal(first.codes + second.codes, [SUCCESS, SUCCESS], "codes")
    tap.equal(first.said, second.said, "said")


@case
def the_application_is_left_as_it_was():
    for script, code in ((TOUCH + "assertion\n", SUCCESS), ("stop\n", AUTHINFO_UNAVAIL),
                         ("event failed 0 0 device\n", AUTH_ERR), (PIN + "hang\n", AUTH_ERR)):
        with stand(script) as it:
            result = it.run(arguments=["--census", "--sigchld"])
        tap.equal(result.codes, [code], "codes")
        tap.equal(result.census[0], result.census[1], "census")
        tap.contains(result.census[1], "chldsignals=0 child=-1")


@case
def closed_standard_descriptors_do_no_harm():
    with stand() as it:
        result = it.run(arguments=["--close-stdio", "--census"])
    tap.equal(result.codes, [SUCCESS], "codes")
    tap.equal(result.census[0], result.census[1], "census")


@case
def two_handles_at_once_do_not_meet():
    with stand() as it:
        tap.equal(it.run(arguments=["--nested"]).codes, [SUCCESS, SUCCESS], "nested")
        tap.equal(it.run(arguments=["--threads", "8"]).codes, [SUCCESS] * 8, "threads")


@case
def one_handle_may_sign_in_twice():
    with stand() as it:
        result = it.run(arguments=["--times", "2"])
    tap.equal(result.codes, [SUCCESS, SUCCESS], "codes")
    tap.equal(len([line for line in result.logs if "result=granted" in line]), 2, "audit lines")


@case
def setcred_succeeds_after_a_sign_in_alone():
    with stand() as it:
        tap.equal(it.run(arguments=["--setcred"]).setcred, [SUCCESS], "after success")
        tap.equal(it.run(arguments=["--setcred", "--times", "0"]).setcred, [PERM_DENIED],
                  "without a sign-in")
        it.script("event failed 0 0 device\n")
        if it.run(arguments=["--setcred"]).setcred[0] == SUCCESS:
            raise AssertionError("after a denial")


@case
def a_control_c_ends_the_wait_at_once_with_a_denial_and_no_process():
    with stand("authenticator 0\nevent touch 0\nhang\n") as it:
        it.service(it.options(without=("timeout",)))
        app = subprocess.Popen(it.command("--catch-int"), stdout=subprocess.PIPE,
                               start_new_session=True)
        line = app.stdout.readline()
        tap.contains(line.decode(), "Touch")  # the cue: now it waits for the touch
        before = time.monotonic()
        os.killpg(app.pid, signal.SIGINT)
        rest = app.stdout.read()
        app.wait()
        took = time.monotonic() - before
        code = Result(line.decode() + rest.decode(), 0).codes
        if code[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL) or took > 3:
            raise AssertionError("%r after %.1f s" % (code, took))
        tap.equal(processes_of(it.helper), [], "processes left behind")


def processes_of(program):
    """The processes that run a program file."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink("/proc/%s/exe" % pid) == program:
                found.append(pid)
    return found


@case
def no_process_is_left_behind_whatever_the_end():
    for script in (TOUCH + "assertion\n", "stop\n", "event failed 0 0 device\n", "raw 00\n",
                   TOUCH + "hang\n", PIN + "hang\n"):
        with stand(script) as it:
            it.run()
            tap.equal(processes_of(it.helper), [], "processes after %r" % script)


@case
def an_application_that_dies_leaves_no_process():
    with stand("authenticator 0\nevent touch 0\nhang\n") as it:
        it.service(it.options())
        app = subprocess.Popen(it.command(), stdout=subprocess.PIPE)
        app.stdout.readline()
        app.kill()
        app.wait()
        app.stdout.close()
        deadline = time.monotonic() + 5
        while processes_of(it.helper) and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        tap.equal(processes_of(it.helper), [], "processes left behind")


@case
def a_screen_locker_signs_in_without_privilege():
    nobody = pwd.getpwuid(NOBODY).pw_name
    with stand(TOUCH + "assertion count=5\n") as it:
        it.write("passkeys/" + nobody, LINE + "\n")
        result = it.run(arguments=["--uid", str(NOBODY), "--census"], user=nobody)
        tap.equal(result.codes, [SUCCESS], "codes")
        tap.contains("\n".join(result.logs), "not advanced")
        tap.equal(result.census[0], result.census[1], "census")
        tap.equal(os.listdir(it.path("state")), [], "state")


@case
def a_screen_locker_sees_the_count_that_root_advanced():
    nobody = pwd.getpwuid(NOBODY).pw_name
    with stand(TOUCH + "assertion count=5\n") as it:
        it.write("passkeys/" + nobody, LINE + "\n")
        tap.equal(it.run(user=nobody).codes, [SUCCESS], "as root")
        result = it.run(arguments=["--uid", str(NOBODY)], user=nobody)
        tap.equal(result.codes, [AUTH_ERR], "as the user, the same count")
        tap.contains("\n".join(result.logs), "reason=sign-count")


@case
def a_screen_locker_believes_files_of_root_alone():
    nobody = pwd.getpwuid(NOBODY).pw_name
    with stand() as it:
        path = it.write("passkeys/" + nobody, LINE + "\n")
        os.chown(path, NOBODY, NOBODY)
        result = it.run(arguments=["--uid", str(NOBODY)], user=nobody)
        tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes")


# counts


@case
def a_count_must_rise():
    with stand() as it:
        for count, code in ((5, SUCCESS), (6, SUCCESS), (6, AUTH_ERR), (1, AUTH_ERR), (0, AUTH_ERR),
                            (7, SUCCESS)):
            it.script(TOUCH + "assertion count=%d\n" % count)
            tap.equal(it.run().codes, [code], "codes with count %d" % count)
        tap.contains(it.read("state/root.counts"), "count=7")


@case
def a_zero_count_stays_zero_and_signs_in():
    with stand() as it:
        for _ in range(3):
            tap.equal(it.run().codes, [SUCCESS], "codes")


@case
def a_falling_count_is_logged_where_that_is_the_policy():
    with stand(TOUCH + "assertion count=5\n") as it:
        tap.equal(it.run().codes, [SUCCESS], "codes")
        result = it.run("sign_count=log")
        tap.equal(result.codes, [SUCCESS], "codes")
        tap.contains(result.log("did not rise"), "5 stored, 5 reported")
        tap.equal(it.run("sign_count=off").codes, [SUCCESS], "codes")


@case
def two_sign_ins_cannot_both_use_one_count():
    with stand(TOUCH + "assertion count=5\n") as it:
        result = it.run(arguments=["--threads", "8"])
    tap.equal(sorted(result.codes), [SUCCESS] + [AUTH_ERR] * 7, "codes")


@case
def a_damaged_state_is_unavailable():
    for text in ("garbage\n", "count1 id=x count=1\n", "count1", b"\0"):
        with stand() as it:
            it.write("state/root.counts", text)
            result = it.run("unenrolled=skip")
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with %r" % text)
            tap.contains("\n".join(result.logs), it.path("state/root.counts"))


@case
def a_state_that_others_may_write_is_unavailable():
    with stand() as it:
        it.run()
        os.chmod(it.path("state/root.counts"), 0o666)
        tap.equal(it.run().codes, [AUTHINFO_UNAVAIL], "codes")


@case
def a_state_that_cannot_be_written_does_not_lock_anybody_out():
    with stand(TOUCH + "assertion count=5\n") as it:
        # a read-only bind mount stands in for a full or broken disk; only this process sees it
        words = ["unshare", "-m", "--propagation", "private", "sh", "-c",
                 "mount --bind %s %s && mount -o remount,ro,bind %s && exec \"$@\"" % (
                     (it.path("state"),) * 3), "sh"]
        it.service(it.options())
        done = subprocess.run(words + it.command(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise tap.Skip("no mount namespace: " + done.stderr.decode().strip())
        result = Result(done.stdout.decode(), 0)
    tap.equal(result.codes, [SUCCESS], "codes")
    tap.contains("\n".join(result.logs), "state: ")


@case
def the_helper_is_told_no_secret_and_no_environment():
    with stand(TOUCH + "hang\n") as it:
        it.service(it.options())
        app = subprocess.Popen(it.command(), stdout=subprocess.PIPE, env={"SECRET": "x"})
        app.stdout.readline()
        pid = processes_of(it.helper)[0]
        with open("/proc/%s/environ" % pid, "rb") as file:
            tap.equal(file.read(), b"", "environment")
        with open("/proc/%s/cmdline" % pid, "rb") as file:
            tap.equal(file.read(), b"passkey-device\0", "arguments")
        app.kill()
        app.wait()
        app.stdout.close()


tap.run(CASES)
