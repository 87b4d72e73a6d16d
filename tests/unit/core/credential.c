/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/credential.h"

#include <stdlib.h>

#include "check.h"
#include "credential_sample.h"

static struct ppk_credential *credential;
static struct ppk_diag diag;

static enum ppk_err parse(const char *line)
{
	ppk_credential_free(credential);
	credential = NULL;
	diag = (struct ppk_diag){ 0 };
	return ppk_credential_parse(line, strlen(line), &credential, &diag);
}

/* The line gives err, at column; the sentence has what in it. */
static void check_refused(const char *line, enum ppk_err err, unsigned column, const char *what)
{
	enum ppk_err got = parse(line);

	if (got != err || diag.column != column || strstr(diag.text, what) == NULL)
		CHECK_FAIL("%s gave %s at column %u: %s", line, ppk_err_token(got), diag.column,
			diag.text);
	CHECK(credential == NULL);
}

/* The minimal line with one pair more, which begins at column 10, is refused. */
static void check_pair_refused(const char *pair, enum ppk_err err, const char *what)
{
	char line[4096];
	const char *value = strchr(pair, '=') + 1;

	snprintf(line, sizeof(line), "passkey1 %s%s", pair, &SAMPLE_MINIMAL[strlen("passkey1")]);
	check_refused(line, err, 10 + (unsigned)(value - pair), what);
}

static void check_pair_accepted(const char *pair)
{
	char line[4096];

	snprintf(line, sizeof(line), "passkey1 %s%s", pair, &SAMPLE_MINIMAL[strlen("passkey1")]);
	if (parse(line) != PPK_OK)
		CHECK_FAIL("%s: column %u: %s", line, diag.column, diag.text);
}

static void the_least_that_is_needed_is_accepted(void)
{
	CHECK_OK(parse(SAMPLE_MINIMAL));
	CHECK(ppk_bytes_equal(&credential->id, "\x9b\x1d\x9f\xff\xc4\x1a", 6));
	CHECK_INT(credential->alg, PPK_ALG_ES256);
	CHECK_INT(credential->key.len, 91);
	CHECK_STR(credential->rp_id, "example.com");
	CHECK(credential->name == NULL && credential->transports == NULL);
	CHECK(credential->attestation == NULL && credential->unknown == NULL);
	CHECK(credential->user_handle.len == 0 && !credential->has_aaguid && !credential->disabled);
	CHECK_INT(credential->uv, PPK_UV_DISCOURAGED);
	CHECK_INT(credential->backup, PPK_BACKUP_UNKNOWN);
	CHECK(credential->created_s == 0 && credential->expires_s == 0);
}

static void every_key_is_read(void)
{
	CHECK_OK(parse(SAMPLE_FULL));
	CHECK_INT(credential->uv, PPK_UV_REQUIRED);
	CHECK(credential->disabled);
	CHECK_INT(credential->expires_s, 1896134399);
	CHECK_STR(credential->name, "Blue \"key\" \\ \xc3\xa5");
	CHECK_STR(credential->rp_id, "login.example.com");
	CHECK_STR(credential->transports, "usb,nfc");
	CHECK(credential->has_aaguid);
	CHECK_BYTES(credential->aaguid, (size_t)16,
		"\x2f\xc0\x57\x9f\x81\x13\x47\xea\xb1\x16\xbb\x5a\x8d\xb9\x20\x2a", (size_t)16);
	CHECK_INT(credential->backup, PPK_BACKUP_ELIGIBLE);
	CHECK_INT(credential->created_s, 1795505400);
	CHECK_STR(credential->attestation, "fido-u2f");
	CHECK(ppk_bytes_equal(&credential->user_handle, "user", 4));
	CHECK_STR(credential->unknown, "colour=blue note=\"on the ring\"");
	CHECK_INT(credential->alg, PPK_ALG_EDDSA);
	CHECK_INT(credential->key.len, 44);
}

static void a_line_is_written_as_it_was_read(void)
{
	char *line = NULL;

	CHECK_OK(parse(SAMPLE_FULL));
	CHECK_OK(ppk_credential_format(credential, &line));
	CHECK_STR(line, SAMPLE_FULL);
	free(line);
}

static void what_restricts_is_written_first_and_the_key_last(void)
{
	char *line = NULL;

	CHECK_OK(parse(SAMPLE_MINIMAL " name=Blue uv=preferred disabled=no"));
	CHECK_OK(ppk_credential_format(credential, &line));
	CHECK_STR(line, "passkey1 uv=preferred name=Blue rp=example.com id=mx2f_8Qa alg=es256 "
			"key=" SAMPLE_KEY);
	free(line);
}

static void any_order_and_any_blanks_are_read(void)
{
	CHECK_OK(parse(
		"  passkey1\trp=example.com   key=" SAMPLE_KEY "\t\tid=mx2f_8Qa alg=es256  "));
	CHECK_STR(credential->rp_id, "example.com");
}

static void another_version_is_refused_as_such(void)
{
	check_refused("passkey2 id=AA", PPK_ERR_VERSION, 1, "passkey1");
	check_refused(" passkey10 id=AA", PPK_ERR_VERSION, 2, "passkey1");
	check_refused("passkey", PPK_ERR_VERSION, 1, "passkey1");
	check_refused("passkey1=x", PPK_ERR_VERSION, 1, "passkey1");
	check_refused("PASSKEY1 id=AA", PPK_ERR_SYNTAX, 1, "begins with passkey1");
	check_refused("alice:AAAA,BBBB,es256,+presence", PPK_ERR_SYNTAX, 1, "begins with passkey1");
	check_refused("", PPK_ERR_SYNTAX, 1, "begins with passkey1");
}

static void each_required_key_is_missed(void)
{
	check_refused("passkey1", PPK_ERR_SYNTAX, 9, "id= is missing");
	check_refused("passkey1 alg=es256 key=" SAMPLE_KEY " rp=a", PPK_ERR_SYNTAX, 153,
		"id= is missing");
	check_refused(
		"passkey1 id=AA key=" SAMPLE_KEY " rp=a", PPK_ERR_SYNTAX, 149, "alg= is missing");
	check_refused("passkey1 id=AA alg=es256 rp=a", PPK_ERR_SYNTAX, 30, "key= is missing");
	check_refused(
		"passkey1 id=AA alg=es256 key=" SAMPLE_KEY, PPK_ERR_SYNTAX, 154, "rp= is missing");
}

static void a_key_given_twice_is_refused(void)
{
	char line[4096];

	snprintf(line, sizeof(line), "%s uv=required uv=discouraged", SAMPLE_MINIMAL);
	check_refused(line, PPK_ERR_DUPLICATE, (unsigned)strlen(SAMPLE_MINIMAL) + 14, "uv=");
	snprintf(line, sizeof(line), "%s colour=a colour=b", SAMPLE_MINIMAL);
	check_refused(line, PPK_ERR_DUPLICATE, (unsigned)strlen(SAMPLE_MINIMAL) + 11, "colour=");
}

static void an_unknown_algorithm_is_refused_as_such(void)
{
	check_refused(
		"passkey1 alg=es257 id=AA rp=a key=" SAMPLE_KEY, PPK_ERR_ALGORITHM, 14, "alg=");
	check_refused(
		"passkey1 alg=ES256 id=AA rp=a key=" SAMPLE_KEY, PPK_ERR_ALGORITHM, 14, "alg=");
}

static void a_malformed_policy_is_never_read_as_none(void)
{
	check_pair_refused(
		"uv=requ", PPK_ERR_SYNTAX, "uv= must be discouraged, preferred or required");
	check_pair_refused("uv=Required", PPK_ERR_SYNTAX, "uv=");
	check_pair_refused("uv=requiredx", PPK_ERR_SYNTAX, "uv=");
	check_pair_refused("uv=\"required \"", PPK_ERR_SYNTAX, "uv=");
	check_pair_refused("uv=true", PPK_ERR_SYNTAX, "uv=");
	check_pair_refused("disabled=true", PPK_ERR_SYNTAX, "disabled= must be yes or no");
	check_pair_refused("disabled=YES", PPK_ERR_SYNTAX, "disabled=");
	check_pair_refused("disabled=y", PPK_ERR_SYNTAX, "disabled=");
	check_pair_refused("expires=never", PPK_ERR_SYNTAX, "expires= must be a time such as");
	check_pair_refused("expires=2030-01-31", PPK_ERR_SYNTAX, "expires=");
	check_pair_refused("expires=2030-02-30T00:00:00Z", PPK_ERR_SYNTAX, "expires=");
}

/* 0 seconds means "never" in the struct: the text must not get there. */
static void expiry_in_1970_does_not_become_never(void)
{
	check_pair_refused("expires=1970-01-01T00:00:00Z", PPK_ERR_SYNTAX, "expires=");
	check_pair_accepted("expires=1970-01-01T00:00:01Z");
	CHECK_INT(credential->expires_s, 1);
}

static void an_empty_policy_value_is_refused(void)
{
	check_pair_refused("uv=", PPK_ERR_SYNTAX, "the value is empty");
	check_pair_refused("disabled=", PPK_ERR_SYNTAX, "the value is empty");
	check_pair_refused("expires=\"\"", PPK_ERR_SYNTAX, "the value is empty");
}

static void a_key_that_is_nearly_a_known_one_is_a_slip(void)
{
	check_refused(SAMPLE_MINIMAL " expire=2030-01-31T00:00:00Z", PPK_ERR_SYNTAX,
		(unsigned)strlen(SAMPLE_MINIMAL) + 2, "unknown key expire=: is expires= meant?");
	check_refused(SAMPLE_MINIMAL " disable=yes", PPK_ERR_SYNTAX,
		(unsigned)strlen(SAMPLE_MINIMAL) + 2, "is disabled= meant?");
	check_refused(SAMPLE_MINIMAL " vu=required", PPK_ERR_SYNTAX,
		(unsigned)strlen(SAMPLE_MINIMAL) + 2, "is uv= meant?");
}

static void an_unknown_optional_key_is_kept_word_by_word(void)
{
	char *line = NULL;

	CHECK_OK(parse(SAMPLE_MINIMAL " zone=\"a \\\"b\\\"\"  hours=9-17"));
	CHECK_STR(credential->unknown, "zone=\"a \\\"b\\\"\" hours=9-17");
	CHECK_OK(ppk_credential_format(credential, &line));
	CHECK(strstr(line, " zone=\"a \\\"b\\\"\" hours=9-17 id=") != NULL);
	free(line);
}

static void ids_are_strict_base64url_of_at_most_1023_bytes(void)
{
	char line[8192], id[1400];

	check_refused("passkey1 rp=a alg=es256 id=A key=" SAMPLE_KEY, PPK_ERR_SYNTAX, 28, "id=");
	check_refused("passkey1 rp=a alg=es256 id=AA== key=" SAMPLE_KEY, PPK_ERR_SYNTAX, 28, "id=");
	check_refused("passkey1 rp=a alg=es256 id=A+AA key=" SAMPLE_KEY, PPK_ERR_SYNTAX, 28, "id=");
	check_refused("passkey1 rp=a alg=es256 id=AB key=" SAMPLE_KEY, PPK_ERR_SYNTAX, 28, "id=");
	memset(id, 'A', sizeof(id));
	id[1364] = '\0'; /* 1023 bytes */
	snprintf(line, sizeof(line), "passkey1 rp=a alg=es256 id=%s key=" SAMPLE_KEY, id);
	CHECK_OK(parse(line));
	CHECK_INT(credential->id.len, 1023);
	id[1364] = 'A';
	id[1366] = '\0';
	snprintf(line, sizeof(line), "passkey1 rp=a alg=es256 id=%s key=" SAMPLE_KEY, id);
	check_refused(line, PPK_ERR_LIMIT, 28, "id=");
}

static void a_key_is_one_whole_der_sequence(void)
{
	check_refused(
		"passkey1 rp=a alg=eddsa id=AA key=MCow", PPK_ERR_SYNTAX, 35, "key="); /* cut */
	check_refused("passkey1 rp=a alg=eddsa id=AA key=MAA", PPK_ERR_SYNTAX, 35, "key=");
	check_refused(
		"passkey1 rp=a alg=eddsa id=AA key=MAAA", PPK_ERR_SYNTAX, 35, "key="); /* tail */
	check_refused("passkey1 rp=a alg=eddsa id=AA key=MA==", PPK_ERR_SYNTAX, 35, "key=");
	check_refused(
		"passkey1 rp=a alg=eddsa id=AA key=BAEA", PPK_ERR_SYNTAX, 35, "key="); /* tag */
	check_refused("passkey1 rp=a alg=eddsa id=AA key=MIEBAA==", PPK_ERR_SYNTAX, 35, "key=");
	check_refused("passkey1 rp=a alg=eddsa id=AA key=MIIAAQA=", PPK_ERR_SYNTAX, 35, "key=");
	check_refused("passkey1 rp=a alg=eddsa id=AA key=MIAAAA==", PPK_ERR_SYNTAX, 35, "key=");
	CHECK_OK(parse("passkey1 rp=a alg=eddsa id=AA key=MAEA"));
}

static void names_are_bounded(void)
{
	char pair[200] = "name=";

	memset(pair + 5, 'n', 129);
	check_pair_refused(pair, PPK_ERR_LIMIT, "name= must be at most 128 bytes");
	pair[5 + 128] = '\0';
	check_pair_accepted(pair);
	check_pair_refused("name=\"a\x1b[2J\"", PPK_ERR_SYNTAX, "printable");
}

static void other_malformed_values_are_refused(void)
{
	check_pair_refused("user=A", PPK_ERR_SYNTAX, "user=");
	check_pair_refused("user=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			   "AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		PPK_ERR_LIMIT, "user=");
	check_pair_refused("transports=usb,", PPK_ERR_SYNTAX, "transports=");
	check_pair_refused("transports=,usb", PPK_ERR_SYNTAX, "transports=");
	check_pair_refused("transports=usb,,nfc", PPK_ERR_SYNTAX, "transports=");
	check_pair_refused("transports=\"usb, nfc\"", PPK_ERR_SYNTAX, "transports=");
	check_pair_refused("transports=USB", PPK_ERR_SYNTAX, "transports=");
	check_pair_refused("aaguid=2fc0579f-8113-47ea-b116-bb5a8db9202", PPK_ERR_SYNTAX, "aaguid=");
	check_pair_refused("aaguid=2fc0579f811347eab116bb5a8db9202a", PPK_ERR_SYNTAX, "aaguid=");
	check_pair_refused(
		"aaguid=2fc0579f-8113-47ea-b116bb-5a8db9202a", PPK_ERR_SYNTAX, "aaguid=");
	check_pair_refused(
		"aaguid=2fc0579g-8113-47ea-b116-bb5a8db9202a", PPK_ERR_SYNTAX, "aaguid=");
	check_pair_refused("backup=yes", PPK_ERR_SYNTAX, "backup= must be no, eligible or state");
	check_pair_refused("created=yesterday", PPK_ERR_SYNTAX, "created=");
	check_pair_refused("attestation=\"a b\"", PPK_ERR_SYNTAX, "attestation=");
}

static void transports_that_nobody_knows_yet_are_kept(void)
{
	check_pair_accepted("transports=usb,smart-card,telepathy2");
	CHECK_STR(credential->transports, "usb,smart-card,telepathy2");
}

static void domain_and_host_names_are_rp_ids(void)
{
	static const char *const good[] = { "example.com", "localhost", "web1", "a", "a.b.c",
		"3com.com", "xn--bcher-kva.example", "a--b", "1.2.3.a", "web1.example.123a" };
	char longest[254];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ppk_rp_id_is_valid(good[i], strlen(good[i])));
	memset(longest, 'a', sizeof(longest));
	longest[63] = longest[127] = longest[191] = '.';
	CHECK(ppk_rp_id_is_valid(longest, 253));
	CHECK(!ppk_rp_id_is_valid(longest, 254));
}

static void applications_of_openssh_are_rp_ids_too(void)
{
	static const char *const good[] = { "ssh:", "ssh:work", "ssh:Alice@laptop-1/x_y+z:2" };
	static const char *const bad[] = { "ssh:a b", "ssh:\"", "ssh:\\", "ssh:a=b", "ssh:\n",
		"ssh:\xc3\xbc", "SSH:", "sshd:", "xssh:", " ssh:", "https:", "ssh:a,b" };
	char longest[255] = "ssh:";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ppk_rp_id_is_ssh(good[i], strlen(good[i])) &&
			ppk_rp_id_is_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ppk_rp_id_is_valid(bad[i], strlen(bad[i])))
			CHECK_FAIL("\"%s\" passes for an RP ID", bad[i]);
	CHECK(!ppk_rp_id_is_ssh("ssh", 3));
	CHECK(!ppk_rp_id_is_ssh("ssh:\0", 5));
	memset(longest + 4, 'a', sizeof(longest) - 4);
	CHECK(ppk_rp_id_is_ssh(longest, 253));
	CHECK(!ppk_rp_id_is_ssh(longest, 254));
}

static void a_credential_without_a_handle_says_so(void)
{
	check_pair_accepted("handle=none");
	CHECK(credential->no_handle);
	check_pair_refused("handle=yes", PPK_ERR_SYNTAX, "handle=");
	check_refused(SAMPLE_MINIMAL " handl=none", PPK_ERR_SYNTAX, sizeof(SAMPLE_MINIMAL) + 1,
		"is handle= meant?");
	check_pair_accepted("name=x");
	CHECK(!credential->no_handle);
}

static void anything_else_is_no_rp_id(void)
{
	static const char *const bad[] = { "", ".", "example.com.", ".example.com", "example..com",
		"Example.com", "-a.com", "a-.com", "a_b.com", "https://example.com",
		"example.com:443", "192.0.2.1", "1", "[::1]", "ex ample.com", "\xc3\xbc.example",
		"*.example.com",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ppk_rp_id_is_valid(bad[i], strlen(bad[i])))
			CHECK_FAIL("\"%s\" passes for an RP ID", bad[i]);
	CHECK(!ppk_rp_id_is_valid("a\0.com", 6));
	check_refused("passkey1 rp=Example.com id=AA alg=es256 key=" SAMPLE_KEY, PPK_ERR_SYNTAX, 13,
		"rp=");
}

static void an_over_long_line_is_refused(void)
{
	char line[PPK_CREDENTIAL_LINE_MAX + 2];

	memset(line, ' ', sizeof(line));
	memcpy(line, SAMPLE_MINIMAL, strlen(SAMPLE_MINIMAL));
	line[PPK_CREDENTIAL_LINE_MAX] = '\0';
	CHECK_OK(parse(line));
	line[PPK_CREDENTIAL_LINE_MAX] = ' ';
	line[PPK_CREDENTIAL_LINE_MAX + 1] = '\0';
	check_refused(line, PPK_ERR_LIMIT, PPK_CREDENTIAL_LINE_MAX + 1, "at most 8192 bytes");
}

static void the_largest_credential_fits_its_line(void)
{
	static uint8_t id[PPK_CREDENTIAL_ID_MAX], key[PPK_CREDENTIAL_KEY_MAX];
	static uint8_t user[PPK_USER_HANDLE_MAX];
	char name[PPK_CREDENTIAL_NAME_MAX + 1] = { 0 }, rp_id[PPK_RP_ID_MAX + 1] = { 0 };
	char *line = NULL;
	struct ppk_credential big = { .id = { id, sizeof(id) },
		.alg = PPK_ALG_RS256,
		.key = { key, sizeof(key) },
		.user_handle = { user, sizeof(user) },
		.name = name,
		.rp_id = rp_id };

	memcpy(key, "\x30\x82\x04\x48", 4);
	memset(name, '"', sizeof(name) - 1);
	memset(rp_id, 'a', sizeof(rp_id) - 1);
	rp_id[63] = rp_id[127] = rp_id[191] = '.';
	CHECK_OK(ppk_credential_format(&big, &line));
	CHECK_OK(parse(line));
	CHECK_STR(credential->name, name);
	free(line);
}

/* A credential with one member changed is not written. */
static void a_line_that_would_not_read_back_is_not_written(void)
{
	static char feed[] = "a\npasskey1 id=x", spoof[] = "a\xe2\x80\xae", host[] = "Example.com";
	static char policy[] = "uv=discouraged", words[] = "no pair", empty[] = "";
	struct ppk_credential copy;
	char *line = NULL;

	CHECK_OK(parse(SAMPLE_MINIMAL));
#define CHECK_NOT_WRITTEN(member, value, err)                                                      \
	do {                                                                                       \
		copy = *credential;                                                                \
		copy.member = (value);                                                             \
		CHECK_ERR(ppk_credential_format(&copy, &line), err);                               \
		CHECK(line == NULL);                                                               \
	} while (0)
	CHECK_NOT_WRITTEN(name, feed, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(name, spoof, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(name, empty, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(rp_id, host, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(rp_id, NULL, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(unknown, policy, PPK_ERR_DUPLICATE);
	CHECK_NOT_WRITTEN(unknown, words, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(attestation, feed, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(transports, feed, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(expires_s, -1, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(expires_s, INT64_MAX, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(alg, (enum ppk_algorithm)0, PPK_ERR_ALGORITHM);
	CHECK_NOT_WRITTEN(uv, (enum ppk_uv)7, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(key.len, 0, PPK_ERR_SYNTAX);
	CHECK_NOT_WRITTEN(id.len, 0, PPK_ERR_SYNTAX);
}

/* A member of another kind that comes in by the back door. */
static void unknown_keys_cannot_carry_known_ones(void)
{
	static char expires[] = "expires=2030-01-31T23:59:59Z", disabled[] = "disabled=no";
	struct ppk_credential copy;
	char *line = NULL;

	CHECK_OK(parse(SAMPLE_MINIMAL));
	copy = *credential;
	copy.unknown = expires;
	CHECK_ERR(ppk_credential_format(&copy, &line), PPK_ERR_SYNTAX);
	copy.unknown = disabled;
	CHECK_ERR(ppk_credential_format(&copy, &line), PPK_ERR_SYNTAX);
}

static void too_much_for_a_line_is_not_written(void)
{
	static char unknown[PPK_CREDENTIAL_LINE_MAX];
	struct ppk_credential copy;
	char *line = NULL;

	CHECK_OK(parse(SAMPLE_MINIMAL));
	memset(unknown, 'x', sizeof(unknown) - 1);
	memcpy(unknown, "note=", 5);
	copy = *credential;
	copy.unknown = unknown;
	CHECK_ERR(ppk_credential_format(&copy, &line), PPK_ERR_LIMIT);
}

static void algorithms_go_by_name_and_by_number(void)
{
	static const struct {
		enum ppk_algorithm alg;
		const char *name;
		int cose;
	} known[] = { { PPK_ALG_ES256, "es256", -7 }, { PPK_ALG_ES384, "es384", -35 },
		{ PPK_ALG_ES512, "es512", -36 }, { PPK_ALG_EDDSA, "eddsa", -8 },
		{ PPK_ALG_ED448, "ed448", -53 }, { PPK_ALG_RS256, "rs256", -257 } };
	enum ppk_algorithm alg;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		CHECK_OK(ppk_algorithm_parse(known[i].name, 5, &alg));
		CHECK_INT(alg, known[i].alg);
		CHECK_OK(ppk_algorithm_from_cose(known[i].cose, &alg));
		CHECK_INT(alg, known[i].alg);
		CHECK_STR(ppk_algorithm_name(known[i].alg), known[i].name);
		CHECK_INT(ppk_algorithm_cose(known[i].alg), known[i].cose);
	}
	CHECK_ERR(ppk_algorithm_parse("rs1", 3, &alg), PPK_ERR_ALGORITHM);
	CHECK_ERR(ppk_algorithm_parse("es25", 4, &alg), PPK_ERR_ALGORITHM);
	CHECK_ERR(ppk_algorithm_from_cose(0, &alg), PPK_ERR_ALGORITHM);
	CHECK_ERR(ppk_algorithm_from_cose(-65535, &alg), PPK_ERR_ALGORITHM); /* RS1 */
	CHECK_STR(ppk_algorithm_name((enum ppk_algorithm)0), "unknown");
	CHECK_INT(ppk_algorithm_cose((enum ppk_algorithm)99), 0);
}

static void user_verification_goes_by_name(void)
{
	enum ppk_uv uv;

	CHECK_OK(ppk_uv_parse("required", 8, &uv));
	CHECK_INT(uv, PPK_UV_REQUIRED);
	CHECK_OK(ppk_uv_parse("preferred", 9, &uv));
	CHECK_OK(ppk_uv_parse("discouraged", 11, &uv));
	CHECK_ERR(ppk_uv_parse("require", 7, &uv), PPK_ERR_OPTION);
	CHECK_ERR(ppk_uv_parse("", 0, &uv), PPK_ERR_OPTION);
	CHECK_STR(ppk_uv_name(PPK_UV_PREFERRED), "preferred");
	CHECK_STR(ppk_uv_name((enum ppk_uv)3), "unknown");
}

static void a_label_is_the_name_or_the_beginning_of_the_id(void)
{
	static char name[] = "Blue\x1bkey";
	char out[64];

	CHECK_OK(parse(SAMPLE_MINIMAL));
	ppk_credential_label(credential, out, sizeof(out));
	CHECK_STR(out, "security key mx2f_8Qa");
	ppk_credential_label(credential, out, 9);
	CHECK_STR(out, "security");
	CHECK_OK(parse(SAMPLE_FULL));
	ppk_credential_label(credential, out, sizeof(out));
	CHECK_STR(out, "Blue \"key\" \\ \xc3\xa5");
	ppk_credential_label(&(struct ppk_credential){ .name = name }, out, sizeof(out));
	CHECK_STR(out, "Blue?key");
	ppk_credential_label(&(struct ppk_credential){ 0 }, out, sizeof(out));
	CHECK_STR(out, "security key ");
}

static void nothing_is_fine_to_free(void)
{
	ppk_credential_free(NULL);
	ppk_credential_free(calloc(1, sizeof(struct ppk_credential)));
	CHECK_ERR(ppk_credential_parse("passkey1", 8, &credential, NULL), PPK_ERR_SYNTAX);
	CHECK_ERR(parse(""), PPK_ERR_SYNTAX); /* frees the last one */
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_least_that_is_needed_is_accepted),
		CHECK_TEST(every_key_is_read), CHECK_TEST(a_line_is_written_as_it_was_read),
		CHECK_TEST(what_restricts_is_written_first_and_the_key_last),
		CHECK_TEST(any_order_and_any_blanks_are_read),
		CHECK_TEST(another_version_is_refused_as_such),
		CHECK_TEST(each_required_key_is_missed), CHECK_TEST(a_key_given_twice_is_refused),
		CHECK_TEST(an_unknown_algorithm_is_refused_as_such),
		CHECK_TEST(a_malformed_policy_is_never_read_as_none),
		CHECK_TEST(expiry_in_1970_does_not_become_never),
		CHECK_TEST(an_empty_policy_value_is_refused),
		CHECK_TEST(a_key_that_is_nearly_a_known_one_is_a_slip),
		CHECK_TEST(an_unknown_optional_key_is_kept_word_by_word),
		CHECK_TEST(ids_are_strict_base64url_of_at_most_1023_bytes),
		CHECK_TEST(a_key_is_one_whole_der_sequence), CHECK_TEST(names_are_bounded),
		CHECK_TEST(other_malformed_values_are_refused),
		CHECK_TEST(transports_that_nobody_knows_yet_are_kept),
		CHECK_TEST(domain_and_host_names_are_rp_ids), CHECK_TEST(applications_of_openssh_are_rp_ids_too),
		CHECK_TEST(a_credential_without_a_handle_says_so),
		CHECK_TEST(anything_else_is_no_rp_id),
		CHECK_TEST(an_over_long_line_is_refused),
		CHECK_TEST(the_largest_credential_fits_its_line),
		CHECK_TEST(a_line_that_would_not_read_back_is_not_written),
		CHECK_TEST(unknown_keys_cannot_carry_known_ones),
		CHECK_TEST(too_much_for_a_line_is_not_written),
		CHECK_TEST(algorithms_go_by_name_and_by_number),
		CHECK_TEST(user_verification_goes_by_name),
		CHECK_TEST(a_label_is_the_name_or_the_beginning_of_the_id),
		CHECK_TEST(nothing_is_fine_to_free));
}
