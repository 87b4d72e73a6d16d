# SPDX-License-Identifier: BSD-2-Clause
"""Run the libFuzzer harnesses for a bounded while, over the seeds in corpus/.

usage: run.py BUILD [--runs N | --seconds N] [--harness NAME]...        prints TAP

For each harness two tests: fuzz_NAME must find nothing; fuzz_NAME_planted must find the error that
is planted in it, and no seed may have it. By default the bound is a number of runs with a fixed seed, so that a second
run does the same. --seconds is for hunting: then the planted errors are left out.
"""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = 20_000
PLANTED_RUNS = 1_000_000  # it stops at the first find, which comes far earlier
MAX_LEN = 1024
LONGER = {"attestation": 1536}  # whose seeds are longer: one of a TPM has 1,073 bytes
FOUND = 77  # libFuzzer's exit status for abort() and for what a sanitizer finds


def harnesses(folder):
    names = [name[len("fuzz_"):] for name in os.listdir(folder)
             if name.startswith("fuzz_") and os.access(os.path.join(folder, name), os.X_OK)
             and os.path.isfile(os.path.join(folder, name))]
    return sorted(name for name in names if not name.endswith("_planted"))


def run(folder, name, planted, bound):
    """Exit status and output of one harness; new inputs go to a folder that is thrown away."""
    program = os.path.join(folder, "fuzz_" + name + ("_planted" if planted else ""))
    seeds = os.path.join(HERE, "corpus", name)
    dictionary = os.path.join(HERE, "corpus", name + ".dict")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        corpus = os.path.join(scratch, "corpus")
        os.mkdir(corpus)
        command = [program, bound, "-seed=1", f"-max_len={LONGER.get(name, MAX_LEN)}", "-timeout=20",
                   "-rss_limit_mb=2048", f"-error_exitcode={FOUND}",
                   f"-artifact_prefix={scratch}/", "-print_final_stats=1",
                   f"-use_value_profile={int(planted)}"]  # slower, but finds what is equal to
        if os.path.exists(dictionary):
            command.append("-dict=" + dictionary)
        done = subprocess.run(command + [corpus, seeds], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def comment(text, lines):
    for line in text.splitlines()[-lines:]:
        print("# " + line)


def summary(output):
    """How many runs it took."""
    return "\n".join(line for line in output.splitlines() if "executed_units" in line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--harness", action="append")
    options = parser.parse_args()
    folder = os.path.join(options.build, "tests", "fuzz")
    names = options.harness or harnesses(folder)
    failures, number = 0, 0

    def report(good, name, output):
        nonlocal failures, number
        number += 1
        failures += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
        comment(summary(output) if good else output, 60)

    print(f"1..{len(names) * (1 if options.seconds else 2)}")
    for name in names:
        bound = f"-max_total_time={options.seconds}" if options.seconds else f"-runs={options.runs}"
        status, output = run(folder, name, False, bound)
        report(status == 0, f"{name}: nothing is found", output)
        if not options.seconds:
            status, output = run(folder, name, True, "-runs=0")  # the seeds alone
            in_seeds = status != 0
            if not in_seeds:
                status, output = run(folder, name, True, f"-runs={PLANTED_RUNS}")
            report(status == FOUND and "planted" in output and not in_seeds,
                   f"{name}: the planted error is found", output)
    return 1 if failures or not names else 0


sys.exit(main())
