# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd under load: waiting ceremonies, the latency of a sign-in among them, sign-ins per second.

usage: bench_passkeyd.py BUILD [--waiting N] [--others N] [--sign-ins N]      as root

A sign-in is a whole one (sign_ins.c): the module reads the credential, asks for a page, verifies, advances the sign
count; the browser, a process of its own, fetches the page, sends number and assertion with the headers that Chromium
sends, and asks, a moment after the verdict, until it is told that the person is signed in, all on one new connection.
Everything runs on two cores, the browsers and their authenticators too, and state is kept in memory, not on a disk.
There is no terminal, so no QR code is drawn, as none is over SSH where nobody types "qr". Ends with the targets, and
exits with 1 when one is missed.

The server's part is the CPU time of passkeyd's process and of the module's, whose crypto is in it. It is counted, and
the rate of two cores that have nothing else to do is computed from it: browsers are other people's machines. What is
measured with browsers and authenticators on the same two cores is said beside it.

Programs that wait are other processes, as they would be; each holds as many ceremonies as it may open files. The limit
of open files bounds --waiting; it says so.
"""

import argparse
import contextlib
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import passkeyd  # noqa: E402

TARGET_WAITING, TARGET_MIB, TARGET_TIMES = 100_000, 512, 5
CORES = 2
WORKERS = 8  # sign-ins at once, where as many as possible are wanted
HOLDER = 10_000  # ceremonies of one process
QUESTIONS = 3000
CREDENTIALS = tuple((1, bytes([number]) * 32) for number in range(4))


def memory_mib(process):
    with open("/proc/%d/status" % process.pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def hold(path, first, count, ready, over):
    """Begin ceremonies and keep them until it is over."""
    programs = []
    for number in range(first, first + count):
        program = passkeyd.Program(path)
        program.begin(timeout=3600, user="user%d" % number, address="", credentials=CREDENTIALS)
        programs.append(program)
    ready.put(count)
    over.wait()


@contextlib.contextmanager
def waiting(daemon, count):
    ready, over = multiprocessing.Queue(), multiprocessing.Event()
    holders = [multiprocessing.Process(target=hold, args=(daemon.path, first, min(HOLDER, count - first), ready, over))
               for first in range(0, count, HOLDER)]
    for holder in holders:
        holder.start()
    try:
        for _ in holders:
            ready.get(timeout=600)
        yield
    finally:
        over.set()
        for holder in holders:
            holder.join()


class Figures:
    """What sign-ins say of themselves, and what passkeyd spent for each."""

    def __init__(self, daemon, build, workers, count, in_processes=False):
        program = os.path.join(build, "tests", "bench", "sign-ins")
        more = [os.path.abspath(os.path.join(build, name))
                for name in ("tests/integration/pam-app", "pam_passkey/pam/pam_passkey.so")]
        with tempfile.TemporaryDirectory(prefix="bench-", dir="/dev/shm") as folder:
            os.chmod(folder, 0o755)
            before = cpu_us(daemon.process)
            done = subprocess.run([program, daemon.path, str(daemon.port), folder, str(workers), str(count),
                                   *(more if in_processes else [])], stdout=subprocess.PIPE, text=True, check=True)
            self.passkeyd_us = (cpu_us(daemon.process) - before) / workers / count
        self.rate, self.median_us, self.late_us, self.module_us, self.browser_us = map(float, done.stdout.split())

    def latency(self):
        return "median %.2f ms, 99%% within %.2f ms" % (self.median_us / 1000, self.late_us / 1000)

    def cpu(self):
        return "CPU of one: module %.0f us, passkeyd %.0f us, browser and authenticator %.0f us" % (
            self.module_us, self.passkeyd_us, self.browser_us)


def cpu_us(process):
    with open("/proc/%d/schedstat" % process.pid, encoding="ascii") as file:
        return int(file.read().split()[0]) / 1000


def question_us(daemon):
    """What passkeyd spends when a page that waits asks how it stands."""
    program = daemon.program()
    path, connection = program.begin(timeout=3600, credentials=CREDENTIALS), daemon.connection()
    before = cpu_us(daemon.process)
    for _ in range(QUESTIONS):
        daemon.ask("GET", path + "/status", connection=connection)
    spent = cpu_us(daemon.process) - before
    connection.close()
    program.close()
    return spent / QUESTIONS


def verifications_per_second():
    """Of ECDSA P-256 signatures, by OpenSSL alone, on all the cores that we use.

    Of one core times their number: only then does it count CPU time, as we do. With -multi it counts what the
    clock says, and on a machine that has other things to do we would seem better than we are.
    """
    done = subprocess.run(["openssl", "speed", "-seconds", "3", "ecdsap256"], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return CORES * float(done.stdout.split()[-1])


@contextlib.contextmanager
def looking(daemon, count):
    """Open pages that ask how they stand, each on its connection, each once in three seconds as a page does."""
    over = threading.Event()

    def look(number):
        program = daemon.program()
        path = program.begin(timeout=3600, user="looking%d" % number, address="", credentials=CREDENTIALS)
        connection = daemon.connection()
        while not over.wait(3 * (number % 97 + 1) / 97 if connection.sock is None else 3):
            with contextlib.suppress(OSError):
                daemon.ask("GET", path + "/status", connection=connection)
        connection.close()
        program.close()
    threads = [threading.Thread(target=look, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def measure_waiting(daemon, build, options, count):
    """true: the memory is within the target"""
    empty = memory_mib(daemon.process)
    print("a sign-in alone: " + Figures(daemon, build, 1, options.sign_ins).latency())
    with waiting(daemon, options.others):
        print("while %d others wait: %s" % (options.others, Figures(daemon, build, 1, options.sign_ins).latency()))
    with looking(daemon, options.others):
        print("while the pages of %d others ask: %s" % (
            options.others, Figures(daemon, build, 1, options.sign_ins).latency()))
    with waiting(daemon, count):
        full = memory_mib(daemon.process)
        print("while %d others wait: %s" % (count, Figures(daemon, build, 1, options.sign_ins).latency()))
    each = (full - empty) * 1024 / count
    whole = empty + each * TARGET_WAITING / 1024
    print("%d ceremonies wait: %.1f MiB (%.2f KiB each; nothing waiting: %.1f MiB)" % (count, full, each, empty))
    print("%d would take %.0f MiB; target: under %d: %s" % (
        TARGET_WAITING, whole, TARGET_MIB, "met" if whole < TARGET_MIB else "MISSED"))
    return whole < TARGET_MIB


def measure_rate(daemon, build, options):
    """true: sign-ins are within the target"""
    limit = verifications_per_second()
    here = Figures(daemon, build, WORKERS, 10 * options.sign_ins // WORKERS)
    stack = Figures(daemon, build, WORKERS, max(1, options.sign_ins // WORKERS), in_processes=True)
    server = CORES * 1e6 / (here.module_us + here.passkeyd_us)
    print("verifications on %d cores by openssl speed: %.0f a second" % (CORES, limit))
    print("sign-ins on them, browsers included, in %d long-lived processes: %.0f a second, 1/%.1f of that" % (
        WORKERS, here.rate, limit / here.rate))
    print(here.cpu())
    print("besides, a page that waits for its person asks once in 3 seconds: passkeyd %.0f us" % question_us(daemon))
    print("two cores that had the server's part alone to do: %.0f a second, 1/%.1f; target: 1/%d: %s" % (
        server, limit / server, TARGET_TIMES, "met" if limit / server <= TARGET_TIMES else "MISSED"))
    print("each in a process of its own that runs a PAM stack: %.0f a second, 1/%.0f" % (stack.rate, limit / stack.rate))
    print(stack.cpu())
    return limit / server <= TARGET_TIMES


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--waiting", type=int, default=TARGET_WAITING)
    parser.add_argument("--others", type=int, default=1000)
    parser.add_argument("--sign-ins", type=int, default=500)
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    count = min(options.waiting, limit - 5000)
    if count < options.waiting:
        print("only %d of %d can wait: %d files may be open (raise the hard limit)" % (count, options.waiting, limit))
    with passkeyd.running(options.build, ceremonies=count + 1500, ceremonies_per_user=1000000, connections=1200,
                          connections_per_address=1200) as daemon:
        rate = measure_rate(daemon, options.build, options)
        memory = measure_waiting(daemon, options.build, options, count)
    return 0 if rate and memory else 1


sys.exit(main())
