/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

enum ppk_err ppk_diag_set(struct ppk_diag *diag, enum ppk_err err, const char *source,
	unsigned line, unsigned column, const char *format, ...)
{
	char text[2 * sizeof(diag->text)]; /* room for the bytes that sanitising may drop */
	va_list args;

	if (diag == NULL)
		return err;
	if (source == NULL)
		source = "";
	ppk_text_sanitise(diag->source, sizeof(diag->source), source, strlen(source));
	diag->line = line;
	diag->column = column;

	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0)
		text[0] = '\0';
	ppk_text_sanitise(diag->text, sizeof(diag->text), text, strlen(text));
	return err;
}

void ppk_diag_format(const struct ppk_diag *diag, char *out, unsigned long size)
{
	char place[sizeof(diag->source) + 32] = "";
	int len = snprintf(place, sizeof(place), "%s", diag->source);
	size_t used = len < 0 ? 0 : (size_t)len;

	if (diag->line != 0)
		used += (size_t)snprintf(place + used, sizeof(place) - used, "%s%u",
			used > 0 ? ":" : "", diag->line);
	if (diag->column != 0)
		used += (size_t)snprintf(place + used, sizeof(place) - used, "%s%u",
			used > 0 ? ":" : "", diag->column);
	len = snprintf(out, size, "%s%s%s", place, used > 0 ? ": " : "", diag->text);
	if (len < 0)
		out[0] = '\0';
}
