# SPDX-License-Identifier: BSD-2-Clause
"""A folder with all that one sign-in through pam_passkey.so needs, for tests under the real libpam.

The service file puts the module before pam_debug, so that PAM_IGNORE shows as a code of its own.
The build folder is the first argument of the test that imports this.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

import reach
import tap

BUILD = os.path.abspath(sys.argv[1])
MODULE, CRYPTO_OBJECT = reach.shared(BUILD + "/pam_passkey/pam/pam_passkey.so",
                                     BUILD + "/pam_passkey/pam/pam_passkey_crypto.so")
APP = BUILD + "/tests/integration/pam-app"
FAKE = BUILD + "/tests/unit/method/fake-device"

SUCCESS, AUTH_ERR, AUTHINFO_UNAVAIL, MAXTRIES = 0, 7, 9, 11
PERM_DENIED = 6
USER_UNKNOWN = 10
SKIPPED = 16  # PAM_CRED_EXPIRED: what pam_debug answers after an ignored module

with open(MODULE, "rb") as _module:
    SANITIZED = b"__asan_init" in _module.read()

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


def case_without_sanitizer(function):
    """A case that says nothing about a module with a sanitizer's memory; the other build runs it."""
    return function if SANITIZED else case(function)


class Result:
    """What pam-app printed."""

    def __init__(self, text, status):
        self.events = [json.loads(line) for line in text.splitlines()]
        self.status = status
        self.codes = [event["authenticate"] for event in self.events if "authenticate" in event]
        self.users = [event["user"] for event in self.events if "user" in event]
        self.setcred = [event["code"] for event in self.events if "setcred" in event]
        self.logs = [event["log"] for event in self.events if "log" in event]
        self.audit = [(event["audit"], event["code"]) for event in self.events if "audit" in event]
        self.random = [event["random"] for event in self.events if "random" in event]
        self.loaded = [event["times"] for event in self.events if "loaded" in event]
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
                "device_helper": self.helper, "timeout": "5", "methods": "local"}
        words = ["%s=%s" % item for item in base.items() if item[1] and item[0] not in without]
        return words + list(more)

    def service(self, words, module=MODULE):
        def quoted(word):  # pam.conf(5): brackets hold a word with spaces together
            return "[%s]" % word.replace("]", "\\]") if " " in word else word
        self.write("pam/test", "auth [success=1 ignore=ignore default=die] %s %s\n"
                   "auth [default=die] pam_debug.so auth=cred_expired\n"
                   "auth required pam_permit.so\n" % (module, " ".join(map(quoted, words))))

    def command(self, *arguments, user=USER):
        words = [APP, "--confdir", self.path("pam"), "--service", "test"]
        return words + (["--user", user] if user is not None else []) + list(arguments)

    def run(self, *options, arguments=(), user=USER, without=(), env=None, timeout=60,
            module=MODULE):
        self.service(self.options(*options, without=without), module)
        done = subprocess.run(self.command(*arguments, user=user), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                              timeout=timeout, check=False)
        if done.returncode != 0 or done.stderr:
            raise AssertionError("pam-app: %d %s" % (done.returncode, done.stderr.decode()))
        result = Result(done.stdout.decode(), done.returncode)
        decided = [line for line in result.logs if line.startswith("pam_passkey(test:auth): result=")]
        tap.equal(len(decided), len(result.codes), "decisions in %r" % result.logs)
        return result

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
