/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/ssh_challenge.h"
#include "core/text.h"

#define ENROLLED 20 /* credentials with which an answer must fit */

static uint8_t filler[2048];
static const uint8_t nonce[PPK_CHALLENGE_SIZE] = { 1, 2, 3, [31] = 32 };
static struct ppk_credential_groups groups;

/* Groups of one RP ID each, with count ids of len bytes; the first byte of an id is its index. */
static void fill_groups(size_t group_count, size_t count, size_t len)
{
	static uint8_t ids[PPK_CREDENTIALS_MAX][PPK_CREDENTIAL_ID_MAX];
	static const char *const names[] = { "login.example.com", "a", "localhost" };

	memset(&groups, 0, sizeof(groups));
	for (size_t g = 0; g < group_count; g++) {
		struct ppk_device_group *group = &groups.groups[groups.group_count++];

		*group = (struct ppk_device_group){ .rp_id = names[g % 3],
			.uv = (enum ppk_uv)(g % 3),
			.ids = &groups.ids[groups.id_count],
			.id_count = count };
		for (size_t i = 0; i < count; i++) {
			ids[groups.id_count][0] = (uint8_t)groups.id_count;
			groups.ids[groups.id_count] =
				(struct ppk_bytes){ ids[groups.id_count], len };
			groups.id_count++;
		}
	}
}

static char *format(unsigned timeout_s)
{
	char *text = NULL;

	CHECK_OK(ppk_ssh_challenge_format(nonce, timeout_s, &groups, &text));
	return text;
}

static void check_same_groups(const struct ppk_credential_groups *got)
{
	CHECK_INT(got->group_count, groups.group_count);
	CHECK_INT(got->id_count, groups.id_count);
	for (size_t g = 0; g < groups.group_count; g++) {
		CHECK_STR(got->groups[g].rp_id, groups.groups[g].rp_id);
		CHECK_INT(got->groups[g].uv, groups.groups[g].uv);
		CHECK_INT(got->groups[g].id_count, groups.groups[g].id_count);
		CHECK(got->groups[g].ids - got->ids == groups.groups[g].ids - groups.ids);
	}
	for (size_t i = 0; i < groups.id_count; i++)
		CHECK_BYTES(
			got->ids[i].data, got->ids[i].len, groups.ids[i].data, groups.ids[i].len);
}

static void check_comes_through(unsigned timeout_s)
{
	char *text = format(timeout_s);
	struct ppk_ssh_challenge got;

	CHECK_OK(ppk_ssh_challenge_parse(text, strlen(text), &got));
	CHECK_BYTES(got.challenge, sizeof(got.challenge), nonce, sizeof(nonce));
	CHECK_INT(got.timeout_s, timeout_s);
	check_same_groups(&got.groups);
	ppk_ssh_challenge_done(&got);
	ppk_ssh_challenge_done(&got);
	ppk_ssh_challenge_done(NULL);
	free(text);
}

static void a_challenge_comes_through(void)
{
	fill_groups(1, 1, 64);
	check_comes_through(30);
	fill_groups(3, 5, 48);
	check_comes_through(1);
	fill_groups(2, 32, 1);
	check_comes_through(65535);
}

static void the_largest_challenge_comes_through(void)
{
	fill_groups(PPK_CREDENTIALS_MAX, 1, PPK_CREDENTIAL_ID_MAX);
	check_comes_through(600);
	fill_groups(1, PPK_CREDENTIALS_MAX, PPK_CREDENTIAL_ID_MAX);
	check_comes_through(600);
}

static void a_challenge_without_credentials_or_time_is_not_made(void)
{
	char *text = NULL;

	fill_groups(1, 1, 16);
	CHECK_ERR(ppk_ssh_challenge_format(nonce, 0, &groups, &text), PPK_ERR_LIMIT);
	CHECK_ERR(ppk_ssh_challenge_format(nonce, 65536, &groups, &text), PPK_ERR_LIMIT);
	groups.group_count = 0;
	CHECK_ERR(ppk_ssh_challenge_format(nonce, 30, &groups, &text), PPK_ERR_LIMIT);
	CHECK(text == NULL);
}

/* A challenge of given bytes, as whoever sits at the other end could send it. */
static enum ppk_err parse_bytes(const uint8_t *data, size_t len)
{
	char text[4096] = PPK_SSH_PREFIX;
	struct ppk_ssh_challenge got;
	enum ppk_err err;

	ppk_base64_encode(PPK_BASE64URL, data, len, text + strlen(text));
	err = ppk_ssh_challenge_parse(text, strlen(text), &got);
	if (err == PPK_OK)
		ppk_ssh_challenge_done(&got);
	return err;
}

#define HEAD_LEN (1 + PPK_CHALLENGE_SIZE + 2 + 1)

/* version 1, challenge, 30 seconds, one group: "a", discouraged, one id of one byte */
static size_t small_challenge(uint8_t out[static 64])
{
	static const uint8_t tail[] = { 0, 30, 1, 1, 'a', 0, 1, 0, 1, 0x77 };

	memset(out, 0x11, 64);
	out[0] = 1;
	memcpy(out + 1 + PPK_CHALLENGE_SIZE, tail, sizeof(tail));
	return 1 + PPK_CHALLENGE_SIZE + sizeof(tail);
}

static void what_is_not_a_challenge_is_refused(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum ppk_err err;
	} changes[] = {
		{ 0, 2, PPK_ERR_VERSION }, { HEAD_LEN - 2, 0, PPK_ERR_SYNTAX }, /* no time */
		{ HEAD_LEN - 1, 0, PPK_ERR_SYNTAX }, /* no group */
		{ HEAD_LEN - 1, 65, PPK_ERR_SYNTAX }, /* too many */
		{ HEAD_LEN, 0, PPK_ERR_SYNTAX }, /* no RP ID */
		{ HEAD_LEN + 1, 'A', PPK_ERR_SYNTAX }, /* none that is valid */
		{ HEAD_LEN + 2, 3, PPK_ERR_SYNTAX }, /* no user verification */
		{ HEAD_LEN + 3, 0, PPK_ERR_SYNTAX }, /* no id */
		{ HEAD_LEN + 3, 2, PPK_ERR_SYNTAX }, /* one that is missing */
		{ HEAD_LEN + 5, 0, PPK_ERR_SYNTAX }, /* an empty one, and a byte too many */
	};
	uint8_t data[64];
	size_t len = small_challenge(data);

	CHECK_OK(parse_bytes(data, len));
	CHECK_ERR(parse_bytes(data, len + 1), PPK_ERR_SYNTAX);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		small_challenge(data);
		data[changes[i].at] = changes[i].value;
		if (parse_bytes(data, len) != changes[i].err)
			CHECK_FAIL("change %zu", i);
	}
}

static void more_ids_in_all_groups_than_a_user_may_have_are_refused(void)
{
	uint8_t data[1 + PPK_CHALLENGE_SIZE + 3 + 2 * (2 + 2 + 3 * 40)] = { 1 };
	struct ppk_writer writer = { .data = data, .size = sizeof(data), .len = 33 };

	ppk_writer_u16(&writer, 30);
	ppk_writer_u8(&writer, 2);
	for (int group = 0; group < 2; group++) {
		ppk_writer_raw(&writer,
			"\x01"
			"a\x00\x28",
			4);
		for (int i = 0; i < 40; i++)
			ppk_writer_block(&writer, "x", 1);
	}
	CHECK(!writer.failed);
	CHECK_ERR(parse_bytes(data, writer.len), PPK_ERR_SYNTAX);
}

static void only_the_whole_text_is_a_challenge(void)
{
	struct ppk_ssh_challenge got;
	char *text;

	fill_groups(1, 1, 16);
	text = format(30);
	CHECK_ERR(ppk_ssh_challenge_parse(text + 1, strlen(text) - 1, &got), PPK_ERR_SYNTAX);
	CHECK_ERR(ppk_ssh_challenge_parse("passkey1:", 9, &got), PPK_ERR_SYNTAX);
	CHECK_ERR(ppk_ssh_challenge_parse("", 0, &got), PPK_ERR_SYNTAX);
	CHECK_ERR(ppk_ssh_challenge_parse("passkey1:AA\n", 12, &got), PPK_ERR_SYNTAX);
	free(text);
}

static struct ppk_ssh_answer sample_answer(size_t host_len, size_t signature_len)
{
	static const char host[] =
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f."
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f."
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f."
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e";

	CHECK(host_len <= PPK_SSH_HOST_MAX && sizeof(host) == PPK_SSH_HOST_MAX + 1);
	return (struct ppk_ssh_answer){
		.index = ENROLLED - 1,
		.host = host,
		.host_len = host_len,
		.authenticator_data = filler,
		.authenticator_data_len = 5,
		.signature = filler + 1,
		.signature_len = signature_len,
	};
}

static void an_answer_comes_through(void)
{
	struct ppk_ssh_answer sent = sample_answer(3, 72), got;
	char text[PPK_SSH_ANSWER_MAX + 1];
	struct ppk_bytes memory;

	CHECK_OK(ppk_ssh_answer_format(&sent, text));
	CHECK_OK(ppk_ssh_answer_parse(text, strlen(text), &got, &memory));
	CHECK_INT(got.index, sent.index);
	CHECK_BYTES(got.host, got.host_len, sent.host, sent.host_len);
	CHECK_BYTES(got.signature, got.signature_len, sent.signature, sent.signature_len);
	CHECK_BYTES(got.authenticator_data, got.authenticator_data_len, sent.authenticator_data,
		sent.authenticator_data_len);
	ppk_bytes_done(&memory);
}

/* The longest signatures of each algorithm, DER where it is ECDSA. */
static void an_answer_fits_for_every_algorithm(void)
{
	static const struct {
		const char *algorithm;
		size_t signature_len, host_len, limit;
	} cases[] = {
		{ "es256", 72, PPK_SSH_HOST_MAX, 499 },
		{ "eddsa", 64, PPK_SSH_HOST_MAX, 499 },
		{ "es384", 104, PPK_SSH_HOST_MAX, PPK_SSH_ANSWER_MAX },
		{ "es512", 139, PPK_SSH_HOST_MAX, PPK_SSH_ANSWER_MAX },
		{ "ed448", 114, PPK_SSH_HOST_MAX, PPK_SSH_ANSWER_MAX },
		{ "rs256, 2048 bits", 256, PPK_SSH_HOST_MAX, PPK_SSH_ANSWER_MAX },
		{ "rs256, 3072 bits", 384, PPK_SSH_HOST_MAX - 20, PPK_SSH_ANSWER_MAX },
		{ "rs256, 4096 bits", 512, 200, PPK_SSH_ANSWER_MAX },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ppk_ssh_answer answer =
			sample_answer(cases[i].host_len, cases[i].signature_len);
		char text[PPK_SSH_ANSWER_MAX + 1];

		if (ppk_ssh_answer_format(&answer, text) != PPK_OK || strlen(text) > cases[i].limit)
			CHECK_FAIL("%s", cases[i].algorithm);
	}
}

static void an_answer_that_ssh_would_cut_is_not_made(void)
{
	struct ppk_ssh_answer answer = sample_answer(20, 1024);
	char text[PPK_SSH_ANSWER_MAX + 1];

	CHECK_ERR(ppk_ssh_answer_format(&answer, text), PPK_ERR_LIMIT);
	answer = sample_answer(20, 72);
	answer.index = PPK_CREDENTIALS_MAX;
	CHECK_ERR(ppk_ssh_answer_format(&answer, text), PPK_ERR_LIMIT);
}

static enum ppk_err parse_answer(const uint8_t *data, size_t len)
{
	char text[4096] = PPK_SSH_PREFIX;
	struct ppk_ssh_answer got;
	struct ppk_bytes memory;
	enum ppk_err err;

	ppk_base64_encode(PPK_BASE64URL, data, len, text + strlen(text));
	err = ppk_ssh_answer_parse(text, strlen(text), &got, &memory);
	if (err == PPK_OK)
		ppk_bytes_done(&memory);
	return err;
}

static void what_is_not_an_answer_is_refused(void)
{
	/* version, index, host "a", signature "s", flags and count */
	static const uint8_t whole[] = { 1, 0, 1, 'a', 0, 1, 's', 1, 0, 0, 0, 9 };
	static const struct {
		size_t at;
		uint8_t value;
		enum ppk_err err;
	} changes[] = {
		{ 0, 0, PPK_ERR_VERSION },
		{ 1, PPK_CREDENTIALS_MAX, PPK_ERR_SYNTAX },
		{ 2, 0, PPK_ERR_SYNTAX },
		{ 3, 'A', PPK_ERR_SYNTAX },
		{ 3, '/', PPK_ERR_SYNTAX },
		{ 5, 0, PPK_ERR_SYNTAX },
		{ 5, 2, PPK_ERR_SYNTAX }, /* four bytes are left */
		{ 4, 5, PPK_ERR_SYNTAX },
	};

	CHECK_OK(parse_answer(whole, sizeof(whole)));
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint8_t data[sizeof(whole)];

		memcpy(data, whole, sizeof(data));
		data[changes[i].at] = changes[i].value;
		if (parse_answer(data, sizeof(data)) != changes[i].err)
			CHECK_FAIL("change %zu", i);
	}
}

static void an_endless_answer_is_refused_before_it_is_read(void)
{
	char text[PPK_SSH_ANSWER_MAX + 2] = PPK_SSH_PREFIX;
	struct ppk_ssh_answer got;
	struct ppk_bytes memory;

	memset(text + strlen(text), 'A', sizeof(text) - strlen(text));
	CHECK_ERR(ppk_ssh_answer_parse(text, sizeof(text), &got, &memory), PPK_ERR_LIMIT);
}

static void damaged_challenge(const uint8_t *data, size_t len, const char *how, void *context)
{
	const size_t *whole = context;
	struct ppk_ssh_challenge got;

	if (ppk_ssh_challenge_parse((const char *)data, len, &got) != PPK_OK)
		return;
	if (len < *whole)
		CHECK_FAIL("accepted when %s", how);
	CHECK(got.groups.id_count <= PPK_CREDENTIALS_MAX && got.timeout_s >= 1);
	for (size_t i = 0; i < got.groups.group_count; i++)
		CHECK(ppk_rp_id_is_valid(
			got.groups.groups[i].rp_id, strlen(got.groups.groups[i].rp_id)));
	ppk_ssh_challenge_done(&got);
}

static void damaged_answer(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_ssh_answer got;
	struct ppk_bytes memory;

	(void)how;
	(void)context;
	if (ppk_ssh_answer_parse((const char *)data, len, &got, &memory) != PPK_OK)
		return;
	CHECK(ppk_ssh_host_is_valid(got.host, got.host_len));
	CHECK(got.authenticator_data_len >= 5 && got.signature_len >= 1);
	CHECK(got.authenticator_data + got.authenticator_data_len == memory.data + memory.len);
	ppk_bytes_done(&memory);
}

static void damaged_texts_stay_within_their_limits(void)
{
	struct ppk_ssh_answer sent = sample_answer(7, 72);
	char answer[PPK_SSH_ANSWER_MAX + 1], *text;
	size_t len;

	fill_groups(2, 2, 16);
	text = format(30);
	len = strlen(text);
	mutate_each(text, len, damaged_challenge, &len);
	free(text);
	CHECK_OK(ppk_ssh_answer_format(&sent, answer));
	mutate_each(answer, strlen(answer), damaged_answer, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_challenge_comes_through),
		CHECK_TEST(the_largest_challenge_comes_through),
		CHECK_TEST(a_challenge_without_credentials_or_time_is_not_made),
		CHECK_TEST(what_is_not_a_challenge_is_refused),
		CHECK_TEST(more_ids_in_all_groups_than_a_user_may_have_are_refused),
		CHECK_TEST(only_the_whole_text_is_a_challenge), CHECK_TEST(an_answer_comes_through),
		CHECK_TEST(an_answer_fits_for_every_algorithm),
		CHECK_TEST(an_answer_that_ssh_would_cut_is_not_made),
		CHECK_TEST(what_is_not_an_answer_is_refused),
		CHECK_TEST(an_endless_answer_is_refused_before_it_is_read),
		CHECK_TEST(damaged_texts_stay_within_their_limits));
}
