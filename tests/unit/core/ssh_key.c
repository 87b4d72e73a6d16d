/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_key.h"

#include "check.h"
#include "core/ssh_wire.h"
#include "core/text.h"
#include "mutate.h"
#include "ssh_sample.h"

static uint8_t memory[4096];

static struct ppk_writer writer(void)
{
	return (struct ppk_writer){ .data = memory, .size = sizeof(memory) };
}

static struct ppk_bytes decode(const char *base64)
{
	struct ppk_bytes bytes;

	CHECK_OK(ppk_base64_decode(PPK_BASE64, base64, strlen(base64), 4096, &bytes));
	return bytes;
}

static void a_string_is_read_whole_or_not_at_all(void)
{
	static const uint8_t data[] = { 0, 0, 0, 2, 'a', 'b', 0, 0, 0, 1 };
	struct ppk_reader reader = { .next = data, .left = sizeof(data) };
	const uint8_t *text;
	size_t len = 99;

	CHECK(!ppk_ssh_read_string(&reader, 1, &text, &len));
	CHECK(reader.next == data && len == 99);
	CHECK(!ppk_ssh_read_word(&reader, "ac"));
	CHECK(!ppk_ssh_read_word(&reader, "a"));
	CHECK(!ppk_ssh_read_word(&reader, "abc"));
	CHECK(reader.next == data);
	CHECK(ppk_ssh_read_string(&reader, 2, &text, &len));
	CHECK_BYTES(text, len, "ab", 2);
	CHECK(!ppk_ssh_read_string(&reader, 10, &text, &len));
	CHECK_INT(reader.left, 4);
	reader = (struct ppk_reader){ .next = data, .left = 6 };
	CHECK(ppk_ssh_read_word(&reader, "ab") && reader.left == 0);
}

static void a_length_of_four_gigabytes_is_not_believed(void)
{
	static const uint8_t data[] = { 0xff, 0xff, 0xff, 0xff, 1 };
	struct ppk_reader reader = { .next = data, .left = sizeof(data) };
	const uint8_t *text;
	size_t len;

	CHECK(!ppk_ssh_read_string(&reader, SIZE_MAX, &text, &len));
}

static void a_positive_number_has_one_encoding(void)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
		bool good;
	} cases[] = {
		{ { 0, 0, 0, 1, 1 }, 5, true }, { { 0, 0, 0, 1, 0x7f }, 5, true },
		{ { 0, 0, 0, 2, 0, 0x80 }, 6, true }, { { 0, 0, 0, 0 }, 4, false }, /* zero */
		{ { 0, 0, 0, 1, 0 }, 5, false }, /* zero, the long way */
		{ { 0, 0, 0, 1, 0x80 }, 5, false }, /* negative */
		{ { 0, 0, 0, 2, 0, 0x7f }, 6, false }, /* a zero too many */
		{ { 0, 0, 0, 3, 1, 2, 3 }, 7, false }, /* longer than allowed */
		{ { 0, 0, 0, 2, 1 }, 5, false }, /* cut */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ppk_reader reader = { .next = cases[i].bytes, .left = cases[i].len };
		const uint8_t *number;
		size_t len;

		if (ppk_ssh_read_positive(&reader, 2, &number, &len) != cases[i].good)
			CHECK_FAIL("case %zu", i);
		CHECK_INT(reader.left, cases[i].good ? 0 : cases[i].len);
	}
}

static void both_kinds_of_keys_are_read_and_written(void)
{
	static const struct {
		const char *blob;
		enum ppk_algorithm alg;
		size_t point_len;
	} cases[] = {
		{ SSH_ED25519_BLOB, PPK_ALG_EDDSA, 32 },
		{ SSH_ECDSA_BLOB, PPK_ALG_ES256, 65 },
	};

	for (size_t i = 0; i < 2; i++) {
		struct ppk_bytes blob = decode(cases[i].blob);
		struct ppk_writer again = writer();
		struct ppk_ssh_key key;

		CHECK_OK(ppk_ssh_key_parse(blob.data, blob.len, &key));
		CHECK_INT(key.alg, cases[i].alg);
		CHECK_INT(key.point_len, cases[i].point_len);
		CHECK_BYTES(key.application, key.application_len, "ssh:", 4);
		ppk_ssh_key_write(&again, &key);
		CHECK(!again.failed);
		CHECK_BYTES(again.data, again.len, blob.data, blob.len);
		ppk_bytes_done(&blob);
	}
}

static void other_kinds_of_keys_are_none(void)
{
	static const char *const types[] = { "ssh-ed25519", "ssh-rsa", "sk-ssh-ed25519",
		"sk-ssh-ed25519-cert-v01@openssh.com",
		"webauthn-sk-ecdsa-sha2-nistp256@openssh.com" };
	struct ppk_ssh_key key;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct ppk_writer blob = writer();

		ppk_ssh_write_text(&blob, types[i]);
		CHECK_ERR(ppk_ssh_key_parse(blob.data, blob.len, &key), PPK_ERR_ALGORITHM);
	}
	CHECK(ppk_ssh_key_type(PPK_ALG_RS256) == NULL);
	struct ppk_writer blob = writer();

	ppk_ssh_key_write(&blob, &(struct ppk_ssh_key){ .alg = PPK_ALG_RS256 });
	CHECK(blob.failed);
}

static enum ppk_err parse_ed25519(const char *application, size_t point_len, const char *tail)
{
	struct ppk_writer blob = writer();
	struct ppk_ssh_key key;
	uint8_t point[80] = { 4 };

	ppk_ssh_write_text(&blob, ppk_ssh_key_type(PPK_ALG_EDDSA));
	ppk_ssh_write_string(&blob, point, point_len);
	ppk_ssh_write_text(&blob, application);
	ppk_writer_raw(&blob, tail, strlen(tail));
	return ppk_ssh_key_parse(blob.data, blob.len, &key);
}

static void a_key_of_another_form_is_refused(void)
{
	CHECK_OK(parse_ed25519("ssh:", 32, ""));
	CHECK_OK(parse_ed25519("ssh:work@laptop", 32, ""));
	CHECK_OK(parse_ed25519("example.com", 32, ""));
	CHECK_ERR(parse_ed25519("ssh:", 31, ""), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_ed25519("ssh:", 0, ""), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_ed25519("ssh:", 66, ""), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_ed25519("ssh:", 32, "x"), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_ed25519("", 32, ""), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_ed25519("SSH:", 32, ""), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_ed25519("ssh: rp=x", 32, ""), PPK_ERR_SYNTAX);
}

static void only_an_uncompressed_point_of_the_right_curve_is_taken(void)
{
	struct ppk_bytes blob = decode(SSH_ECDSA_BLOB);
	struct ppk_ssh_key key;
	size_t curve = 4 + strlen(SSH_ECDSA_TYPE) + 4;

	blob.data[curve + 5] = '3'; /* nistp356 */
	CHECK_ERR(ppk_ssh_key_parse(blob.data, blob.len, &key), PPK_ERR_SYNTAX);
	blob.data[curve + 5] = '2';
	blob.data[curve + 8 + 4] = 0x02;
	CHECK_ERR(ppk_ssh_key_parse(blob.data, blob.len, &key), PPK_ERR_SYNTAX);
	ppk_bytes_done(&blob);
}

/* A signature of these parts. */
static struct ppk_writer signature(const char *type, const void *sig, size_t len)
{
	struct ppk_writer blob = writer();

	ppk_ssh_write_text(&blob, type);
	ppk_ssh_write_string(&blob, sig, len);
	ppk_writer_u8(&blob, 0x05);
	ppk_writer_u32(&blob, 258);
	return blob;
}

static void an_eddsa_signature_is_taken_as_it_is(void)
{
	uint8_t sig[65] = { 7 };
	struct ppk_writer blob = signature(SSH_ED25519_TYPE, sig, 64);
	struct ppk_ssh_signature got;

	CHECK_OK(ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_EDDSA, &got));
	CHECK_BYTES(got.bytes, got.len, sig, 64);
	CHECK_INT(got.flags, 5);
	CHECK_INT(got.sign_count, 258);
	CHECK_ERR(ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got),
		PPK_ERR_ALGORITHM);
	CHECK_ERR(ppk_ssh_signature_parse(blob.data, blob.len - 1, PPK_ALG_EDDSA, &got),
		PPK_ERR_SYNTAX);
	for (size_t len = 63; len <= 65; len += 2) {
		blob = signature(SSH_ED25519_TYPE, sig, len);
		CHECK_ERR(ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_EDDSA, &got),
			PPK_ERR_SYNTAX);
	}
}

static struct ppk_writer ecdsa(const char *r, size_t r_len, const char *s, size_t s_len)
{
	uint8_t sig[256];
	struct ppk_writer numbers = { .data = sig, .size = sizeof(sig) };

	ppk_ssh_write_string(&numbers, r, r_len);
	ppk_ssh_write_string(&numbers, s, s_len);
	return signature(SSH_ECDSA_TYPE, sig, numbers.len);
}

static void an_ecdsa_signature_becomes_der(void)
{
	struct ppk_writer blob = ecdsa("\0\x80", 2, "\x01\x02\x03", 3);
	struct ppk_ssh_signature got;

	CHECK_OK(ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got));
	CHECK_BYTES(got.bytes, got.len, "\x30\x09\x02\x02\x00\x80\x02\x03\x01\x02\x03", 11);
}

static void the_largest_ecdsa_signature_fits(void)
{
	char number[34] = { 0, (char)0xff };
	struct ppk_writer blob = ecdsa(number, 33, number, 33);
	struct ppk_ssh_signature got;

	CHECK_OK(ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got));
	CHECK_INT(got.len, 72);
	CHECK_BYTES(got.bytes, (size_t)4, "\x30\x46\x02\x21", 4);
	blob = ecdsa(number, 34, "\x01", 1);
	CHECK_ERR(
		ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got), PPK_ERR_SYNTAX);
}

static void numbers_that_are_no_signature_are_refused(void)
{
	struct ppk_ssh_signature got;
	struct ppk_writer blob = ecdsa("", 0, "\x01", 1);

	CHECK_ERR(
		ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got), PPK_ERR_SYNTAX);
	blob = ecdsa("\x80", 1, "\x01", 1);
	CHECK_ERR(
		ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got), PPK_ERR_SYNTAX);
	blob = signature(SSH_ECDSA_TYPE, "\0\0\0\x01\x01\0\0\0\x01\x01X", 11);
	CHECK_ERR(
		ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got), PPK_ERR_SYNTAX);
	blob = signature("webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "x", 1);
	CHECK_ERR(ppk_ssh_signature_parse(blob.data, blob.len, PPK_ALG_ES256, &got),
		PPK_ERR_ALGORITHM);
}

/* One meaning, one encoding: what is taken is what would be written. */
static void damaged_key(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_writer again = writer();
	struct ppk_ssh_key key;

	(void)context;
	if (ppk_ssh_key_parse(data, len, &key) != PPK_OK)
		return;
	ppk_ssh_key_write(&again, &key);
	if (again.len != len || memcmp(again.data, data, len) != 0)
		CHECK_FAIL("another key is read when %s", how);
}

static void damaged_signature(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_ssh_signature got = { .len = 0 };

	(void)how;
	(void)context;
	if (ppk_ssh_signature_parse(data, len, PPK_ALG_ES256, &got) == PPK_OK)
		CHECK(got.len >= 8 && got.len <= PPK_SSH_SIGNATURE_MAX && got.bytes[0] == 0x30 &&
			got.bytes[1] == got.len - 2);
	else
		CHECK_INT(got.len, 0);
}

static void damaged_keys_and_signatures_are_read_whole_or_not_at_all(void)
{
	struct ppk_bytes blob = decode(SSH_ECDSA_BLOB);
	struct ppk_writer sig = ecdsa("\0\x80\x11", 3, "\x21\x22", 2);
	uint8_t copy[256];

	mutate_each(blob.data, blob.len, damaged_key, NULL);
	ppk_bytes_done(&blob);
	memcpy(copy, sig.data, sig.len);
	mutate_each(copy, sig.len, damaged_signature, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_string_is_read_whole_or_not_at_all),
		CHECK_TEST(a_length_of_four_gigabytes_is_not_believed),
		CHECK_TEST(a_positive_number_has_one_encoding),
		CHECK_TEST(both_kinds_of_keys_are_read_and_written),
		CHECK_TEST(other_kinds_of_keys_are_none),
		CHECK_TEST(a_key_of_another_form_is_refused),
		CHECK_TEST(only_an_uncompressed_point_of_the_right_curve_is_taken),
		CHECK_TEST(an_eddsa_signature_is_taken_as_it_is),
		CHECK_TEST(an_ecdsa_signature_becomes_der),
		CHECK_TEST(the_largest_ecdsa_signature_fits),
		CHECK_TEST(numbers_that_are_no_signature_are_refused),
		CHECK_TEST(damaged_keys_and_signatures_are_read_whole_or_not_at_all));
}
