/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* Bytes of a value, and of a line: all values fit, also where each byte needs a backslash. */
#define VALUE_SIZE 160
#define LINE_SIZE 2048

struct line {
	char *out;
	size_t size;
	size_t len;
};

/* Once something was cut, nothing may follow it: the line would say what nobody meant. */
static void put(struct line *line, const char *text)
{
	size_t room = line->size - 1 - line->len;
	size_t len = strlen(text);

	if (len > room) {
		len = room;
		line->size = line->len + len + 1;
	}
	memcpy(line->out + line->len, text, len);
	line->len += len;
	line->out[line->len] = '\0';
}

static void put_quoted(struct line *line, const char *text)
{
	put(line, "\"");
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == '"' || text[i] == '\\')
			put(line, "\\");
		put(line, (const char[]){ text[i], '\0' });
	}
	put(line, "\"");
}

static void put_value(struct line *line, const char *key, const char *value)
{
	char clean[VALUE_SIZE];

	if (value == NULL)
		return;
	ppk_text_sanitise(clean, sizeof(clean), value, strlen(value));
	if (line->len > 0)
		put(line, " ");
	put(line, key);
	put(line, "=");
	if (clean[0] == '\0' || strpbrk(clean, " \"\\=") != NULL)
		put_quoted(line, clean);
	else
		put(line, clean);
}

void ppk_audit_format(const struct ppk_audit_event *event, char *out, size_t size)
{
	struct line line = { .out = out, .size = size };
	char duration[32];

	out[0] = '\0';
	snprintf(duration, sizeof(duration), "%lld", event->duration_ms);
	/* what was decided comes first: a long value of somebody else's cannot cut it off */
	put_value(&line, "result", ppk_outcome_name(event->outcome));
	put_value(&line, "reason", ppk_err_token(event->reason));
	put_value(&line, "user", event->user);
	put_value(&line, "service", event->service);
	put_value(&line, "tty", event->tty);
	put_value(&line, "rhost", event->rhost);
	put_value(&line, "method", event->method);
	put_value(&line, "credential", event->credential);
	put_value(&line, "id", event->credential_id);
	put_value(&line, "ms", duration);
}

void ppk_log(const struct ppk_log *log, enum ppk_log_level level, const char *format, ...)
{
	char text[LINE_SIZE], clean[LINE_SIZE];
	va_list arguments;

	if (log->write == NULL || (level == PPK_LOG_DEBUG && !log->debug))
		return;
	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
	ppk_text_sanitise(clean, sizeof(clean), text, strlen(text));
	log->write(log->context, level, clean);
}

void ppk_audit_report(const struct ppk_log *log, const struct ppk_audit_event *event)
{
	char line[LINE_SIZE];

	if (log->record != NULL)
		log->record(log->context, event);
	ppk_audit_format(event, line, sizeof(line));
	ppk_log(log, PPK_LOG_NOTICE, "%s", line);
}
