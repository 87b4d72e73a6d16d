# SPDX-License-Identifier: BSD-2-Clause
"""The sandboxes of passkey-device on another kernel than the host's."""

import os
import subprocess
import sys

from machine import BUILD, TESTS, case, tap

CASE = "as_root_nothing_but_what_is_said_succeeds"


@case
def what_passkey_device_cannot_do_it_cannot_do_on_this_kernel():
    done = subprocess.run([sys.executable, os.path.join(TESTS, "integration", "test_confinement.py"),
                           BUILD, CASE], stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        print("# " + line)
    tap.equal(done.returncode, 0, "exit status")
    tap.equal(done.stdout.splitlines()[-1], "ok 1 - " + CASE, "its last line")  # and not skipped
