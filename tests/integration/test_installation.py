# SPDX-License-Identifier: BSD-2-Clause
"""Where `meson install` puts things.   usage: test_installation.py SOURCE"""

import json
import os
import subprocess
import sys
import tempfile

import private_system
import tap

SOURCE = sys.argv[1]


def installed(*options, **environment):
    """The paths, as a build with these options would install them."""
    with tempfile.TemporaryDirectory(prefix="ppk-install-") as folder:
        done = subprocess.run(["meson", "setup", folder, SOURCE, "--prefix=/usr", "-Dtests=false", *options],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, **environment})
        tap.equal(done.returncode, 0, done.stdout)
        listing = subprocess.run(["meson", "introspect", "--installed", folder], stdout=subprocess.PIPE, check=True)
    return set(json.loads(listing.stdout).values())


def the_module_goes_where_libpam_looks():
    """Also where Meson knows nothing of Debian's folders: without dpkg-dev it takes lib64."""
    wanted = os.path.realpath(private_system.pam_module_folder())
    for options in ((), ("--libdir=lib64",)):
        modules = {path for path in installed(*options) if path.endswith(".so")}
        tap.equal(modules, {wanted + "/pam_passkey.so", wanted + "/pam_passkey_crypto.so"}, "modules")


def it_does_so_where_pkg_config_cannot_tell():
    """As on Debian 13, whose pam.pc requires what need not be there."""
    with tempfile.TemporaryDirectory(prefix="ppk-pam-pc-") as folder:
        with open(folder + "/pam.pc", "w", encoding="utf-8") as file:
            file.write("libdir=/wrong\nName: PAM\nDescription: PAM\nVersion: 1.7.0\n"
                       "Requires.private: not-installed\nLibs: -L${libdir} -lpam\n")
        tap.equal(os.path.realpath(private_system.pam_module_folder()) + "/pam_passkey.so"
                  in installed("--libdir=lib64", PKG_CONFIG_PATH=folder), True, "modules")


def an_admin_may_name_another_folder():
    tap.equal("/opt/pam/pam_passkey.so" in installed("-Dpam_dir=/opt/pam"), True, "pam_dir")


if __name__ == "__main__":
    tap.run([the_module_goes_where_libpam_looks, it_does_so_where_pkg_config_cannot_tell,
             an_admin_may_name_another_folder])
