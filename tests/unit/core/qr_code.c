/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/qr_code.h"

#include "check.h"

static char drawing[PPK_QR_DRAWING_SIZE];

static const char *draw(const uint8_t *bits, unsigned width, enum ppk_qr_style style)
{
	const struct ppk_qr_code code = { .width = (uint8_t)width, .bits = bits };

	memset(drawing, 'x', sizeof(drawing));
	ppk_qr_draw(&code, style, drawing);
	return drawing;
}

/* The line at this place, counted from 0. */
static const char *line(const char *text, unsigned number)
{
	while (number-- > 0)
		text = strchr(text, '\n') + 1;
	return text;
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		found++;
	return found;
}

static void widths_are_those_of_the_standard(void)
{
	CHECK(ppk_qr_width_is_valid(21) && ppk_qr_width_is_valid(25) && ppk_qr_width_is_valid(69));
	CHECK(!ppk_qr_width_is_valid(0) && !ppk_qr_width_is_valid(17) &&
		!ppk_qr_width_is_valid(22) && !ppk_qr_width_is_valid(73));
	CHECK_INT(ppk_qr_bytes(21), 56);
	CHECK(ppk_qr_columns(PPK_QR_WIDTH_MAX) <= 80);
}

/* One dark module in the corner, below the quiet zone of four. */
static void black_on_white_whatever_the_terminal_has(void)
{
	const uint8_t bits[56] = { 0x80 };
	const char *text = draw(bits, 21, PPK_QR_COLOURED);

	CHECK_INT(count(text, "\n"), 15);
	CHECK_INT(count(text, "\033[30;107m"), 15);
	CHECK_INT(count(text, "\033[0m\n"), 15);
	CHECK_INT(count(text, "\u2580"), 1);
	CHECK(strncmp(line(text, 2), "\033[30;107m    \u2580 ", 9 + 4 + 3 + 1) == 0);
}

static void without_colours_what_is_light_is_drawn(void)
{
	const uint8_t bits[56] = { 0xc0, 0,
		0x04 }; /* two in the first row, the first of the second */
	const char *text = draw(bits, 21, PPK_QR_PLAIN);
	const char *wanted = "\u2588\u2588\u2588\u2588 \u2584\u2588";

	CHECK_INT(count(text, "\033"), 0);
	CHECK(strncmp(line(text, 2), wanted, strlen(wanted)) == 0);
	/* the last row of characters has one row of modules too many: it is quiet as well */
	CHECK_INT(count(line(text, 14), "\u2588"), 29);
}

static void the_largest_fits(void)
{
	uint8_t bits[596];

	for (unsigned style = PPK_QR_COLOURED; style <= PPK_QR_PLAIN; style++) {
		memset(bits, style == PPK_QR_COLOURED ? 0xff : 0, sizeof(bits));
		CHECK_INT(ppk_qr_bytes(69), sizeof(bits));
		CHECK(strlen(draw(bits, 69, (enum ppk_qr_style)style)) < sizeof(drawing));
	}
}

/* 441 modules: of the last byte, one bit. */
static void modules_are_packed_row_by_row(void)
{
	uint8_t modules[441] = { 0 }, bits[57];

	memset(bits, 0x5a, sizeof(bits));
	memset(modules, 0xfe, sizeof(modules)); /* light, whatever else is known of it */
	modules[0] = 1;
	modules[9] = 0xff;
	modules[440] = 3;
	ppk_qr_pack(modules, 21, bits);
	CHECK_INT(bits[0], 0x80);
	CHECK_INT(bits[1], 0x40);
	for (size_t i = 2; i < 55; i++)
		CHECK_INT(bits[i], 0);
	CHECK_INT(bits[55], 0x80);
	CHECK_INT(bits[56], 0x5a);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(widths_are_those_of_the_standard),
		CHECK_TEST(black_on_white_whatever_the_terminal_has),
		CHECK_TEST(without_colours_what_is_light_is_drawn), CHECK_TEST(the_largest_fits),
		CHECK_TEST(modules_are_packed_row_by_row));
}
