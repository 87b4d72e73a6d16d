# SPDX-License-Identifier: BSD-2-Clause
"""Tries what passkeyd must not be able to do, each attempt in a process of its own; prints what went.

It runs as passkeyd's unit runs passkeyd, and once more as root without a unit: there all of it goes.
"""

import ctypes
import json
import mmap
import os
import socket
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER, PTRACE_TRACEME, ADDR_NO_RANDOMIZE, SIZE_OF_LOG = 0x10000000, 0, 0x0040000, 10


def call(name, *arguments):
    """A system call that Python does not offer."""
    if LIBC[name](*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def read(path):
    with open(path, "rb", buffering=0) as file:
        file.read(1)


def hold(path):
    """Open a device or a setting for writing, and write nothing."""
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))


def set_user_id_file():
    path = "/tmp/set-user-id-%d" % os.getpid()
    write(path)
    os.chmod(path, 0o4755)


def own_program():
    """What it wrote itself, run."""
    path = "/tmp/program-%d" % os.getpid()
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/true\n")
    os.chmod(path, 0o700)
    os.execv(path, [path])


def reach(path, kind):
    with socket.socket(socket.AF_UNIX, kind) as connection:
        connection.connect(path)


def many_processes():
    """A hundred at once; they end with the end of the pipe that they read."""
    read_end, write_end = os.pipe()
    try:
        for _ in range(100):
            if os.fork() == 0:
                os.close(write_end)
                os.read(read_end, 1)
                os._exit(0)
    finally:
        os.close(write_end)


ATTEMPTS = {
    "write to /etc": lambda: write("/etc/attempt"),
    "write to /usr": lambda: write("/usr/attempt"),
    "write to /var": lambda: write("/var/lib/attempt"),
    "write to /run": lambda: write("/run/attempt"),
    "write to the folder of its socket": lambda: write("/run/passkeyd/attempt"),
    "read passwords": lambda: read("/etc/shadow"),
    "look into homes": lambda: os.listdir("/home/alice"),
    "see other processes": lambda: os.stat("/proc/1"),
    "read kernel settings": lambda: read("/proc/sys/kernel/osrelease"),
    "change kernel settings": lambda: hold("/proc/sys/kernel/printk"),
    "reach control groups": lambda: hold("/sys/fs/cgroup/cgroup.procs"),
    "open a security key": lambda: hold("/dev/uhid"),
    "open the kernel's log": lambda: hold("/dev/kmsg"),
    "ask for the kernel's log": lambda: call("klogctl", SIZE_OF_LOG, None, 0),
    "open an IPv4 socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "open an IPv6 socket": lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM),
    "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "reach the system bus": lambda: reach("/run/dbus/system_bus_socket", socket.SOCK_STREAM),
    "reach systemd": lambda: reach("/run/systemd/private", socket.SOCK_STREAM),
    "reach the journal": lambda: reach("/run/systemd/journal/socket", socket.SOCK_DGRAM),
    "ask itself for a page": lambda: reach("/run/passkeyd/passkeyd.socket", socket.SOCK_SEQPACKET),
    "run another program": lambda: os.execv("/usr/bin/true", ["true"]),
    "run a program that it wrote": own_program,
    "become root": lambda: os.setresuid(0, 0, 0),
    "make a set-user-ID file": set_user_id_file,
    "make a user namespace": lambda: call("unshare", CLONE_NEWUSER),
    "mount": lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "be traced": lambda: call("ptrace", PTRACE_TRACEME, 0, None, None),
    "change its personality": lambda: call("personality", ADDR_NO_RANDOMIZE),
    "map memory to write and execute": lambda: mmap.mmap(
        -1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "run in real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "start a hundred processes": many_processes,
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "set the host's name": lambda: socket.sethostname(socket.gethostname()),
}
NEEDED = {
    "read its configuration": lambda: read("/etc/passkeyd.conf"),
    "read the certificate's key": lambda: read("/etc/ssl/private/page.key"),
    "open a Unix socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET),
}


def went(attempt):
    child = os.fork()
    if child == 0:
        try:
            attempt()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


json.dump({name: went(attempt) for name, attempt in {**ATTEMPTS, **NEEDED}.items()}, sys.stdout)
