# SPDX-License-Identifier: BSD-2-Clause
"""Test cases that print TAP: run([first_case, second_case]) with functions whose names are sentences."""

import functools
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


class Cases:
    """Marks test cases, as a decorator, and runs them; the name of one is what must hold."""

    def __init__(self, afterwards=lambda: None):
        """afterwards is called after each, however it ended."""
        self.marked, self.afterwards = [], afterwards

    def __call__(self, function):
        @functools.wraps(function)
        def case():
            try:
                function()
            finally:
                self.afterwards()
        self.marked.append(case)
        return function

    def run(self):
        """Those whose name has the program's second argument in it; without one, all."""
        run([case for case in self.marked if sys.argv[2:] == [] or sys.argv[2] in case.__name__])


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError("%s is %r, not %r" % (what, got, wanted))


def contains(text, part):
    if part not in text:
        raise AssertionError("%r is not in %r" % (part, text))
