# SPDX-License-Identifier: BSD-2-Clause
"""Files of the build for processes of other users, to whom the folder of the build may be closed: root's
home is, and there root clones things."""

import atexit
import functools
import os
import shutil
import subprocess
import tempfile

# PPK_TEST_PROGRAMS=portable: the programs that are built as for other systems (tests/portable).
PORTABLE = os.environ.get("PPK_TEST_PROGRAMS") == "portable"


def variant(name):
    """The name of a program of the build, of the variant that is tested."""
    return name + "-portable" if PORTABLE else name


def is_open(path):
    """Do others get to it?"""
    path = os.path.realpath(path)
    while path != "/":
        if not os.stat(path).st_mode & (0o001 if os.path.isdir(path) else 0o004):
            return False
        path = os.path.dirname(path)
    return True


@functools.cache
def shared(*paths):
    """The paths, or those of copies in one folder that goes with this process."""
    if all(map(is_open, paths)):
        return list(paths)
    folder = tempfile.mkdtemp(prefix="ppk-reach-")
    owner = os.getpid()  # a fork has the same duties at its end
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(folder))
    os.chmod(folder, 0o755)
    return [shutil.copy(path, folder) for path in paths]


def name_bus(program, library):
    """Let a copy of passkey-device-virtual, which names the bus by where it was built, name this one."""
    done = subprocess.run(["patchelf", "--print-needed", program], stdout=subprocess.PIPE, text=True, check=True)
    built = next(name for name in done.stdout.split() if name.endswith("/libvirtual-bus.so"))
    if built != library:
        subprocess.run(["patchelf", "--replace-needed", built, library, program], check=True)


def virtual_device(program, library):
    """passkey-device-virtual, as shared()."""
    program, library = shared(program, library)
    name_bus(program, library)
    return program
