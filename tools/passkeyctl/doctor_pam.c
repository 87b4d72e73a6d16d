/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "pam_service.h"
#include "sys/descriptor.h"

#define CHECK "pam-service"
#define PATH_SIZE 1024

/*
 * The text of a service file. Services may be symbolic links (authselect makes such), so this reads
 * what PAM would read; what is in it is only looked at.
 */
static enum ppk_err read_service(const char *path, char *text, size_t size, size_t *ret_len)
{
	struct stat status;
	bool read;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno == EACCES ? PPK_ERR_PERMISSION : PPK_ERR_IO;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return PPK_ERR_UNSAFE_FILE;
	}
	read = ppk_descriptor_read(fd, text, size, ret_len);
	close(fd);
	return read ? PPK_OK : PPK_ERR_IO;
}

/* What editors and package managers leave behind; PAM reads a file by its service's name alone. */
static bool is_left_over(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] == '.' || name[strlen(name) - 1] == '~' ||
	       (dot != NULL && (strncmp(dot, ".dpkg-", 6) == 0 || strncmp(dot, ".rpm", 4) == 0 ||
				       strncmp(dot, ".pam-", 5) == 0));
}

static struct ppk_pam_mention examine_service(
	const struct ppk_examination *examination, const char *folder, const char *name, char *text)
{
	char path[PATH_SIZE];
	size_t len = 0, before = examination->report->len;
	struct ppk_pam_mention mention = { .mentioned = false };
	enum ppk_err err;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return mention;
	err = read_service(path, text, PPK_PAM_SERVICE_MAX + 1, &len);
	if (err == PPK_OK)
		err = ppk_pam_service_check(text, len, path, examination->report, &mention);
	if (err != PPK_OK)
		ppk_report_add(examination->report, PPK_FINDING_WARNING, CHECK, NULL, "%s: %s",
			path, ppk_err_sentence(err));
	if (mention.mentioned && examination->report->len == before)
		ppk_report_add(examination->report, PPK_FINDING_OK, CHECK, NULL,
			"%s asks for a passkey", path);
	return mention;
}

/* What sudo asks, itself or by what Debian's and Red Hat's services include. */
static bool is_of_sudo(const char *name)
{
	static const char *const names[] = { "sudo", "sudo-i", "common-auth", "system-auth" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool demands_agent(const struct ppk_options *options, const struct ppk_pam_mention *mention)
{
	return mention->methods_given ? mention->agent
				      : ppk_options_name_method(options, PPK_METHOD_AGENT);
}

void ppk_doctor_pam(const struct ppk_examination *examination, const char *folder)
{
	char *text = malloc(PPK_PAM_SERVICE_MAX + 1);
	struct dirent **entries = NULL;
	bool mentioned = false, of_sudo = false, agent = false;
	int count = text == NULL ? -1 : scandir(folder, &entries, NULL, alphasort);

	if (count < 0)
		ppk_report_add(examination->report, PPK_FINDING_WARNING, CHECK, NULL,
			"%s cannot be read", folder);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		struct ppk_pam_mention mention = { .mentioned = false };

		if (!is_left_over(name))
			mention = examine_service(examination, folder, name, text);
		mentioned = mentioned || mention.mentioned;
		if (mention.mentioned && is_of_sudo(name)) {
			of_sudo = true;
			agent = agent || demands_agent(examination->options, &mention);
		}
		free(entries[i]);
	}
	free(entries);
	free(text);
	if (count >= 0 && !mentioned)
		ppk_report_add(examination->report, PPK_FINDING_NOTE, CHECK,
			"pam_passkey(8) says how to add it", "no service in %s asks for a passkey",
			folder);
	if (of_sudo)
		ppk_doctor_sudo(examination, agent);
}
