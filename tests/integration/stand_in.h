/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_INTEGRATION_STAND_IN_H
#define TESTS_INTEGRATION_STAND_IN_H

/*
 * Processes that stand in for passkeyd with a browser behind it, and for an ssh-agent: each has a key of its
 * own and really signs, for everybody who connects, one after the other.
 */

#include <stdbool.h>
#include <sys/types.h>

enum stand_in_kind {
	STAND_IN_NONE = 0,
	STAND_IN_PASSKEYD, /* for STAND_IN_ORIGIN, with a browser at STAND_IN_CLIENT */
	STAND_IN_AGENT,
};

#define STAND_IN_ORIGIN "https://login.example.org"
#define STAND_IN_CLIENT "192.0.2.7"

struct stand_in {
	pid_t pid;
	char line[1024]; /* the credential, as a file has it */
};

/*
 * Start one that runs as uid and listens at path, in a folder that uid may write. lies: its signatures are
 * wrong. It ends with this process. Whatever fails ends the program.
 */
void stand_in_start(
	enum stand_in_kind kind, const char *path, uid_t uid, bool lies, struct stand_in *ret);
void stand_in_stop(struct stand_in *stand_in); /* also one that was never started */

#endif
