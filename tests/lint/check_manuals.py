# SPDX-License-Identifier: BSD-2-Clause
"""The manuals, the sample configuration and the shell completion say what the programs do.

usage: check_manuals.py SOURCE_ROOT PASSKEYCTL        prints TAP
"""

import os
import re
import shutil
import subprocess
import sys

import rules

MANUALS = ("pam_passkey/pam/pam_passkey.8", "pam_passkey/pam/pam_passkey.conf.5")
SAMPLE = "conf/pam_passkey.conf.in"
TOOL_MANUAL = "tools/passkeyctl/passkeyctl.1"
ASKPASS_MANUAL = "tools/passkey-askpass/passkey-askpass.1"
PASSKEYD_MANUAL = "tools/passkeyd/passkeyd.8"
PASSKEYD_SAMPLE = "conf/passkeyd.conf"
COMPLETION = "tools/passkeyctl/passkeyctl.bash"
# Macros of options.def, and what stands for them in files that Meson fills in.
MACROS = {"PPK_DEVICE_HELPER": "@device_helper@"}


class Option:
    def __init__(self, name, kind, default, values, sentence):
        self.name, self.kind, self.default = name, kind, default
        self.values, self.sentence = values, sentence

    def words(self):
        """What a value can be: the words of "a | b", the bounds of "5 to 600 seconds"."""
        if "|" in self.values:
            return [word.strip() for word in self.values.split("|")]
        listed = re.search(r"\bof: (.+)$", self.values)
        if listed:
            return [word.strip() for word in listed.group(1).split(",")]
        return re.findall(r"\b\d+\b", self.values) + re.findall(r"%[a-zA-Z%]", self.values)


def c_string(tokens):
    """Adjacent C strings and known macros, as one text."""
    parts = []
    for string, macro in re.findall(r'"((?:\\.|[^"\\])*)"|(\w+)', tokens):
        parts.append(MACROS[macro] if macro else re.sub(r"\\(.)", r"\1", string))
    return "".join(parts)


def parse_options(text, macro="PPK_OPTION"):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    value = r'((?:"(?:\\.|[^"\\])*"|\w+|\s)+)'
    pattern = re.compile(r"%s\(\s*(\w+)\s*,\s*(\w+)\s*,%s,%s,%s\)" % (macro, value, value, value))
    options = [Option(name, kind, c_string(default), c_string(values), c_string(sentence))
               for name, kind, default, values, sentence in pattern.findall(text)]
    if len(options) != text.count(macro + "(") or not options:
        raise SystemExit("options.def was not understood")
    return options


def plain(mdoc):
    """mdoc source as text: macros and escapes gone."""
    lines = []
    for line in mdoc.split("\n"):
        if line.startswith('.\\"'):
            continue
        if line.startswith("."):
            words = line[1:].split(" ")
            line = " ".join(w for w in words if not re.fullmatch(
                r"It|Cm|Ar|Pa|Ns|Fl|Op|Xr|Ql|Sq|Dq|Li|Pq|Dv|Em|Sx|Nm|Pp|Bl|El|Bd|Ed|Dl|Sc|So|,|\.", w))
        lines.append(line)
    text = "\n".join(lines)
    return text.replace("\\(dq", '"').replace("\\(aq", "'").replace("\\&", "")


def items(mdoc):
    """{key: source of the item} of the outer tagged lists; the key is the first word of the tag."""
    found, depth, key = {}, 0, None
    for line in mdoc.split("\n"):
        if line.startswith(".Bl"):
            depth += 1
        if line.startswith(".El"):
            depth -= 1
        match = re.match(r"\.It (?:Cm|Fl|Dv|Pa) (\S+)", line)
        if match and depth == 1:
            key = match.group(1)
            found[key] = ""
        if line.startswith(".Sh") or line.startswith(".Ss"):
            key = None
        if key:
            found[key] += line + "\n"
    return found


def section(mdoc, name):
    match = re.search(r"^\.S[hs] %s$(.*?)(?=^\.Sh |\Z)" % re.escape(name), mdoc, re.M | re.S)
    return match.group(1) if match else ""


class Tree:
    manuals, sample = MANUALS, SAMPLE

    def __init__(self, root, program):
        self.root, self.program = root, program
        self.options = parse_options(self.text("pam_passkey/core/options.def"))

    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def help(self, *words):
        return subprocess.run([self.program, *words, "--help"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout

    def commands(self):
        body = self.help().split("Commands:\n")[1].split("\n\n")[0]
        return re.findall(r"(?m)^  (\w+)", body)

    def command_options(self, command):
        return re.findall(r"(?m)^  --([a-z-]+)", self.help(command))


class PasskeydTree(Tree):
    """The same tree, for the options of passkeyd."""
    manuals, sample = (PASSKEYD_MANUAL,), PASSKEYD_SAMPLE

    def __init__(self, tree):
        self.root, self.program = tree.root, tree.program
        self.options = parse_options(self.text("tools/passkeyd/options.def"), "PPKD_OPTION")


def each_manual_has_each_option_with_default_and_values(tree):
    found = []
    for path in tree.manuals:
        described = items(section(tree.text(path), "OPTIONS"))
        for option in tree.options:
            text = plain(described.get(option.name, ""))
            if not text:
                found.append("%s: %s is missing" % (path, option.name))
                continue
            default = re.search(r"Default:\s+(\S+?)[.,]?(\s|$)", text)
            wanted = option.default or '""'
            if not default or default.group(1) != wanted:
                found.append("%s: the default of %s is not said to be %s" % (path, option.name, wanted))
            for word in option.words():
                if not re.search(r"(?<![\w-])%s(?![\w-])" % re.escape(word), text):
                    found.append("%s: %s: %s is missing" % (path, option.name, word))
        for name in described:
            if name not in [option.name for option in tree.options]:
                found.append("%s: %s is no option" % (path, name))
    return found


def the_manual_has_each_reason_with_its_sentence(tree):
    """The list of reasons is core/error.def, word for word."""
    errors = re.findall(r'PPK_ERROR\(\w+, "([^"]+)", "([^"]+)"\)', tree.text("pam_passkey/core/error.def"))
    if len(errors) != tree.text("pam_passkey/core/error.def").count("\nPPK_ERROR("):
        raise SystemExit("error.def was not understood")
    listed = section(tree.text(MANUALS[0]), "DIAGNOSTICS").split("The reasons:\n")[-1]
    described = re.findall(r"(?m)^\.It Cm (\S+)\n(.*)$", listed)
    if described[:1] != [("ok", "signed in")]:
        return ["%s: no list of reasons that begins with ok" % MANUALS[0]]
    return ["%s: %s: %r is not in both" % (MANUALS[0], *entry)
            for entry in sorted(set(described[1:]) ^ set(errors))]


def the_sample_has_each_option_with_its_default(tree):
    found = []
    lines = re.findall(r"(?m)^#(\w+) = (.*)$", tree.text(tree.sample))
    sample = dict(lines)
    for option in tree.options:
        if option.name == "conf":
            continue
        wanted = option.default or '""'
        if sample.pop(option.name, None) != wanted:
            found.append("%s: not #%s = %s" % (tree.sample, option.name, wanted))
    if "conf" in sample or len(lines) != sum(option.name != "conf" for option in tree.options):
        found.append("%s: more than the options: %s" % (tree.sample, ", ".join(sample)))
    for line in tree.text(tree.sample).split("\n"):
        if line and not line.startswith("#"):
            found.append("%s: not a comment: %s" % (tree.sample, line))
    return found


def the_sample_names_each_value(tree):
    blocks = {name: comment for comment, name in
              re.findall(r"((?:^#(?! ?\w+ = ).*\n)+)^#(\w+) = ", tree.text(tree.sample), re.M)}
    return ["%s: %s: %s is missing" % (tree.sample, option.name, word)
            for option in tree.options if option.name != "conf"
            for word in option.words()
            if not re.search(r"(?<![\w-])%s(?![\w-])" % re.escape(word), blocks.get(option.name, ""))]


def the_options_of_passkeyd_are_described_and_in_its_sample(tree):
    return [line for check in (each_manual_has_each_option_with_default_and_values,
                               the_sample_has_each_option_with_its_default, the_sample_names_each_value)
            for line in check(PasskeydTree(tree))]


def the_manual_of_the_tool_has_each_command_and_option(tree):
    manual = tree.text(TOOL_MANUAL)
    described = items(section(manual, "DESCRIPTION"))
    synopses = {}
    for part in section(manual, "SYNOPSIS").split(".Nm\n"):
        match = re.match(r"\.Cm (\w+)", part)
        if match:
            synopses[match.group(1)] = set(re.findall(r"Fl -([a-z-]+)", part)) | {"help"}
    found = []
    for command in tree.commands():
        if command not in described:
            found.append("%s: %s is not described" % (TOOL_MANUAL, command))
        wanted = set(tree.command_options(command))
        if synopses.get(command) != wanted:
            found.append("%s: the synopsis of %s has %s, --help has %s" %
                         (TOOL_MANUAL, command, synopses.get(command), wanted))
        for option in wanted:
            if "-" + option not in described:
                found.append("%s: --%s is not described" % (TOOL_MANUAL, option))
    for command in synopses:
        if command not in tree.commands():
            found.append("%s: %s is no command" % (TOOL_MANUAL, command))
    return found


def the_manual_of_the_tool_has_each_field_of_its_json(tree):
    folder = os.path.join(tree.root, "tools/passkeyctl")
    described = set(items(section(tree.text(TOOL_MANUAL), "JSON"))) | {"line", "error", "message"}
    written = set()
    for name in sorted(os.listdir(folder)):
        if name.endswith(".c") and name != "json.c":
            written |= set(re.findall(r'ppk_json_\w+\(&?json, "(\w+)"', tree.text("tools/passkeyctl/" + name)))
    if not written:
        return ["no JSON field was found in the source"]
    return (["%s: the field %s is missing" % (TOOL_MANUAL, f) for f in sorted(written - described)] +
            ["%s: no output has the field %s" % (TOOL_MANUAL, f) for f in sorted(described - written)])


def the_manual_of_the_tool_has_each_exit_status(tree):
    codes = re.findall(r"PPK_EXIT_\w+ = (\d+)", tree.text("tools/passkeyctl/message.h"))
    described = re.findall(r"(?m)^\.It (\d+)$", section(tree.text(TOOL_MANUAL), "EXIT STATUS"))
    return [] if codes == described and codes else ["%s: exit statuses %s, not %s" %
                                                    (TOOL_MANUAL, described, codes)]


def the_completion_has_each_command_and_option(tree):
    text = tree.text(COMPLETION)
    found = []
    words = re.search(r'"([a-z ]+) --help --version"', text)
    if not words or words.group(1).split() != tree.commands():
        found.append("%s: the commands are not %s" % (COMPLETION, tree.commands()))
    for command in tree.commands():
        match = re.search(r'(?m)^\t%s\) options="([^"]*)"' % command, text)
        got = match.group(1).replace("--", "").split() if match else None
        if got != tree.command_options(command):
            found.append("%s: the options of %s are %s, not %s" %
                         (COMPLETION, command, got, tree.command_options(command)))
    return found


def each_manual_passes_the_linter(tree):
    if not shutil.which("mandoc"):
        return ["mandoc is not installed"]
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning",
                           *(os.path.join(tree.root, path) for path in (*MANUALS, TOOL_MANUAL, ASKPASS_MANUAL, PASSKEYD_MANUAL))],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.splitlines() if done.returncode else []


def words_of_the_page(text, language):
    """The keys of one language in the page's script, those of reasons too."""
    block = re.search(r"(?ms)^\t%s: \{$(.*?)^\t\}," % language, text).group(1)
    return re.findall(r'(?m)(?:^\t+|\{ |, )"?([a-zA-Z-]+)"?: ["{]', block)


def the_page_says_the_same_in_both_languages(tree):
    """And explains only reasons that there are."""
    script = tree.text("tools/passkeyd/page/page.js")
    english, japanese = (words_of_the_page(script, language) for language in ("en", "ja"))
    if len(english) < 50:
        return ["page.js was not understood"]
    tokens = re.findall(r'PPK_ERROR\(\w+, "([^"]+)"', tree.text("pam_passkey/core/error.def"))
    reasons = re.search(r"(?s)reasons: \{(.*?)\}", script).group(1)
    return (["page.js: %s is in one language alone" % key for key in sorted(set(english) ^ set(japanese))] +
            ["page.js: %s is no reason" % key for key in re.findall(r'(?m)^\t+"([a-z-]+)": ', reasons)
             if key not in tokens])


def a_planted_gap_is_noticed(tree):
    """The checks above would see an option or a reason that no manual has."""
    class Planted(Tree):
        def __init__(self, other):
            self.root, self.program = other.root, other.program
            self.options = other.options + [Option("planted", "UV", "no", "no | yes", "")]

        def text(self, path):
            more = '\nPPK_ERROR(PLANTED, "planted", "planted")\n' if path.endswith("error.def") else ""
            return super().text(path) + more

    planted = Planted(tree)
    checks = (each_manual_has_each_option_with_default_and_values,
              the_sample_has_each_option_with_its_default, the_sample_names_each_value,
              the_manual_has_each_reason_with_its_sentence)
    return ["%s does not notice" % check.__name__ for check in checks
            if not any("planted" in line for line in check(planted))]


CHECKS = [
    each_manual_has_each_option_with_default_and_values,
    the_sample_has_each_option_with_its_default,
    the_sample_names_each_value,
    the_options_of_passkeyd_are_described_and_in_its_sample,
    the_manual_has_each_reason_with_its_sentence,
    the_manual_of_the_tool_has_each_command_and_option,
    the_manual_of_the_tool_has_each_field_of_its_json,
    the_manual_of_the_tool_has_each_exit_status,
    the_page_says_the_same_in_both_languages,
    the_completion_has_each_command_and_option,
    each_manual_passes_the_linter,
    a_planted_gap_is_noticed,
]


def main():
    return rules.run(CHECKS, Tree(sys.argv[1], sys.argv[2]))


if __name__ == "__main__":
    sys.exit(main())
