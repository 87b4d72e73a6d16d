/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_AUDIT_EVENT_H
#define PPK_AUDIT_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/outcome.h"

/* One sign-in, as it is told to the log. Strings are borrowed, may be NULL, and are not trusted. */
struct ppk_audit_event {
	const char *user; /* only once the system is known to have this user; else NULL */
	const char *service;
	const char *tty;
	const char *rhost;
	const char *method; /* "local" */
	const char *credential; /* its name */
	const char *credential_id; /* the first 8 characters of its base64url */
	enum ppk_outcome outcome;
	enum ppk_err reason;
	long long duration_ms;
};

/*
 * One line of key=value, values in double quotes where they need it, untrusted text sanitised, cut at
 * size, NUL-terminated. Pure, no allocation.
 */
void ppk_audit_format(const struct ppk_audit_event *event, char *out, size_t size);

enum ppk_log_level {
	PPK_LOG_ALERT, /* a person has to act now: somebody has another's password */
	PPK_LOG_ERROR,
	PPK_LOG_WARNING,
	PPK_LOG_NOTICE,
	PPK_LOG_DEBUG,
};

/* Where lines go: syslog in the module, standard error in a tool, memory in a test. */
struct ppk_log {
	void (*write)(void *context, enum ppk_log_level level, const char *line);
	/* a second place for what was decided: the audit trail of the system; NULL: there is none */
	void (*record)(void *context, const struct ppk_audit_event *event);
	void *context;
	bool debug; /* false: PPK_LOG_DEBUG lines are dropped before they are made */
};

/* Write a line, made by a printf format and sanitised, cut at 2,047 bytes. No allocation of its own. */
void ppk_log(const struct ppk_log *log, enum ppk_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Say what was decided, once: to the record, where there is one, and as the line of
 * ppk_audit_format(), at PPK_LOG_NOTICE. That line is the last of a sign-in.
 */
void ppk_audit_report(const struct ppk_log *log, const struct ppk_audit_event *event);

#endif
