/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/log.h"

#include <security/pam_modutil.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "core/text.h"
#include "pam/answer.h"

/*
 * AUDIT_TRUSTED_APP of libaudit.h: "trusted app msg - freestyle text". Not AUDIT_USER_AUTH: libpam
 * writes one of those for the whole of pam_authenticate(3), which a second one would double, and
 * belie where a module further down refuses.
 */
#define AUDIT_RECORD_TYPE 1121

static int priority(enum ppk_log_level level)
{
	switch (level) {
	case PPK_LOG_ALERT:
		return LOG_ALERT;
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

/*
 * libpam opens the record with "op=PAM:" and adds account, program, host, terminal and result. No name
 * that anybody chose is among what we add: a record is a list of words with no quoting.
 */
static void write_audit(void *context, const struct ppk_audit_event *event)
{
	const struct ppk_pam_log *log = context;
	/* the account is not named before it is known to exist */
	int code = event->user == NULL ? PAM_USER_UNKNOWN : ppk_pam_answer(event->outcome);
	char text[160];

	if (event->outcome == PPK_OUTCOME_SKIPPED)
		return;
	snprintf(text, sizeof(text), "passkey reason=%s method=%s credential=%s",
		ppk_err_token(event->reason), event->method == NULL ? "?" : event->method,
		event->credential_id == NULL ? "?" : event->credential_id);
	/* what cannot be recorded is said by libpam, and refuses nobody */
	(void)pam_modutil_audit_write(log->pamh, AUDIT_RECORD_TYPE, text, code);
}

struct ppk_log ppk_pam_log(struct ppk_pam_log *context, bool debug)
{
	return (struct ppk_log){
		.write = write_syslog, .record = write_audit, .context = context, .debug = debug
	};
}
