/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/device_message.h"

static uint8_t buffer[PPK_DEVICE_MESSAGE_MAX];
static uint8_t filler[2048];

static const struct ppk_bytes ids[] = { { filler, 16 }, { filler + 16, 64 }, { filler, 1023 } };
static const struct ppk_device_group groups[] = {
	{ .rp_id = "example.org", .uv = PPK_UV_REQUIRED, .ids = ids, .id_count = 2 },
	{ .rp_id = "localhost", .uv = PPK_UV_DISCOURAGED, .ids = ids + 2, .id_count = 1 },
};
static const int algorithms[] = { -7, -8, -257 };

static struct ppk_device_get_assertion sample_get_assertion(void)
{
	return (struct ppk_device_get_assertion){
		.client_data_hash = { 9, 8, 7 },
		.timeout_ms = 30000,
		.nfc = true,
		.groups = groups,
		.group_count = 2,
	};
}

static struct ppk_device_make_credential sample_make_credential(void)
{
	return (struct ppk_device_make_credential){
		.client_data_hash = { 1 },
		.timeout_ms = 60000,
		.rp_id = "example.org",
		.rp_name = "Example",
		.user_name = "alice",
		.user_display_name = "Alice Ångström",
		.user_handle = filler,
		.user_handle_len = 32,
		.algorithms = algorithms,
		.algorithm_count = 3,
		.uv = PPK_UV_PREFERRED,
		.discoverable = true,
		.cred_protect = 2,
		.exclude_ids = ids,
		.exclude_count = 3,
	};
}

static size_t encode_get(const struct ppk_device_get_assertion *request)
{
	size_t len = 0;

	CHECK_OK(ppk_device_encode_get_assertion(request, buffer, sizeof(buffer), &len));
	return len;
}

static size_t encode_make(const struct ppk_device_make_credential *request)
{
	size_t len = 0;

	CHECK_OK(ppk_device_encode_make_credential(request, buffer, sizeof(buffer), &len));
	return len;
}

static void a_request_for_an_assertion_comes_through(void)
{
	struct ppk_device_get_assertion sent = sample_get_assertion();
	struct ppk_device_request got;
	size_t len = encode_get(&sent);

	CHECK_OK(ppk_device_decode_request(buffer, len, &got));
	memset(buffer, 0xee, len); /* what was decoded no longer needs the packet */
	CHECK_INT(got.type, PPK_DEVICE_GET_ASSERTION);
	CHECK_INT(got.timeout_ms, 30000);
	CHECK(got.nfc);
	CHECK_BYTES(got.get_assertion.client_data_hash, 32, sent.client_data_hash, 32);
	CHECK_INT(got.get_assertion.group_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct ppk_device_group *group = &got.get_assertion.groups[i];

		CHECK_STR(group->rp_id, groups[i].rp_id);
		CHECK_INT(group->uv, groups[i].uv);
		CHECK_INT(group->id_count, groups[i].id_count);
		for (size_t k = 0; k < group->id_count; k++)
			CHECK_BYTES(group->ids[k].data, group->ids[k].len, groups[i].ids[k].data,
				groups[i].ids[k].len);
	}
	ppk_device_request_done(&got);
}

static void a_request_for_a_credential_comes_through(void)
{
	struct ppk_device_make_credential sent = sample_make_credential();
	struct ppk_device_request got;
	const struct ppk_device_make_credential *make = &got.make_credential;
	size_t len = encode_make(&sent);

	CHECK_OK(ppk_device_decode_request(buffer, len, &got));
	memset(buffer, 0xee, len);
	CHECK_INT(got.type, PPK_DEVICE_MAKE_CREDENTIAL);
	CHECK_INT(got.timeout_ms, 60000);
	CHECK(!got.nfc);
	CHECK_STR(make->rp_id, "example.org");
	CHECK_STR(make->rp_name, "Example");
	CHECK_STR(make->user_name, "alice");
	CHECK_STR(make->user_display_name, "Alice Ångström");
	CHECK_BYTES(make->user_handle, make->user_handle_len, filler, 32);
	CHECK_INT(make->algorithm_count, 3);
	CHECK(memcmp(make->algorithms, algorithms, sizeof(algorithms)) == 0);
	CHECK_INT(make->uv, PPK_UV_PREFERRED);
	CHECK(make->discoverable);
	CHECK_INT(make->cred_protect, 2);
	CHECK_INT(make->exclude_count, 3);
	CHECK_BYTES(make->exclude_ids[2].data, make->exclude_ids[2].len, filler, 1023);
	ppk_device_request_done(&got);
	ppk_device_request_done(&got);
	ppk_device_request_done(NULL);
}

static void names_may_be_missing(void)
{
	struct ppk_device_make_credential sent = sample_make_credential();
	struct ppk_device_request got;

	sent.rp_name = sent.user_name = sent.user_display_name = NULL;
	sent.exclude_count = 0;
	CHECK_OK(ppk_device_decode_request(buffer, encode_make(&sent), &got));
	CHECK_STR(got.make_credential.rp_name, "");
	CHECK_STR(got.make_credential.user_display_name, "");
	CHECK_INT(got.make_credential.exclude_count, 0);
	ppk_device_request_done(&got);
}

static void a_request_to_list_comes_through(void)
{
	struct ppk_device_request got;
	size_t len;

	for (int nfc = 0; nfc < 2; nfc++) {
		CHECK_OK(ppk_device_encode_list(500, nfc == 1, buffer, sizeof(buffer), &len));
		CHECK_OK(ppk_device_decode_request(buffer, len, &got));
		CHECK_INT(got.type, PPK_DEVICE_LIST);
		CHECK_INT(got.timeout_ms, 500);
		CHECK_INT(got.nfc, nfc);
		ppk_device_request_done(&got);
	}
	buffer[len - 1] = 2; /* neither yes nor no */
	CHECK_ERR(ppk_device_decode_request(buffer, len, &got), PPK_ERR_FRAME);
}

static void as_many_credentials_as_a_user_may_have_fit(void)
{
	struct ppk_bytes many[PPK_CREDENTIALS_MAX + 1];
	struct ppk_device_group group = { .rp_id = "a", .ids = many };
	struct ppk_device_get_assertion sent = { .groups = &group, .group_count = 1 };
	struct ppk_device_request got;
	size_t len;

	for (size_t i = 0; i <= PPK_CREDENTIALS_MAX; i++)
		many[i] = (struct ppk_bytes){ filler, PPK_CREDENTIAL_ID_MAX };
	group.id_count = PPK_CREDENTIALS_MAX;
	CHECK_OK(ppk_device_decode_request(buffer, encode_get(&sent), &got));
	CHECK_INT(got.get_assertion.groups[0].id_count, PPK_CREDENTIALS_MAX);
	ppk_device_request_done(&got);
	group.id_count++;
	CHECK_ERR(ppk_device_encode_get_assertion(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
}

static void more_credentials_in_all_groups_together_are_refused(void)
{
	struct ppk_bytes many[PPK_CREDENTIALS_MAX];
	struct ppk_device_group two[] = {
		{ .rp_id = "a", .ids = many, .id_count = PPK_CREDENTIALS_MAX },
		{ .rp_id = "b", .ids = many, .id_count = 1 },
	};
	struct ppk_device_get_assertion sent = { .groups = two, .group_count = 2 };
	struct ppk_device_request got;
	size_t len;

	for (size_t i = 0; i < PPK_CREDENTIALS_MAX; i++)
		many[i] = (struct ppk_bytes){ filler, 1 };
	CHECK_ERR(ppk_device_encode_get_assertion(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
	two[0].id_count--;
	len = encode_get(&sent);
	/* one more, put in by hand: count of the last group, and an id of one byte */
	buffer[len - 4]++;
	memcpy(buffer + len, (const uint8_t[]){ 0, 1, 0x55 }, 3);
	CHECK_ERR(ppk_device_decode_request(buffer, len + 3, &got), PPK_ERR_LIMIT);
}

static void an_empty_allow_list_is_refused(void)
{
	struct ppk_device_group group = { .rp_id = "a", .ids = ids, .id_count = 0 };
	struct ppk_device_get_assertion sent = { .groups = &group, .group_count = 1 };
	struct ppk_device_request got;
	size_t len;

	CHECK_ERR(ppk_device_encode_get_assertion(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
	group.id_count = 1;
	len = encode_get(&sent);
	buffer[len - 16 - 3] = 0; /* the count of ids; the id itself is taken off */
	CHECK_ERR(ppk_device_decode_request(buffer, len - 16 - 2, &got), PPK_ERR_FRAME);
	sent.group_count = 0;
	CHECK_ERR(ppk_device_encode_get_assertion(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
}

static void an_empty_credential_id_is_refused(void)
{
	struct ppk_bytes id = { filler, 1 };
	struct ppk_device_group group = { .rp_id = "a", .ids = &id, .id_count = 1 };
	struct ppk_device_get_assertion sent = { .groups = &group, .group_count = 1 };
	struct ppk_device_request got;
	size_t len = encode_get(&sent);

	buffer[len - 2] = 0; /* the length of the id; the id itself is taken off */
	CHECK_ERR(ppk_device_decode_request(buffer, len - 1, &got), PPK_ERR_FRAME);
	id.len = 0;
	CHECK_ERR(ppk_device_encode_get_assertion(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
}

static void a_byte_too_many_is_refused(void)
{
	struct ppk_device_get_assertion get = sample_get_assertion();
	struct ppk_device_make_credential make = sample_make_credential();
	struct ppk_device_request got;
	size_t len = encode_get(&get);

	buffer[len] = 0;
	CHECK_ERR(ppk_device_decode_request(buffer, len + 1, &got), PPK_ERR_FRAME);
	len = encode_make(&make);
	buffer[len] = 0;
	CHECK_ERR(ppk_device_decode_request(buffer, len + 1, &got), PPK_ERR_FRAME);
	CHECK_OK(ppk_device_encode_list(1, false, buffer, sizeof(buffer), &len));
	buffer[len] = 0;
	CHECK_ERR(ppk_device_decode_request(buffer, len + 1, &got), PPK_ERR_FRAME);
}

/* The last bytes of a request without ids to exclude: uv, discoverable, credProtect, count. */
static void values_out_of_range_are_refused(void)
{
	static const struct {
		size_t from_end;
		uint8_t largest;
	} values[] = { { 4, PPK_UV_REQUIRED }, { 3, 1 }, { 2, 3 } };
	struct ppk_device_make_credential sent = sample_make_credential();

	sent.exclude_count = 0;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct ppk_device_request got;
		size_t len = encode_make(&sent);

		buffer[len - values[i].from_end] = values[i].largest;
		CHECK_OK(ppk_device_decode_request(buffer, len, &got));
		ppk_device_request_done(&got);
		buffer[len - values[i].from_end]++;
		CHECK_ERR(ppk_device_decode_request(buffer, len, &got), PPK_ERR_FRAME);
	}
}

static void another_version_is_named_as_such(void)
{
	struct ppk_device_get_assertion sent = sample_get_assertion();
	struct ppk_device_request got;
	size_t len = encode_get(&sent);

	buffer[1]++;
	CHECK_ERR(ppk_device_decode_request(buffer, len, &got), PPK_ERR_VERSION);
}

static void a_text_with_a_control_character_is_refused(void)
{
	struct ppk_device_make_credential sent = sample_make_credential();
	struct ppk_device_request got;

	sent.user_name = "ali\033ce";
	CHECK_ERR(ppk_device_decode_request(buffer, encode_make(&sent), &got), PPK_ERR_FRAME);
	sent = sample_make_credential();
	sent.rp_id = "example\n.org";
	CHECK_ERR(ppk_device_decode_request(buffer, encode_make(&sent), &got), PPK_ERR_FRAME);
}

static void values_out_of_range_are_not_sent(void)
{
	struct ppk_device_make_credential sent = sample_make_credential();
	size_t len;

	sent.cred_protect = 4;
	CHECK_ERR(ppk_device_encode_make_credential(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
	sent = sample_make_credential();
	sent.algorithm_count = 0;
	CHECK_ERR(ppk_device_encode_make_credential(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
	sent = sample_make_credential();
	sent.user_handle_len = 0;
	CHECK_ERR(ppk_device_encode_make_credential(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
	sent = sample_make_credential();
	sent.rp_id = "";
	CHECK_ERR(ppk_device_encode_make_credential(&sent, buffer, sizeof(buffer), &len),
		PPK_ERR_LIMIT);
}

static void a_message_of_the_device_is_no_request(void)
{
	struct ppk_device_request got;

	for (unsigned type = 0; type < 256; type++) {
		uint8_t packet[] = { (uint8_t)type, PPK_DEVICE_PROTOCOL_VERSION, 0, 0, 0, 0, 0 };
		enum ppk_err want = type == PPK_DEVICE_LIST ? PPK_OK : PPK_ERR_FRAME;

		CHECK_ERR(ppk_device_decode_request(packet, sizeof(packet), &got), want);
		if (want == PPK_OK)
			ppk_device_request_done(&got);
	}
	CHECK_ERR(ppk_device_decode_request(buffer, 0, &got), PPK_ERR_FRAME);
}

static void a_packet_over_the_limit_is_refused(void)
{
	struct ppk_device_request got;
	uint8_t *packet = calloc(1, PPK_DEVICE_MESSAGE_MAX + 1);

	CHECK(packet != NULL);
	packet[0] = PPK_DEVICE_LIST;
	CHECK_ERR(
		ppk_device_decode_request(packet, PPK_DEVICE_MESSAGE_MAX + 1, &got), PPK_ERR_LIMIT);
	free(packet);
}

static void a_pin_comes_through(void)
{
	struct ppk_secret pin = { 0 }, got_pin = { 0 };
	enum ppk_device_message_type type;
	uint8_t index;
	size_t len;

	CHECK_OK(ppk_secret_set(&pin, "1234", 4));
	CHECK_OK(ppk_device_encode_pin(5, &pin, buffer, sizeof(buffer), &len));
	CHECK_OK(ppk_device_decode_command(buffer, len, &type, &index, &got_pin));
	CHECK_INT(type, PPK_DEVICE_PIN);
	CHECK_INT(index, 5);
	CHECK_STR(got_pin.text, "1234");
	CHECK_INT(got_pin.len, 4);
}

static void a_pin_is_neither_empty_nor_longer_than_ctap_allows(void)
{
	char longest[PPK_SECRET_SIZE];
	struct ppk_secret pin = { 0 }, got = { 0 };
	enum ppk_device_message_type type;
	uint8_t index;
	size_t len;

	CHECK_ERR(ppk_device_encode_pin(0, &pin, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	memset(longest, '7', sizeof(longest));
	CHECK_OK(ppk_secret_set(&pin, longest, sizeof(longest) - 1));
	CHECK_OK(ppk_device_encode_pin(0, &pin, buffer, sizeof(buffer), &len));
	CHECK_OK(ppk_device_decode_command(buffer, len, &type, &index, &got));
	CHECK_INT(got.len, sizeof(longest) - 1);
	buffer[3]++;
	buffer[len] = '7';
	CHECK_ERR(ppk_device_decode_command(buffer, len + 1, &type, &index, &got), PPK_ERR_FRAME);
	CHECK_ERR(ppk_device_decode_command(
			  (const uint8_t[]){ PPK_DEVICE_PIN, 0, 0, 0 }, 4, &type, &index, &got),
		PPK_ERR_FRAME);
}

static void a_pin_with_a_nul_byte_is_refused(void)
{
	const uint8_t packet[] = { PPK_DEVICE_PIN, 0, 0, 4, '1', '2', 0, '4' };
	struct ppk_secret pin;
	enum ppk_device_message_type type;
	uint8_t index;

	CHECK_ERR(ppk_device_decode_command(packet, sizeof(packet), &type, &index, &pin),
		PPK_ERR_FRAME);
}

static void cancel_comes_through_and_leaves_the_rest_alone(void)
{
	struct ppk_secret pin = { .len = 99 };
	enum ppk_device_message_type type;
	uint8_t index = 42;
	size_t len;

	CHECK_OK(ppk_device_encode_cancel(buffer, sizeof(buffer), &len));
	CHECK_OK(ppk_device_decode_command(buffer, len, &type, &index, &pin));
	CHECK_INT(type, PPK_DEVICE_CANCEL);
	CHECK_INT(index, 42);
	CHECK_INT(pin.len, 99);
	buffer[len] = 0;
	CHECK_ERR(ppk_device_decode_command(buffer, len + 1, &type, &index, &pin), PPK_ERR_FRAME);
}

static void check_ids(const struct ppk_bytes *list, size_t count)
{
	CHECK(count <= PPK_CREDENTIALS_MAX);
	for (size_t i = 0; i < count; i++) {
		uint8_t sum = 0;

		CHECK(list[i].len >= 1 && list[i].len <= PPK_CREDENTIAL_ID_MAX);
		for (size_t k = 0; k < list[i].len; k++)
			sum = (uint8_t)(sum + list[i].data[k]); /* reads all for the sanitizer */
		(void)sum;
	}
}

static void check_request(const struct ppk_device_request *got)
{
	size_t total = 0;

	for (size_t i = 0; i < got->get_assertion.group_count; i++) {
		CHECK(strlen(got->get_assertion.groups[i].rp_id) <= PPK_RP_ID_MAX);
		CHECK(got->get_assertion.groups[i].uv <= PPK_UV_REQUIRED);
		check_ids(got->get_assertion.groups[i].ids, got->get_assertion.groups[i].id_count);
		total += got->get_assertion.groups[i].id_count;
	}
	CHECK(total <= PPK_CREDENTIALS_MAX);
	check_ids(got->make_credential.exclude_ids, got->make_credential.exclude_count);
	CHECK(got->make_credential.user_handle_len <= PPK_USER_HANDLE_MAX);
	CHECK(got->make_credential.algorithm_count <= PPK_DEVICE_ALGORITHMS_MAX);
	CHECK(got->make_credential.cred_protect <= 3);
}

static void damaged_request(const uint8_t *data, size_t len, const char *how, void *context)
{
	size_t *whole = context;
	struct ppk_device_request got;

	if (ppk_device_decode_request(data, len, &got) != PPK_OK)
		return;
	if (len < *whole)
		CHECK_FAIL("accepted when %s", how);
	check_request(&got);
	ppk_device_request_done(&got);
}

static void a_damaged_request_stays_within_its_limits(void)
{
	struct ppk_device_get_assertion get = sample_get_assertion();
	struct ppk_device_make_credential make = sample_make_credential();
	size_t len = encode_get(&get);

	mutate_each(buffer, len, damaged_request, &len);
	len = encode_make(&make);
	mutate_each(buffer, len, damaged_request, &len);
}

static void damaged_command(const uint8_t *data, size_t len, const char *how, void *context)
{
	size_t *whole = context;
	struct ppk_secret pin = { 0 };
	enum ppk_device_message_type type = PPK_DEVICE_LIST;
	uint8_t index = 0;

	if (ppk_device_decode_command(data, len, &type, &index, &pin) != PPK_OK)
		return;
	if (len < *whole)
		CHECK_FAIL("accepted when %s", how);
	CHECK_INT(type, PPK_DEVICE_PIN);
	CHECK(index < PPK_DEVICE_AUTHENTICATORS_MAX);
	CHECK(pin.len >= 1 && pin.len < PPK_SECRET_SIZE && strlen(pin.text) == pin.len);
}

static void a_damaged_command_stays_within_its_limits(void)
{
	struct ppk_secret pin = { 0 };
	size_t len;

	CHECK_OK(ppk_secret_set(&pin, "correct horse", 13));
	CHECK_OK(ppk_device_encode_pin(5, &pin, buffer, sizeof(buffer), &len));
	mutate_each(buffer, len, damaged_command, &len);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(filler); i++)
		filler[i] = (uint8_t)(i * 11);
	return CHECK_RUN(CHECK_TEST(a_request_for_an_assertion_comes_through),
		CHECK_TEST(a_request_for_a_credential_comes_through),
		CHECK_TEST(names_may_be_missing), CHECK_TEST(a_request_to_list_comes_through),
		CHECK_TEST(as_many_credentials_as_a_user_may_have_fit),
		CHECK_TEST(more_credentials_in_all_groups_together_are_refused),
		CHECK_TEST(an_empty_allow_list_is_refused),
		CHECK_TEST(an_empty_credential_id_is_refused),
		CHECK_TEST(a_byte_too_many_is_refused), CHECK_TEST(values_out_of_range_are_refused),
		CHECK_TEST(another_version_is_named_as_such),
		CHECK_TEST(a_text_with_a_control_character_is_refused),
		CHECK_TEST(values_out_of_range_are_not_sent),
		CHECK_TEST(a_message_of_the_device_is_no_request),
		CHECK_TEST(a_packet_over_the_limit_is_refused), CHECK_TEST(a_pin_comes_through),
		CHECK_TEST(a_pin_is_neither_empty_nor_longer_than_ctap_allows),
		CHECK_TEST(a_pin_with_a_nul_byte_is_refused),
		CHECK_TEST(cancel_comes_through_and_leaves_the_rest_alone),
		CHECK_TEST(a_damaged_request_stays_within_its_limits),
		CHECK_TEST(a_damaged_command_stays_within_its_limits));
}
