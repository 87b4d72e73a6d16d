# SPDX-License-Identifier: BSD-2-Clause
"""What the built module exports, needs and keeps.

usage: test_symbols.py MODULE CRYPTO_OBJECT
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "integration"))
import tap

MODULE, CRYPTO = sys.argv[1:]


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout


def undefined(path):
    return {line.split()[-1].split("@")[0]
            for line in output("nm", "-D", "--undefined-only", path).splitlines()}


SANITIZED = any(name.startswith(("__asan", "__ubsan")) for name in undefined(MODULE))


def exported(path):
    names = {line.split()[-1] for line in output("nm", "-D", "--defined-only", path).splitlines()}
    return {name for name in names if not name.startswith(("__asan", "__ubsan", "__odr"))}


def only_the_two_entry_points_are_exported():
    tap.equal(exported(MODULE), {"pam_sm_authenticate", "pam_sm_setcred"}, "exports")
    tap.equal(exported(CRYPTO), {"ppk_crypto"}, "exports")


def needed(path):
    names = set(re.findall(r"\(NEEDED\).*\[(lib\w+)\.so", output("readelf", "-dW", path)))
    if SANITIZED:
        names -= {"libgcc_s", "libasan", "libubsan", "libm", "libpthread", "librt", "libdl"}
    return names


def nothing_is_linked_but_pam_crypto_and_c():
    tap.equal(needed(MODULE), {"libpam", "libc"}, "libraries")
    tap.equal(needed(CRYPTO), {"libcrypto", "libc"}, "libraries")


def no_state_is_kept_between_calls():
    own = []
    for path in MODULE, CRYPTO:
        for line in output("objdump", "-t", path).splitlines():
            found = re.match(r"^[0-9a-f]+ .{7} (\.data|\.bss)\s+([0-9a-f]+)\s+(\S+)", line)
            # the linker's and the compiler's own start with underscores; completed.0 is crtstuff's
            if found and int(found.group(2), 16) > 0 and \
                    not re.match(r"_|completed\.", found.group(3)):
                own.append(found.group(3))
    tap.equal(own, [], "writable variables")


# sigaction(2) and chdir(2) are of the child that becomes a helper; tests/lint knows where they may stand
def nothing_that_changes_the_host_is_called():
    forbidden = {"signal", "umask", "setlocale", "setenv", "putenv", "unsetenv", "exit",
                 "abort", "openlog", "closelog", "fork", "vfork", "system", "popen",
                 "pthread_create", "alarm", "setitimer", "secure_getenv", "sleep", "usleep",
                 "nanosleep", "strtok", "rand", "srand", "environ", "pam_set_item", "pam_putenv",
                 "__assert_fail", "atexit", "gets", "sprintf", "strcpy", "strcat"}
    if SANITIZED:
        forbidden.discard("abort")
    tap.equal((undefined(MODULE) | undefined(CRYPTO)) & forbidden, set(), "forbidden calls")


def what_is_called_of_pam_is_what_the_module_needs():
    names = {name for name in undefined(MODULE) | undefined(CRYPTO) if name.startswith("pam_")}
    tap.equal(names, {"pam_get_data", "pam_get_item", "pam_get_user", "pam_getenv",
                      "pam_modutil_audit_write", "pam_set_data"}, "calls")


def is_hardened(path):
    dynamic = output("readelf", "-dW", path)
    headers = output("readelf", "-lW", path)
    for flag in ("BIND_NOW", "GNU_RELRO"):
        tap.contains(dynamic + headers, flag)
    stack = [line for line in headers.splitlines() if "GNU_STACK" in line][0]
    if "E" in stack.split()[-2]:
        raise AssertionError("executable stack: " + stack)
    if "TEXTREL" in dynamic or "RUNPATH" in dynamic or "RPATH" in dynamic:
        raise AssertionError("text relocations or a run path")


def the_module_is_hardened():
    is_hardened(MODULE)
    is_hardened(CRYPTO)


CASES = [only_the_two_entry_points_are_exported, nothing_is_linked_but_pam_crypto_and_c,
         nothing_that_changes_the_host_is_called, what_is_called_of_pam_is_what_the_module_needs,
         the_module_is_hardened]
if not SANITIZED:  # which keep state of their own
    CASES.append(no_state_is_kept_between_calls)
tap.run(CASES)
