/* SPDX-License-Identifier: BSD-2-Clause */
#include "qr_code.h"

#include <langinfo.h>
#include <locale.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys/environment.h"

#define QUIET 4 /* modules around the code: ISO/IEC 18004, 5.3.8 */

/* SGR: black on bright white. Both are set, so that it reads the same on a dark and a light terminal. */
#define COLOURS "\033[30;107m"
#define COLOURS_OFF "\033[0m"

static bool is_dark(const QRcode *code, int row, int column)
{
	return row >= 0 && row < code->width && column >= 0 && column < code->width &&
	       (code->data[row * code->width + column] & 1) != 0;
}

/* Two modules, one above the other, in one character. */
static const char *block_of(bool upper, bool lower)
{
	if (upper)
		return lower ? "\u2588" : "\u2580";
	return lower ? "\u2584" : " ";
}

static void print(FILE *out, const QRcode *code)
{
	for (int row = -QUIET; row < code->width + QUIET; row += 2) {
		fputs(COLOURS, out);
		for (int column = -QUIET; column < code->width + QUIET; column++)
			fputs(block_of(is_dark(code, row, column), is_dark(code, row + 1, column)),
				out);
		fputs(COLOURS_OFF "\n", out);
	}
}

bool ppk_qr_code_print(FILE *out, const char *text, size_t columns)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	bool fits = code != NULL && (size_t)code->width + 2 * (size_t)QUIET <= columns;

	if (fits)
		print(out, code);
	QRcode_free(code);
	return fits;
}

static bool shows_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", NULL);

	if (locale == NULL)
		return false;
	bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;

	freelocale(locale);
	return utf8;
}

static bool is_dumb(void)
{
	const char *term = ppk_environment_value("TERM");

	return term == NULL || strcmp(term, "dumb") == 0;
}

size_t ppk_qr_code_columns(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || is_dumb() || !shows_utf8())
		return 0;
	return size.ws_col;
}
