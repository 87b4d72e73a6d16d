/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before all else where passkey-askpass and passkey-device are built as for other systems: what
 * Linux alone has is not there. Names of libc that GNU has for itself are hidden by _XOPEN_SOURCE already.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Names that sys/platform.h asks for and can do without. */
#undef CLOCK_BOOTTIME
#undef O_PATH

/* MSG_CMSG_CLOEXEC and SOCK_* are macros beside enumerators of the same name. */
#undef MSG_CMSG_CLOEXEC
#undef SOCK_CLOEXEC
#undef SOCK_NONBLOCK
#undef SOCK_SEQPACKET

#pragma GCC poison MSG_CMSG_CLOEXEC SOCK_CLOEXEC SOCK_NONBLOCK SOCK_SEQPACKET
#pragma GCC poison O_TMPFILE AT_EMPTY_PATH SFD_CLOEXEC TFD_CLOEXEC IN_CLOEXEC
#pragma GCC poison accept4 clone close_range dup3 epoll_create1 eventfd explicit_bzero getauxval getrandom
#pragma GCC poison getresgid getresuid inotify_init1 memfd_create memmem memrchr mempcpy pidfd_open pipe2
#pragma GCC poison ppoll prctl program_invocation_name reallocarray recvmmsg secure_getenv sendmmsg setresgid
#pragma GCC poison setresuid signalfd sigtimedwait sigwaitinfo statx strchrnul syscall timerfd_create unshare
#pragma GCC poison waitid
