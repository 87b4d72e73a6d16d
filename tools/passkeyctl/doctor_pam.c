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

#define CHECK "pam-service"
#define PATH_SIZE 1024

/*
 * The text of a service file. Services may be symbolic links (authselect makes such), so this reads
 * what PAM would read; what is in it is only looked at.
 */
static enum ppk_err read_service(const char *path, char *text, size_t size, size_t *ret_len)
{
	struct stat status;
	size_t len = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno == EACCES ? PPK_ERR_PERMISSION : PPK_ERR_IO;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return PPK_ERR_UNSAFE_FILE;
	}
	while (len < size && (got = read(fd, text + len, size - len)) > 0)
		len += (size_t)got;
	close(fd);
	if (got < 0)
		return PPK_ERR_IO;
	*ret_len = len;
	return PPK_OK;
}

/* What editors and package managers leave behind; PAM reads a file by its service's name alone. */
static bool is_left_over(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] == '.' || name[strlen(name) - 1] == '~' ||
	       (dot != NULL && (strncmp(dot, ".dpkg-", 6) == 0 || strncmp(dot, ".rpm", 4) == 0 ||
				       strncmp(dot, ".pam-", 5) == 0));
}

/* Returns whether the service names the module. */
static bool examine_service(
	const struct ppk_examination *examination, const char *folder, const char *name, char *text)
{
	char path[PATH_SIZE];
	size_t len = 0, before = examination->report->len;
	bool mentioned = false;
	enum ppk_err err;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return false;
	err = read_service(path, text, PPK_PAM_SERVICE_MAX + 1, &len);
	if (err == PPK_OK)
		err = ppk_pam_service_check(text, len, path, examination->report, &mentioned);
	if (err != PPK_OK)
		ppk_report_add(examination->report, PPK_FINDING_WARNING, CHECK, NULL, "%s: %s",
			path, ppk_err_sentence(err));
	if (mentioned && examination->report->len == before)
		ppk_report_add(examination->report, PPK_FINDING_OK, CHECK, NULL,
			"%s asks for a passkey", path);
	return mentioned;
}

void ppk_doctor_pam(const struct ppk_examination *examination, const char *folder)
{
	char *text = malloc(PPK_PAM_SERVICE_MAX + 1);
	struct dirent **entries = NULL;
	bool mentioned = false;
	int count = text == NULL ? -1 : scandir(folder, &entries, NULL, alphasort);

	if (count < 0)
		ppk_report_add(examination->report, PPK_FINDING_WARNING, CHECK, NULL,
			"%s cannot be read", folder);
	for (int i = 0; i < count; i++) {
		if (!is_left_over(entries[i]->d_name) &&
			examine_service(examination, folder, entries[i]->d_name, text))
			mentioned = true;
		free(entries[i]);
	}
	free(entries);
	free(text);
	if (count >= 0 && !mentioned)
		ppk_report_add(examination->report, PPK_FINDING_NOTE, CHECK,
			"pam_passkey(8) says how to add it", "no service in %s asks for a passkey",
			folder);
}
