/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module with the mistake that the sweep is there to find: what it answers unless told otherwise is
 * PAM_IGNORE, and that is what is left when memory is missing.
 */
#include <security/pam_modules.h>
#include <stdlib.h>
#include <syslog.h>

__attribute__((visibility("default"))) int pam_sm_authenticate(
	pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int code = PAM_IGNORE;
	char *buffer = malloc(4096);

	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	if (buffer != NULL) {
		buffer[0] = '\0';
		code = buffer[0] == '\0' ? PAM_AUTH_ERR : PAM_SUCCESS;
	}
	free(buffer);
	syslog(LOG_NOTICE, "planted: result=denied");
	return code;
}
