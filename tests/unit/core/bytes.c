/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/bytes.h"

#include "check.h"
#include "core/assertion.h"

static void a_copy_is_equal_and_its_own(void)
{
	uint8_t data[] = { 1, 2, 3 };
	struct ppk_bytes bytes = { 0 };

	CHECK_OK(ppk_bytes_copy(data, 3, &bytes));
	CHECK(bytes.data != data);
	CHECK(ppk_bytes_equal(&bytes, data, 3));
	CHECK(!ppk_bytes_equal(&bytes, data, 2));
	data[2] = 4;
	CHECK(!ppk_bytes_equal(&bytes, data, 3));
	ppk_bytes_done(&bytes);
	CHECK(bytes.data == NULL && bytes.len == 0);
}

static void nothing_is_copied_as_empty(void)
{
	struct ppk_bytes bytes = { 0 };

	CHECK_OK(ppk_bytes_copy(NULL, 0, &bytes));
	CHECK(ppk_bytes_equal(&bytes, NULL, 0));
	CHECK(!ppk_bytes_equal(&bytes, "x", 1));
}

static void null_and_empty_are_fine_to_free(void)
{
	struct ppk_bytes bytes = { 0 };
	struct ppk_assertion assertion = { 0 };

	ppk_bytes_done(NULL);
	ppk_bytes_done(&bytes);
	ppk_bytes_wipe(NULL);
	ppk_bytes_wipe(&bytes);
	ppk_assertion_done(NULL);
	ppk_assertion_done(&assertion);
}

static void an_assertion_frees_all_of_its_parts(void)
{
	struct ppk_assertion assertion = { 0 };

	CHECK_OK(ppk_bytes_copy("id", 2, &assertion.credential_id));
	CHECK_OK(ppk_bytes_copy("{}", 2, &assertion.client_data));
	CHECK_OK(ppk_bytes_copy("ad", 2, &assertion.authenticator_data));
	CHECK_OK(ppk_bytes_copy("sg", 2, &assertion.signature));
	CHECK_OK(ppk_bytes_copy("uh", 2, &assertion.user_handle));
	ppk_assertion_done(&assertion); /* the leak sanitizer sees what is forgotten */
	CHECK(assertion.credential_id.data == NULL && assertion.user_handle.data == NULL);
}

static void numbers_are_read_big_endian(void)
{
	const uint8_t data[] = { 0x01, 0x02, 0x03, 0xff, 0xfe, 0xfd, 0xfc };
	struct ppk_reader reader = { data, sizeof(data) };
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	CHECK(ppk_reader_u8(&reader, &u8));
	CHECK_INT(u8, 1);
	CHECK(ppk_reader_u16(&reader, &u16));
	CHECK_INT(u16, 0x0203);
	CHECK(ppk_reader_u32(&reader, &u32));
	CHECK_INT(u32, 0xfffefdfc);
	CHECK_INT(reader.left, 0);
}

static void a_getter_that_fails_moves_nothing(void)
{
	const uint8_t data[] = { 0, 3, 'a', 'b' };
	struct ppk_reader reader = { data, 3 };
	const uint8_t *at = NULL;
	size_t len = 0;
	uint32_t u32;

	CHECK(!ppk_reader_u32(&reader, &u32));
	CHECK(!ppk_reader_raw(&reader, 4, &at));
	CHECK(!ppk_reader_raw(&reader, SIZE_MAX, &at));
	CHECK(!ppk_reader_block(&reader, 100, &at, &len));
	CHECK(reader.next == data);
	CHECK_INT(reader.left, 3);
}

static void a_block_is_bounded_by_its_maximum(void)
{
	const uint8_t data[] = { 0, 2, 'a', 'b', 'c' };
	struct ppk_reader reader = { data, sizeof(data) };
	const uint8_t *at = NULL;
	size_t len = 0;

	CHECK(!ppk_reader_block(&reader, 1, &at, &len));
	CHECK(ppk_reader_block(&reader, 2, &at, &len));
	CHECK_BYTES(at, len, "ab", 2);
	CHECK_INT(reader.left, 1);
}

static void what_is_written_is_read_again(void)
{
	uint8_t data[16];
	struct ppk_writer writer = { .data = data, .size = sizeof(data) };
	struct ppk_reader reader = { data, sizeof(data) };
	const uint8_t *at = NULL;
	size_t len = 0;
	uint8_t u8 = 0;
	uint16_t u16 = 0;
	uint32_t u32 = 0;

	ppk_writer_u8(&writer, 0xab);
	ppk_writer_u16(&writer, 0xcdef);
	ppk_writer_u32(&writer, 0x12345678);
	ppk_writer_block(&writer, "hello", 5);
	ppk_writer_block(&writer, NULL, 0);
	CHECK(!writer.failed);
	CHECK_INT(writer.len, 16);
	CHECK(ppk_reader_u8(&reader, &u8) && u8 == 0xab);
	CHECK(ppk_reader_u16(&reader, &u16) && u16 == 0xcdef);
	CHECK(ppk_reader_u32(&reader, &u32) && u32 == 0x12345678);
	CHECK(ppk_reader_block(&reader, 5, &at, &len));
	CHECK_BYTES(at, len, "hello", 5);
	CHECK(ppk_reader_block(&reader, 0, &at, &len));
	CHECK_INT(len, 0);
}

static void a_full_writer_stays_failed(void)
{
	uint8_t data[3] = { 0 };
	struct ppk_writer writer = { .data = data, .size = sizeof(data) };

	ppk_writer_u16(&writer, 1);
	ppk_writer_u16(&writer, 2);
	CHECK(writer.failed);
	CHECK_INT(writer.len, 2);
	ppk_writer_u8(&writer, 3); /* there would be room */
	CHECK(writer.failed);
	CHECK_INT(writer.len, 2);
	CHECK_INT(data[2], 0);
}

static void a_block_longer_than_its_length_can_say_fails(void)
{
	static uint8_t data[70000], block[65536];
	struct ppk_writer writer = { .data = data, .size = sizeof(data) };

	ppk_writer_block(&writer, block, 65535);
	CHECK(!writer.failed);
	writer.len = 0;
	ppk_writer_block(&writer, block, 65536);
	CHECK(writer.failed);
	CHECK_INT(writer.len, 0);
}

static void a_part_has_a_minimum_too(void)
{
	static const uint8_t packet[] = { 0, 2, 7, 8, 0, 0 };
	struct ppk_reader reader = { packet, sizeof(packet) };
	uint8_t buffer[16];
	struct ppk_writer writer = { .data = buffer, .size = sizeof(buffer) };
	const uint8_t *data = buffer;
	size_t len = 77;

	CHECK(!ppk_reader_part(&reader, 3, 9, &data, &len));
	CHECK(!ppk_reader_part(&reader, 0, 1, &data, &len));
	CHECK(reader.next == packet && data == buffer && len == 77); /* nothing has moved */
	CHECK(ppk_reader_part(&reader, 2, 2, &data, &len));
	CHECK_BYTES(data, len, packet + 2, 2);
	CHECK(ppk_reader_part(&reader, 0, 2, &data, &len));
	CHECK(data == NULL && len == 0 && reader.left == 0);
	ppk_writer_part(&writer, "ab", 2, 2, 2);
	CHECK_BYTES(buffer, writer.len, "\0\2ab", 4);
	ppk_writer_part(&writer, "ab", 2, 3, 9);
	CHECK(writer.failed);
	writer.failed = false;
	ppk_writer_part(&writer, "ab", 2, 0, 1);
	CHECK(writer.failed);
}

static void an_error_is_known_by_its_token(void)
{
	enum ppk_err got = PPK_ERR_INTERNAL;

	for (enum ppk_err err = PPK_OK; err < PPK_ERR_COUNT; err++) {
		const char *token = ppk_err_token(err);

		CHECK(ppk_err_parse(token, strlen(token), &got));
		CHECK_INT(got, err);
		CHECK(!ppk_err_parse(token, strlen(token) - 1, &got) || got != err);
	}
	CHECK(!ppk_err_parse("unknown", 7, &got));
	CHECK(!ppk_err_parse("", 0, &got));
}

static void a_value_is_a_byte_within_its_bounds(void)
{
	const uint8_t data[] = { 2, 5, 6, 255 };
	struct ppk_reader reader = { data, sizeof(data) };
	uint8_t value = 9;

	CHECK(!ppk_reader_value(&reader, 3, 5, &value) && reader.left == 4 && value == 9);
	CHECK(ppk_reader_value(&reader, 2, 5, &value) && reader.left == 3 && value == 2);
	CHECK(ppk_reader_value(&reader, 2, 5, &value) && value == 5);
	CHECK(!ppk_reader_value(&reader, 2, 5, &value) && reader.left == 2);
	CHECK(ppk_reader_value(&reader, 6, 6, &value));
	CHECK(ppk_reader_value(&reader, 0, 1000, &value) && value == 255);
	CHECK(!ppk_reader_value(&reader, 0, 1000, &value));
}

static void a_value_that_would_not_be_taken_is_not_written(void)
{
	static const struct {
		size_t value, min, max;
	} bad[] = { { 1, 2, 5 }, { 6, 2, 5 }, { 256, 0, 1000 }, { SIZE_MAX, 0, SIZE_MAX } };
	uint8_t data[2];
	size_t len = 99;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ppk_writer writer = { .data = data, .size = sizeof(data) };

		ppk_writer_value(&writer, bad[i].value, bad[i].min, bad[i].max);
		CHECK(writer.failed && writer.len == 0);
		CHECK_ERR(ppk_writer_end(&writer, &len), PPK_ERR_LIMIT);
		CHECK_INT(len, 99);
	}
	struct ppk_writer writer = { .data = data, .size = sizeof(data) };

	ppk_writer_value(&writer, 2, 2, 5);
	ppk_writer_value(&writer, 5, 2, 5);
	CHECK_OK(ppk_writer_end(&writer, &len));
	CHECK_BYTES(data, len, "\2\5", 2);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_copy_is_equal_and_its_own),
		CHECK_TEST(nothing_is_copied_as_empty), CHECK_TEST(null_and_empty_are_fine_to_free),
		CHECK_TEST(an_assertion_frees_all_of_its_parts),
		CHECK_TEST(numbers_are_read_big_endian),
		CHECK_TEST(a_getter_that_fails_moves_nothing), CHECK_TEST(a_part_has_a_minimum_too),
		CHECK_TEST(an_error_is_known_by_its_token),
		CHECK_TEST(a_block_is_bounded_by_its_maximum),
		CHECK_TEST(what_is_written_is_read_again), CHECK_TEST(a_full_writer_stays_failed),
		CHECK_TEST(a_block_longer_than_its_length_can_say_fails),
		CHECK_TEST(a_value_is_a_byte_within_its_bounds),
		CHECK_TEST(a_value_that_would_not_be_taken_is_not_written));
}
