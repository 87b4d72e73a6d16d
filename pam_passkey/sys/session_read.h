/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_SESSION_READ_H
#define PPK_SYS_SESSION_READ_H

#include <sys/types.h>

#include "core/error.h"
#include "core/session.h"

/* Where the system writes down who came from where. */
struct ppk_session_sources {
	const char *cgroup; /* "/proc/self/cgroup" */
	const char *logind; /* "/run/systemd", with sessions/ and users/ in it */
	const char *utmp; /* "/run/utmp" */
	uid_t root; /* who alone may have written the last two: 0 */
};

/* Those of this machine. */
struct ppk_session_sources ppk_session_sources_of_system(void);

/*
 * Read what is known about the session that this process serves. rhost and tty are what the
 * application says (may be NULL), host is this machine's name. What cannot be read, or could have been
 * written by somebody else, is not known. Who can act as a session's user can run a process in it.
 * PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_session_facts_read(const struct ppk_session_sources *sources,
	const char *rhost, const char *tty, const char *host, struct ppk_session_facts *ret);

#endif
