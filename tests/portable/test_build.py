# SPDX-License-Identifier: BSD-2-Clause
"""Meson's way for other systems: what it builds and installs there, tried with this machine's compiler.

usage: test_build.py SOURCE_ROOT
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "integration"))
import tap  # noqa: E402

SOURCE = sys.argv[1]
# A system without a sandbox of its own. The machine is this one, so that the programs run.
MACHINE = """[binaries]
c = '%s'
pkgconfig = 'pkg-config'
[host_machine]
system = 'netbsd'
cpu_family = '%s'
cpu = '%s'
endian = '%s'
"""


def run(*words, status=0):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, env={**os.environ, "CC": "", "CFLAGS": "", "LDFLAGS": ""})
    if done.returncode != status:
        raise AssertionError("%r ended with %d:\n%s" % (words, done.returncode, done.stdout[-3000:]))
    return done.stdout


def configure(folder):
    machine = folder + "/machine"
    with open(machine, "w", encoding="utf-8") as file:
        file.write(MACHINE % ("cc", platform.machine(), platform.machine(), sys.byteorder))
    return run("meson", "setup", folder + "/build", SOURCE, "--cross-file", machine, "-Dwerror=true",
               "-Dbuildtype=debugoptimized", "--prefix", "/usr/local")


def another_system_gets_askpass_its_helper_and_its_manual():
    with tempfile.TemporaryDirectory() as folder:
        tap.contains(configure(folder), "netbsd: building passkey-askpass and passkey-device alone")
        run("ninja", "-C", folder + "/build")
        installed = json.loads(run("meson", "introspect", "--installed", folder + "/build"))
        tap.equal(sorted(installed.values()),
                  ["/usr/local/bin/passkey-askpass", "/usr/local/libexec/pam_passkey/passkey-device",
                   "/usr/local/share/man/man1/passkey-askpass.1"], "what is installed")
        askpass, = (path for path, target in installed.items() if target.endswith("/bin/passkey-askpass"))
        tap.equal(run(askpass, "(alice@web1) Needed [passkey1]: "), "passkey1\n", "its answer to the first question")
        tap.contains(run(askpass, "passkey1:AQID", status=1), "refused")


if __name__ == "__main__":
    if not shutil.which("meson"):
        print("1..0 # SKIP meson cannot be run")
        sys.exit(0)
    tap.run([another_system_gets_askpass_its_helper_and_its_manual])
