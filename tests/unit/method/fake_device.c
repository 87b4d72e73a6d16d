/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that stands in for passkey-device: it says what the file "script" beside it says, and
 * writes what it is told into the file "trace" there, and what it signs and was given to sign into
 * "secrets". It holds a key of its own and really signs.
 *
 * Lines of the script (TYPE, ERROR as in core/device_message.h and core/error.def):
 *   authenticator INDEX [fido2] [pin] [uv] [aaguid=HEX] [product=TEXT up to the end of the line]
 *   event TYPE INDEX [RETRIES [ERROR]]
 *   expect          wait for a command (PIN, CANCEL) or the end of the other side
 *   assertion [count=N] [flags=HEX] [rp=TEXT] [id=TEXT] [handle=TEXT] [signature=flip|empty|other]
 *             [size=BYTES of the authenticator data]
 *   credential [count=N] [flags=HEX] [rp=TEXT] [id=TEXT] [format=TEXT]
 *   raw HEX         a packet of these bytes
 *   large BYTES     a packet of zeroes
 *   flood TYPE      the same event until the other side is gone
 *   hang            do nothing until the other side is gone
 *   stop            end without a last message
 */
#include "fake_device.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/authenticator_data.h"
#include "core/device_message.h"

#define SOCKET 3

static const unsigned char private_key[] = {
	0x30,
	0x77,
	0x02,
	0x01,
	0x01,
	0x04,
	0x20,
	0x1c,
	0x8f,
	0xc6,
	0xae,
	0x52,
	0xb0,
	0xea,
	0x74,
	0xf4,
	0x3d,
	0x84,
	0xbf,
	0xac,
	0x85,
	0x51,
	0x65,
	0xe2,
	0xf4,
	0x0f,
	0xf5,
	0xf0,
	0x00,
	0x68,
	0xc7,
	0x59,
	0xdd,
	0x15,
	0x75,
	0x8c,
	0xe7,
	0x03,
	0x0b,
	0xa0,
	0x0a,
	0x06,
	0x08,
	0x2a,
	0x86,
	0x48,
	0xce,
	0x3d,
	0x03,
	0x01,
	0x07,
	0xa1,
	0x44,
	0x03,
	0x42,
	0x00,
	0x04,
	0xe4,
	0xa7,
	0xd7,
	0xc3,
	0x37,
	0xfa,
	0xe5,
	0x69,
	0x09,
	0x5e,
	0x2e,
	0xfc,
	0xc3,
	0xc5,
	0x99,
	0x48,
	0xbb,
	0x7a,
	0xb3,
	0x4a,
	0xdb,
	0xdf,
	0x44,
	0x2f,
	0x7b,
	0xe2,
	0xbc,
	0xb1,
	0xac,
	0x07,
	0xfc,
	0x5f,
	0xa8,
	0xbe,
	0x66,
	0x80,
	0x36,
	0xa0,
	0xb3,
	0xa1,
	0x94,
	0x70,
	0x30,
	0x12,
	0x90,
	0x40,
	0x63,
	0x05,
	0x40,
	0xd8,
	0xd3,
	0x02,
	0x0c,
	0xd0,
	0x88,
	0xd8,
	0xaa,
	0xa3,
	0x5b,
	0xeb,
	0x62,
	0x15,
	0xc9,
	0x38,
};

struct fake {
	char folder[1024];
	FILE *trace;
	uint8_t packet[PPK_DEVICE_MESSAGE_MAX];
	struct ppk_device_request request;
	uint8_t client_data_hash[32];
};

static void die(const char *why)
{
	fprintf(stderr, "fake_device: %s\n", why);
	exit(70);
}

static FILE *open_beside(const struct fake *fake, const char *name, const char *mode)
{
	char path[1100];

	snprintf(path, sizeof(path), "%s/%s", fake->folder, name);
	return fopen(path, mode);
}

static void send_message(const struct ppk_device_message *message)
{
	static uint8_t buffer[PPK_DEVICE_MESSAGE_MAX];
	size_t len = 0;

	if (ppk_device_encode_message(message, buffer, sizeof(buffer), &len) != PPK_OK)
		die("a message of the script cannot be encoded");
	if (send(SOCKET, buffer, len, MSG_NOSIGNAL) < 0)
		exit(1);
}

static size_t from_hex(const char *text, uint8_t *out, size_t size)
{
	size_t len = 0;
	unsigned value;

	while (len < size && sscanf(text + 2 * len, "%2x", &value) == 1)
		out[len++] = (uint8_t)value;
	return len;
}

/* The value of key=... among the words of line, copied; fallback when it is not there. */
static const char *word(
	const char *line, const char *key, const char *fallback, char out[static 256])
{
	const char *at = strstr(line, key);

	snprintf(out, 256, "%s", at == NULL ? fallback : at + strlen(key));
	out[strcspn(out, " \n")] = '\0';
	return out;
}

static void send_authenticator(const char *line)
{
	struct ppk_device_message message = { .type = PPK_DEVICE_AUTHENTICATOR };
	struct ppk_device_authenticator *it = &message.authenticator;
	const char *product = strstr(line, "product=");
	char text[256];

	it->index = (uint8_t)atoi(line);
	it->fido2 = strstr(line, " fido2") != NULL;
	it->has_pin = strstr(line, " pin") != NULL;
	it->has_uv = strstr(line, " uv") != NULL;
	it->has_aaguid = strstr(line, " aaguid=") != NULL;
	from_hex(word(line, "aaguid=", "", text), it->aaguid, sizeof(it->aaguid));
	if (product != NULL) {
		snprintf(it->product, sizeof(it->product), "%s", product + strlen("product="));
		it->product[strcspn(it->product, "\n")] = '\0';
	}
	send_message(&message);
}

static enum ppk_device_message_type event_type(const char *name)
{
	static const struct {
		const char *name;
		enum ppk_device_message_type type;
	} types[] = {
		{ "insert", PPK_DEVICE_INSERT },
		{ "touch", PPK_DEVICE_TOUCH },
		{ "verify", PPK_DEVICE_VERIFY },
		{ "pin_needed", PPK_DEVICE_PIN_NEEDED },
		{ "verify_failed", PPK_DEVICE_VERIFY_FAILED },
		{ "gone", PPK_DEVICE_GONE },
		{ "failed", PPK_DEVICE_FAILED },
		{ "listed", PPK_DEVICE_LISTED },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	}
	die("unknown event");
	return PPK_DEVICE_FAILED;
}

static enum ppk_err error_named(const char *token)
{
	for (unsigned err = PPK_OK; err < PPK_ERR_COUNT; err++) {
		if (strcmp(ppk_err_token((enum ppk_err)err), token) == 0)
			return (enum ppk_err)err;
	}
	die("unknown error");
	return PPK_ERR_INTERNAL;
}

static void send_event(const char *line)
{
	char type[32] = "", token[64] = "ok";
	unsigned index = 0xff, retries = PPK_DEVICE_RETRIES_UNKNOWN;
	struct ppk_device_message message;

	if (sscanf(line, "%31s %u %u %63s", type, &index, &retries, token) < 1)
		die("an event needs a type");
	message.type = event_type(type);
	message.event = (struct ppk_device_event){
		.index = (uint8_t)index, .retries = (uint8_t)retries, .err = error_named(token)
	};
	send_message(&message);
}

/* Authenticator data as WebAuthn Level 3, 6.1 says, in out (at least 37 bytes). */
static void make_data(const char *line, const char *flags_default, uint8_t *out)
{
	char text[256];
	unsigned long count;

	word(line, "rp=", FAKE_DEVICE_RP_ID, text);
	SHA256((const unsigned char *)text, strlen(text), out);
	out[32] = (uint8_t)strtoul(word(line, "flags=", flags_default, text), NULL, 16);
	count = strtoul(word(line, "count=", "0", text), NULL, 10);
	for (int i = 0; i < 4; i++)
		out[33 + i] = (uint8_t)(count >> (24 - 8 * i));
}

static size_t sign(
	const struct fake *fake, const uint8_t *data, size_t len, uint8_t *out, size_t size)
{
	const unsigned char *next = private_key;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &next, sizeof(private_key));
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (key == NULL || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestSignUpdate(context, data, len) != 1 ||
		EVP_DigestSignUpdate(context, fake->client_data_hash, 32) != 1 ||
		EVP_DigestSignFinal(context, out, &size) != 1)
		die("cannot sign");
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return size;
}

/* A line of hexadecimal digits in the file "secrets": what must not be seen elsewhere. */
static void note_secret(const struct fake *fake, const uint8_t *data, size_t len)
{
	FILE *file = open_beside(fake, "secrets", "ae");

	if (file == NULL)
		return; /* run as somebody else */
	for (size_t i = 0; i < len; i++)
		fprintf(file, "%02x", data[i]);
	fputc('\n', file);
	fclose(file);
}

static void send_assertion(struct fake *fake, const char *line)
{
	struct ppk_device_message message = { .type = PPK_DEVICE_ASSERTION };
	uint8_t data[PPK_AUTHENTICATOR_DATA_MAX] = { 0 }, signature[256];
	char id[256], handle[256], how[256], size[256];
	size_t data_len = strtoul(word(line, "size=", "37", size), NULL, 10);

	make_data(line, "01", data);
	word(line, "signature=", "", how);
	if (strcmp(how, "other") == 0)
		fake->client_data_hash[0] ^= 1;
	message.assertion.signature_len = sign(fake, data, data_len, signature, sizeof(signature));
	if (strcmp(how, "flip") == 0)
		signature[message.assertion.signature_len - 1] ^= 1;
	if (strcmp(how, "empty") == 0)
		message.assertion.signature_len = 0;
	note_secret(fake, signature, message.assertion.signature_len);
	message.assertion.signature = signature;
	message.assertion.authenticator_data = data;
	message.assertion.authenticator_data_len = data_len;
	message.assertion.credential_id = (const uint8_t *)word(line, "id=", FAKE_DEVICE_ID, id);
	message.assertion.credential_id_len = strlen(id);
	message.assertion.user_handle = (const uint8_t *)word(line, "handle=", "", handle);
	message.assertion.user_handle_len = strlen(handle);
	send_message(&message);
}

/* The public key as RFC 9052 has it: 1 (kty) 2, 3 (alg) -7, -1 (crv) 1, -2 (x), -3 (y). */
static size_t put_cose_key(uint8_t *out)
{
	static const uint8_t head[] = { 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58,
		0x20 };
	static const uint8_t between[] = { 0x22, 0x58, 0x20 };
	const unsigned char *point = private_key + sizeof(private_key) - 64;
	size_t len = 0;

	memcpy(out, head, sizeof(head));
	len += sizeof(head);
	memcpy(out + len, point, 32);
	len += 32;
	memcpy(out + len, between, sizeof(between));
	len += sizeof(between);
	memcpy(out + len, point + 32, 32);
	return len + 32;
}

static void send_credential(const char *line)
{
	struct ppk_device_message message = { .type = PPK_DEVICE_CREDENTIAL };
	uint8_t data[PPK_AUTHENTICATOR_DATA_MAX] = { 0 };
	char id[256], format[256];
	size_t len = PPK_AUTHENTICATOR_DATA_MIN;

	make_data(line, "41", data);
	word(line, "id=", FAKE_DEVICE_ID, id);
	word(line, "format=", "none", format);
	len += PPK_AAGUID_SIZE; /* all zero */
	data[len++] = 0;
	data[len++] = (uint8_t)strlen(id);
	memcpy(data + len, id, strlen(id));
	len += strlen(id);
	len += put_cose_key(data + len);
	message.credential.authenticator_data = data;
	message.credential.authenticator_data_len = len;
	message.credential.credential_id = (const uint8_t *)id;
	message.credential.credential_id_len = strlen(id);
	message.credential.cose_algorithm = -7;
	message.credential.public_key = private_key + sizeof(private_key) - 64;
	message.credential.public_key_len = 64;
	snprintf(message.credential.format, sizeof(message.credential.format), "%.23s", format);
	send_message(&message);
}

static void trace_command(struct fake *fake, ssize_t len)
{
	enum ppk_device_message_type type;
	struct ppk_secret pin = { .len = 0 };
	uint8_t index = 0;

	if (len <= 0)
		fprintf(fake->trace, "closed\n");
	else if (ppk_device_decode_command(fake->packet, (size_t)len, &type, &index, &pin) !=
		 PPK_OK)
		fprintf(fake->trace, "garbage\n");
	else if (type == PPK_DEVICE_PIN)
		fprintf(fake->trace, "pin %u %s\n", index, pin.text);
	else
		fprintf(fake->trace, "cancel\n");
	fflush(fake->trace);
	if (len <= 0)
		exit(0);
}

static void expect(struct fake *fake)
{
	trace_command(fake, recv(SOCKET, fake->packet, sizeof(fake->packet), 0));
}

static void send_raw(const char *hex)
{
	uint8_t bytes[2048];
	size_t len = from_hex(hex, bytes, sizeof(bytes));

	if (send(SOCKET, bytes, len, MSG_NOSIGNAL) < 0)
		exit(1);
}

static void send_large(size_t len)
{
	int room = 4 << 20;
	char *zeroes = calloc(1, len);

	setsockopt(SOCKET, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (zeroes == NULL || send(SOCKET, zeroes, len, MSG_NOSIGNAL) < 0)
		exit(1);
	free(zeroes);
}

static const char *rest(const char *line, const char *command)
{
	size_t len = strlen(command);

	return strncmp(line, command, len) == 0 ? line + len : NULL;
}

static void run_line(struct fake *fake, const char *line)
{
	const char *arguments;

	if ((arguments = rest(line, "authenticator ")) != NULL)
		send_authenticator(arguments);
	else if ((arguments = rest(line, "event ")) != NULL)
		send_event(arguments);
	else if (rest(line, "expect") != NULL)
		expect(fake);
	else if ((arguments = rest(line, "assertion")) != NULL)
		send_assertion(fake, arguments);
	else if ((arguments = rest(line, "credential")) != NULL)
		send_credential(arguments);
	else if ((arguments = rest(line, "raw ")) != NULL)
		send_raw(arguments);
	else if ((arguments = rest(line, "large ")) != NULL)
		send_large(strtoul(arguments, NULL, 10));
	else if ((arguments = rest(line, "flood ")) != NULL)
		for (;;)
			send_event(arguments);
	else if (rest(line, "hang") != NULL)
		for (;;)
			expect(fake);
	else if (rest(line, "stop") != NULL)
		exit(0);
	else
		die("unknown line in the script");
}

static void trace_request(struct fake *fake)
{
	const struct ppk_device_request *request = &fake->request;

	fprintf(fake->trace, "request %d timeout=%u%s", request->type, request->timeout_ms,
		request->nfc ? " nfc" : "");
	if (request->type == PPK_DEVICE_GET_ASSERTION) {
		memcpy(fake->client_data_hash, request->get_assertion.client_data_hash, 32);
		for (size_t i = 0; i < request->get_assertion.group_count; i++)
			fprintf(fake->trace, " %s/%s/%zu", request->get_assertion.groups[i].rp_id,
				ppk_uv_name(request->get_assertion.groups[i].uv),
				request->get_assertion.groups[i].id_count);
	} else if (request->type == PPK_DEVICE_MAKE_CREDENTIAL) {
		fprintf(fake->trace, " %s user=%s uv=%s discoverable=%d protect=%u exclude=%zu",
			request->make_credential.rp_id, request->make_credential.user_name,
			ppk_uv_name(request->make_credential.uv),
			request->make_credential.discoverable,
			request->make_credential.cred_protect,
			request->make_credential.exclude_count);
	}
	fprintf(fake->trace, "\n");
	fflush(fake->trace);
}

int main(void)
{
	static struct fake fake;
	static uint8_t first[PPK_DEVICE_MESSAGE_MAX];
	char line[8192];
	ssize_t len = readlink("/proc/self/exe", fake.folder, sizeof(fake.folder) - 1);
	FILE *script;

	if (len <= 0)
		die("no /proc");
	*strrchr(fake.folder, '/') = '\0';
	fake.trace = open_beside(&fake, "trace", "ae");
	if (fake.trace == NULL)
		fake.trace = fopen("/dev/null", "we"); /* run as somebody else */
	len = recv(SOCKET, first, sizeof(first), 0);
	if (len <= 0)
		return 1;
	if (ppk_device_decode_request(first, (size_t)len, &fake.request) != PPK_OK)
		die("the request is malformed");
	trace_request(&fake);
	note_secret(&fake, fake.client_data_hash, sizeof(fake.client_data_hash));
	/* making a credential and asserting have a script each, where there are two */
	script = fake.request.type == PPK_DEVICE_MAKE_CREDENTIAL
			 ? open_beside(&fake, "script.create", "re")
			 : open_beside(&fake, "script", "re");
	if (script == NULL)
		die("no script");
	while (fgets(line, sizeof(line), script) != NULL)
		run_line(&fake, line);
	fclose(script);
	expect(&fake); /* the other side goes first: a lost packet would look like a crash */
	return 0;
}
