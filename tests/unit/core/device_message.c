/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/assertion.h"
#include "core/authenticator_data.h"
#include "core/device_message.h"

static uint8_t buffer[PPK_DEVICE_MESSAGE_MAX];
static uint8_t filler[16 * 1024]; /* bytes whose content does not matter */

static const enum ppk_device_message_type event_types[] = { PPK_DEVICE_INSERT, PPK_DEVICE_TOUCH,
	PPK_DEVICE_VERIFY, PPK_DEVICE_PIN_NEEDED, PPK_DEVICE_VERIFY_FAILED, PPK_DEVICE_GONE,
	PPK_DEVICE_FAILED };
#define EVENT_TYPES (sizeof(event_types) / sizeof(event_types[0]))

static struct ppk_device_message sample_event(enum ppk_device_message_type type)
{
	return (struct ppk_device_message){ .type = type,
		.event = { .index = 3, .retries = 7, .err = PPK_ERR_PIN_INVALID } };
}

static struct ppk_device_message sample_authenticator(void)
{
	return (struct ppk_device_message){ .type = PPK_DEVICE_AUTHENTICATOR,
		.authenticator = { .index = 15,
			.product = "Blue key",
			.has_aaguid = true,
			.aaguid = { 1, 2, 3 },
			.fido2 = true,
			.has_uv = true } };
}

static struct ppk_device_message sample_assertion(void)
{
	return (struct ppk_device_message){ .type = PPK_DEVICE_ASSERTION,
		.assertion = { .index = 1,
			.credential_id = filler,
			.credential_id_len = 48,
			.authenticator_data = filler + 100,
			.authenticator_data_len = 37,
			.signature = filler + 200,
			.signature_len = 71,
			.user_handle = filler + 300,
			.user_handle_len = 16 } };
}

static struct ppk_device_message sample_credential(void)
{
	return (struct ppk_device_message){ .type = PPK_DEVICE_CREDENTIAL,
		.credential = { .index = 2,
			.credential_id = filler,
			.credential_id_len = 64,
			.authenticator_data = filler + 100,
			.authenticator_data_len = 180,
			.signature = filler + 300,
			.signature_len = 72,
			.cose_algorithm = -257,
			.public_key = filler + 400,
			.public_key_len = 64,
			.format = "packed",
			.x5c = { filler + 500, filler + 600 },
			.x5c_len = { 40, 50 },
			.x5c_count = 2 } };
}

static size_t encode(const struct ppk_device_message *message)
{
	size_t len = 0;

	CHECK_OK(ppk_device_encode_message(message, buffer, sizeof(buffer), &len));
	return len;
}

/* Encode, then decode from memory of the exact size, which the caller frees. */
static uint8_t *round_trip(const struct ppk_device_message *message, struct ppk_device_message *ret)
{
	size_t len = encode(message);
	uint8_t *packet = malloc(len);

	CHECK(packet != NULL);
	memcpy(packet, buffer, len);
	CHECK_OK(ppk_device_decode_message(packet, len, ret));
	CHECK_INT(ret->type, message->type);
	return packet;
}

static void each_event_comes_through(void)
{
	for (size_t i = 0; i < EVENT_TYPES; i++) {
		struct ppk_device_message sent = sample_event(event_types[i]), got;

		free(round_trip(&sent, &got));
		CHECK_INT(got.event.index, 3);
		CHECK_INT(got.event.retries, 7);
		CHECK_INT(got.event.err, PPK_ERR_PIN_INVALID);
	}
}

static void each_error_comes_through(void)
{
	for (enum ppk_err err = PPK_OK; err < PPK_ERR_COUNT; err++) {
		struct ppk_device_message sent = sample_event(PPK_DEVICE_GONE), got;

		sent.event.err = err;
		free(round_trip(&sent, &got));
		CHECK_INT(got.event.err, err);
	}
}

static void a_failure_without_a_reason_is_refused(void)
{
	struct ppk_device_message sent = sample_event(PPK_DEVICE_GONE), got;
	size_t len;

	sent.event.err = PPK_OK;
	len = encode(&sent);
	CHECK_OK(ppk_device_decode_message(buffer, len, &got));
	buffer[0] = PPK_DEVICE_FAILED;
	CHECK_ERR(ppk_device_decode_message(buffer, len, &got), PPK_ERR_FRAME);
	sent.type = PPK_DEVICE_FAILED;
	CHECK_ERR(ppk_device_encode_message(&sent, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
}

static void no_authenticator_is_meant_by_insert_and_failed_alone(void)
{
	for (size_t i = 0; i < EVENT_TYPES; i++) {
		enum ppk_device_message_type type = event_types[i];
		struct ppk_device_message sent = sample_event(type), got;
		bool allowed = type == PPK_DEVICE_INSERT || type == PPK_DEVICE_FAILED;
		size_t len = encode(&sent);

		buffer[1] = PPK_DEVICE_INDEX_NONE;
		CHECK_ERR(ppk_device_decode_message(buffer, len, &got),
			allowed ? PPK_OK : PPK_ERR_FRAME);
		sent.event.index = PPK_DEVICE_INDEX_NONE;
		CHECK_ERR(ppk_device_encode_message(&sent, buffer, sizeof(buffer), &len),
			allowed ? PPK_OK : PPK_ERR_LIMIT);
	}
}

static void an_index_outside_the_array_is_refused(void)
{
	struct ppk_device_message sent = sample_event(PPK_DEVICE_TOUCH), got;
	size_t len = encode(&sent);

	buffer[1] = PPK_DEVICE_AUTHENTICATORS_MAX - 1;
	CHECK_OK(ppk_device_decode_message(buffer, len, &got));
	buffer[1] = PPK_DEVICE_AUTHENTICATORS_MAX;
	CHECK_ERR(ppk_device_decode_message(buffer, len, &got), PPK_ERR_FRAME);
}

static void an_authenticator_comes_through(void)
{
	struct ppk_device_message sent = sample_authenticator(), got;

	free(round_trip(&sent, &got));
	CHECK_INT(got.authenticator.index, 15);
	CHECK_STR(got.authenticator.product, "Blue key");
	CHECK(got.authenticator.has_aaguid && got.authenticator.fido2);
	CHECK(!got.authenticator.has_pin && got.authenticator.has_uv);
	CHECK_BYTES(got.authenticator.aaguid, sizeof(got.authenticator.aaguid),
		sent.authenticator.aaguid, sizeof(sent.authenticator.aaguid));
	sent.authenticator = (struct ppk_device_authenticator){ .has_pin = true };
	free(round_trip(&sent, &got));
	CHECK(!got.authenticator.has_aaguid && !got.authenticator.fido2);
	CHECK(got.authenticator.has_pin && !got.authenticator.has_uv);
	CHECK_STR(got.authenticator.product, "");
}

static void a_product_name_cannot_steer_the_terminal(void)
{
	struct ppk_device_message sent = sample_authenticator(), got;

	memcpy(sent.authenticator.product, "a\033[2Jb\n\x7f", 9);
	free(round_trip(&sent, &got));
	CHECK_STR(got.authenticator.product, "a?[2Jb??");
}

static void a_product_name_that_fills_its_array_is_refused(void)
{
	struct ppk_device_message sent = sample_authenticator(), got;
	size_t len;

	memset(sent.authenticator.product, 'x', sizeof(sent.authenticator.product));
	CHECK_ERR(ppk_device_encode_message(&sent, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	sent.authenticator.product[sizeof(sent.authenticator.product) - 1] = '\0';
	free(round_trip(&sent, &got));
	CHECK_STR(got.authenticator.product, sent.authenticator.product);
}

static void an_unknown_flag_is_refused(void)
{
	struct ppk_device_message sent = sample_authenticator(), got;
	size_t len = encode(&sent);

	buffer[2] |= 0x10;
	CHECK_ERR(ppk_device_decode_message(buffer, len, &got), PPK_ERR_FRAME);
}

static void an_assertion_comes_through(void)
{
	struct ppk_device_message sent = sample_assertion(), got;
	const struct ppk_device_assertion *a = &sent.assertion, *b = &got.assertion;
	uint8_t *packet = round_trip(&sent, &got);

	CHECK_INT(b->index, 1);
	CHECK_BYTES(b->credential_id, b->credential_id_len, a->credential_id, a->credential_id_len);
	CHECK_BYTES(b->authenticator_data, b->authenticator_data_len, a->authenticator_data,
		a->authenticator_data_len);
	CHECK_BYTES(b->signature, b->signature_len, a->signature, a->signature_len);
	CHECK_BYTES(b->user_handle, b->user_handle_len, a->user_handle, a->user_handle_len);
	free(packet);
}

static void an_assertion_without_user_handle_has_none(void)
{
	struct ppk_device_message sent = sample_assertion(), got;

	sent.assertion.user_handle = NULL;
	sent.assertion.user_handle_len = 0;
	free(round_trip(&sent, &got));
	CHECK(got.assertion.user_handle == NULL);
	CHECK_INT(got.assertion.user_handle_len, 0);
}

/* Every part of an assertion at its largest passes, one byte more does not. */
static void the_parts_of_an_assertion_have_limits(void)
{
	static const struct {
		size_t offset, max;
	} parts[] = {
		{ offsetof(struct ppk_device_assertion, credential_id_len), PPK_CREDENTIAL_ID_MAX },
		{ offsetof(struct ppk_device_assertion, authenticator_data_len),
			PPK_AUTHENTICATOR_DATA_MAX },
		{ offsetof(struct ppk_device_assertion, signature_len), PPK_SIGNATURE_MAX },
		{ offsetof(struct ppk_device_assertion, user_handle_len), PPK_USER_HANDLE_MAX },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct ppk_device_message sent = sample_assertion(), got;
		void *part = (char *)&sent.assertion + parts[i].offset;
		size_t *part_len = part, len;

		sent.assertion.credential_id = sent.assertion.authenticator_data = filler;
		sent.assertion.signature = sent.assertion.user_handle = filler;
		*part_len = parts[i].max;
		free(round_trip(&sent, &got));
		*part_len = parts[i].max + 1;
		CHECK_ERR(ppk_device_encode_message(&sent, buffer, sizeof(buffer), &len),
			PPK_ERR_LIMIT);
	}
}

/* What our encoder would not send, made by hand. */
static void a_part_over_its_limit_is_refused_by_the_decoder(void)
{
	static uint8_t packet[8 * 1024];
	struct ppk_writer writer = { .data = packet, .size = sizeof(packet) };
	struct ppk_device_message got;

	ppk_writer_u8(&writer, PPK_DEVICE_ASSERTION);
	ppk_writer_u8(&writer, 0);
	ppk_writer_block(&writer, filler, PPK_CREDENTIAL_ID_MAX + 1);
	ppk_writer_block(&writer, filler, 37);
	ppk_writer_block(&writer, filler, 70);
	ppk_writer_block(&writer, filler, 0);
	CHECK_ERR(ppk_device_decode_message(packet, writer.len, &got), PPK_ERR_FRAME);
}

static void an_assertion_without_signature_is_refused(void)
{
	struct ppk_device_message sent = sample_assertion();
	size_t len;

	sent.assertion.signature_len = 0;
	CHECK_ERR(ppk_device_encode_message(&sent, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
}

static void a_credential_comes_through(void)
{
	struct ppk_device_message sent = sample_credential(), got;
	const struct ppk_device_credential *a = &sent.credential, *b = &got.credential;
	uint8_t *packet = round_trip(&sent, &got);

	CHECK_INT(b->index, 2);
	CHECK_INT(b->cose_algorithm, -257);
	CHECK_STR(b->format, "packed");
	CHECK_BYTES(b->credential_id, b->credential_id_len, a->credential_id, a->credential_id_len);
	CHECK_BYTES(b->authenticator_data, b->authenticator_data_len, a->authenticator_data,
		a->authenticator_data_len);
	CHECK_BYTES(b->signature, b->signature_len, a->signature, a->signature_len);
	CHECK_BYTES(b->public_key, b->public_key_len, a->public_key, a->public_key_len);
	CHECK_INT(b->x5c_count, 2);
	for (size_t i = 0; i < 2; i++)
		CHECK_BYTES(b->x5c[i], b->x5c_len[i], a->x5c[i], a->x5c_len[i]);
	free(packet);
}

static void too_many_certificates_are_refused(void)
{
	struct ppk_device_message sent = sample_credential(), got;
	size_t len, count_at;

	sent.credential.x5c_count = 0;
	len = encode(&sent);
	count_at = len - 1;
	buffer[count_at] = PPK_DEVICE_X5C_MAX + 1;
	for (size_t i = 0; i <= PPK_DEVICE_X5C_MAX; i++)
		memcpy(buffer + len + i * 3, (const uint8_t[]){ 0, 1, 0x30 }, 3);
	len += (PPK_DEVICE_X5C_MAX + 1) * 3;
	CHECK_ERR(ppk_device_decode_message(buffer, len, &got), PPK_ERR_FRAME);
	buffer[count_at]--;
	CHECK_OK(ppk_device_decode_message(buffer, len - 3, &got));
	CHECK_INT(got.credential.x5c_count, PPK_DEVICE_X5C_MAX);
}

static void listed_comes_through(void)
{
	struct ppk_device_message sent = { .type = PPK_DEVICE_LISTED }, got;

	free(round_trip(&sent, &got));
}

static void a_byte_too_many_is_refused(void)
{
	struct ppk_device_message sent[] = { sample_event(PPK_DEVICE_TOUCH), sample_authenticator(),
		sample_assertion(), sample_credential(), { .type = PPK_DEVICE_LISTED } };

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		struct ppk_device_message got;
		size_t len = encode(&sent[i]);

		buffer[len] = 0;
		CHECK_ERR(ppk_device_decode_message(buffer, len + 1, &got), PPK_ERR_FRAME);
	}
}

static void an_unknown_type_is_refused(void)
{
	struct ppk_device_message got;

	for (unsigned type = 0; type < 256; type++) {
		uint8_t packet[] = { (uint8_t)type };

		CHECK_ERR(ppk_device_decode_message(packet, 1, &got),
			type == PPK_DEVICE_LISTED ? PPK_OK : PPK_ERR_FRAME);
	}
	CHECK_ERR(ppk_device_decode_message(NULL, 0, &got), PPK_ERR_FRAME);
}

static void a_buffer_too_small_is_an_error(void)
{
	struct ppk_device_message sent = sample_credential();
	size_t len = encode(&sent);

	for (size_t size = 0; size < len; size++) {
		uint8_t *small = malloc(size == 0 ? 1 : size);
		size_t untouched = 77;
		enum ppk_err err = ppk_device_encode_message(&sent, small, size, &untouched);

		free(small);
		CHECK_ERR(err, PPK_ERR_LIMIT);
		CHECK_INT(untouched, 77);
	}
}

static void check_view(
	const uint8_t *packet, size_t packet_len, const uint8_t *view, size_t len, size_t max)
{
	CHECK(len <= max);
	if (len > 0)
		CHECK(view >= packet && len <= (size_t)(packet + packet_len - view));
}

static void check_event(const struct ppk_device_event *event)
{
	CHECK(event->index < PPK_DEVICE_AUTHENTICATORS_MAX ||
		event->index == PPK_DEVICE_INDEX_NONE);
	CHECK(event->err < PPK_ERR_COUNT);
}

static void check_credential(
	const uint8_t *data, size_t len, const struct ppk_device_credential *credential)
{
	CHECK(credential->index < PPK_DEVICE_AUTHENTICATORS_MAX);
	CHECK(credential->x5c_count <= PPK_DEVICE_X5C_MAX);
	CHECK(memchr(credential->format, '\0', sizeof(credential->format)) != NULL);
	check_view(data, len, credential->credential_id, credential->credential_id_len,
		PPK_CREDENTIAL_ID_MAX);
	check_view(data, len, credential->authenticator_data, credential->authenticator_data_len,
		PPK_AUTHENTICATOR_DATA_MAX);
	check_view(data, len, credential->signature, credential->signature_len, PPK_SIGNATURE_MAX);
	check_view(data, len, credential->public_key, credential->public_key_len,
		PPK_CREDENTIAL_KEY_MAX);
	for (size_t i = 0; i < credential->x5c_count; i++)
		check_view(data, len, credential->x5c[i], credential->x5c_len[i],
			PPK_DEVICE_CERTIFICATE_MAX);
}

static void check_assertion(
	const uint8_t *data, size_t len, const struct ppk_device_assertion *assertion)
{
	CHECK(assertion->index < PPK_DEVICE_AUTHENTICATORS_MAX);
	check_view(data, len, assertion->credential_id, assertion->credential_id_len,
		PPK_CREDENTIAL_ID_MAX);
	check_view(data, len, assertion->authenticator_data, assertion->authenticator_data_len,
		PPK_AUTHENTICATOR_DATA_MAX);
	check_view(data, len, assertion->signature, assertion->signature_len, PPK_SIGNATURE_MAX);
	check_view(
		data, len, assertion->user_handle, assertion->user_handle_len, PPK_USER_HANDLE_MAX);
}

/* What comes out of a damaged packet stays within its limits and within the packet. */
static void damaged_message(const uint8_t *data, size_t len, const char *how, void *context)
{
	size_t *accepted = context;
	struct ppk_device_message got;

	(void)how;
	if (ppk_device_decode_message(data, len, &got) != PPK_OK)
		return;
	++*accepted;
	if (got.type == PPK_DEVICE_ASSERTION)
		check_assertion(data, len, &got.assertion);
	else if (got.type == PPK_DEVICE_CREDENTIAL)
		check_credential(data, len, &got.credential);
	else if (got.type == PPK_DEVICE_AUTHENTICATOR)
		CHECK(memchr(got.authenticator.product, '\0', sizeof(got.authenticator.product)));
	else if (got.type != PPK_DEVICE_LISTED)
		check_event(&got.event);
}

static void a_damaged_message_stays_within_its_limits(void)
{
	struct ppk_device_message sent[] = { sample_event(PPK_DEVICE_FAILED),
		sample_authenticator(), sample_assertion(), sample_credential() };
	size_t accepted = 0;

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		size_t len = encode(&sent[i]);
		static uint8_t packet[PPK_DEVICE_MESSAGE_MAX];

		memcpy(packet, buffer, len);
		mutate_each(packet, len, damaged_message, &accepted);
	}
	CHECK(accepted > 0); /* bits of a signature, for one, are not the frame's business */
}

static void refuse_cut(const uint8_t *data, size_t len, const char *how, void *context)
{
	size_t *whole = context;
	struct ppk_device_message got;

	if (len < *whole && ppk_device_decode_message(data, len, &got) == PPK_OK)
		CHECK_FAIL("accepted when %s", how);
}

static void every_cut_message_is_refused(void)
{
	struct ppk_device_message sent[] = { sample_event(PPK_DEVICE_PIN_NEEDED),
		sample_authenticator(), sample_assertion(), sample_credential() };

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		size_t len = encode(&sent[i]);

		mutate_each(buffer, len, refuse_cut, &len);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(filler); i++)
		filler[i] = (uint8_t)(i * 7);
	return CHECK_RUN(CHECK_TEST(each_event_comes_through), CHECK_TEST(each_error_comes_through),
		CHECK_TEST(a_failure_without_a_reason_is_refused),
		CHECK_TEST(no_authenticator_is_meant_by_insert_and_failed_alone),
		CHECK_TEST(an_index_outside_the_array_is_refused),
		CHECK_TEST(an_authenticator_comes_through),
		CHECK_TEST(a_product_name_cannot_steer_the_terminal),
		CHECK_TEST(a_product_name_that_fills_its_array_is_refused),
		CHECK_TEST(an_unknown_flag_is_refused), CHECK_TEST(an_assertion_comes_through),
		CHECK_TEST(an_assertion_without_user_handle_has_none),
		CHECK_TEST(the_parts_of_an_assertion_have_limits),
		CHECK_TEST(a_part_over_its_limit_is_refused_by_the_decoder),
		CHECK_TEST(an_assertion_without_signature_is_refused),
		CHECK_TEST(a_credential_comes_through),
		CHECK_TEST(too_many_certificates_are_refused), CHECK_TEST(listed_comes_through),
		CHECK_TEST(a_byte_too_many_is_refused), CHECK_TEST(an_unknown_type_is_refused),
		CHECK_TEST(a_buffer_too_small_is_an_error),
		CHECK_TEST(a_damaged_message_stays_within_its_limits),
		CHECK_TEST(every_cut_message_is_refused));
}
