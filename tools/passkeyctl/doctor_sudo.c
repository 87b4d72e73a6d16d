/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does sudo let the module see the forwarded ssh-agent? sudo itself is asked: its settings may come from
 * several files, for some users and machines alone, or from a directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ssh_key.h"
#include "doctor.h"
#include "sudo_listing.h"
#include "sys/descriptor.h"

#define CHECK "sudo"
#define SUDO "/usr/bin/sudo"
#define VARIABLE "SSH_AUTH_SOCK"
#define HINT "write into /etc/sudoers.d/passkey: Defaults env_keep += \"" VARIABLE "\""

static int spawn_sudo(const char *user, int out, pid_t *ret)
{
	static const char *const environment[] = { "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		NULL };
	const char *const arguments[] = { "sudo", "-n", "-l", "-U", user, NULL };
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed != 0)
		return failed;
	failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
	if (failed == 0)
		failed = posix_spawn(ret, SUDO, &actions, NULL, (char *const *)(uintptr_t)arguments,
			(char *const *)(uintptr_t)environment);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* What sudo prints of what the user may do. False: it could not be asked. */
static bool ask_sudo(const char *user, char *text, size_t size, size_t *ret_len)
{
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	if (spawn_sudo(user, ends[1], &pid) != 0) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	close(ends[1]);
	(void)ppk_descriptor_read(ends[0], text, size, ret_len);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Has the user a passkey that an ssh-agent could hold? */
static bool has_ssh_key(const struct ppk_examination *examination)
{
	struct ppk_credential_file *file = NULL;
	struct ppk_diag diag;
	bool found = false;

	if (ppk_store_read(examination->store, &file, &diag) != PPK_OK)
		return false;
	for (size_t i = 0; i < file->line_count && !found; i++) {
		const struct ppk_credential *credential = file->lines[i].credential;

		found = credential != NULL && ppk_ssh_key_type(credential->alg) != NULL &&
			ppk_rp_id_is_ssh(credential->rp_id, strlen(credential->rp_id));
	}
	ppk_credential_file_free(file);
	return found;
}

static void report_listing(const struct ppk_examination *examination, bool agent_is_demanded,
	const char *text, size_t len)
{
	struct ppk_report *report = examination->report;

	switch (ppk_sudo_listing_read(text, len, VARIABLE)) {
	case PPK_SUDO_NO_COMMANDS:
		break;
	case PPK_SUDO_DROPS:
		ppk_report_add(report, agent_is_demanded ? PPK_FINDING_WARNING : PPK_FINDING_NOTE,
			CHECK, HINT,
			"sudo drops " VARIABLE " for %s: the method agent finds no ssh-agent",
			examination->user->name);
		break;
	case PPK_SUDO_KEEPS:
		ppk_report_add(report, PPK_FINDING_OK, CHECK, NULL,
			"sudo keeps " VARIABLE " for %s, for the method agent",
			examination->user->name);
		break;
	}
}

void ppk_doctor_sudo(const struct ppk_examination *examination, bool agent_is_demanded)
{
	size_t len = 0;
	char *text;

	if (access(SUDO, X_OK) < 0 || (!agent_is_demanded && !has_ssh_key(examination)))
		return;
	if (geteuid() != 0) {
		ppk_report_add(examination->report, PPK_FINDING_NOTE, CHECK, NULL,
			"run as root, doctor tells whether sudo keeps " VARIABLE
			" for the method agent");
		return;
	}
	text = malloc(PPK_SUDO_LISTING_MAX);
	if (text != NULL && ask_sudo(examination->user->name, text, PPK_SUDO_LISTING_MAX, &len))
		report_listing(examination, agent_is_demanded, text, len);
	else
		ppk_report_add(examination->report, PPK_FINDING_NOTE, CHECK,
			"run: sudo -l -U USER, and look for env_keep",
			"sudo does not say whether it keeps " VARIABLE " for the method agent");
	free(text);
}
