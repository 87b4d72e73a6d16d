/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/qr_code.h"

#include <string.h>

/* SGR: black on bright white. Both are set: the terminal's own colours do not matter. */
#define COLOURS "\033[30;107m"
#define COLOURS_OFF "\033[0m"

bool ppk_qr_width_is_valid(unsigned width)
{
	return width >= PPK_QR_WIDTH_MIN && width <= PPK_QR_WIDTH_MAX &&
	       (width - PPK_QR_WIDTH_MIN) % 4 == 0;
}

size_t ppk_qr_bytes(unsigned width)
{
	return ((size_t)width * width + 7) / 8;
}

size_t ppk_qr_columns(unsigned width)
{
	return (size_t)width + 2 * (size_t)PPK_QR_QUIET;
}

void ppk_qr_pack(const uint8_t *modules, unsigned width, uint8_t *bits)
{
	memset(bits, 0, ppk_qr_bytes(width));
	for (size_t i = 0; i < (size_t)width * width; i++) {
		if ((modules[i] & 1) != 0)
			bits[i / 8] |= (uint8_t)(0x80u >> i % 8);
	}
}

/* Light outside of the code: the quiet zone. */
static bool is_dark(const struct ppk_qr_code *code, int row, int column)
{
	size_t bit;

	if (row < 0 || row >= code->width || column < 0 || column >= code->width)
		return false;
	bit = (size_t)row * code->width + (size_t)column;
	return (code->bits[bit / 8] & 0x80u >> bit % 8) != 0;
}

/* Two modules, one above the other, in one character. */
static const char *block_of(bool upper, bool lower)
{
	if (upper)
		return lower ? "\u2588" : "\u2580";
	return lower ? "\u2584" : " ";
}

static char *put(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len + 1);
	return out + len;
}

void ppk_qr_draw(const struct ppk_qr_code *code, enum ppk_qr_style style,
	char out[static PPK_QR_DRAWING_SIZE])
{
	bool coloured = style == PPK_QR_COLOURED;
	int end = code->width + PPK_QR_QUIET;

	for (int row = -PPK_QR_QUIET; row < end; row += 2) {
		out = put(out, coloured ? COLOURS : "");
		for (int column = -PPK_QR_QUIET; column < end; column++)
			/* ink is black with colours, and light without */
			out = put(out, block_of(is_dark(code, row, column) == coloured,
					       is_dark(code, row + 1, column) == coloured));
		out = put(out, coloured ? COLOURS_OFF "\n" : "\n");
	}
}
