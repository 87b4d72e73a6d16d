# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd behind real nginx and Caddy, configured as passkeyd(8) says.   usage: test_proxies.py BUILD

In a network of its own, where port 443 is free. Both serve IPv6 and IPv4; nginx does so at one socket, where
IPv4 addresses are mapped to IPv6.
"""

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import passkeyd
import ssh_scene
import tap

BUILD = sys.argv[1]
MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "passkeyd", "passkeyd.8")
NAME = "login.example.com"
IPV4 = ("127.0.0.1", "127.0.0.5", "127.0.0.6")  # where the proxy is, a browser, and another one
IPV6 = ("2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1")


def sample(proxy):
    """What the manual gives for it."""
    with open(MANUAL, encoding="utf-8") as file:
        return re.search(r"^Behind %s.*?^\.Bd[^\n]*\n(.*?)^\.Ed" % proxy, file.read(), re.M | re.S).group(1)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="passkeyd-proxy-") as path:
        os.chown(path, passkeyd.NOBODY, passkeyd.NOBODY)
        os.chmod(path, 0o755)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", path + "/key.pem", "-out", path + "/cert.pem", "-days", "2", "-subj", "/CN=" + NAME,
                        "-addext", "subjectAltName=DNS:" + NAME], check=True, stderr=subprocess.DEVNULL)
        yield path


@contextlib.contextmanager
def proxy(words, log):
    """Running, until it serves."""
    with open(log, "wb") as file:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                   env={"PATH": os.environ["PATH"], "HOME": os.path.dirname(log)})
    try:
        deadline = time.monotonic() + passkeyd.SOON_S
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", 443)).close()
                break
            with open(log, encoding="utf-8") as file:
                said = file.read()
            tap.equal(process.poll(), None, "it runs: " + said)
            tap.equal(time.monotonic() < deadline, True, "it serves: " + said)
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(passkeyd.SOON_S)


@contextlib.contextmanager
def behind_nginx():
    with folder() as path:
        location = sample("nginx").replace("/run/passkeyd/web.socket", path + "/web")
        with open(path + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write("daemon off; user root; pid %(path)s/pid; error_log stderr;\nevents {}\nhttp {\naccess_log off;\n"
                       "client_body_temp_path %(path)s/body; proxy_temp_path %(path)s/proxy;\n"
                       "fastcgi_temp_path %(path)s/f; uwsgi_temp_path %(path)s/u; scgi_temp_path %(path)s/s;\n"
                       "server {\nlisten [::]:443 ssl ipv6only=off;\nserver_name %(name)s;\nssl_certificate %(path)s/cert.pem;\n"
                       "ssl_certificate_key %(path)s/key.pem;\n%(location)s}\n}\n" % {
                           "path": path, "name": NAME, "location": location})
        with passkeyd.running(BUILD, proxies="unix", listen=path + "/web", url="https://" + NAME) as daemon:
            with proxy(["nginx", "-e", "stderr", "-c", path + "/nginx.conf"], path + "/log"):
                yield daemon


@contextlib.contextmanager
def behind_caddy():
    with folder() as path, passkeyd.running(BUILD, proxies="127.0.0.1", url="https://" + NAME) as daemon:
        site = sample("Caddy").replace("127.0.0.1:8080", "127.0.0.1:%d" % daemon.port)
        tap.contains(site, NAME + " {\n")
        with open(path + "/Caddyfile", "w", encoding="utf-8") as file:
            file.write("{\nadmin off\nauto_https disable_redirects\nstorage file_system %s\n}\n" % path)
            file.write(site.replace(" {\n", " {\ntls %s/cert.pem %s/key.pem\n" % (path, path), 1))
        with proxy(["caddy", "run", "--adapter", "caddyfile", "--config", path + "/Caddyfile"], path + "/log"):
            yield daemon


class Connection(http.client.HTTPSConnection):
    """From this address."""

    def __init__(self, proxy_address, source):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        super().__init__(NAME, 443, timeout=passkeyd.SOON_S, context=context)
        self.proxy, self.source = proxy_address, source

    def connect(self):
        plain = socket.create_connection((self.proxy, 443), passkeyd.SOON_S, (self.source, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=NAME)


def check(daemon):
    daemon.host, daemon.origin = NAME, "https://" + NAME
    for addresses in (IPV4, IPV6):
        check_at(daemon, *addresses)


def check_at(daemon, proxy_address, home, elsewhere):
    """A whole sign-in from where it was begun; from elsewhere nothing, whatever a browser says of itself."""
    here, there = Connection(proxy_address, home), Connection(proxy_address, elsewhere)
    program = daemon.program()
    path = program.begin(same_address=True, address=home)
    tap.equal(program.url, "https://%s%s" % (NAME, path), "the page's address")
    for lie in ({}, {"X_Real_IP": home}, {"X_Forwarded_For": home}):
        tap.equal(daemon.view(path, connection=there, **lie)["state"], passkeyd.AWAY, "state with %r" % lie)
    tap.equal(program.next()[:2], (passkeyd.TURNED_AWAY, elsewhere), "message")
    tap.equal(daemon.ask("POST", path + "/number", b"\7", connection=there, X_Real_IP=home)[0], 403, "status elsewhere")
    code, headers, _ = daemon.ask("GET", path, connection=here)
    tap.equal((code, headers.get_all("Cache-Control")), (200, ["no-store"]), "the page")
    tap.contains(headers["Content-Security-Policy"], "frame-ancestors 'none'")
    tap.equal(daemon.view(path, connection=here)["state"], passkeyd.WAITING, "state")
    tap.equal(program.next()[:2], (passkeyd.OPENED, home), "message")
    claim, _ = daemon.number(path, 7, connection=here)
    tap.equal(daemon.ask("POST", path + "/answer", passkeyd.assertion(claim), connection=here)[0], 200, "status")
    tap.equal(program.next()[:2], (passkeyd.ASSERTION, home), "message")
    program.verdict()
    tap.equal(program.next(), None, "the end")
    tap.equal(daemon.ask("GET", path + "/status", connection=here)[2][0], passkeyd.ACCEPTED, "state")
    for connection in (here, there):
        connection.close()
    program.close()


def nginx_as_in_the_manual_tells_who_asks():
    if shutil.which("nginx") is None:
        raise tap.Skip("nginx is not installed")
    with behind_nginx() as daemon:
        check(daemon)


def caddy_as_in_the_manual_tells_who_asks():
    if shutil.which("caddy") is None:
        raise tap.Skip("caddy is not installed")
    with behind_caddy() as daemon:
        check(daemon)


if os.geteuid() != 0:
    print("1..0 # SKIP needs root")
    sys.exit(0)
ssh_scene.private_network()
for one in IPV6:
    ssh_scene.add_address(one + "/64", "lo")
tap.run([nginx_as_in_the_manual_tells_who_asks, caddy_as_in_the_manual_tells_who_asks])
