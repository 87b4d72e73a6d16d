# SPDX-License-Identifier: BSD-2-Clause
"""Every test that tests/security.md names is in the tree, in that file, under that name.

usage: check_security.py SOURCE_ROOT        prints TAP
"""

import os
import re
import sys

import rules

PAGE = "tests/security.md"
NAMED = re.compile(r"`(tests/[^`:]+): ([^`]+)`")
# How a file says that a case is one that runs, by the end of its name; %s is the case.
C_CASE = r"\bCHECK_TEST\(%s\)"
PYTHON_CASE = r"^def %s\("
PYTHON_LISTED = r"^@case\w*\ndef %s\(|^(?!def ).*\b%s\b(?!\()|\bglobals\(\)"
MESON_TEST = r"^\s*test\('%s'"
FUZZ_HARNESS = r"^\s*'%s': \w+_dep,"


def runs(text, path, name):
    """Whether a file of that text has the case, and runs it."""
    word = re.escape(name)
    if path.endswith(".c"):
        return re.search(C_CASE % word, text) is not None
    if path.endswith(".py"):
        return re.search(PYTHON_CASE % word, text, re.M) is not None and \
            re.search(PYTHON_LISTED % (word, word), text, re.M) is not None
    if path.endswith("meson.build"):
        pattern = MESON_TEST % word
        if name.startswith("fuzz "):
            pattern = FUZZ_HARNESS % re.escape(name[len("fuzz "):])
        return re.search(pattern, text, re.M) is not None
    return name in text


def missing(root, page):
    """The tests that a page names and that nobody runs."""
    found = []
    for path, name in NAMED.findall(page):
        whole = os.path.join(root, path)
        if not os.path.isfile(whole):
            found.append("%s: no such file" % path)
            continue
        with open(whole, encoding="utf-8") as file:
            if not runs(file.read(), path, name):
                found.append("%s: %s is not there, or nobody runs it" % (path, name))
    return found


def rows(page):
    """The rows of all tables, each a list of its cells; no headings."""
    lines = [line for line in page.split("\n") if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for at, row in enumerate(cells)
            if set("".join(row)) != {"-"} and row[-1] != "shown by"]


def unshown(page):
    """The rows that neither name a test nor say why none applies, and text that passes for a test."""
    found = []
    for row in rows(page):
        quoted = [text for text in re.findall(r"`([^`]*)`", row[-1]) if text.startswith("tests/")]
        if not quoted and not row[-1].startswith("does not apply: "):
            found.append("nothing shows: %s" % " | ".join(row[:-1]))
        found += ["%s is no `file: case`" % text for text in quoted if not NAMED.match("`%s`" % text)]
    return found


def every_test_that_is_named_is_run(root, page):
    return missing(root, page)


def every_row_has_a_test_or_a_reason(root, page):
    return unshown(page)


def the_minimum_has_all_of_its_rows(root, page):
    numbers = [row[0] for row in rows(page) if row[0].isdigit()]
    wanted = [str(number) for number in range(1, 16)]
    return [] if numbers == wanted else ["the rows are " + " ".join(numbers)]


def planted_errors_are_found(root, page):
    """A name that is nowhere, one of another file, a function that is no case; a row without a test."""
    answer = "tests/unit/pam/test_answer.c"
    planted = ("`%s: nobody_wrote_this`" % answer,
               "`%s: a_verified_assertion_is_success`" % answer,
               "`tests/unit/pam/no_such_file.c: each_outcome_has_its_code`",
               "`tests/integration/test_module.py: project_version`",
               "`tests/integration/meson.build: fault`",
               "`tests/fuzz/meson.build: fuzz nothing`",
               "`tests/run: -Db_ndebug=perhaps`")
    found = ["%s was not missed" % text for text in planted if len(missing(root, text)) != 1]
    if missing(root, "`%s: each_outcome_has_its_code`" % answer):
        found.append("a test that is there was missed")
    for row in ("| a | demand | |", "| a | demand | believed |", "| a | demand | `tests/run` |"):
        if not unshown(row):
            found.append("%s was not missed" % row)
    if not the_minimum_has_all_of_its_rows(root, page.replace("\n| 7 |", "\n| x |")):
        found.append("a row that is gone was not missed")
    return found


RULES = [every_test_that_is_named_is_run, every_row_has_a_test_or_a_reason,
         the_minimum_has_all_of_its_rows, planted_errors_are_found]


def main():
    root = sys.argv[1]
    with open(os.path.join(root, PAGE), encoding="utf-8") as file:
        return rules.run(RULES, root, file.read())


if __name__ == "__main__":
    sys.exit(main())
