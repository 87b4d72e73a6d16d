# SPDX-License-Identifier: BSD-2-Clause
"""What the askpass method adds to an ssh login, without the touch.

usage: bench_ssh.py BUILD [--pairs N]

Whole runs of ssh to a real sshd on loopback, in a private system, with the password alone and with password
and passkey in turn; the software authenticator answers at once. Then refusals of a user with a passkey and
of strangers in turn, by the time that the module takes: nobody should see the difference. Medians; ends with the targets and exits with 1
when one is missed. Needs root. PPK_TEST_OPENSSH as in ssh_scene.py.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import scene  # noqa: E402
import ssh_scene  # noqa: E402
from ssh_scene import Server, environment, system, words  # noqa: E402

ADDED_MS = 30
QUIET = ["-o", "NumberOfPasswordPrompts=1"]
ORIGINS = "methods=askpass origins=ssh://web1.example"


def wall_ms(command, values, status):
    done = subprocess.run([system.PROGRAMS + "/measure", *ssh_scene.as_person(command)], env=values,
                          stdout=subprocess.PIPE, text=True, check=True)
    wall_us, _, _, got = map(int, done.stdout.split())
    if (got == 0) != (status == 0):
        raise RuntimeError("%s ended with %d" % (" ".join(command), got))
    return wall_us / 1000


def in_turn(runs, pairs):
    """{name: milliseconds of each run}; the runs alternate, the first of each is thrown away."""
    measured = {name: [] for name in runs}
    for _ in range(pairs + 1):
        for name, run in runs.items():
            measured[name].append(run())
    return {name: values[1:] for name, values in measured.items()}


def questions(command, values):
    """How often the server waits for an answer: the round trips of keyboard-interactive."""
    done = subprocess.run(ssh_scene.as_person([command[0], "-vv", "-o", "LogLevel=DEBUG2", *command[1:]]),
                          env=values, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=True)
    return sum("input_userauth_info_req: num_prompts" in line and not line.endswith(" 0")
               for line in done.stderr.splitlines())


def print_medians(measured):
    for name, values in measured.items():
        ordered = sorted(values)
        print("%-32s median %6.1f ms   from %6.1f to %6.1f" % (
            name, statistics.median(values), ordered[0], ordered[-1]))


def check(text, value, limit):
    met = value <= limit
    print("target %s: %.3g, at most %.3g: %s" % (text, value, limit, "met" if met else "MISSED"))
    return met


def logins(pairs):
    alone = environment(SSH_ASKPASS=ssh_scene.TYPES_PASSWORD)
    with Server("alone", 2210, auth=["required pam_unix.so"]) as password, \
            Server("both", 2211, ORIGINS) as both, scene.key():
        measured = in_turn({
            "password alone": lambda: wall_ms(words(password, "true"), alone, 0),
            "password and passkey": lambda: wall_ms(words(both, "true"), environment(), 0),
        }, pairs)
        trips = questions(words(both, "true"), environment()) - questions(words(password, "true"), alone)
    print_medians(measured)
    print("round trips more: %d" % trips)
    added = [with_passkey - without for without, with_passkey in zip(*measured.values())]
    return [check("milliseconds added (median of pairs)", statistics.median(added), ADDED_MS),
            check("round trips added", trips, 2)]


def module_ms(command, values, log):
    """How long the module took for a sign-in, by its own line in the log."""
    log.forget()
    wall_ms(command, values, 255)
    return int(re.search(r" ms=(\d+)", log.lines("result=denied")[-1]).group(1))


def refusals(pairs, log):
    """The same wrong answer by each."""
    program = system.ROOT + "/wrong"
    answer = "passkey1:AQAEd2ViMQAIMAYCAQECAQEBAAAABw"
    system.write(program, "#!/bin/sh\ncase $1 in *'[passkey1]: ') echo passkey1 ;; *) echo %s ;; esac\n" %
                 answer, 0o755)
    values = environment(SSH_ASKPASS=program)
    with Server("only", 2212, auth=["required pam_passkey.so " + ORIGINS]) as server:
        measured = in_turn({"refused: %s" % what: lambda user=user: module_ms(
            words(server, "true", user=user, options=QUIET), values, log)
            for what, user in (("a user with a passkey", scene.USER), ("one without", scene.OTHER),
                               ("nobody of this name", "nobody-of-this-name"))}, pairs)
    print_medians(measured)
    medians = [statistics.median(values) for values in measured.values()]
    return [check("milliseconds between refusals", max(medians) - min(medians), 3)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--pairs", type=int, default=25)
    options = parser.parse_args()
    with open(os.path.join(options.build, "tests/bench/measure"), "rb") as file:
        measure = file.read()
    print("load of the machine: %.1f for %d processors; the targets are for an idle one" % (
        os.getloadavg()[0], os.cpu_count()))
    log = ssh_scene.prepare(options.build)
    with open(system.PROGRAMS + "/measure", "wb") as file:
        file.write(measure)
    os.chmod(system.PROGRAMS + "/measure", 0o755)
    met = logins(options.pairs) + refusals(options.pairs, log)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
