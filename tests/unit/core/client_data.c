/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/client_data.h"

static const uint8_t challenge[PPK_CHALLENGE_SIZE] = { 0x39, 0xc0, 0xe7, 0x52, 0x14, 0x17, 0xba,
	0x54, 0xd4, 0x3e, 0x8d, 0xc9, 0x51, 0x74, 0xf4, 0x23, 0xde, 0xe9, 0xbf, 0x3c, 0xd8, 0x04,
	0xff, 0x6d, 0x65, 0xc8, 0x57, 0xc9, 0xab, 0xf4, 0xd4, 0x08 };
static const char *const origins[] = { "https://example.org", "https://example.org:8443" };

#define CHALLENGE_TEXT "OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag"
#define GET_PREFIX                                                                                 \
	"{\"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT                               \
	"\",\"origin\":\"https://example.org\",\"crossOrigin\":"

static struct ppk_client_data_expected expect_browser(void)
{
	return (struct ppk_client_data_expected){
		.type = PPK_CLIENT_DATA_GET,
		.challenge = challenge,
		.challenge_len = sizeof(challenge),
		.origins = origins,
		.origin_count = 2,
	};
}

static enum ppk_err check(const char *json)
{
	struct ppk_client_data_expected expected = expect_browser();

	return ppk_client_data_check(&expected, (const uint8_t *)json, strlen(json));
}

static void check_made(enum ppk_client_data_type type, const char *origin, const char *want)
{
	struct ppk_bytes made;

	CHECK_OK(ppk_client_data_make(type, challenge, sizeof(challenge), origin, &made));
	if (made.len != strlen(want) || memcmp(made.data, want, made.len) != 0)
		CHECK_FAIL("made %.*s, not %s", (int)made.len, (const char *)made.data, want);
	ppk_bytes_done(&made);
}

/* The test vector "none-es256" of WebAuthn Level 3, with its challenge. */
static void the_serialisation_is_that_of_the_standard(void)
{
	check_made(PPK_CLIENT_DATA_GET, "https://example.org", GET_PREFIX "false}");
	check_made(PPK_CLIENT_DATA_CREATE, "ssh://host",
		"{\"type\":\"webauthn.create\",\"challenge\":\"" CHALLENGE_TEXT
		"\",\"origin\":\"ssh://host\",\"crossOrigin\":false}");
}

/* WebAuthn Level 3, 5.8.1.1, CCDToString */
static void characters_are_escaped_as_the_standard_says(void)
{
	check_made(PPK_CLIENT_DATA_GET, "a\"b\\c\x01\x1f\n\x7f/ü€😀",
		"{\"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT
		"\",\"origin\":\"a\\\"b\\\\c\\u0001\\u001f\\u000a\x7f/ü€😀\","
		"\"crossOrigin\":false}");
}

static void a_weak_challenge_is_refused(void)
{
	static const uint8_t long_challenge[PPK_CHALLENGE_MAX + 1];
	struct ppk_client_data_expected expected = expect_browser();
	struct ppk_bytes made = { 0 };

	CHECK_ERR(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, PPK_CHALLENGE_MIN - 1,
			  "https://a", &made),
		PPK_ERR_LIMIT);
	CHECK_ERR(ppk_client_data_make(PPK_CLIENT_DATA_GET, long_challenge, sizeof(long_challenge),
			  "https://a", &made),
		PPK_ERR_LIMIT);
	CHECK(made.data == NULL);
	expected.challenge_len = 0;
	CHECK_ERR(ppk_client_data_check(&expected,
			  (const uint8_t *)"{\"type\":\"webauthn.get\",\"challenge\":\"\"", 37),
		PPK_ERR_CHALLENGE);
}

static void an_origin_that_is_empty_or_too_long_is_refused(void)
{
	static char origin[PPK_CLIENT_DATA_MAX + 1];
	struct ppk_bytes made = { 0 };

	CHECK_ERR(
		ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, sizeof(challenge), "", &made),
		PPK_ERR_LIMIT);
	memset(origin, '\n', 700);
	CHECK_ERR(ppk_client_data_make(
			  PPK_CLIENT_DATA_GET, challenge, sizeof(challenge), origin, &made),
		PPK_ERR_LIMIT);
	origin[650] = '\0';
	CHECK_OK(ppk_client_data_make(
		PPK_CLIENT_DATA_GET, challenge, sizeof(challenge), origin, &made));
	CHECK(made.len <= PPK_CLIENT_DATA_MAX);
	ppk_bytes_done(&made);
}

static void what_was_made_is_accepted_exactly(void)
{
	struct ppk_client_data_expected expected = { .exact = { 0 } };

	CHECK_OK(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, sizeof(challenge),
		"https://example.org", &expected.exact));
	CHECK_OK(ppk_client_data_check(&expected, expected.exact.data, expected.exact.len));
	ppk_bytes_done(&expected.exact);
}

static void refuse_exact(const uint8_t *data, size_t len, const char *how, void *context)
{
	if (ppk_client_data_check(context, data, len) != PPK_ERR_CLIENT_DATA)
		CHECK_FAIL("accepted when %s", how);
}

static void every_damage_to_what_was_made_is_refused(void)
{
	struct ppk_client_data_expected expected = { .exact = { 0 } };

	CHECK_OK(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, sizeof(challenge),
		"https://example.org", &expected.exact));
	mutate_each(expected.exact.data, expected.exact.len, refuse_exact, &expected);
	ppk_bytes_done(&expected.exact);
}

static void other_members_are_no_reason_to_refuse_a_browser(void)
{
	CHECK_OK(check(GET_PREFIX "false}"));
	CHECK_OK(check(GET_PREFIX "false,\"other_keys_can_be_added_here\":\"do not compare\"}"));
	CHECK_OK(check(GET_PREFIX "false,\"extraData\":{\"type\":\"webauthn.create\"}}"));
}

static void any_of_the_origins_will_do(void)
{
	CHECK_OK(check("{\"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT
		       "\",\"origin\":\"https://example.org:8443\",\"crossOrigin\":false}"));
}

static void no_origin_matches_nothing(void)
{
	struct ppk_client_data_expected expected = expect_browser();
	const char *json = GET_PREFIX "false}";

	expected.origin_count = 0;
	CHECK_ERR(ppk_client_data_check(&expected, (const uint8_t *)json, strlen(json)),
		PPK_ERR_ORIGIN);
}

static void nothing_expected_matches_nothing(void)
{
	struct ppk_client_data_expected nothing = { .exact = { 0 } };
	const char *json = GET_PREFIX "false}";

	CHECK(ppk_client_data_check(&nothing, (const uint8_t *)json, strlen(json)) != PPK_OK);
	CHECK(ppk_client_data_check(&nothing, NULL, 0) != PPK_OK);
}

static void the_part_that_differs_is_named(void)
{
	CHECK_ERR(check("{\"type\":\"webauthn.create\",\"challenge\":\"" CHALLENGE_TEXT "\""),
		PPK_ERR_CLIENT_DATA_TYPE);
	CHECK_ERR(check("{\"type\":\"webauthn.get\",\"challenge\":\"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9"
			"tZchXyav01Ah\""),
		PPK_ERR_CHALLENGE);
	CHECK_ERR(check("{\"type\":\"webauthn.get\",\"challenge\":\"OcDn\",\"origin\":\"h"),
		PPK_ERR_CHALLENGE);
	CHECK_ERR(check("{\"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT
			"\",\"origin\":\"https://evil.example\",\"crossOrigin\":false}"),
		PPK_ERR_ORIGIN);
	CHECK_ERR(check(GET_PREFIX "true}"), PPK_ERR_CROSS_ORIGIN);
	CHECK_ERR(check(GET_PREFIX "null}"), PPK_ERR_CLIENT_DATA);
}

static void an_origin_that_begins_or_ends_like_ours_is_another(void)
{
	static const char *const others[] = { "https://example.org.evil.example",
		"https://example.or", "https://example.org/", "https://example.org:84430",
		"http://example.org", "https://login.example.org", "" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char json[512];

		snprintf(json, sizeof(json),
			"{\"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT
			"\",\"origin\":\"%s\",\"crossOrigin\":false}",
			others[i]);
		CHECK_ERR(check(json), PPK_ERR_ORIGIN);
	}
}

static void a_page_inside_another_site_is_refused(void)
{
	CHECK_ERR(check(GET_PREFIX "true,\"topOrigin\":\"https://example.com\"}"),
		PPK_ERR_CROSS_ORIGIN);
	CHECK_ERR(check(GET_PREFIX "false,\"topOrigin\":\"https://example.com\"}"),
		PPK_ERR_CROSS_ORIGIN);
}

static void members_in_another_order_are_refused(void)
{
	CHECK_ERR(check("{\"challenge\":\"" CHALLENGE_TEXT
			"\",\"type\":\"webauthn.get\",\"origin\":\"https://example.org\","
			"\"crossOrigin\":false}"),
		PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check("{ \"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT
			"\",\"origin\":\"https://example.org\",\"crossOrigin\":false}"),
		PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check("{\"type\":\"webauthn.get\",\"challenge\":\"" CHALLENGE_TEXT
			"\",\"origin\":\"https://example.org\"}"),
		PPK_ERR_CLIENT_DATA);
}

static void what_follows_must_be_a_member_or_the_end(void)
{
	CHECK_ERR(check(GET_PREFIX "false"), PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check(GET_PREFIX "false "), PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check(GET_PREFIX "falsey}"), PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check(GET_PREFIX "false}}"), PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check(GET_PREFIX "false}\n"), PPK_ERR_CLIENT_DATA);
	CHECK_ERR(check(GET_PREFIX "false,\"cut\":\""), PPK_ERR_CLIENT_DATA);
}

static void client_data_over_the_limit_are_refused(void)
{
	static char json[PPK_CLIENT_DATA_MAX + 2];

	memset(json, ' ', sizeof(json) - 1);
	memcpy(json, GET_PREFIX "false,", strlen(GET_PREFIX "false,"));
	json[PPK_CLIENT_DATA_MAX - 1] = '}';
	json[PPK_CLIENT_DATA_MAX] = '\0';
	CHECK_OK(check(json));
	json[PPK_CLIENT_DATA_MAX - 1] = ' ';
	json[PPK_CLIENT_DATA_MAX] = '}';
	CHECK_ERR(check(json), PPK_ERR_CLIENT_DATA);
}

static void refuse_prefix(const uint8_t *data, size_t len, const char *how, void *context)
{
	enum ppk_err err = ppk_client_data_check(context, data, len);

	switch ((int)err) {
	case PPK_ERR_CLIENT_DATA:
	case PPK_ERR_CLIENT_DATA_TYPE:
	case PPK_ERR_CHALLENGE:
	case PPK_ERR_ORIGIN:
		break;
	default:
		CHECK_FAIL("%s when %s", ppk_err_token(err), how);
	}
	if (len < strlen(GET_PREFIX "false}") && err != PPK_ERR_CLIENT_DATA)
		CHECK_FAIL("%s when %s", ppk_err_token(err), how);
}

/* '}' is 0x7d and ',' is 0x2c: no one flipped bit turns the end into another member. */
static void every_damage_to_the_compared_prefix_is_refused(void)
{
	struct ppk_client_data_expected expected = expect_browser();

	mutate_each(GET_PREFIX "false}", strlen(GET_PREFIX "false}"), refuse_prefix, &expected);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_serialisation_is_that_of_the_standard),
		CHECK_TEST(characters_are_escaped_as_the_standard_says),
		CHECK_TEST(a_weak_challenge_is_refused),
		CHECK_TEST(an_origin_that_is_empty_or_too_long_is_refused),
		CHECK_TEST(what_was_made_is_accepted_exactly),
		CHECK_TEST(every_damage_to_what_was_made_is_refused),
		CHECK_TEST(other_members_are_no_reason_to_refuse_a_browser),
		CHECK_TEST(any_of_the_origins_will_do), CHECK_TEST(no_origin_matches_nothing),
		CHECK_TEST(nothing_expected_matches_nothing),
		CHECK_TEST(the_part_that_differs_is_named),
		CHECK_TEST(an_origin_that_begins_or_ends_like_ours_is_another),
		CHECK_TEST(a_page_inside_another_site_is_refused),
		CHECK_TEST(members_in_another_order_are_refused),
		CHECK_TEST(what_follows_must_be_a_member_or_the_end),
		CHECK_TEST(client_data_over_the_limit_are_refused),
		CHECK_TEST(every_damage_to_the_compared_prefix_is_refused));
}
