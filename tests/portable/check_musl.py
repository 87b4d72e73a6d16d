# SPDX-License-Identifier: BSD-2-Clause
"""What is built for other systems compiles with the headers of another C library than glibc.

usage: check_musl.py SOURCE_ROOT FILE...        prints TAP
"""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "lint"))
import rules  # noqa: E402

LIBRARIES = ("openssl", "fido", "fido.h")


def link_headers(folder):
    """The headers of the libraries without glibc's, which lie beside them."""
    arch = subprocess.run(["cc", "-print-multiarch"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    for include in ("/usr/include", "/usr/include/" + arch):
        for name in LIBRARIES:
            source, target = os.path.join(include, name), os.path.join(folder, name)
            if os.path.isdir(source):
                os.makedirs(target, exist_ok=True)
                for header in os.listdir(source):
                    os.symlink(os.path.join(source, header), os.path.join(target, header))
            elif os.path.exists(source):
                os.symlink(source, target)


def compile_with_musl(root, headers, path):
    done = subprocess.run(
        ["musl-gcc", "-std=gnu17", "-D_XOPEN_SOURCE=700", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
         '-DPPK_VERSION="0"', '-DPPK_DEVICE_HELPER="/"', '-DPPK_PROGRAM="passkey-askpass"',
         '-DPPK_ASKPASS_PATH="/"', "-iquote", os.path.join(root, "pam_passkey"), "-I", os.path.join(root, "tools/passkeyctl"),
         "-I", os.path.join(root, "tools/passkey-askpass"), "-isystem", headers, path],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    return done.returncode, (errors or [done.stdout])[0]


def everything_compiles(root, headers, paths):
    return ["%s: %s" % (os.path.relpath(path, root), said) for path in paths
            for code, said in [compile_with_musl(root, headers, path)] if code != 0]


def what_glibc_alone_has_would_be_seen(root, headers, _):
    planted = os.path.join(headers, "planted.c")
    with open(planted, "w", encoding="utf-8") as file:
        file.write("#include <string.h>\nint main(void) { return strchrnul(\"\", 0) == 0; }\n")
    return [] if compile_with_musl(root, headers, planted)[0] != 0 else ["strchrnul() was not seen"]


def main():
    if not shutil.which("musl-gcc"):
        print("1..0 # SKIP musl-tools is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        link_headers(folder)
        return rules.run((everything_compiles, what_glibc_alone_has_would_be_seen), sys.argv[1], folder,
                         sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
