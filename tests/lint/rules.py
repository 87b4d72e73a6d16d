# SPDX-License-Identifier: BSD-2-Clause
"""Runs rules: functions that return what they found, a line each."""


def run(rules, *arguments):
    """Ask each rule about the arguments, print TAP; returns the exit status."""
    print("1..%d" % len(rules))
    failed = 0
    for number, rule in enumerate(rules, 1):
        found = rule(*arguments)
        for line in found:
            print("# " + line)
        failed += bool(found)
        print("%sok %d - %s" % ("not " if found else "", number, rule.__name__))
    return 1 if failed else 0
