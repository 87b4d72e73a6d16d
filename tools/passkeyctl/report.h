/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_REPORT_H
#define PPK_TOOLS_PASSKEYCTL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/diagnostic.h"
#include "json.h"

#define PPK_REPORT_MAX 500 /* findings; what comes after them is left out, and said to be */

enum ppk_severity {
	PPK_FINDING_OK,      /* looked at, and fine */
	PPK_FINDING_NOTE,    /* worth knowing */
	PPK_FINDING_WARNING, /* will be trouble, or is in another situation */
	PPK_FINDING_ERROR,   /* a login fails, or the second factor is none */
};

/* One thing that doctor found. */
struct ppk_finding {
	enum ppk_severity severity;
	const char *check; /* which check: a static token, listed in passkeyctl(1) */
	struct ppk_diag diag;
	const char *hint; /* static, or NULL */
};

struct ppk_report {
	struct ppk_finding *findings;
	size_t len;
	bool incomplete; /* out of memory, or more than PPK_REPORT_MAX */
};

/* Add a finding without a place: a printf format. */
void ppk_report_add(struct ppk_report *report, enum ppk_severity severity, const char *check,
		    const char *hint, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Add a finding that is an error of ours: diag's place and sentence, else the sentence of err. */
void ppk_report_failure(struct ppk_report *report, enum ppk_severity severity, const char *check,
			const char *hint, enum ppk_err err, const struct ppk_diag *diag);

bool ppk_report_has_errors(const struct ppk_report *report);

/* All findings as lines for people, or as a JSON array "findings" of the open object. */
void ppk_report_print(const struct ppk_report *report);
void ppk_report_json(const struct ppk_report *report, struct ppk_json *json);

/* Forget all findings. */
void ppk_report_done(struct ppk_report *report);

#endif
