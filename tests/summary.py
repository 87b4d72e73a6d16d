# SPDX-License-Identifier: BSD-2-Clause
"""Counts the test cases of several Meson builds: prints each failure and skip, then one line with the total.

usage: summary.py BUILD_FOLDER...
"""

import os
import sys
import xml.etree.ElementTree as ElementTree


def cases(build):
    """(name, outcome, reason) of each case that a build's last `meson test` ran."""
    tree = ElementTree.parse(os.path.join(build, "meson-logs", "testlog.junit.xml"))
    for suite in tree.getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            name = "%s: %s: %s" % (build, suite.get("name"), case.get("name"))
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                yield name, "failed", ""
            elif skipped is not None:
                yield name, "skipped", case.findtext("system-out") or ""
            else:
                yield name, "passed", ""


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for build in sys.argv[1:]:
        for name, outcome, reason in cases(build):
            counts[outcome] += 1
            if outcome != "passed":
                print("%s: %s%s" % (outcome, name, reason and ": " + reason))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
