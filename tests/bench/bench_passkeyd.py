# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd under load: waiting ceremonies, the latency of a sign-in among them, sign-ins per second.

usage: bench_passkeyd.py BUILD [--waiting N] [--looking N] [--sign-ins N]

The programs' side is other processes, as it would be; each holds as many ceremonies as it may open files.
A sign-in is everything that passkeyd does for it: page, view, number, answer and verdict, over HTTP on one
connection. Its signature is the module's business and is measured by bench.py. Ends with the targets and
exits with 1 when one is missed. The limit of open files bounds --waiting; it says so.
"""

import argparse
import contextlib
import multiprocessing
import os
import resource
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import passkeyd  # noqa: E402

TARGET_WAITING, TARGET_MIB = 100_000, 512
HOLDER = 10_000  # ceremonies of one process
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


def sign_in(daemon):
    """Seconds from the program's request to the page's knowing that it succeeded."""
    begin = time.perf_counter()
    program = daemon.program()
    path = program.begin(address="", credentials=CREDENTIALS)
    connection = daemon.connection()
    daemon.ask("GET", path, connection=connection)
    daemon.ask("GET", path + "/view", connection=connection)
    claim, _ = daemon.number(path, 7, connection=connection)
    daemon.ask("POST", path + "/answer", passkeyd.assertion(claim), connection=connection)
    while program.next()[0] != passkeyd.ASSERTION:
        pass
    program.verdict()
    while daemon.ask("GET", path + "/status", connection=connection)[2][0] != passkeyd.ACCEPTED:
        pass
    connection.close()
    program.close()
    return time.perf_counter() - begin


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


def measure_sign_ins(daemon, count):
    times = sorted(sign_in(daemon) * 1000 for _ in range(count))
    return statistics.median(times), times[int(len(times) * 0.99)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--waiting", type=int, default=TARGET_WAITING)
    parser.add_argument("--looking", type=int, default=1000)
    parser.add_argument("--sign-ins", type=int, default=300)
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    count = min(options.waiting, limit - 5000)
    if count < options.waiting:
        print("only %d of %d can wait: %d files may be open (raise the hard limit)" % (count, options.waiting, limit))
    with passkeyd.running(options.build, ceremonies=count + 1500, ceremonies_per_user=1000000, connections=1200,
                          connections_per_address=1200) as daemon:
        empty = memory_mib(daemon.process)
        alone = measure_sign_ins(daemon, options.sign_ins)
        with waiting(daemon, count):
            full = memory_mib(daemon.process)
            among = measure_sign_ins(daemon, options.sign_ins)
        with looking(daemon, options.looking):
            beside = measure_sign_ins(daemon, options.sign_ins)
    each = (full - empty) * 1024 / count
    whole = empty + each * TARGET_WAITING / 1024
    print("%d ceremonies wait: %.1f MiB (%.2f KiB each; nothing waiting: %.1f MiB)" % (count, full, each, empty))
    print("%d would take %.0f MiB; target: under %d" % (TARGET_WAITING, whole, TARGET_MIB))
    for name, (median, late) in (("alone", alone), ("while %d wait" % count, among),
                                 ("while %d pages ask" % options.looking, beside)):
        print("a sign-in %s: median %.1f ms, 99%% within %.1f ms" % (name, median, late))
    return 0 if whole < TARGET_MIB else 1


sys.exit(main())
