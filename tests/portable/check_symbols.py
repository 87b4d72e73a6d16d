# SPDX-License-Identifier: BSD-2-Clause
"""The programs for other systems use nothing that Linux alone has.

usage: check_symbols.py LINUX_PROGRAM PROGRAM...        prints TAP

What they use of the system is in POSIX.1-2008 with XSI, and so on macOS and the BSDs; the rest is of
libfido2 and OpenSSL, or what the compiler and glibc put in the place of such a name. LINUX_PROGRAM shows that
this would be seen.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "lint"))
import rules  # noqa: E402

POSIX = set("""
_exit access calloc chdir clock_gettime close dprintf dup2 environ errno execlp execve fchmod fchown fcntl
ferror fflush fork fprintf fputs fread free fstat fstatat fwrite getegid geteuid getpid getppid getrlimit
getuid inet_ntop inet_pton isatty kill malloc memchr memcmp memcpy memmove memset open openat pause pipe poll
posix_spawn_file_actions_adddup2 posix_spawn_file_actions_destroy posix_spawn_file_actions_init posix_spawnp
pselect pthread_create pthread_join putc putchar puts qsort raise read realloc recv recvmsg select send sendmsg
setitimer setregid setreuid setrlimit setsockopt shutdown sigaction sigaddset sigdelset sigemptyset sigfillset
sigprocmask snprintf socketpair stderr stdin stdout strcasecmp strchr strcmp strcspn strdup strerror_r strlen
strncmp strnlen strpbrk strrchr strspn strstr tcgetattr tcsetattr unsetenv vsnprintf waitpid write
""".split())

# What stands for such a name in a program of glibc: large files, checks of _FORTIFY_SOURCE, the start.
GLIBC = re.compile(r"__(\w+?)_chk$|__(open|openat)(?:64)?_2$|(\w+?)64$|__xpg_(strerror_r)$")
START = {"_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "__cxa_finalize", "__gmon_start__",
         "__libc_start_main", "__stack_chk_fail", "__ctype_b_loc", "__errno_location", "__environ",
         "__fdelt_chk"}
LIBRARIES = re.compile(r"(fido|ASN1|BIO|BN|CRYPTO|EC|ERR|EVP|OBJ|OPENSSL|OSSL|PEM|RSA|X509|d2i|i2d)_")


def names(program):
    said = subprocess.run(["nm", "-D", "--undefined-only", program], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return sorted({line.split()[-1].split("@")[0] for line in said.splitlines()})


def is_portable(name):
    if name in POSIX or name in START or LIBRARIES.match(name):
        return True
    match = GLIBC.match(name)
    return bool(match) and any(group in POSIX for group in match.groups())


def foreign(program):
    return [name for name in names(program) if not is_portable(name)]


def programs_use_what_every_system_has(_, programs):
    return ["%s uses %s" % (os.path.basename(program), name) for program in programs for name in foreign(program)]


def programs_use_the_system(_, programs):
    """What could not be read would use nothing."""
    return ["%s: no names" % program for program in programs if not {"poll", "write"} <= set(names(program))]


def what_linux_alone_has_would_be_seen(linux_program, _):
    missed = {"inotify_init1", "prctl", "signalfd", "statx", "syscall", "timerfd_create"} - \
        set(foreign(linux_program))
    return ["%s was not seen" % name for name in sorted(missed)]


if __name__ == "__main__":
    sys.exit(rules.run((programs_use_what_every_system_has, programs_use_the_system,
                        what_linux_alone_has_would_be_seen), sys.argv[1], sys.argv[2:]))
