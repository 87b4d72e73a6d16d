/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/log.h"

#include <string.h>
#include <syslog.h>

#include "core/text.h"

static int priority(enum ppk_log_level level)
{
	switch (level) {
	case PPK_LOG_ERROR:
		return LOG_ERR;
	case PPK_LOG_WARNING:
		return LOG_WARNING;
	case PPK_LOG_NOTICE:
		return LOG_NOTICE;
	case PPK_LOG_DEBUG:
		return LOG_DEBUG;
	}
	return LOG_ERR;
}

static void write_syslog(void *context, enum ppk_log_level level, const char *line)
{
	const struct ppk_pam_log *log = context;
	const char *service = log->service != NULL ? log->service : "?";
	char clean[64];

	ppk_text_sanitise(clean, sizeof(clean), service, strlen(service));
	syslog(LOG_AUTHPRIV | priority(level), "pam_passkey(%s:auth): %s", clean, line);
}

struct ppk_log ppk_pam_log(struct ppk_pam_log *context, bool debug)
{
	return (struct ppk_log){ .write = write_syslog, .context = context, .debug = debug };
}
