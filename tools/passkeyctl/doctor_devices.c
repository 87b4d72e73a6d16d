/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authenticators.h"
#include "core/device_message.h"
#include "doctor.h"
#include "sys/file.h"
#include "sys/sysfs.h"

#define HELPER "helper"
#define AUTHENTICATORS "authenticators"

/* The keys that the kernel sees and this caller may not open. Returns how many. */
static size_t report_closed_nodes(const struct ppk_examination *examination)
{
	unsigned numbers[PPK_DEVICE_AUTHENTICATORS_MAX];
	size_t count = ppk_sysfs_authenticators(numbers, PPK_DEVICE_AUTHENTICATORS_MAX);
	size_t closed = 0;
	char node[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(node, sizeof(node), "/dev/hidraw%u", numbers[i]);
		if (access(node, R_OK | W_OK) == 0)
			continue;
		closed++;
		ppk_report_add(examination->report, PPK_FINDING_WARNING, AUTHENTICATORS,
			"udev's rules 60-fido-id and 70-uaccess (parts of systemd) open it to who "
			"sits at this machine; programs that run as root can open it",
			"a security key is at %s, which you may not open: %s", node,
			errno == EACCES ? "permission denied" : "it cannot be opened");
	}
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
	if (examination->options->method_count == 0 || /* auto */
		ppk_options_name_method(examination->options, PPK_METHOD_LOCAL))
		examine_authenticators(examination);
}
