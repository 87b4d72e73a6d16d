/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The facts about a session (core/session.h).
 *
 * 1. logind's files MUST be root's, as ppk_file_read() checks; an environment variable MUST NOT be
 *    looked at.
 * 2. utmp, which is a group's to write, MUST be a regular file of root's that not everybody can write.
 */
#include "sys/session_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/descriptor.h"
#include "sys/file.h"

#define PATH_SIZE 512

struct ppk_session_sources ppk_session_sources_of_system(void)
{
	return (struct ppk_session_sources){
		.cgroup = "/proc/self/cgroup",
		.logind = "/run/systemd",
		.utmp = "/run/utmp",
		.root = 0,
	};
}

/*
 * At most max bytes of what fd has open; files of /proc do not say how long they are. *ret is empty when
 * there is nothing to read; the caller's.
 */
static enum ppk_err slurp(int fd, size_t max, struct ppk_bytes *ret)
{
	ret->data = malloc(max);
	if (ret->data == NULL)
		return PPK_ERR_NOMEM;
	/* what was read before an error is no worse than a shorter file */
	(void)ppk_descriptor_read(fd, ret->data, max, &ret->len);
	return PPK_OK;
}

static enum ppk_err read_place(
	const struct ppk_session_sources *sources, struct ppk_session_place *ret)
{
	int fd = open(sources->cgroup, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct ppk_bytes text = { .data = NULL };
	enum ppk_err err;

	if (fd < 0)
		return PPK_OK;
	err = slurp(fd, PPK_SESSION_FILE_MAX, &text);
	ppk_session_place_parse((const char *)text.data, text.len, ret);
	ppk_bytes_done(&text);
	close(fd);
	return err;
}

/* A file of logind, FOLDER/kind/name; *ret is empty when there is none. The caller's. */
static enum ppk_err read_logind(const struct ppk_session_sources *sources, const char *kind,
	const char *name, struct ppk_bytes *ret)
{
	const struct ppk_trust trust = { .root = sources->root };
	struct ppk_bytes text = { .data = NULL };
	char path[PATH_SIZE];
	int len = snprintf(path, sizeof(path), "%s/%s/%s", sources->logind, kind, name);
	enum ppk_err err;

	if (len <= 0 || (size_t)len >= sizeof(path))
		return PPK_OK;
	err = ppk_file_read(path, &trust, PPK_SESSION_FILE_MAX, &text, NULL);
	if (err == PPK_OK)
		*ret = text;
	return err == PPK_ERR_NOMEM ? err : PPK_OK;
}

static enum ppk_err read_session(const struct ppk_session_sources *sources, const char *id,
	enum ppk_locality *ret, char ret_host[static PPK_SESSION_HOST_SIZE])
{
	struct ppk_bytes text = { .data = NULL };
	enum ppk_err err = read_logind(sources, "sessions", id, &text);

	*ret = ppk_session_of_logind((const char *)text.data, text.len);
	if (!ppk_session_remote_host_of_logind((const char *)text.data, text.len, ret_host))
		ret_host[0] = '\0';
	ppk_bytes_done(&text);
	return err;
}

static enum ppk_err read_user_sessions(
	const struct ppk_session_sources *sources, uid_t uid, enum ppk_locality *ret)
{
	char ids[PPK_SESSIONS_MAX][PPK_SESSION_ID_SIZE], name[16], host[PPK_SESSION_HOST_SIZE];
	enum ppk_locality each[PPK_SESSIONS_MAX];
	struct ppk_bytes text = { .data = NULL };
	enum ppk_err err;
	size_t count;

	snprintf(name, sizeof(name), "%lu", (unsigned long)uid);
	err = read_logind(sources, "users", name, &text);
	count = ppk_sessions_of_logind_user((const char *)text.data, text.len, ids);
	ppk_bytes_done(&text);
	for (size_t i = 0; i < count && err == PPK_OK; i++)
		err = read_session(sources, ids[i], &each[i], host);
	if (err == PPK_OK)
		*ret = ppk_session_agree(each, count);
	return err;
}

static bool is_believed(int fd, uid_t root)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == root &&
	       (status.st_mode & S_IWOTH) == 0;
}

static enum ppk_err read_utmp(
	const struct ppk_session_sources *sources, const char *tty, bool *ret_has_address)
{
	int fd = open(sources->utmp, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct ppk_bytes entries = { .data = NULL };
	enum ppk_err err = PPK_OK;

	if (fd < 0)
		return PPK_OK;
	if (is_believed(fd, sources->root)) {
		err = slurp(fd, PPK_UTMP_MAX, &entries);
		*ret_has_address = ppk_utmp_has_address(entries.data, entries.len, tty);
		ppk_bytes_done(&entries);
	}
	close(fd);
	return err;
}

enum ppk_err ppk_session_facts_read(const struct ppk_session_sources *sources, const char *rhost,
	const char *tty, const char *host, struct ppk_session_facts *ret)
{
	struct ppk_session_facts facts = {
		.has_remote_host = ppk_session_host_is_remote(rhost, host),
	};
	struct ppk_session_place place = { .session = "" };
	enum ppk_err err = read_place(sources, &place);

	if (err == PPK_OK && place.session[0] != '\0')
		err = read_session(sources, place.session, &facts.session, facts.remote_host);
	if (err == PPK_OK && place.is_of_manager)
		err = read_user_sessions(sources, place.manager_uid, &facts.user_sessions);
	if (err == PPK_OK && tty != NULL)
		err = read_utmp(sources, tty, &facts.tty_has_address);
	if (err == PPK_OK)
		*ret = facts;
	return err;
}
