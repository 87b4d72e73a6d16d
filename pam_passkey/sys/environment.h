/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_ENVIRONMENT_H
#define PPK_SYS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#define PPK_AGENT_SOCKET_SIZE 108 /* bytes of a path that a socket can have, with NUL: unix(7) */

/*
 * SSH_AUTH_SOCK of this process, into out (NUL-terminated; "" on false). False: not set, relative,
 * or too long for a socket. It is what the user says, and a hint: sys/user_socket.h checks. Under
 * sudo it is what sudo kept (env_keep).
 */
bool ppk_environment_agent_socket(char out[static PPK_AGENT_SOCKET_SIZE]);

/* The same for a value from elsewhere (the PAM environment); NULL is "not set". Pure. */
bool ppk_agent_socket_take(const char *value, char out[static PPK_AGENT_SOCKET_SIZE]);

/*
 * A variable of the environment, or NULL; NULL too in a process with more rights than its caller. For
 * programs of ours, never for the module. Borrowed.
 */
const char *ppk_environment_value(const char *name);

/* The same as a number of 31 bits; 0 also where it is none. */
unsigned ppk_environment_number(const char *name);

/*
 * Does the terminal that the environment describes show colours and UTF-8: TERM is set and not "dumb",
 * and the first of LC_ALL, LC_CTYPE and LANG that is set ends in UTF-8? Good enough for a picture.
 */
bool ppk_environment_shows_pictures(void);

#endif
