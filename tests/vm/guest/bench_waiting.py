# SPDX-License-Identifier: BSD-2-Clause
"""What 100,000 ceremonies cost passkeyd while they wait, as its unit runs it: memory, not time.

A machine with a hard limit of open files below that cannot hold them; root of the guest has none.
"""

import multiprocessing
import re
import resource
import time

import browser
import passkeyd
from browser import Browser, site, systemctl
from machine import PATIENCE_S, bench, tap

COUNT, TARGET_MIB = 100_000, 512
HOLDER = 10_000  # ceremonies of one process
FILES = 20_000  # that it may open
TIMEOUT_S = 3600
CREDENTIALS = tuple((1, bytes([number]) * 32) for number in range(4))


def memory_kib(what):
    """Rss or Pss of passkeyd."""
    with open("/proc/%s/smaps_rollup" % browser.shown("MainPID"), encoding="ascii") as file:
        return int(re.search(r"(?m)^%s: +(\d+) kB" % what, file.read()).group(1))


def hold(first, begun, over):
    """Begin ceremonies and keep them until it is over."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    programs = []
    for number in range(first, first + HOLDER):
        programs.append(passkeyd.Program(browser.SOCKET))
        programs[-1].begin(timeout=TIMEOUT_S, user="user%d" % number, address="", credentials=CREDENTIALS)
    begun.put(first)
    over.wait()


def sign_in():
    """Seconds for a page to be made, answered and told of."""
    phone, begin = Browser(), time.monotonic()
    program = passkeyd.Program(browser.SOCKET)
    path = program.begin(address="")
    phone.sign_in(path, 7)
    while program.next()[0] != passkeyd.ASSERTION:
        pass
    program.verdict()
    phone.wait_for_state(path, passkeyd.ACCEPTED)
    return time.monotonic() - begin


@bench
def a_hundred_thousand_ceremonies_wait():
    site()
    browser.configure(ceremonies=COUNT + 10, ceremonies_per_user=COUNT)
    systemctl("restart", browser.SERVICE)
    print("# a sign-in alone: %.1f s" % sign_in())
    empty = memory_kib("Rss"), memory_kib("Pss")
    begun, over = multiprocessing.Queue(), multiprocessing.Event()
    # one at a time: the queue of connections has an end
    holders = [multiprocessing.Process(target=hold, args=(first, begun, over), daemon=True)
               for first in range(0, COUNT, HOLDER)]
    for number, holder in enumerate(holders, 1):
        start = time.monotonic()
        holder.start()
        begun.get(timeout=PATIENCE_S)
        print("# %d wait: Rss %.1f MiB (%.1f s)" % (
            number * HOLDER, memory_kib("Rss") / 1024, time.monotonic() - start), flush=True)
    full = memory_kib("Rss"), memory_kib("Pss")
    print("# a sign-in beside them: %.1f s" % sign_in())
    for what, before, after in zip(("Rss", "Pss"), empty, full):
        print("# %s: %.1f MiB, before %.1f MiB; %.0f bytes a ceremony" % (
            what, after / 1024, before / 1024, (after - before) * 1024 / COUNT))
    print("# of its control group: %.1f MiB" % (int(browser.shown("MemoryCurrent")) / 2 ** 20))
    over.set()
    for holder in holders:
        holder.join()
    tap.equal(full[0] < TARGET_MIB * 1024, True, "under %d MiB" % TARGET_MIB)
