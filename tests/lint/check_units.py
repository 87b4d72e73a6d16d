# SPDX-License-Identifier: BSD-2-Clause
"""The units of systemd are understood, and passkeyd is as confined as they say.

usage: check_units.py SOURCE_ROOT BUILD        prints TAP
"""

import os
import shutil
import subprocess
import sys
import tempfile

import rules

EXPOSURE_MAX = 10  # tenths, of systemd-analyze security: 0.8 when this was written


def analyze(*arguments):
    done = subprocess.run(["systemd-analyze", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, env={**os.environ, "SYSTEMD_PAGER": ""})
    return done.returncode, done.stdout


def units_are_understood(folder, names):
    """What is said of the units themselves; a program or manual that is not installed is not their fault."""
    _, said = analyze("verify", "--man=no", *(os.path.join(folder, name) for name in names))
    return [line for line in said.splitlines()
            if any(name in line for name in names) and "is not executable" not in line]


def passkeyd_is_confined(folder, _):
    code, said = analyze("security", "--offline=true", "--threshold=%d" % EXPOSURE_MAX,
                         os.path.join(folder, "passkeyd.service"))
    return [] if code == 0 else said.splitlines()[-3:]


def main():
    if not shutil.which("systemd-analyze"):
        print("1..0 # SKIP systemd-analyze is not installed")
        return 0
    source, build = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        for path in (os.path.join(build, "conf", "passkeyd.service"),
                     os.path.join(source, "conf", "systemd", "passkeyd.socket"),
                     os.path.join(source, "conf", "systemd", "passkeyd-web.socket")):
            shutil.copy(path, folder)
        return rules.run((units_are_understood, passkeyd_is_confined), folder,
                         sorted(os.listdir(folder)))


sys.exit(main())
