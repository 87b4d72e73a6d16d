/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEY_ASKPASS_ANSWER_H
#define PPK_TOOLS_PASSKEY_ASKPASS_ANSWER_H

#include <stddef.h>

/* Who asks, as this end knows it. */
struct ppk_asker {
	const char *user; /* for messages; NULL: not known */
	const char *host; /* normalised (core/ssh_host.h) */
};

/*
 * Answer a challenge (core/ssh_challenge.h) with an authenticator of this machine, on standard output.
 * What goes wrong is said. Returns the exit status.
 */
int ppk_answer(const struct ppk_asker *asker, const char *challenge, size_t len);

#endif
