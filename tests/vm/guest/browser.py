# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd as systemd runs it, and a browser that is a program: over HTTPS, with a software passkey.

What it sends and reads is page.md of passkeyd; its signatures are real.
"""

import base64
import functools
import grp
import re
import types

import passkeyd
from fake_passkeyd import Passkey, base64url
from machine import USER, system

HOST = "login.example.test"
ORIGIN = "https://" + HOST
SOCKET = "/run/passkeyd/passkeyd.socket"
CONF = "/etc/passkeyd.conf"
CERTIFICATE, KEY = "/etc/ssl/page.pem", "/etc/ssl/private/page.key"
GROUP = "ssl-cert"
SERVICE = "passkeyd.service"
NUMBER_NONE = 255
TESTING = 9  # a state: registered, and to be tested by an assertion


def systemctl(*words):
    return system.run("systemctl", *words)


def shown(what):
    """A property of the service."""
    return systemctl("show", "--value", "--property", what, SERVICE).strip()


def make_certificate():
    """A new pair; Debian's group ssl-cert may read the key."""
    system.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-days", "2", "-subj", "/CN=" + HOST, "-addext", "subjectAltName=DNS:" + HOST,
               "-keyout", KEY, "-out", CERTIFICATE)
    system.run("chown", "root:" + GROUP, KEY)
    system.run("chmod", "0640", KEY)


def configure(**more):
    system.write(CONF, "".join('%s = "%s"\n' % line for line in {
        "url": ORIGIN, "certificate": CERTIFICATE, "key": KEY, **more}.items()))


@functools.cache
def site():
    """passkeyd, set up as its unit's comment says: enabled, and started by nobody yet."""
    with open("/etc/hosts", "a", encoding="ascii") as file:
        file.write("\n127.0.0.1 %s\n" % HOST)
    if GROUP not in (group.gr_name for group in grp.getgrall()):
        system.run("groupadd", "--system", GROUP)
    system.run("mkdir", "-p", "/etc/ssl/private", "/etc/systemd/system/passkeyd.service.d")
    system.run("chown", "root:" + GROUP, "/etc/ssl/private")  # as the package ssl-cert has it
    system.run("chmod", "0710", "/etc/ssl/private")
    system.write("/etc/systemd/system/passkeyd.service.d/group.conf",
                 "[Service]\nSupplementaryGroups=%s\n" % GROUP)
    system.run("mkdir", "-p", "/etc/systemd/system/passkeyd-web.socket.d")
    system.write("/etc/systemd/system/passkeyd-web.socket.d/https.conf",
                 "[Socket]\nListenStream=\nListenStream=443\n")
    make_certificate()
    configure()
    systemctl("daemon-reload")
    systemctl("start", "passkeyd.socket", "passkeyd-web.socket")
    return passkeyd.Site(ORIGIN, SOCKET, types.SimpleNamespace(certificate=CERTIFICATE))


def asked(terminal):
    """(path of the page, number) that a person is shown."""
    url = terminal.wait_for(r"(?m)^(https?://\S+?)\r?$").group(1)
    return "/" + url.rsplit("/", 1)[1], int(terminal.wait_for(r"number there: (\d\d)").group(1))


class Browser:
    """With one passkey in it; at another site than site() where one is given."""

    def __init__(self, at=None):
        self.passkey = Passkey("/tmp")
        self.site = at or site()

    def line(self):
        """What passkeyctl would have written about its passkey."""
        return 'passkey1 id=%s alg=es256 key=%s rp=%s name="My phone"\n' % (
            base64url(self.passkey.id), base64.b64encode(self.passkey.spki).decode(), HOST)

    def enrolled(self, user=USER):
        """As the only passkey of the user, without a page."""
        system.write("%s/%s" % (system.PASSKEYS, user), self.line())
        return self

    def _sign(self, path, claim, challenge, rp_id):
        body = bytes([passkeyd.ASSERTION]) + self.passkey.assertion(rp_id, challenge, self.site.origin)
        return self.site.ask("POST", path + "/answer", claim + body)[0]

    def sign_in(self, path, number):
        """Opens the page, enters the number and uses the passkey. Returns what the page showed."""
        assert self.site.ask("GET", path)[0] == 200
        view = self.site.view(path)
        claim, options = self.site.number(path, number)
        assert self._sign(path, claim, options.raw(32), options.text()) == 200
        return view

    def enrol(self, path, number):
        """Makes the passkey known, and uses it once to test it."""
        claim, options = self.site.number(path, number)
        request = types.SimpleNamespace(challenge=options.raw(32), rp_id=options.text())
        body = bytes([passkeyd.REGISTRATION]) + self.passkey.registration(request, self.site.origin)
        assert self.site.ask("POST", path + "/answer", claim + body)[0] == 200
        self.wait_for_state(path, TESTING)
        test = passkeyd.Reader(self.site.ask("POST", path + "/test", claim)[2])
        assert self._sign(path, claim, test.raw(32), test.text()) == 200

    def wait_for_state(self, path, state):
        """As the page's script does: it asks until it stands so."""
        while self.site.state(path)[0] != state:
            pass


def invited(text):
    """The path of the page that passkeyctl invite shows."""
    return "/" + re.search(r"(?m)^(https?://\S+)$", text).group(1).rsplit("/", 1)[1]
