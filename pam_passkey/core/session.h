/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SESSION_H
#define PPK_CORE_SESSION_H

/*
 * Is the person who signs in at this machine or somewhere else? Decided by what the system wrote down,
 * never by what the user's environment says. The facts are read by sys/session_read.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PPK_SESSION_ID_SIZE 64 /* bytes of the name of a logind session, with NUL */
#define PPK_SESSION_FILE_MAX 65536 /* bytes of a file of logind or of /proc that are looked at */
#define PPK_SESSION_HOST_SIZE 256 /* bytes of a remote host, with NUL */
#define PPK_UTMP_MAX (1024 * 1024) /* bytes of utmp that are looked at */
#define PPK_SESSIONS_MAX 64 /* sessions of one user */

enum ppk_locality {
	PPK_LOCALITY_UNKNOWN = 0, /* nobody can say */
	PPK_LOCALITY_LOCAL,
	PPK_LOCALITY_REMOTE,
};

/* What is known about a session. All zero: nothing. */
struct ppk_session_facts {
	bool has_remote_host; /* the application names a host that is not this one (PAM_RHOST) */
	enum ppk_locality session; /* logind, of the session that the process belongs to */
	bool tty_has_address; /* utmp: the terminal is in use from an address */
	/* logind, of all sessions of the user whose service manager started the process */
	enum ppk_locality user_sessions;
	/* logind, where the person of the process's session came from; "": it is not said */
	char remote_host[PPK_SESSION_HOST_SIZE];
};

/*
 * The strongest fact that says something: the application's remote host, the process's own session,
 * the terminal's address (which can say "remote" alone), the user's sessions. *ret_why is a static text
 * that names it. Pure.
 */
enum ppk_locality ppk_session_decide(const struct ppk_session_facts *facts, const char **ret_why);

/*
 * Is PAM_RHOST the name of another host? Not when it is NULL, empty, or this machine's own name (sudo
 * with pam_rhost). An address is another host: what comes from 127.0.0.1 came through sshd. Pure.
 */
bool ppk_session_host_is_remote(const char *rhost, const char *own_name);

/* Where the system put a process. */
struct ppk_session_place {
	char session[PPK_SESSION_ID_SIZE]; /* the logind session that it belongs to; "": none */
	bool is_of_manager; /* it was started by a user's service manager instead, of this user: */
	uint32_t manager_uid;
};

/*
 * From /proc/PID/cgroup: the scope "session-ID.scope" or the service "user@UID.service" directly in
 * the slice of a user, where the system alone can put a process; not one further down, where users
 * can make cgroups of any name. Nothing found is an empty place. Pure.
 */
void ppk_session_place_parse(const char *text, size_t len, struct ppk_session_place *ret);

/*
 * What /run/systemd/sessions/ID says: REMOTE=, of a session of a person (CLASS=user and the like; not
 * of a service manager, of cron and so on). A graphical session without a seat is remote (VNC, RDP).
 * PPK_LOCALITY_UNKNOWN for anything else. Pure.
 */
enum ppk_locality ppk_session_of_logind(const char *text, size_t len);

/*
 * Where the person of that session came from, as the program that began it told logind: REMOTE_HOST= of
 * a person's session with REMOTE=1; mostly an address, else a name. false: it is not said. Pure.
 */
bool ppk_session_remote_host_of_logind(
	const char *text, size_t len, char ret[static PPK_SESSION_HOST_SIZE]);

/*
 * The sessions that a user is in now (ONLINE_SESSIONS= of /run/systemd/users/UID), at most
 * PPK_SESSIONS_MAX. Returns how many. Pure.
 */
size_t ppk_sessions_of_logind_user(
	const char *text, size_t len, char ret_ids[static PPK_SESSIONS_MAX][PPK_SESSION_ID_SIZE]);

/* What all say that say something; PPK_LOCALITY_UNKNOWN when they contradict each other. Pure. */
enum ppk_locality ppk_session_agree(const enum ppk_locality *each, size_t count);

/*
 * Does utmp (utmp(5), len bytes of it) have a user on this terminal ("pts/3", "/dev/pts/3") who came
 * from an address? Pure.
 */
bool ppk_utmp_has_address(const uint8_t *data, size_t len, const char *tty);

#endif
