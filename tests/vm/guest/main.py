# SPDX-License-Identifier: BSD-2-Clause
"""All cases of the guest, as TAP.   usage: main.py BUILD [CASE...]"""

import functools
import sys
import time

import machine
# a case is marked where it stands; they run in this order
import cases_programs  # noqa: F401
import cases_keys  # noqa: F401
import cases_usb  # noqa: F401
import cases_seat  # noqa: F401
import cases_reader  # noqa: F401
import cases_enrolment  # noqa: F401
import cases_page  # noqa: F401
import cases_confinement  # noqa: F401
import cases_leftovers  # noqa: F401
import cases_log  # noqa: F401
import bench_waiting  # noqa: F401


def timed(function):
    """The same case, with the options of before; what it took is told as a remark."""
    @functools.wraps(function)
    def wrapper():
        start = time.monotonic()
        machine.options()
        try:
            function()
        finally:
            print("# %.1f s" % (time.monotonic() - start))
    return wrapper


def main():
    machine.prepare()
    print("# %.1f s after the kernel's start" % time.clock_gettime(time.CLOCK_BOOTTIME))
    chosen = sys.argv[2:]
    cases = machine.CASES if not chosen else [
        case for case in machine.CASES + machine.BENCHES if case.__name__ in chosen]
    machine.tap.run([timed(case) for case in cases])


if __name__ == "__main__":
    main()
