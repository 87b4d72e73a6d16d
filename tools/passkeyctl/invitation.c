/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invitations that wait, so that they can be listed and taken back: a file for each, named by its process,
 * in a folder of memory that root alone can look into.
 *
 *  1. An entry MUST NOT give anybody a right: neither link nor challenge is in it, and nothing is
 *     enrolled by it.
 *  2. An entry MUST count only while the process of that number holds its lock, which the kernel
 *     says; so no other process is ever ended for it.
 */
#include "invitation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/key_value.h"
#include "core/text.h"
#include "sys/file.h"

#define FOLDER "/run/passkeyctl"
#define LINE_MAX 1024
#define PATH_SIZE sizeof(FOLDER "/.2147483647")

static const struct ppk_trust trust = { .root = 0 };

static void path_of(pid_t process, const char *dot, char out[static PATH_SIZE])
{
	snprintf(out, PATH_SIZE, FOLDER "/%s%u", dot, (unsigned)process);
}

static enum ppk_err failed(const char *path, const char *what, struct ppk_diag *reterr)
{
	return ppk_diag_set(reterr, PPK_ERR_IO, path, 0, 0, "%s: %s", what, strerrordesc_np(errno));
}

static void put_pair(struct ppk_writer *line, const char *key, const char *value)
{
	if (line->len > 0)
		ppk_writer_u8(line, ' ');
	ppk_pair_write(line, key, value);
}

/* user=alice made=2026-11-25T07:30:00Z until=2026-11-26T07:30:00Z */
static enum ppk_err make_line(const struct ppk_invitation *invitation, char *out, size_t *ret_len)
{
	struct ppk_writer line = { .data = (uint8_t *)out, .size = LINE_MAX };
	char made[PPK_TIME_TEXT_SIZE], until[PPK_TIME_TEXT_SIZE];

	ppk_time_to_text(invitation->made_s, made);
	ppk_time_to_text(invitation->until_s, until);
	put_pair(&line, "user", invitation->user);
	put_pair(&line, "made", made);
	put_pair(&line, "until", until);
	return ppk_writer_end(&line, ret_len);
}

static bool lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &whole) == 0;
}

/* Who holds the lock of what fd has open; 0: nobody. */
static pid_t holder(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &whole) != 0 || whole.l_type == F_UNLCK)
		return 0;
	return whole.l_pid;
}

/* It has its name only once it is locked: until then nobody takes it for one that has ended. */
static enum ppk_err write_entry(
	pid_t process, const char *line, size_t len, int *ret_fd, struct ppk_diag *reterr)
{
	char path[PATH_SIZE], hidden[PATH_SIZE];
	int fd;

	path_of(process, "", path);
	path_of(process, ".", hidden);
	(void)unlink(hidden);
	fd = open(hidden, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(hidden, "cannot be made", reterr);
	if (!lock(fd) || write(fd, line, len) != (ssize_t)len || rename(hidden, path) != 0) {
		enum ppk_err err = failed(hidden, "cannot be written", reterr);

		(void)unlink(hidden);
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return PPK_OK;
}

enum ppk_err ppk_invitation_announce(
	const struct ppk_invitation *invitation, int *ret_fd, struct ppk_diag *reterr)
{
	const struct ppk_file_owner owner = ppk_file_owned_by_root(&trust, 0700);
	char line[LINE_MAX];
	size_t len = 0;
	enum ppk_err err = make_line(invitation, line, &len);

	if (err == PPK_OK)
		err = ppk_folder_make(FOLDER, &trust, &owner, reterr);
	if (err == PPK_OK)
		err = write_entry(invitation->process, line, len, ret_fd, reterr);
	return err;
}

void ppk_invitation_opened(int fd, const char *address)
{
	char text[sizeof(" opened=") + PPK_BROWSER_ADDRESS_MAX];
	int len = snprintf(text, sizeof(text), " opened=%s", address);

	/* what is merely shown is no reason to end anything */
	if (len > 0 && (size_t)len < sizeof(text) && write(fd, text, (size_t)len) != len)
		return;
}

static bool take_time(const struct ppk_pair *pair, int64_t *ret)
{
	return ppk_text_to_time(pair->value, pair->value_len, ret) == PPK_OK;
}

/* The value of the pair, which fits into size bytes. */
static bool take_text(const struct ppk_pair *pair, char *out, size_t size)
{
	if (pair->value_len >= size)
		return false;
	(void)ppk_pair_unquote(pair, out);
	return true;
}

static bool take_pair(const struct ppk_pair *pair, struct ppk_invitation *ret)
{
	if (ppk_pair_has_key(pair, "user"))
		return take_text(pair, ret->user, sizeof(ret->user));
	if (ppk_pair_has_key(pair, "made"))
		return take_time(pair, &ret->made_s);
	if (ppk_pair_has_key(pair, "until"))
		return take_time(pair, &ret->until_s);
	if (ppk_pair_has_key(pair, "opened"))
		return take_text(pair, ret->opened, sizeof(ret->opened));
	return true; /* of a newer version */
}

static bool parse(const char *line, size_t len, struct ppk_invitation *ret)
{
	struct ppk_pair pairs[PPK_PAIRS_MAX];
	size_t count = 0;

	if (ppk_pairs_split(line, len, 0, pairs, &count, NULL) != PPK_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!take_pair(&pairs[i], ret))
			return false;
	}
	return ret->user[0] != '\0' && ret->until_s > 0;
}

/* One that waits. false: there is none of that name, or it has ended, and then it is taken away. */
static bool read_entry(const char *name, struct ppk_invitation *ret)
{
	struct ppk_invitation invitation = { .process = 0 };
	char line[LINE_MAX], path[PATH_SIZE];
	uint64_t process = 0;
	ssize_t len = -1;
	int fd;

	if (ppk_text_to_number(name, strlen(name), 1, INT32_MAX, &process) != PPK_OK)
		return false;
	invitation.process = (pid_t)process;
	path_of(invitation.process, "", path);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (holder(fd) == invitation.process)
		len = read(fd, line, sizeof(line));
	else
		(void)unlink(path);
	close(fd);
	if (len <= 0 || !parse(line, (size_t)len, &invitation))
		return false;
	*ret = invitation;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct ppk_invitation *one = a, *other = b;

	return one->process < other->process ? -1 : one->process > other->process;
}

static enum ppk_err append(
	struct ppk_invitation **list, size_t *count, const struct ppk_invitation *invitation)
{
	struct ppk_invitation *more = reallocarray(*list, *count + 1, sizeof(*more));

	if (more == NULL)
		return PPK_ERR_NOMEM;
	more[(*count)++] = *invitation;
	*list = more;
	return PPK_OK;
}

static enum ppk_err read_all(DIR *folder, struct ppk_invitation **list, size_t *count)
{
	const struct dirent *entry;
	enum ppk_err err = PPK_OK;

	while (err == PPK_OK && *count < PPK_INVITATIONS_MAX && (entry = readdir(folder)) != NULL) {
		struct ppk_invitation invitation;

		if (read_entry(entry->d_name, &invitation))
			err = append(list, count, &invitation);
	}
	return err;
}

enum ppk_err ppk_invitations_read(
	struct ppk_invitation **ret_list, size_t *ret_count, struct ppk_diag *reterr)
{
	struct ppk_invitation *list = NULL;
	size_t count = 0;
	DIR *folder = opendir(FOLDER);
	enum ppk_err err = PPK_OK;

	if (folder == NULL && errno != ENOENT)
		return failed(FOLDER, "cannot be read", reterr);
	if (folder != NULL) {
		err = read_all(folder, &list, &count);
		closedir(folder);
	}
	if (err != PPK_OK) {
		free(list);
		return err;
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), compare);
	*ret_list = list;
	*ret_count = count;
	return PPK_OK;
}

/* The number may be another process's by now: the descriptor, which is older than this look, is not. */
static enum ppk_err end_process(int descriptor, const struct ppk_invitation *invitation)
{
	char name[sizeof("2147483647")];
	struct ppk_invitation now;
	struct pollfd ended = { .fd = descriptor, .events = POLLIN };

	snprintf(name, sizeof(name), "%u", (unsigned)invitation->process);
	if (!read_entry(name, &now) || now.made_s != invitation->made_s)
		return PPK_ERR_NOT_FOUND;
	if (syscall(SYS_pidfd_send_signal, descriptor, SIGTERM, NULL, 0) != 0)
		return errno == ESRCH ? PPK_ERR_NOT_FOUND : PPK_ERR_PERMISSION;
	while (poll(&ended, 1, -1) < 0) {
		if (errno != EINTR)
			return PPK_ERR_IO;
	}
	(void)read_entry(name, &now); /* takes the entry away */
	return PPK_OK;
}

enum ppk_err ppk_invitation_cancel(const struct ppk_invitation *invitation)
{
	int descriptor = (int)syscall(SYS_pidfd_open, invitation->process, 0);
	enum ppk_err err;

	if (descriptor < 0)
		return errno == ESRCH ? PPK_ERR_NOT_FOUND : PPK_ERR_IO;
	err = end_process(descriptor, invitation);
	close(descriptor);
	return err;
}
