/* SPDX-License-Identifier: BSD-2-Clause */
#include "browser_sample.h"
#include "check.h"
#include "mutate.h"

static uint8_t buffer[PPK_BROWSER_REQUEST_MAX + 1];

static size_t encode(const struct ppk_browser_request *request)
{
	size_t len = 0;

	CHECK_OK(ppk_browser_encode_request(request, buffer, sizeof(buffer), &len));
	return len;
}

static void refuse_to_encode(const struct ppk_browser_request *request)
{
	size_t len = 77;

	CHECK_ERR(ppk_browser_encode_request(request, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	CHECK_INT(len, 77);
}

static void check_credentials(
	const struct ppk_browser_request *got, const struct ppk_browser_request *want)
{
	CHECK_INT(got->credential_count, want->credential_count);
	for (size_t i = 0; i < want->credential_count; i++) {
		CHECK_BYTES(got->credentials[i].id, got->credentials[i].len,
			want->credentials[i].id, want->credentials[i].len);
		CHECK_INT(got->credentials[i].transports, want->credentials[i].transports);
	}
}

static void check_ceremony(
	const struct ppk_browser_request *got, const struct ppk_browser_request *want)
{
	CHECK_INT(got->type, want->type);
	CHECK_INT(got->timeout_s, want->timeout_s);
	CHECK_INT(got->since_s, want->since_s);
	CHECK_INT(got->number, want->number);
	CHECK_INT(got->peer, want->peer);
	CHECK_STR(got->client_address, want->client_address);
	CHECK_STR(got->user, want->user);
	CHECK_STR(got->host, want->host);
	CHECK_STR(got->service, want->service);
	CHECK_BYTES(got->challenge, 32, want->challenge, 32);
	CHECK_STR(got->rp_id, want->rp_id);
	CHECK_INT(got->uv, want->uv);
	check_credentials(got, want);
}

static void a_sign_in_comes_through(void)
{
	struct ppk_browser_request sent = browser_sign_in(), got;

	CHECK_OK(ppk_browser_decode_request(buffer, encode(&sent), &got));
	check_ceremony(&got, &sent);
}

static void an_enrolment_comes_through(void)
{
	struct ppk_browser_request sent = browser_enrol(), got;
	const struct ppk_browser_enrolment *want = &sent.enrolment, *have = &got.enrolment;

	CHECK_OK(ppk_browser_decode_request(buffer, encode(&sent), &got));
	check_ceremony(&got, &sent);
	CHECK_STR(have->rp_name, "Example");
	CHECK_STR(have->display_name, "Alice Ångström");
	CHECK_BYTES(have->user_handle, have->user_handle_len, want->user_handle, 32);
	CHECK_INT(have->algorithm_count, 3);
	CHECK(memcmp(have->algorithms, want->algorithms, 3 * sizeof(int32_t)) == 0);
	CHECK_INT(have->discoverable, PPK_BROWSER_DISCOVERABLE_PREFERRED);
	CHECK_INT(have->attestation, PPK_BROWSER_ATTESTATION_DIRECT);
}

static void a_sign_in_names_credentials_and_an_enrolment_need_not(void)
{
	struct ppk_browser_request sign_in = browser_sign_in(), enrol = browser_enrol(), got;

	sign_in.credential_count = enrol.credential_count = 0;
	refuse_to_encode(&sign_in);
	CHECK_OK(ppk_browser_decode_request(buffer, encode(&enrol), &got));
	CHECK_INT(got.credential_count, 0);
	sign_in = browser_sign_in();
	sign_in.credential_count = 1;
	size_t len = encode(&sign_in) - 16 - 3; /* without the one id */

	buffer[len - 1] = 0; /* its count */
	CHECK_ERR(ppk_browser_decode_request(buffer, len, &got), PPK_ERR_FRAME);
}

static void a_sign_in_has_a_number_and_an_enrolment_need_not(void)
{
	struct ppk_browser_request sign_in = browser_sign_in(), enrol = browser_enrol();

	sign_in.number = PPK_BROWSER_NUMBER_NONE;
	refuse_to_encode(&sign_in);
	sign_in.number = PPK_BROWSER_NUMBER_MAX + 1;
	refuse_to_encode(&sign_in);
	enrol.number = PPK_BROWSER_NUMBER_MAX + 1;
	refuse_to_encode(&enrol);
	enrol.number = 0;
	(void)encode(&enrol);
}

static void the_same_address_needs_one(void)
{
	struct ppk_browser_request sent = browser_sign_in(), got;

	sent.client_address = "";
	refuse_to_encode(&sent);
	sent.peer = PPK_BROWSER_PEER_ANY;
	CHECK_OK(ppk_browser_decode_request(buffer, encode(&sent), &got));
	CHECK_STR(got.client_address, "");
	sent.client_address = "client.example.org"; /* a name is no address */
	refuse_to_encode(&sent);
}

static void many_credentials_fit_and_too_many_bytes_do_not(void)
{
	struct ppk_browser_request sent = browser_sign_in(), got;

	for (size_t i = 0; i < PPK_CREDENTIALS_MAX; i++)
		sent.credentials[i] = (struct ppk_browser_credential_id){ browser_filler, 32, 1 };
	sent.credential_count = PPK_CREDENTIALS_MAX;
	CHECK_OK(ppk_browser_decode_request(buffer, encode(&sent), &got));
	check_credentials(&got, &sent);
	for (size_t i = 0; i < PPK_CREDENTIALS_MAX; i++)
		sent.credentials[i].len = 64;
	refuse_to_encode(&sent);
	memset(buffer, 1, sizeof(buffer));
	CHECK_ERR(ppk_browser_decode_request(buffer, sizeof(buffer), &got), PPK_ERR_LIMIT);
}

static void values_out_of_range_are_not_sent(void)
{
	struct ppk_browser_request sent = browser_sign_in();

	sent.timeout_s = 0;
	refuse_to_encode(&sent);
	sent.timeout_s = PPK_BROWSER_TIMEOUT_MAX_S + 1;
	refuse_to_encode(&sent);
	sent = browser_sign_in();
	sent.since_s = -1;
	refuse_to_encode(&sent);
	sent = browser_sign_in();
	sent.user = "ali\033ce";
	refuse_to_encode(&sent);
	sent = browser_sign_in();
	sent.user = "";
	refuse_to_encode(&sent);
	sent = browser_enrol();
	sent.enrolment.algorithm_count = 0;
	refuse_to_encode(&sent);
	sent = browser_enrol();
	sent.enrolment.user_handle_len = 0;
	refuse_to_encode(&sent);
}

static void another_version_is_named_as_such(void)
{
	struct ppk_browser_request sent = browser_sign_in(), got;
	size_t len = encode(&sent);

	buffer[1]++;
	CHECK_ERR(ppk_browser_decode_request(buffer, len, &got), PPK_ERR_VERSION);
}

static void a_byte_too_many_is_refused(void)
{
	struct ppk_browser_request sign_in = browser_sign_in(), enrol = browser_enrol(), got;
	size_t len = encode(&sign_in);

	buffer[len] = 0;
	CHECK_ERR(ppk_browser_decode_request(buffer, len + 1, &got), PPK_ERR_FRAME);
	len = encode(&enrol);
	buffer[len] = 0;
	CHECK_ERR(ppk_browser_decode_request(buffer, len + 1, &got), PPK_ERR_FRAME);
}

static void damaged_request(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_browser_request got;
	uint8_t *again = malloc(len == 0 ? 1 : len);
	size_t again_len = 0, *accepted = context;

	CHECK(again != NULL);
	if (ppk_browser_decode_request(data, len, &got) == PPK_OK) {
		if (ppk_browser_encode_request(&got, again, len, &again_len) != PPK_OK ||
			again_len != len || memcmp(again, data, len) != 0)
			CHECK_FAIL("another meaning when %s", how);
		(*accepted)++;
	}
	free(again);
}

static void a_damaged_request_is_refused_or_means_what_it_says(void)
{
	struct ppk_browser_request sent[] = { browser_sign_in(), browser_enrol() };
	uint8_t packet[1024];
	size_t accepted = 0;

	for (size_t i = 0; i < 2; i++) {
		size_t len = encode(&sent[i]);

		CHECK(len <= sizeof(packet));
		memcpy(packet, buffer, len);
		mutate_each(packet, len, damaged_request, &accepted);
	}
	CHECK(accepted > 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_sign_in_comes_through),
		CHECK_TEST(an_enrolment_comes_through),
		CHECK_TEST(a_sign_in_names_credentials_and_an_enrolment_need_not),
		CHECK_TEST(a_sign_in_has_a_number_and_an_enrolment_need_not),
		CHECK_TEST(the_same_address_needs_one),
		CHECK_TEST(many_credentials_fit_and_too_many_bytes_do_not),
		CHECK_TEST(values_out_of_range_are_not_sent),
		CHECK_TEST(another_version_is_named_as_such),
		CHECK_TEST(a_byte_too_many_is_refused),
		CHECK_TEST(a_damaged_request_is_refused_or_means_what_it_says));
}
