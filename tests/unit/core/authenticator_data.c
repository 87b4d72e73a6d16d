/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/authenticator_data.h"
#include "core/credential.h"

#define ID_LEN 32
#define ATTESTED_LEN (PPK_AUTHENTICATOR_DATA_MIN + PPK_AAGUID_SIZE + 2 + ID_LEN)

/* Hash, flags, count 0x01020304, and with AT: AAGUID, id; then cbor_len bytes. */
static size_t make(uint8_t *out, uint8_t flags, size_t cbor_len)
{
	size_t len = PPK_AUTHENTICATOR_DATA_MIN;

	memset(out, 0xaa, 32);
	out[32] = flags;
	memcpy(out + 33, (const uint8_t[]){ 1, 2, 3, 4 }, 4);
	if ((flags & PPK_FLAG_AT) != 0) {
		memset(out + len, 0xbb, PPK_AAGUID_SIZE);
		out[len + PPK_AAGUID_SIZE] = 0;
		out[len + PPK_AAGUID_SIZE + 1] = ID_LEN;
		memset(out + len + PPK_AAGUID_SIZE + 2, 0xcc, ID_LEN);
		len = ATTESTED_LEN;
	}
	memset(out + len, 0xdd, cbor_len);
	return len + cbor_len;
}

static void the_data_of_an_assertion_are_read(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[64];
	size_t len = make(data, PPK_FLAG_UP | PPK_FLAG_UV, 0);

	CHECK_INT(len, PPK_AUTHENTICATOR_DATA_MIN);
	CHECK_OK(ppk_authenticator_data_parse(data, len, &got));
	CHECK(got.rp_id_hash == data);
	CHECK_INT(got.flags, PPK_FLAG_UP | PPK_FLAG_UV);
	CHECK_INT(got.sign_count, 0x01020304);
	CHECK(got.aaguid == NULL && got.credential_id == NULL && got.rest == NULL);
	CHECK_INT(got.credential_id_len, 0);
	CHECK_INT(got.rest_len, 0);
}

static void the_data_of_a_new_credential_are_read(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[256];
	size_t len = make(data, PPK_FLAG_UP | PPK_FLAG_AT, 77);

	CHECK_OK(ppk_authenticator_data_parse(data, len, &got));
	CHECK(got.aaguid == data + PPK_AUTHENTICATOR_DATA_MIN);
	CHECK(got.credential_id == data + ATTESTED_LEN - ID_LEN);
	CHECK_INT(got.credential_id_len, ID_LEN);
	CHECK(got.rest == data + ATTESTED_LEN);
	CHECK_INT(got.rest_len, 77);
}

static void extensions_are_passed_on_unread(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[256];
	size_t len = make(data, PPK_FLAG_UP | PPK_FLAG_ED, 5);

	CHECK_OK(ppk_authenticator_data_parse(data, len, &got));
	CHECK(got.rest == data + PPK_AUTHENTICATOR_DATA_MIN);
	CHECK_INT(got.rest_len, 5);
}

static void a_sign_count_may_be_the_largest(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[64];
	size_t len = make(data, PPK_FLAG_UP, 0);

	memset(data + 33, 0xff, 4);
	CHECK_OK(ppk_authenticator_data_parse(data, len, &got));
	CHECK_INT(got.sign_count, 0xffffffff);
}

static void refuse(uint8_t flags, size_t cbor_len)
{
	struct ppk_authenticator_data got = { .sign_count = 5 };
	uint8_t data[256];
	size_t len = make(data, flags, cbor_len);

	CHECK_ERR(ppk_authenticator_data_parse(data, len, &got), PPK_ERR_AUTHENTICATOR_DATA);
	CHECK_INT(got.sign_count, 5);
}

static void bytes_that_no_flag_announces_are_refused(void)
{
	refuse(PPK_FLAG_UP, 1);
}

static void a_flag_that_announces_what_is_not_there_is_refused(void)
{
	refuse(PPK_FLAG_UP | PPK_FLAG_ED, 0);
	refuse(PPK_FLAG_UP | PPK_FLAG_AT, 0);
}

static void an_empty_credential_id_is_refused(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[256];
	size_t len = make(data, PPK_FLAG_AT, 3);

	data[PPK_AUTHENTICATOR_DATA_MIN + PPK_AAGUID_SIZE + 1] = 0;
	CHECK_ERR(ppk_authenticator_data_parse(data, len, &got), PPK_ERR_AUTHENTICATOR_DATA);
}

static void a_credential_id_over_the_limit_is_refused(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[PPK_AUTHENTICATOR_DATA_MAX];
	size_t len = make(data, PPK_FLAG_AT, 2000);
	uint8_t *id_len = data + PPK_AUTHENTICATOR_DATA_MIN + PPK_AAGUID_SIZE;

	id_len[0] = PPK_CREDENTIAL_ID_MAX >> 8;
	id_len[1] = PPK_CREDENTIAL_ID_MAX & 0xff;
	CHECK_OK(ppk_authenticator_data_parse(data, len, &got));
	CHECK_INT(got.credential_id_len, PPK_CREDENTIAL_ID_MAX);
	id_len[0] = (PPK_CREDENTIAL_ID_MAX + 1) >> 8;
	id_len[1] = (PPK_CREDENTIAL_ID_MAX + 1) & 0xff;
	CHECK_ERR(ppk_authenticator_data_parse(data, len, &got), PPK_ERR_AUTHENTICATOR_DATA);
}

static void data_over_the_limit_are_refused(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[PPK_AUTHENTICATOR_DATA_MAX + 1];
	size_t len = make(data, PPK_FLAG_ED, sizeof(data) - PPK_AUTHENTICATOR_DATA_MIN);

	CHECK_ERR(ppk_authenticator_data_parse(data, len, &got), PPK_ERR_AUTHENTICATOR_DATA);
	CHECK_OK(ppk_authenticator_data_parse(data, len - 1, &got));
}

static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	size_t *required = context; /* bytes below which nothing may be accepted */
	struct ppk_authenticator_data got;

	if (ppk_authenticator_data_parse(data, len, &got) != PPK_OK)
		return;
	if (len < *required)
		CHECK_FAIL("accepted when %s", how);
	CHECK(got.rp_id_hash == data);
	CHECK_INT(got.flags, data[32]);
	if (got.credential_id != NULL)
		CHECK(got.credential_id + got.credential_id_len + got.rest_len == data + len);
	else if (got.rest != NULL)
		CHECK(got.rest + got.rest_len == data + len);
	else
		CHECK_INT(len, PPK_AUTHENTICATOR_DATA_MIN);
}

static void damaged_data_stay_within_their_bytes(void)
{
	uint8_t data[256];
	size_t required = PPK_AUTHENTICATOR_DATA_MIN;

	mutate_each(data, make(data, PPK_FLAG_UP, 0), damaged, &required);
	required = PPK_AUTHENTICATOR_DATA_MIN + 1;
	mutate_each(data, make(data, PPK_FLAG_UP | PPK_FLAG_ED, 4), damaged, &required);
	mutate_each(data, make(data, PPK_FLAG_UP | PPK_FLAG_AT, 77), damaged, &required);
}

static void every_cut_through_attested_data_is_refused(void)
{
	struct ppk_authenticator_data got;
	uint8_t data[256];

	make(data, PPK_FLAG_UP | PPK_FLAG_AT, 1);
	for (size_t len = 0; len <= ATTESTED_LEN; len++)
		CHECK_ERR(
			ppk_authenticator_data_parse(data, len, &got), PPK_ERR_AUTHENTICATOR_DATA);
	CHECK_OK(ppk_authenticator_data_parse(data, ATTESTED_LEN + 1, &got));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_data_of_an_assertion_are_read),
		CHECK_TEST(the_data_of_a_new_credential_are_read),
		CHECK_TEST(extensions_are_passed_on_unread),
		CHECK_TEST(a_sign_count_may_be_the_largest),
		CHECK_TEST(bytes_that_no_flag_announces_are_refused),
		CHECK_TEST(a_flag_that_announces_what_is_not_there_is_refused),
		CHECK_TEST(an_empty_credential_id_is_refused),
		CHECK_TEST(a_credential_id_over_the_limit_is_refused),
		CHECK_TEST(data_over_the_limit_are_refused),
		CHECK_TEST(damaged_data_stay_within_their_bytes),
		CHECK_TEST(every_cut_through_attested_data_is_refused));
}
