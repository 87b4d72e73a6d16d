/* SPDX-License-Identifier: BSD-2-Clause */
#include "modules.h"

#include <qrencode.h>

#include "check.h"

static uint8_t bits[PPKD_MODULES_MAX];
static struct ppk_qr_code code;
static bool out_of_memory;

QRcode *__real_QRcode_encodeString8bit(const char *text, int version, QRecLevel level);
QRcode *__wrap_QRcode_encodeString8bit(const char *text, int version, QRecLevel level);
QRcode *__wrap_QRcode_encodeString8bit(const char *text, int version, QRecLevel level)
{
	return out_of_memory ? NULL : __real_QRcode_encodeString8bit(text, version, level);
}

static void make(size_t len)
{
	char text[512];

	CHECK(len < sizeof(text));
	memset(text, 'a', len);
	text[len] = '\0';
	memset(bits, 0xff, sizeof(bits));
	ppkd_modules_make(text, bits, &code);
}

static bool is_dark(unsigned row, unsigned column)
{
	size_t bit = (size_t)row * code.width + column;

	return (code.bits[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

/* ISO/IEC 18004, 5.3.2.1: squares of 7 by 7 modules, dark, in them light, in them 3 by 3 dark. */
static void check_finder(unsigned row, unsigned column)
{
	for (unsigned y = 0; y < 7; y++) {
		for (unsigned x = 0; x < 7; x++) {
			bool edge = y == 0 || y == 6 || x == 0 || x == 6;
			bool heart = y >= 2 && y <= 4 && x >= 2 && x <= 4;

			CHECK_INT(is_dark(row + y, column + x), edge || heart);
		}
	}
}

static void a_code_has_its_three_corners_where_a_camera_looks(void)
{
	for (size_t len = 1; len < 200; len += 11) {
		make(len);
		CHECK(ppk_qr_width_is_valid(code.width));
		check_finder(0, 0);
		check_finder(0, code.width - 7u);
		check_finder(code.width - 7u, 0);
	}
}

static void every_module_is_the_encoders(void)
{
	QRcode *want;

	make(100);
	want = __real_QRcode_encodeString8bit("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
					      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		0, QR_ECLEVEL_L);
	CHECK(want != NULL && want->width == code.width);
	for (unsigned row = 0; row < code.width; row++)
		for (unsigned column = 0; column < code.width; column++)
			CHECK_INT(is_dark(row, column), want->data[row * code.width + column] & 1);
	QRcode_free(want);
}

static void nothing_is_set_behind_the_last_module(void)
{
	make(10);
	CHECK_INT(code.width, 21); /* 441 modules */
	CHECK(code.bits == bits);
	CHECK_INT(bits[55] & 0x7f, 0);
	for (size_t i = 56; i < sizeof(bits); i++)
		CHECK_INT(bits[i], 0);
}

/* ISO/IEC 18004, table 7: version 13 has 69 modules and room for 425 bytes at level L. */
static void what_is_too_long_for_a_terminal_has_no_code(void)
{
	make(425);
	CHECK_INT(code.width, PPK_QR_WIDTH_MAX);
	make(426);
	CHECK_INT(code.width, 0);
}

static void without_memory_there_is_no_code(void)
{
	out_of_memory = true;
	make(10);
	out_of_memory = false;
	CHECK_INT(code.width, 0);
	CHECK(code.bits == NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_code_has_its_three_corners_where_a_camera_looks),
		CHECK_TEST(every_module_is_the_encoders),
		CHECK_TEST(nothing_is_set_behind_the_last_module),
		CHECK_TEST(what_is_too_long_for_a_terminal_has_no_code),
		CHECK_TEST(without_memory_there_is_no_code));
}
