/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_PLATFORM_H
#define PPK_SYS_PLATFORM_H

/*
 * Names that some systems have and others do not, where another name does the same or nearly so. What
 * needs more than a name is in files of its own: x_linux.c for Linux, x_portable.c for all others.
 */

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>

/* Open a folder to pass through it. O_RDONLY asks for more than that takes: the right to list it. */
#if defined(O_PATH)
#define PPK_O_FOLDER (O_PATH | O_DIRECTORY)
#elif defined(O_SEARCH)
#define PPK_O_FOLDER (O_SEARCH | O_DIRECTORY)
#else
#define PPK_O_FOLDER (O_RDONLY | O_DIRECTORY)
#endif

/* A clock that goes on while the machine sleeps. Where it has no name of its own, the other one may. */
#if defined(CLOCK_BOOTTIME)
#define PPK_CLOCK_STEADY CLOCK_BOOTTIME
#else
#define PPK_CLOCK_STEADY CLOCK_MONOTONIC
#endif

/* No SIGPIPE by a send(2). Where it has no such flag, ppk_socket_pair() makes sockets that raise none. */
#if defined(MSG_NOSIGNAL)
#define PPK_MSG_NOSIGNAL MSG_NOSIGNAL
#else
#define PPK_MSG_NOSIGNAL 0
#endif

#endif
