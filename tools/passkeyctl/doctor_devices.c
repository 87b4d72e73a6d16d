/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authenticators.h"
#include "core/report_descriptor.h"
#include "doctor.h"
#include "sys/file.h"

#define HELPER "helper"
#define AUTHENTICATORS "authenticators"
#define HIDRAW_FOLDER "/sys/class/hidraw"

static bool is_authenticator(const char *node)
{
	uint8_t descriptor[PPK_REPORT_DESCRIPTOR_MAX];
	char path[512];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), HIDRAW_FOLDER "/%.255s/device/report_descriptor", node);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, descriptor, sizeof(descriptor));
	close(fd);
	return len > 0 && ppk_report_descriptor_is_authenticator(descriptor, (size_t)len);
}

/* The keys that the kernel sees and this caller may not open. Returns how many. */
static size_t report_closed_nodes(const struct ppk_examination *examination)
{
	DIR *folder = opendir(HIDRAW_FOLDER);
	const struct dirent *entry;
	size_t closed = 0;
	char node[300];

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.' || !is_authenticator(entry->d_name))
			continue;
		snprintf(node, sizeof(node), "/dev/%.255s", entry->d_name);
		if (access(node, R_OK | W_OK) == 0)
			continue;
		closed++;
		ppk_report_add(examination->report, PPK_FINDING_WARNING, AUTHENTICATORS,
			"udev's rules 60-fido-id and 70-uaccess (parts of systemd) open it to who "
			"sits at this machine; programs that run as root can open it",
			"a security key is at %s, which you may not open: %s", node,
			errno == EACCES ? "permission denied" : "it cannot be opened");
	}
	if (folder != NULL)
		closedir(folder);
	return closed;
}

static void report_authenticator(
	const struct ppk_examination *examination, const struct ppk_device_authenticator *found)
{
	const char *protocol = found->fido2 ? "FIDO2" : "U2F";
	const char *pin = found->has_pin ? ", PIN set" : "";
	const char *uv = found->has_uv ? ", fingerprint or the like set up" : "";

	if (examination->options->user_verification == PPK_UV_REQUIRED && !found->has_pin &&
		!found->has_uv)
		ppk_report_add(examination->report, PPK_FINDING_WARNING, AUTHENTICATORS,
			"set a PIN, for example with fido2-token -S /dev/hidrawN",
			"%s (%s) has no PIN, and user_verification=required demands one",
			ppk_authenticator_product(found), protocol);
	else
		ppk_report_add(examination->report, PPK_FINDING_OK, AUTHENTICATORS, NULL,
			"%s (%s%s%s) can be reached", ppk_authenticator_product(found), protocol,
			pin, uv);
}

static void examine_authenticators(const struct ppk_examination *examination)
{
	struct ppk_authenticators found;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	err = ppk_authenticators_list(
		examination->options->device_helper, examination->options->nfc, &found, &diag);
	if (err != PPK_OK) {
		ppk_report_failure(examination->report, PPK_FINDING_ERROR, HELPER,
			"is it of the same version as passkeyctl, and complete?", err, &diag);
		return;
	}
	for (size_t i = 0; i < found.len; i++)
		report_authenticator(examination, &found.list[i]);
	if (report_closed_nodes(examination) == 0 && found.len == 0)
		ppk_report_add(examination->report, PPK_FINDING_NOTE, AUTHENTICATORS,
			"plug one in and run doctor again to see whether it can be reached",
			"no security key is plugged in");
}

void ppk_doctor_devices(const struct ppk_examination *examination)
{
	const struct ppk_trust trust = { .root = 0 };
	const char *path = examination->options->device_helper;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_file_check_program(path, &trust, &diag);

	if (err != PPK_OK) {
		ppk_report_failure(examination->report, PPK_FINDING_ERROR, HELPER,
			"install passkey-device, or set device_helper= to where it is", err, &diag);
		return;
	}
	ppk_report_add(examination->report, PPK_FINDING_OK, HELPER, NULL, "%s can be run", path);
	examine_authenticators(examination);
}
