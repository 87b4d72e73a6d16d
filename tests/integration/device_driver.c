/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets a test talk to a passkey-device as the module does: makes the request that the arguments
 * describe, prints every message as a line of JSON, and takes commands from standard input.
 *
 *     device_driver PASSKEY_DEVICE assert timeout=MS group=RP_ID/UV/ID:ID:... [group=...]
 *     device_driver PASSKEY_DEVICE create timeout=MS rp=RP_ID uv=UV [algorithms=-7:-8] [discoverable]
 *                                         [protect=N] [exclude=ID:ID:...]
 *     device_driver PASSKEY_DEVICE list timeout=MS
 *
 * Ids are in hexadecimal. Commands, one a line: "pin TEXT" (for the authenticator that asked last),
 * "cancel". Ends with 0 after the last message, with 1 when passkey-device ended without one.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "device/device.h"
#include "sys/clock.h"

#define IDS_MAX 64
#define LATE_MS 20000 /* after the timeout of the request: a passkey-device that does not answer */

struct driver {
	struct ppk_device device;
	uint32_t timeout_ms;
	bool nfc;
	struct ppk_device_group groups[IDS_MAX];
	size_t group_count;
	struct ppk_bytes ids[IDS_MAX];
	size_t id_count;
	int algorithms[PPK_DEVICE_ALGORITHMS_MAX];
	struct ppk_device_make_credential creation;
	uint8_t asking; /* the authenticator that asked for a PIN last */
};

static void die(const char *what)
{
	fprintf(stderr, "device_driver: %s\n", what);
	exit(2);
}

/*
 * Arguments.
 */

static struct ppk_bytes parse_hex(const char *text)
{
	struct ppk_bytes bytes = { .data = malloc(strlen(text) / 2 + 1) };
	unsigned value;

	for (; text[0] != '\0' && text[1] != '\0'; text += 2) {
		if (sscanf(text, "%2x", &value) != 1)
			die("bad hexadecimal");
		bytes.data[bytes.len++] = (uint8_t)value;
	}
	return bytes;
}

static size_t parse_ids(struct driver *driver, char *text, const struct ppk_bytes **ret)
{
	size_t before = driver->id_count;
	char *id;

	*ret = &driver->ids[before];
	while ((id = strsep(&text, ":")) != NULL) {
		if (driver->id_count == IDS_MAX)
			die("too many ids");
		if (*id != '\0')
			driver->ids[driver->id_count++] = parse_hex(id);
	}
	return driver->id_count - before;
}

static enum ppk_uv parse_uv(const char *text)
{
	enum ppk_uv uv;

	if (ppk_uv_parse(text, strlen(text), &uv) != PPK_OK)
		die("bad uv");
	return uv;
}

static void parse_group(struct driver *driver, char *text)
{
	struct ppk_device_group *group = &driver->groups[driver->group_count++];
	char *uv;

	group->rp_id = strsep(&text, "/");
	uv = strsep(&text, "/");
	if (uv == NULL || text == NULL)
		die("bad group");
	group->uv = parse_uv(uv);
	group->id_count = parse_ids(driver, text, &group->ids);
}

static void parse_algorithms(struct driver *driver, char *text)
{
	char *number;

	driver->creation.algorithm_count = 0;
	while ((number = strsep(&text, ":")) != NULL)
		driver->algorithms[driver->creation.algorithm_count++] = atoi(number);
}

static void parse_argument(struct driver *driver, char *argument)
{
	struct ppk_device_make_credential *creation = &driver->creation;
	char *value = argument;
	const char *name = strsep(&value, "=");

	if (strcmp(name, "discoverable") == 0)
		creation->discoverable = true;
	else if (strcmp(name, "nfc") == 0)
		driver->nfc = true;
	else if (value == NULL)
		die("an argument without a value");
	else if (strcmp(name, "timeout") == 0)
		driver->timeout_ms = (uint32_t)atoi(value);
	else if (strcmp(name, "group") == 0)
		parse_group(driver, value);
	else if (strcmp(name, "rp") == 0)
		creation->rp_id = value;
	else if (strcmp(name, "uv") == 0)
		creation->uv = parse_uv(value);
	else if (strcmp(name, "algorithms") == 0)
		parse_algorithms(driver, value);
	else if (strcmp(name, "protect") == 0)
		creation->cred_protect = (uint8_t)atoi(value);
	else if (strcmp(name, "exclude") == 0)
		creation->exclude_count = parse_ids(driver, value, &creation->exclude_ids);
	else
		die("an unknown argument");
}

/*
 * Messages.
 */

static void print_bytes(const char *name, const uint8_t *data, size_t len)
{
	printf(", \"%s\": \"", name);
	for (size_t i = 0; i < len; i++)
		printf("%02x", data[i]);
	printf("\"");
}

/* Texts are sanitised: no control characters. */
static void print_text(const char *name, const char *text)
{
	printf(", \"%s\": \"", name);
	for (; *text != '\0'; text++)
		printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	printf("\"");
}

static const char *type_name(enum ppk_device_message_type type)
{
	static const struct {
		enum ppk_device_message_type type;
		const char *name;
	} names[] = {
		{ PPK_DEVICE_INSERT, "insert" },
		{ PPK_DEVICE_TOUCH, "touch" },
		{ PPK_DEVICE_VERIFY, "verify" },
		{ PPK_DEVICE_PIN_NEEDED, "pin-needed" },
		{ PPK_DEVICE_VERIFY_FAILED, "verify-failed" },
		{ PPK_DEVICE_GONE, "gone" },
		{ PPK_DEVICE_AUTHENTICATOR, "authenticator" },
		{ PPK_DEVICE_ASSERTION, "assertion" },
		{ PPK_DEVICE_CREDENTIAL, "credential" },
		{ PPK_DEVICE_LISTED, "listed" },
		{ PPK_DEVICE_FAILED, "failed" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return "?";
}

static void print_authenticator(const struct ppk_device_authenticator *authenticator)
{
	printf(", \"index\": %u, \"fido2\": %s, \"has_pin\": %s, \"has_uv\": %s",
		authenticator->index, authenticator->fido2 ? "true" : "false",
		authenticator->has_pin ? "true" : "false",
		authenticator->has_uv ? "true" : "false");
	print_text("product", authenticator->product);
	if (authenticator->has_aaguid)
		print_bytes("aaguid", authenticator->aaguid, sizeof(authenticator->aaguid));
}

static void print_assertion(const struct ppk_device_assertion *assertion)
{
	printf(", \"index\": %u", assertion->index);
	print_bytes("credential_id", assertion->credential_id, assertion->credential_id_len);
	print_bytes("authenticator_data", assertion->authenticator_data,
		assertion->authenticator_data_len);
	print_bytes("signature", assertion->signature, assertion->signature_len);
	print_bytes("user_handle", assertion->user_handle, assertion->user_handle_len);
}

static void print_credential(const struct ppk_device_credential *credential)
{
	printf(", \"index\": %u, \"algorithm\": %d, \"certificates\": %zu", credential->index,
		credential->cose_algorithm, credential->x5c_count);
	print_bytes("credential_id", credential->credential_id, credential->credential_id_len);
	print_bytes("authenticator_data", credential->authenticator_data,
		credential->authenticator_data_len);
	print_bytes("signature", credential->signature, credential->signature_len);
	print_bytes("public_key", credential->public_key, credential->public_key_len);
	print_text("format", credential->format);
}

/* True for a last message. */
static bool print_message(const struct ppk_device_message *message)
{
	bool last = message->type >= PPK_DEVICE_ASSERTION;

	printf("{\"type\": \"%s\"", type_name(message->type));
	if (message->type == PPK_DEVICE_AUTHENTICATOR)
		print_authenticator(&message->authenticator);
	else if (message->type == PPK_DEVICE_ASSERTION)
		print_assertion(&message->assertion);
	else if (message->type == PPK_DEVICE_CREDENTIAL)
		print_credential(&message->credential);
	else if (message->type != PPK_DEVICE_LISTED)
		printf(", \"index\": %u, \"retries\": %u, \"err\": \"%s\"", message->event.index,
			message->event.retries, ppk_err_token(message->event.err));
	printf("}\n");
	fflush(stdout);
	return last;
}

/*
 * The ceremony.
 */

static void send_request(struct driver *driver, const char *what)
{
	struct ppk_device_get_assertion assertion = {
		.timeout_ms = driver->timeout_ms,
		.nfc = driver->nfc,
		.groups = driver->groups,
		.group_count = driver->group_count,
	};
	enum ppk_err err = PPK_ERR_OPTION;

	memset(assertion.client_data_hash, 0x11, sizeof(assertion.client_data_hash));
	memset(driver->creation.client_data_hash, 0x11, 32);
	driver->creation.timeout_ms = driver->timeout_ms;
	driver->creation.nfc = driver->nfc;
	if (strcmp(what, "assert") == 0)
		err = ppk_device_get_assertion(&driver->device, &assertion);
	else if (strcmp(what, "create") == 0)
		err = ppk_device_make_credential(&driver->device, &driver->creation);
	else if (strcmp(what, "list") == 0)
		err = ppk_device_list(&driver->device, driver->timeout_ms, driver->nfc);
	if (err != PPK_OK)
		die(ppk_err_token(err));
}

/* False at the end of standard input. */
static bool run_command(struct driver *driver)
{
	char line[256];
	struct ppk_secret pin = { .len = 0 };
	enum ppk_err err = PPK_ERR_OPTION;

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, "cancel") == 0) {
		err = ppk_device_cancel(&driver->device);
	} else if (strncmp(line, "pin ", 4) == 0) {
		err = ppk_secret_set(&pin, line + 4, strlen(line + 4));
		if (err == PPK_OK)
			err = ppk_device_pin(&driver->device, driver->asking, &pin);
	}
	if (err != PPK_OK)
		die(ppk_err_token(err));
	return true;
}

/* The next message; true: it was the last. */
static bool next(struct driver *driver, int64_t deadline_ms)
{
	struct ppk_device_message message;
	enum ppk_err err = ppk_device_next(&driver->device, deadline_ms, &message);

	if (err != PPK_OK) {
		printf("{\"type\": \"ended\", \"err\": \"%s\"}\n", ppk_err_token(err));
		ppk_device_stop(&driver->device);
		exit(1);
	}
	if (message.type == PPK_DEVICE_PIN_NEEDED)
		driver->asking = message.event.index;
	return print_message(&message);
}

static void run(struct driver *driver)
{
	struct pollfd entries[2] = { { .fd = driver->device.process.socket, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	int64_t deadline_ms = ppk_clock_ms() + driver->timeout_ms + LATE_MS;

	for (;;) {
		if (poll(entries, 2, (int)driver->timeout_ms + LATE_MS) <= 0)
			die("passkey-device is late");
		if (entries[1].revents != 0 && !run_command(driver))
			entries[1].fd = -1;
		if (entries[0].revents != 0 && next(driver, deadline_ms))
			return;
	}
}

int main(int argc, char **argv)
{
	struct driver driver = {
		.timeout_ms = 10000,
		.algorithms = { -7 },
		.creation = { .rp_id = "example.com",
			.rp_name = "Example",
			.user_name = "alice",
			.user_display_name = "Alice",
			.user_handle = (const uint8_t *)"handle",
			.user_handle_len = 6,
			.algorithm_count = 1 },
	};
	const struct ppk_trust trust = { .root = getuid() };
	struct ppk_diag diag = { .text = "" };

	if (argc < 3)
		die("PASSKEY_DEVICE assert|create|list ...");
	setvbuf(stdin, NULL, _IONBF, 0);
	driver.creation.algorithms = driver.algorithms;
	for (int i = 3; i < argc; i++)
		parse_argument(&driver, argv[i]);
	if (ppk_device_start(&driver.device, argv[1], &trust, &diag) != PPK_OK)
		die(diag.text);
	send_request(&driver, argv[2]);
	run(&driver);
	ppk_device_stop(&driver.device);
	for (size_t i = 0; i < driver.id_count; i++)
		ppk_bytes_done(&driver.ids[i]);
	return 0;
}
