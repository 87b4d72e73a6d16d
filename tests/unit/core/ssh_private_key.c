/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_private_key.h"

#include "check.h"
#include "core/ssh_key_line.h"
#include "core/ssh_wire.h"
#include "core/text.h"
#include "mutate.h"
#include "ssh_sample.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END "-----END OPENSSH PRIVATE KEY-----\n"

static struct ppk_diag diag;

static enum ppk_err parse(const char *text, struct ppk_ssh_private_key *ret)
{
	diag = (struct ppk_diag){ .text = "" };
	return ppk_ssh_private_key_parse(text, strlen(text), "id", ret, &diag);
}

static void check_refused(const char *text, enum ppk_err err, const char *part)
{
	struct ppk_ssh_private_key key;
	enum ppk_err got = parse(text, &key);

	if (got != err || strstr(diag.text, part) == NULL)
		CHECK_FAIL("%s, \"%s\"", ppk_err_token(got), diag.text);
}

static void check_same(const char *file, const char *line_text, size_t handle_len)
{
	struct ppk_ssh_private_key key;
	struct ppk_ssh_key_line line;

	CHECK_OK(parse(file, &key));
	CHECK_OK(ppk_ssh_key_line_find(line_text, strlen(line_text), "pub", &line, NULL));
	CHECK_INT(key.key.alg, line.key.alg);
	CHECK_BYTES(key.key.point, key.key.point_len, line.key.point, line.key.point_len);
	CHECK_BYTES(key.key.application, key.key.application_len, "ssh:", (size_t)4);
	CHECK_INT(key.handle_len, handle_len);
	CHECK_INT(key.flags, PPK_SSH_SK_PRESENCE);
	ppk_ssh_key_line_done(&line);
	ppk_ssh_private_key_done(&key);
	CHECK(key.memory.data == NULL && key.handle == NULL);
}

static void both_kinds_of_files_are_read(void)
{
	struct ppk_ssh_private_key key;

	check_same(SSH_ED25519_FILE, SSH_ED25519_LINE, 64);
	check_same(SSH_ECDSA_FILE, SSH_ECDSA_LINE, 227);
	CHECK_OK(parse(SSH_ED25519_FILE, &key));
	CHECK_BYTES(key.comment, key.comment_len, "alice@laptop", (size_t)12);
	ppk_ssh_private_key_done(&key);
}

static void line_ends_of_other_systems_are_fine(void)
{
	static char text[4096];
	size_t len = 0;
	struct ppk_ssh_private_key key;

	for (const char *at = SSH_ED25519_FILE; *at != '\0'; at++) {
		if (*at == '\n')
			text[len++] = '\r';
		text[len++] = *at;
	}
	text[len] = '\0';
	CHECK_OK(parse(text, &key));
	ppk_ssh_private_key_done(&key);
	text[len - 2] = '\0'; /* and none at the end */
	CHECK_OK(parse(text, &key));
	ppk_ssh_private_key_done(&key);
}

static void an_encrypted_file_is_refused_with_a_way_out(void)
{
	check_refused(SSH_ENCRYPTED_FILE, PPK_ERR_UNSUPPORTED, "ssh-keygen -p");
}

static void a_key_that_is_in_the_file_itself_is_refused(void)
{
	check_refused(SSH_PLAIN_FILE, PPK_ERR_ALGORITHM, "not on a security key");
}

static void what_is_no_such_file_is_refused(void)
{
	check_refused("", PPK_ERR_SYNTAX, "malformed");
	check_refused(SSH_ED25519_LINE, PPK_ERR_SYNTAX, "malformed");
	check_refused(BEGIN, PPK_ERR_SYNTAX, "malformed");
	check_refused(BEGIN END, PPK_ERR_SYNTAX, "malformed");
	check_refused(BEGIN "b3BlbnNzaC1rZXktdjEA\n" END, PPK_ERR_SYNTAX, "malformed");
	check_refused(BEGIN "secret!\n" END, PPK_ERR_SYNTAX, "malformed");
	CHECK(strstr(diag.text, "secret") == NULL);
	check_refused(SSH_ED25519_FILE "more", PPK_ERR_SYNTAX, "malformed");
	CHECK(ppk_ssh_is_private_key(BEGIN, strlen(BEGIN)));
	CHECK(!ppk_ssh_is_private_key(BEGIN, strlen(BEGIN) - 2));
	ppk_ssh_private_key_done(NULL);
}

/* A file, unpacked, changed by damage() and packed again: what the base64 would hide. */
static enum ppk_err parse_changed(size_t at, uint8_t value, size_t cut)
{
	static char text[4096];
	struct ppk_ssh_private_key key;
	struct ppk_bytes body;
	char base64[1024];
	size_t len = 0;
	enum ppk_err err;

	for (const char *c = &SSH_ED25519_FILE[strlen(BEGIN)]; strncmp(c, "-----", 5) != 0; c++)
		if (*c != '\n')
			base64[len++] = *c;
	CHECK_OK(ppk_base64_decode(PPK_BASE64, base64, len, 4096, &body));
	CHECK(at < body.len);
	body.data[at] = value;
	ppk_base64_encode(PPK_BASE64, body.data, body.len - cut, base64);
	snprintf(text, sizeof(text), BEGIN "%s\n" END, base64);
	ppk_bytes_done(&body);
	err = parse(text, &key);
	if (err == PPK_OK)
		ppk_ssh_private_key_done(&key);
	return err;
}

static void each_part_of_the_file_is_checked(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {
		{ 0, 'O' }, /* magic */
		{ 26, 1 }, /* length of the name of the key derivation */
		{ 34, 1 }, /* its options */
		{ 38, 2 }, /* two keys */
		{ 42, 0x4b }, /* length of the public half */
		{ 80, 0xff }, /* a byte of the point outside, not inside */
		{ 121, 1 }, /* check number */
		{ 296, 6 }, /* the last byte of the padding */
	};

	CHECK_OK(parse_changed(0, 'o', 0));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (parse_changed(cases[i].at, cases[i].value, 0) == PPK_OK)
			CHECK_FAIL("case %zu passes", i);
	CHECK_ERR(parse_changed(0, 'o', 1), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_changed(0, 'o', 8), PPK_ERR_SYNTAX);
}

/* What is read is either the same key or a changed handle, comment, flag or check number. */
static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	const struct ppk_ssh_private_key *whole = context;
	struct ppk_ssh_private_key key;

	if (ppk_ssh_private_key_parse((const char *)data, len, "id", &key, NULL) != PPK_OK)
		return;
	if (key.key.point_len != whole->key.point_len ||
		memcmp(key.key.point, whole->key.point, key.key.point_len) != 0 ||
		key.handle_len != whole->handle_len)
		CHECK_FAIL("another key is read when %s", how);
	ppk_ssh_private_key_done(&key);
}

static void a_damaged_file_is_never_another_key(void)
{
	struct ppk_ssh_private_key whole;

	CHECK_OK(parse(SSH_ED25519_FILE, &whole));
	mutate_each(SSH_ED25519_FILE, strlen(SSH_ED25519_FILE), damaged, &whole);
	ppk_ssh_private_key_done(&whole);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(both_kinds_of_files_are_read),
		CHECK_TEST(line_ends_of_other_systems_are_fine),
		CHECK_TEST(an_encrypted_file_is_refused_with_a_way_out),
		CHECK_TEST(a_key_that_is_in_the_file_itself_is_refused),
		CHECK_TEST(what_is_no_such_file_is_refused),
		CHECK_TEST(each_part_of_the_file_is_checked),
		CHECK_TEST(a_damaged_file_is_never_another_key));
}
