# SPDX-License-Identifier: BSD-2-Clause
"""pam_passkey and Debian's pam_u2f, side by side, on the same software authenticator, in one run.

usage: bench.py BUILD [--pairs N] [--no-users] [--no-instructions]

Each figure is for a whole pamtester process in a private system. Runs of the two modules and of
pam_permit (the floor) alternate; medians are printed. Ends with the targets and exits with 1 when
one is missed. Needs root.
"""

import argparse
import os
import re
import secrets
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import scene  # noqa: E402
from scene import system  # noqa: E402

ORIGIN = "pam://bench"
MAPPINGS = system.ROOT + "/u2f_mappings"
MANY = system.ROOT + "/many"


def environment():
    """What all of them run with: the bus for programs that open the node themselves."""
    return {"PATH": os.environ["PATH"], "LD_PRELOAD": system.LIBRARY + "/libvirtual-bus.so",
            "PPK_VIRTUAL_BUS": system.BUS}


def services():
    system.service("bench-floor", "required pam_permit.so")
    system.service("bench-ours", "required pam_passkey.so")
    system.service("bench-many", "required pam_passkey.so credentials=%s/%%u" % MANY)
    system.service("bench-u2f", "required pam_u2f.so authfile=%s origin=%s appid=%s" %
                   (MAPPINGS, ORIGIN, ORIGIN))


class Run:
    """One pamtester process: wall and CPU milliseconds, peak memory of any process in it."""

    def __init__(self, service):
        done = subprocess.run([system.PROGRAMS + "/measure", "pamtester", service, scene.USER,
                               "authenticate"], env=environment(), stdout=subprocess.PIPE,
                              text=True, check=True)
        wall_us, cpu_us, peak_kib, status = map(int, done.stdout.split())
        if status != 0:
            raise RuntimeError("%s was refused" % service)
        self.wall_ms, self.cpu_ms, self.memory_mb = wall_us / 1000, cpu_us / 1000, peak_kib / 1024


def enroll_both():
    """The same authenticator for both: ours by passkeyctl, theirs by pamu2fcfg."""
    system.run(*scene.enroll())
    line = subprocess.run(["pamu2fcfg", "-u", scene.USER, "-o", ORIGIN, "-i", ORIGIN],
                          env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout
    with open("%s/%s" % (system.PASSKEYS, scene.USER), encoding="utf-8") as file:
        return file.read(), line.strip()


def with_credentials(count, ours, theirs):
    """Write both stores with count credentials, of which the last is the authenticator's."""
    lines = []
    for number in range(count - 1):
        other = secrets.token_urlsafe(48)
        lines.append(re.sub(r"\bid=\S+", "id=" + other, re.sub(r'name="[^"]*"', 'name="Key %d"' % number,
                                                              ours)))
    system.write("%s/%s" % (system.PASSKEYS, scene.USER), "".join(lines) + ours)
    name, credential = theirs.split(":", 1)
    handle, rest = credential.split(",", 1)
    absent = [":%s,%s" % (secrets.token_urlsafe(len(handle) * 3 // 4)[:len(handle)]
                          .replace("-", "+").replace("_", "/"), rest) for _ in range(count - 1)]
    system.write(MAPPINGS, "%s%s:%s\n" % (name, "".join(absent), credential))


def stats(key, service):
    key.stats_reset()
    Run(service)
    return key.stats()


def instructions(service):
    """Instructions of pamtester and all that it starts, counted by callgrind.

    A process that forks hands its count so far to the child: of those that run the same program
    the largest is taken, so that nothing is counted twice.
    """
    folder = system.ROOT + "/callgrind"
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["valgrind", "--tool=callgrind", "--trace-children=yes",
                    "--callgrind-out-file=%s/%%p.out" % folder, "pamtester", service, scene.USER,
                    "authenticate"], env=environment(), stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    programs = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        os.unlink(os.path.join(folder, name))
        command = re.search(r"(?m)^cmd:\s*(\S+)", text)
        count = re.search(r"(?m)^(?:summary|totals):\s*(\d+)", text)
        if command and count:  # one that was killed leaves none
            programs[command.group(1)] = max(int(count.group(1)), programs.get(command.group(1), 0))
    return sum(programs.values())


def medians(names, pairs):
    """Medians of alternating runs: {service: (wall, cpu, memory)}."""
    runs = {name: [] for name in names}
    for _ in range(pairs):
        for name in names:
            runs[name].append(Run(name))
    return {name: tuple(statistics.median(getattr(run, field) for run in of)
                        for field in ("wall_ms", "cpu_ms", "memory_mb")) for name, of in runs.items()}


class Targets:
    def __init__(self):
        self.missed = 0

    def check(self, text, value, limit):
        met = value <= limit
        self.missed += not met
        print("target %s: %.3g, at most %.3g: %s" % (text, value, limit, "met" if met else "MISSED"))


def grid(targets, ours, theirs, options):
    print("authenticator  credentials  module   wall ms  CPU ms  peak MB  transactions  packets to/from"
          "  instructions")
    limits = {("at once", 1): 1.0, ("at once", 10): 1.0, ("10 ms a packet", 1): 0.75,
              ("10 ms a packet", 10): 0.25}
    results = []
    for speed, arguments in (("at once", []), ("10 ms a packet", ["--packet-delay=10"])):
        for count in (1, 10):
            with_credentials(count, ours, theirs)
            with scene.key(args=arguments) as key:
                measured = medians(["bench-floor", "bench-ours", "bench-u2f"], options.pairs)
                seen = {name: stats(key, name) for name in ("bench-ours", "bench-u2f")}
                for name, (wall, cpu, memory) in measured.items():
                    wire = seen.get(name)
                    counted = "" if options.no_instructions or speed != "at once" else \
                        "%14d" % instructions(name)
                    print("%-14s %11d  %-7s %8.1f %7.1f %8.1f %13s %11s %s" % (
                        speed, count, name[6:], wall, cpu, memory,
                        wire["transactions"] if wire else "",
                        "%d/%d" % (wire["packets_in"], wire["packets_out"]) if wire else "", counted))
            ratio = measured["bench-ours"][0] / measured["bench-u2f"][0]
            results.append((speed, count, ratio, limits[speed, count],
                            seen["bench-ours"]["transactions"]))
    for speed, count, ratio, limit, transactions in results:
        targets.check("wall time, %s, %d credentials, of pam_u2f's" % (speed, count), ratio, limit)
        targets.check("transactions, %s, %d credentials" % (speed, count), transactions, 3)


def many_users(targets, ours, theirs, pairs):
    print("\nusers      module   wall ms")
    os.makedirs(MANY)
    system.run("mount", "-t", "tmpfs", "-o", "mode=0755,size=6g,nr_inodes=0", "many", MANY)
    system.write("%s/%s" % (MANY, scene.USER), ours)
    line = theirs.split(":", 1)[1]
    made = 0
    walls = {}
    with scene.key():
        for users in (1000, 1000000):
            for number in range(made, users):
                os.close(os.open("%s/user%d" % (MANY, number), os.O_CREAT | os.O_WRONLY, 0o644))
            made = users
            with open(MAPPINGS, "w", encoding="utf-8") as file:
                file.writelines("user%d:%s\n" % (number, line) for number in range(users))
                file.write("%s:%s\n" % (scene.USER, line))
            measured = medians(["bench-many", "bench-u2f"], pairs)
            walls[users] = measured["bench-many"][0]
            for name, figures in measured.items():
                print("%-10d %-8s %7.1f" % (users, name[6:], figures[0]))
    targets.check("look-up among 1,000,000 users, of that among 1,000", walls[1000000] / walls[1000],
                  1.15)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--pairs", type=int, default=25)
    parser.add_argument("--no-users", action="store_true")
    parser.add_argument("--no-instructions", action="store_true")
    options = parser.parse_args()
    with open(os.path.join(options.build, "tests/bench/measure"), "rb") as file:
        measure = file.read()
    scene.prepare(options.build)
    with open(system.PROGRAMS + "/measure", "wb") as file:
        file.write(measure)
    os.chmod(system.PROGRAMS + "/measure", 0o755)
    services()
    with scene.key():
        ours, theirs = enroll_both()
    targets = Targets()
    grid(targets, ours, theirs, options)
    if not options.no_users:
        many_users(targets, ours, theirs, options.pairs)
    return 1 if targets.missed else 0


if __name__ == "__main__":
    sys.exit(main())
