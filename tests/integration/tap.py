# SPDX-License-Identifier: BSD-2-Clause
"""Test cases that print TAP: run([first_case, second_case]) with functions whose names are sentences."""

import sys
import traceback


class Skip(Exception):
    """Raised by a case that cannot run here; its text names what is missing."""


def run(cases):
    """Run each case, a function without arguments; exits with 1 when one failed."""
    failed = 0
    print("1..%d" % len(cases))
    for number, case in enumerate(cases, 1):
        name = case.__name__
        try:
            case()
            print("ok %d - %s" % (number, name), flush=True)
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, name, reason), flush=True)
        except Exception:  # a test runner reports whatever went wrong
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print("not ok %d - %s" % (number, name), flush=True)
    sys.exit(1 if failed else 0)


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError("%s is %r, not %r" % (what, got, wanted))


def contains(text, part):
    if part not in text:
        raise AssertionError("%r is not in %r" % (part, text))
