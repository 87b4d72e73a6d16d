/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module with the mistake that the sweep is there to find: what it answers unless told otherwise is
 * PAM_IGNORE, and that is what is left when there is no randomness.
 */
#include <security/pam_modules.h>
#include <sys/random.h>
#include <syslog.h>

__attribute__((visibility("default"))) int pam_sm_authenticate(
	pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int code = PAM_IGNORE;
	unsigned char byte;

	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	if (getrandom(&byte, sizeof(byte), 0) == (ssize_t)sizeof(byte))
		code = PAM_AUTH_ERR;
	syslog(LOG_NOTICE, "planted: result=denied");
	return code;
}
