# SPDX-License-Identifier: BSD-2-Clause
"""The rules of the source that a compiler does not check: layers, banned functions, headers.

usage: lint.py SOURCE_ROOT        prints TAP
"""

import os
import re
import subprocess
import sys

import rules

# What a layer may include: itself and these.
LAYERS = {
    "core": [],
    "crypto": ["core"],
    "sys": ["core"],
    "store": ["core", "crypto", "sys"],
    "device": ["core", "sys"],
    "audit": ["core", "sys"],
    "method": ["core", "crypto", "sys", "store", "device", "audit"],
    "pam": ["core", "crypto", "sys", "store", "device", "audit", "method"],
}

# Who may include which foreign headers.
FOREIGN = {
    "security/": ["pam_passkey/pam/"],
    "fido.h": ["pam_passkey/device/"],
    "fido/": ["pam_passkey/device/"],
    "openssl/": ["pam_passkey/crypto/"],
    "ldap.h": [],
    "microhttpd.h": ["tools/passkeyd/"],
    "gnutls/": ["tools/passkeyd/"],
    "cbor.h": [],
    "qrencode.h": ["tools/passkeyctl/qr_code.c", "tools/passkeyd/modules.c"],
}

# Functions that this project does without, and why.
BANNED = {
    "strtok": "keeps state between calls", "strtok_r": "loses empty fields",
    "sscanf": "does not notice overflow", "scanf": "does not notice overflow",
    "atoi": "does not notice errors", "atol": "does not notice errors",
    "strtol": "accepts signs and space", "strtoul": "accepts signs and space",
    "strtoll": "accepts signs and space", "strtoull": "accepts signs and space",
    "sprintf": "knows no bound", "vsprintf": "knows no bound", "strcpy": "knows no bound",
    "strcat": "knows no bound", "strncpy": "may leave no NUL", "gets": "knows no bound",
    "alloca": "knows no failure", "system": "runs a shell", "popen": "runs a shell",
    "sleep": "waits for nothing", "usleep": "waits for nothing", "nanosleep": "waits for nothing",
    "tmpnam": "races", "mktemp": "races", "getenv": "trusts the environment",
    "secure_getenv": "trusts the environment",
    "rand": "is no randomness", "random": "is no randomness", "gethostbyname": "keeps state",
    "getpwnam": "keeps state", "getpwuid": "keeps state", "getgrnam": "keeps state",
    "strerror": "keeps state", "localtime": "keeps state", "gmtime": "keeps state",
    "asctime": "keeps state", "ctime": "keeps state",
}

# Calls that change the process that a module lives in.
BANNED_IN_MODULE = {
    "signal": "the host's", "sigaction": "the host's", "umask": "the host's",
    "setlocale": "the host's", "setenv": "the host's", "putenv": "the host's",
    "unsetenv": "the host's", "exit": "ends the host", "abort": "ends the host",
    "assert": "vanishes with NDEBUG", "openlog": "the host's", "closelog": "the host's",
    "alarm": "the host's", "chdir": "the host's", "setuid": "the host's", "seteuid": "the host's",
    "setresuid": "the host's", "setgid": "the host's", "pthread_create": "the host has its own",
    "fork": "gives the host a SIGCHLD", "atexit": "outlives the module",
}
# Files of the helper program and of children that have left the host behind.
# And of systems where there is no module.
NOT_THE_HOST = re.compile(r"pam_passkey/device/(?!device\.[ch])|pam_passkey/sys/(process|as_user)"
                          r"|pam_passkey/\w+/\w+_portable\.c")

# Where the environment is looked at: a hint, read in one place.
ENVIRONMENT = "pam_passkey/sys/environment.c"
HANDS_ON_ENVIRONMENT = "tools/passkey-askpass/pinentry.c"  # a program of the person's own

SOURCE = re.compile(r"\.(c|h|def)$")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]', re.M)
SPDX = "SPDX-License-Identifier: BSD-2-Clause"


def without_comments_and_strings(text):
    """The text with comments and string contents blanked, line numbers kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


class Tree:
    def __init__(self, root):
        listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                                stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
        self.root = root
        self.files = sorted(f for f in set(listed) if f and os.path.isfile(os.path.join(root, f)))
        self._text = {}

    def text(self, path):
        if path not in self._text:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._text[path] = file.read()
        return self._text[path]

    def sources(self, *folders):
        return [f for f in self.files if SOURCE.search(f) and f.startswith(folders)]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def top_level_holds_nothing_else(tree):
    allowed = {"pam_passkey", "tools", "tests", "conf", "meson.build", "README.md", "LICENSE",
               "CHANGELOG.md", "meson_options.txt"}
    tops = {f.split("/")[0] for f in tree.files}
    return ["%s does not belong at the top" % t for t in sorted(tops)
            if t not in allowed and not t.startswith(".")]


def layers_include_only_what_is_below(tree):
    found = []
    for path in tree.sources("pam_passkey/"):
        parts = path.split("/")
        if len(parts) < 3 or parts[1] not in LAYERS:
            found.append("%s: in no layer" % path)
            continue
        layer = parts[1]
        for match in INCLUDE.finditer(tree.text(path)):
            target = match.group(1)
            top = target.split("/")[0]
            if target.startswith("..") or "/../" in target:
                found.append("%s: includes upwards: %s" % (path, target))
            if top in LAYERS and top != layer and top not in LAYERS[layer]:
                found.append("%s: layer %s may not include %s" % (path, layer, target))
    return found


def foreign_headers_stay_in_their_layer(tree):
    found = []
    for path in tree.sources("pam_passkey/", "tools/"):
        for match in INCLUDE.finditer(tree.text(path)):
            for prefix, homes in FOREIGN.items():
                if match.group(1).startswith(prefix) and not path.startswith(tuple(homes) or ("\0",)):
                    found.append("%s: may not include <%s>" % (path, match.group(1)))
    return found


def calls(tree, folders, banned, excuse=None):
    found = []
    pattern = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(banned))
    for path in tree.sources(*folders):
        if excuse and excuse.search(path):
            continue
        text = without_comments_and_strings(tree.text(path))
        for match in pattern.finditer(text):
            found.append("%s:%d: %s() %s" % (path, line_of(text, match.start()), match.group(1),
                                            banned[match.group(1)]))
    return found


def code_is_loaded_where_it_is_known_to_be(tree):
    return [place for place in calls(tree, ("pam_passkey/", "tools/"), {"dlopen": "loads code"})
            if not place.startswith(("pam_passkey/pam/crypto_object.c:",
                                     "pam_passkey/device/sandbox_linux.c:"))]


def banned_functions_are_not_called(tree):
    asking = ("getenv", "secure_getenv")
    elsewhere = {name: why for name, why in BANNED.items() if name not in asking}
    return calls(tree, ("pam_passkey/", "tools/"), {name: BANNED[name] for name in asking},
                 re.compile(re.escape(ENVIRONMENT))) + \
        calls(tree, ("pam_passkey/", "tools/"), elsewhere)


def the_environment_is_looked_at_in_one_place(tree):
    """Nor by its own name, but to hand it on whole."""
    return ["%s:%d: names environ" % (path, line_of(text, match.start()))
            for path in tree.sources("pam_passkey/", "tools/") if path != HANDS_ON_ENVIRONMENT
            for text in [without_comments_and_strings(tree.text(path))]
            for match in re.finditer(r"\b_*environ\b", text)]


def the_module_leaves_its_host_alone(tree):
    return calls(tree, ("pam_passkey/",), BANNED_IN_MODULE, NOT_THE_HOST)


def pam_success_stands_in_one_statement(tree):
    places = []
    for path in tree.sources("pam_passkey/"):
        text = without_comments_and_strings(tree.text(path))
        for match in re.finditer(r"\bPAM_(SUCCESS|IGNORE)\b", text):
            line = text[text.rfind("\n", 0, match.start()) + 1:text.find("\n", match.end())]
            if not re.search(r"[!=]=", line):  # a comparison answers nothing
                places.append((match.group(1), "%s:%d" % (path, line_of(text, match.start()))))
    found = []
    for code in ("SUCCESS", "IGNORE"):
        where = [place for name, place in places if name == code]
        if len(where) != 1:
            found.append("PAM_%s stands in %d places: %s" % (code, len(where), ", ".join(where)))
    return found


def nothing_under_pam_knows_pam(tree):
    return ["%s: names PAM_%s" % (path, match.group(1))
            for path in tree.sources("pam_passkey/") if not path.startswith("pam_passkey/pam/")
            for match in re.finditer(r"\bPAM_(SUCCESS|IGNORE|AUTH_ERR|MAXTRIES)\b",
                                     without_comments_and_strings(tree.text(path)))]


def switches_over_our_enums_have_no_default(tree):
    return ["%s:%d: default: in a library" % (path, line_of(text, match.start()))
            for path in tree.sources("pam_passkey/core/", "pam_passkey/crypto/", "pam_passkey/method/",
                                     "pam_passkey/store/", "pam_passkey/pam/", "pam_passkey/audit/")
            for text in [without_comments_and_strings(tree.text(path))]
            for match in re.finditer(r"^\s*default\s*:", text, re.M)]


def every_file_names_its_licence(tree):
    kinds = re.compile(r"(\.(c|h|def|py|build|sh|map|[158])|meson_options.txt|^tools/try|^tests/run|^\.ci/run)$")
    return ["%s: no SPDX line" % f for f in tree.files
            if kinds.search(f) and SPDX not in tree.text(f)[:400]]


def headers_are_guarded_by_their_path(tree):
    found = []
    for path in tree.sources("pam_passkey/"):
        if path.endswith(".h"):
            guard = "PPK_" + re.sub(r"\W", "_", path[len("pam_passkey/"):]).upper()
            if "#ifndef %s\n#define %s\n" % (guard, guard) not in tree.text(path):
                found.append("%s: guard is not %s" % (path, guard))
    return found


PROTOTYPE = re.compile(r"^(?:PPK_MUST_CHECK\s+)?(?:const\s+)?(?:enum |struct )?\w+[\s*]+\**(ppk_\w+)\s*\(", re.M)


def headers_say_what_their_functions_do(tree):
    """A comment stands before each prototype, or before the block of prototypes it is in."""
    found = []
    for path in tree.sources("pam_passkey/"):
        if not path.endswith(".h"):
            continue
        for paragraph in re.split(r"\n\s*\n", tree.text(path)):
            code = without_comments_and_strings(paragraph)
            if PROTOTYPE.search(code) and "/*" not in paragraph:
                found.append("%s: %s has no comment" % (path, PROTOTYPE.search(code).group(1)))
    return found


def headers_compile_alone(tree):
    found = []
    for path in tree.sources("pam_passkey/"):
        if not path.endswith(".h"):
            continue
        done = subprocess.run(
            ["cc", "-std=gnu17", "-D_GNU_SOURCE", '-DPPK_DEVICE_HELPER="x"', "-fsyntax-only", "-Wall",
             "-Wextra", "-Werror", "-I", os.path.join(tree.root, "pam_passkey"), "-x", "c", "-"],
            input='#include "%s"\n' % path[len("pam_passkey/"):], text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            found.append("%s: %s" % (path, done.stdout.strip().split("\n")[0]))
    return found


# These do not fail: they return an error that they were given or that describes their argument.
HANDS_ON = {"ppk_diag_set", "ppk_openssl_leave", "ppk_verification_why_not", "ppk_fault_report"}


def errors_are_checked_by_their_callers(tree):
    """Every function of a header that returns an error must be must-check."""
    found = []
    for path in tree.sources("pam_passkey/"):
        if path.endswith(".h"):
            text = without_comments_and_strings(tree.text(path))
            for match in re.finditer(r"(PPK_MUST_CHECK\s+)?enum ppk_err\s+(ppk_\w+)\s*\(", text):
                if not match.group(1) and match.group(2) not in HANDS_ON \
                        and not match.group(2).endswith("_fn"):
                    found.append("%s: %s is not PPK_MUST_CHECK" % (path, match.group(2)))
    return found


def modules_keep_no_mutable_statics(tree):
    found = []
    for path in tree.sources("pam_passkey/"):
        if NOT_THE_HOST.search(path):
            continue
        text = without_comments_and_strings(tree.text(path))
        for match in re.finditer(r"^\s+static\s+(?!const\b|inline\b|_Thread_local\b)[^;(]*[;=]", text, re.M):
            if "const" not in match.group(0):
                found.append("%s:%d: a mutable static" % (path, line_of(text, match.start())))
    return found


def files_and_lines_are_of_a_readable_size(tree):
    found = []
    for path in tree.sources("pam_passkey/", "tools/"):
        lines = tree.text(path).split("\n")
        if len(lines) > 600:
            found.append("%s: %d lines" % (path, len(lines)))
        for number, line in enumerate(lines, 1):
            if len(line.expandtabs(8)) > 110:
                found.append("%s:%d: %d columns" % (path, number, len(line.expandtabs(8))))
            if line != line.rstrip():
                found.append("%s:%d: space at the end" % (path, number))
    return found


def functions_fit_on_a_screen(tree):
    found = []
    start = re.compile(r"^[A-Za-z_][^;{}=#]*\)\s*\n\{\n", re.M)
    for path in tree.sources("pam_passkey/", "tools/"):
        text = tree.text(path)
        for match in start.finditer(text):
            end = text.find("\n}", match.end())
            length = text.count("\n", match.end(), end) + 1
            if length > 60:
                name = re.search(r"(\w+)\s*\(", match.group(0))
                found.append("%s: %s has %d lines" % (path, name.group(1), length))
    return found


def nothing_tells_of_the_machine_it_was_made_on(tree):
    found = []
    for path in tree.files:
        if path.startswith("tests/lint/"):
            continue
        for match in re.finditer(r"(?<![\w.])/(?:work|farm|root)/", tree.text(path)):
            found.append("%s:%d: a path of a machine" % (path, line_of(tree.text(path), match.start())))
    return found


# How a test puts an authenticator, a file or a library in the place of a real one.
STANDS_IN = re.compile(r"virtual|umockdev|LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|PPK_(?:TEST|BUS|VIRTUAL|FAKE)|uhid"
                       r"|usbip|vhci|wrapper|\b_?(?:fake|mock|dummy)|software authenticator", re.I)
CONDITION = re.compile(r"^\s*#\s*(?:el)?if(?:n?def)?\s+(.*)", re.M)
# What a condition may ask for: what the machine or the kernel is and has, and what else the build says of a program.
MACHINE = re.compile(r"__\w+|SYS_\w+|(?:O|CLOCK|MSG|SO)_\w+|ARCHITECTURE|PPK_PROGRAM|PPK_\w+_H|defined|\b\d+\b|\W+")


def what_ships_leads_to_no_test(tree):
    """No variable, option or condition of what ships makes room for a test's authenticator."""
    shipped = [f for f in tree.files
               if f.startswith(("pam_passkey/", "tools/", "conf/")) and f != "tools/try"]
    return ["%s:%d: names %s" % (path, line_of(text, match.start()), match.group(0))
            for path in shipped for text in [tree.text(path)] for match in STANDS_IN.finditer(text)] + \
        ["%s:%d: a condition on %s" % (path, line_of(text, match.start()), match.group(1))
         for path in shipped if SOURCE.search(path) for text in [tree.text(path)]
         for match in CONDITION.finditer(text) if MACHINE.sub("", match.group(1))]


class PlantedTree:
    """A tree with one more line in one of its files."""

    def __init__(self, tree, path, line):
        self.root, self.files, self._tree = tree.root, tree.files, tree
        self._planted = {path: line}

    def text(self, path):
        return self._tree.text(path) + self._planted.get(path, "")

    def sources(self, *folders):
        return self._tree.sources(*folders)


def planted_lines_are_found(tree):
    planted = [
        (what_ships_leads_to_no_test, "pam_passkey/device/hidraw.c", '/* or umockdev */'),
        (what_ships_leads_to_no_test, "pam_passkey/device/sandbox_linux.c", '#ifdef PPK_INSECURE'),
        (what_ships_leads_to_no_test, "pam_passkey/device/worker.c", '#elif defined(UNIT_TEST)'),
        (what_ships_leads_to_no_test, "pam_passkey/device/meson.build", "# '-DPPK_TEST_BUS'"),
        (what_ships_leads_to_no_test, "tools/passkeyd/passkeyd.8", '.Ev LD_PRELOAD'),
        (what_ships_leads_to_no_test, "conf/passkeyd.conf", '# for a virtual authenticator'),
        (banned_functions_are_not_called, "pam_passkey/sys/terminal.c", 'f = secure_getenv("TERM");'),
        (banned_functions_are_not_called, "tools/passkeyctl/subject.c", 'f = getenv("SUDO_UID");'),
        (the_environment_is_looked_at_in_one_place, "tools/passkeyd/listen.c", 'extern char **environ;'),
        (layers_include_only_what_is_below, "pam_passkey/core/text.c", '#include "sys/file.h"'),
        (foreign_headers_stay_in_their_layer, "tools/passkeyctl/roots.c", '#include <openssl/evp.h>'),
        (the_module_leaves_its_host_alone, "pam_passkey/sys/file_read.c", '\tumask(077);'),
        (pam_success_stands_in_one_statement, "pam_passkey/pam/log.c", '\treturn PAM_SUCCESS;'),
        (nothing_under_pam_knows_pam, "pam_passkey/method/local.c", '\treturn PAM_IGNORE;'),
        (switches_over_our_enums_have_no_default, "pam_passkey/core/outcome.c", '\tdefault:'),
        (modules_keep_no_mutable_statics, "pam_passkey/store/store.c", '\tstatic int calls;'),
        (nothing_tells_of_the_machine_it_was_made_on, "README.md", "see /ro" + "ot/notes"),
    ]
    return ["%s: \"%s\" was not missed" % (path, line.strip()) for rule, path, line in planted
            if len(rule(PlantedTree(tree, path, line + "\n"))) != 1]


RULES = [
    top_level_holds_nothing_else, layers_include_only_what_is_below,
    foreign_headers_stay_in_their_layer, banned_functions_are_not_called,
    the_environment_is_looked_at_in_one_place,
    code_is_loaded_where_it_is_known_to_be,
    the_module_leaves_its_host_alone, pam_success_stands_in_one_statement,
    nothing_under_pam_knows_pam, switches_over_our_enums_have_no_default,
    every_file_names_its_licence, headers_are_guarded_by_their_path,
    headers_say_what_their_functions_do, headers_compile_alone,
    errors_are_checked_by_their_callers, modules_keep_no_mutable_statics,
    files_and_lines_are_of_a_readable_size, functions_fit_on_a_screen,
    nothing_tells_of_the_machine_it_was_made_on,
    what_ships_leads_to_no_test, planted_lines_are_found,
]


def main():
    return rules.run(RULES, Tree(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
