/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <stdarg.h>
#include <stdlib.h>

#include "message.h"

static const char *const severity_names[] = {
	[PPK_FINDING_OK] = "ok",
	[PPK_FINDING_NOTE] = "note",
	[PPK_FINDING_WARNING] = "warning",
	[PPK_FINDING_ERROR] = "error",
};

/* Room for one more, or NULL. Nothing is lost that was there. */
static struct ppk_finding *grow(struct ppk_report *report)
{
	struct ppk_finding *findings;

	if (report->len == PPK_REPORT_MAX) {
		report->incomplete = true;
		return NULL;
	}
	findings = reallocarray(report->findings, report->len + 1, sizeof(*findings));
	if (findings == NULL) {
		report->incomplete = true;
		return NULL;
	}
	report->findings = findings;
	return &findings[report->len++];
}

void ppk_report_add(struct ppk_report *report, enum ppk_severity severity, const char *check,
	const char *hint, const char *format, ...)
{
	char text[sizeof(((struct ppk_diag *)0)->text)];
	struct ppk_finding *finding = grow(report);
	va_list values;

	if (finding == NULL)
		return;
	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	*finding = (struct ppk_finding){ .severity = severity, .check = check, .hint = hint };
	(void)ppk_diag_set(&finding->diag, PPK_ERR_INTERNAL, NULL, 0, 0, "%s", text);
}

void ppk_report_failure(struct ppk_report *report, enum ppk_severity severity, const char *check,
	const char *hint, enum ppk_err err, const struct ppk_diag *diag)
{
	struct ppk_finding *finding;

	if (diag == NULL || diag->text[0] == '\0') {
		ppk_report_add(report, severity, check, hint, "%s", ppk_err_sentence(err));
		return;
	}
	finding = grow(report);
	if (finding != NULL)
		*finding = (struct ppk_finding){
			.severity = severity, .check = check, .hint = hint, .diag = *diag
		};
}

bool ppk_report_has_errors(const struct ppk_report *report)
{
	for (size_t i = 0; i < report->len; i++)
		if (report->findings[i].severity == PPK_FINDING_ERROR)
			return true;
	return false;
}

void ppk_report_print(const struct ppk_report *report)
{
	char text[1024];

	for (size_t i = 0; i < report->len; i++) {
		const struct ppk_finding *finding = &report->findings[i];

		ppk_diag_format(&finding->diag, text, sizeof(text));
		ppk_message_result(
			"%-8s %-14s %s", severity_names[finding->severity], finding->check, text);
		if (finding->hint != NULL)
			ppk_message_result("%-23s hint: %s", "", finding->hint);
	}
}

void ppk_report_json(const struct ppk_report *report, struct ppk_json *json)
{
	ppk_json_array(json, "findings");
	for (size_t i = 0; i < report->len; i++) {
		const struct ppk_finding *finding = &report->findings[i];
		const struct ppk_diag *diag = &finding->diag;

		ppk_json_object(json, NULL);
		ppk_json_string(json, "severity", severity_names[finding->severity]);
		ppk_json_string(json, "check", finding->check);
		ppk_json_string(json, "file", diag->source[0] == '\0' ? NULL : diag->source);
		if (diag->line == 0)
			ppk_json_null(json, "line");
		else
			ppk_json_number(json, "line", diag->line);
		ppk_json_string(json, "message", diag->text);
		ppk_json_string(json, "hint", finding->hint);
		ppk_json_end(json);
	}
	ppk_json_end(json);
}

void ppk_report_done(struct ppk_report *report)
{
	free(report->findings);
	*report = (struct ppk_report){ .len = 0 };
}
