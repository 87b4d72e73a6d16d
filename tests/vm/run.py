# SPDX-License-Identifier: BSD-2-Clause
"""Boots the guest and prints the TAP lines of its tests.   usage: run.py SOURCE BUILD [CASE...]

The guest sees this machine's / read-only, with the project as `meson install` installs it. Without a
CASE all of them run but the benches (guest/bench_*.py), which run when they are named. When the guest
says nothing for too long it hangs: it is ended, and what its console showed is printed.
"""

import contextlib
import fcntl
import os
import select
import shutil
import subprocess
import sys

import boot_files

HERE = os.path.dirname(os.path.abspath(__file__))
SILENCE_S = 240  # no single case takes a quarter of this
UNITS = os.path.join(HERE, "guest", "units")


def make_layer(build, folder, cases):
    """What lies over this machine's / in the guest: the installed project, and the guest's units."""
    layer = os.path.join(folder, "layer")
    shutil.rmtree(layer, ignore_errors=True)
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", layer],
                   check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    shutil.copytree(UNITS, os.path.join(layer, "etc", "systemd", "system"))
    with open(os.path.join(layer, "etc", "vm.env"), "w", encoding="utf-8") as file:
        file.write("CASES=%s\n" % " ".join(cases))
    return layer


def command(boot, folders, places, console):
    """qemu's, with the folders in which the guest's root file system lies, the uppermost first, and
    those that it mounts elsewhere."""
    words = ["console=ttyS0", "panic=-1", "quiet", "systemd.log_target=kmsg", "mitigations=off", "fstab=no",
             "systemd.unit=vm.target", "systemd.getty_auto=no", "systemd.condition_needs_update=no",
             *("vm.folder=" + name for name in folders)]
    shared = [part for name, path in {**folders, **places}.items() for part in (
        "-virtfs", "local,path=%s,mount_tag=%s,security_model=none,readonly=on,multidevs=remap"
        % (path.replace(",", ",,"), name))]
    return ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
            "-m", "3072", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", boot.kernel, "-initrd", boot.initrd, "-append", " ".join(words), *shared,
            "-serial", "file:" + console,
            "-device", "virtio-serial-pci", "-chardev", "file,id=tap,path=/dev/stdout",
            "-device", "virtserialport,chardev=tap,name=vm.tap"]


def copy_lines(guest):
    """Passes on what the guest says until it ends. Returns what went wrong, or "" for nothing."""
    said = b""
    while select.select([guest.stdout], [], [], SILENCE_S)[0]:
        data = os.read(guest.stdout.fileno(), 65536)
        if not data:
            # a plan without its cases is for who reads the TAP lines to notice
            return "" if b"\n1.." in b"\n" + said else "ran no case"
        said += data
        os.write(sys.stdout.fileno(), data)
    return "hangs"


@contextlib.contextmanager
def alone(folder):
    """One run at a time uses a folder."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_guest(words, console):
    """Passes on what the guest says. Returns the exit status, after a word on why."""
    with open(console, "wb"):
        pass
    guest = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        wrong = copy_lines(guest)
    finally:
        guest.kill()
        status = guest.wait()
    if not wrong and status == 0:
        return 0
    print("Bail out! the guest %s; its console:" % (wrong or "broke down"))
    with open(console, encoding="utf-8", errors="replace") as file:
        for line in file.read().splitlines()[-200:]:
            print("# " + line)
    return 1


def main():
    source, build = (os.path.abspath(path) for path in sys.argv[1:3])
    folder = os.path.join(build, "vm")
    console = os.path.join(folder, "console.log")
    with alone(folder):
        boot = boot_files.make(folder)
        layer = make_layer(build, folder, sys.argv[3:])
        folders = {"installed": layer, "kernel": boot.layer, "host": "/"}
        places = {"source": source, "build": build}
        return run_guest(command(boot, folders, places, console), console)


if __name__ == "__main__":
    sys.exit(main())
