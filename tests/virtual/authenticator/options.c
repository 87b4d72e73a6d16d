/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "misbehave.h"
#include "transport.h"

enum option_id {
	OPT_BUS = 1,
	OPT_NODE,
	OPT_TRANSPORT,
	OPT_STATE,
	OPT_STATS,
	OPT_READY_FD,
	OPT_UNTIL_CLOSED,
	OPT_MODE,
	OPT_MANUFACTURER,
	OPT_PRODUCT,
	OPT_AAGUID,
	OPT_PIN,
	OPT_UV,
	OPT_TOUCH,
	OPT_TIMEOUT,
	OPT_COUNTER,
	OPT_ATTESTATION,
	OPT_BACKUP,
	OPT_PROTOCOLS,
	OPT_NO_CREDENTIALS,
	OPT_PACKET_DELAY,
	OPT_MAX_CREDENTIALS,
	OPT_MAX_ID,
	OPT_MAX_MESSAGE,
	OPT_ID_LENGTH,
	OPT_MISBEHAVE,
	OPT_U2F_ONLY,
	OPT_NO_U2F,
	OPT_CTAP20,
	OPT_ALWAYS_UV,
	OPT_NO_RK,
	OPT_NO_PIN,
	OPT_RS256,
	OPT_UV_FOR_ALL,
	OPT_OMIT_ID,
};

static const struct option long_options[] = {
	{ "bus", required_argument, NULL, OPT_BUS },
	{ "node", required_argument, NULL, OPT_NODE },
	{ "transport", required_argument, NULL, OPT_TRANSPORT },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "stats", required_argument, NULL, OPT_STATS },
	{ "ready-fd", required_argument, NULL, OPT_READY_FD },
	{ "until-closed", required_argument, NULL, OPT_UNTIL_CLOSED },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "manufacturer", required_argument, NULL, OPT_MANUFACTURER },
	{ "product", required_argument, NULL, OPT_PRODUCT },
	{ "aaguid", required_argument, NULL, OPT_AAGUID },
	{ "pin", required_argument, NULL, OPT_PIN },
	{ "uv", required_argument, NULL, OPT_UV },
	{ "touch", required_argument, NULL, OPT_TOUCH },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "counter", required_argument, NULL, OPT_COUNTER },
	{ "attestation", required_argument, NULL, OPT_ATTESTATION },
	{ "backup", required_argument, NULL, OPT_BACKUP },
	{ "protocols", required_argument, NULL, OPT_PROTOCOLS },
	{ "no-credentials", required_argument, NULL, OPT_NO_CREDENTIALS },
	{ "packet-delay", required_argument, NULL, OPT_PACKET_DELAY },
	{ "max-credentials-in-list", required_argument, NULL, OPT_MAX_CREDENTIALS },
	{ "max-credential-id-length", required_argument, NULL, OPT_MAX_ID },
	{ "max-message-size", required_argument, NULL, OPT_MAX_MESSAGE },
	{ "credential-id-length", required_argument, NULL, OPT_ID_LENGTH },
	{ "misbehave", required_argument, NULL, OPT_MISBEHAVE },
	{ "u2f-only", no_argument, NULL, OPT_U2F_ONLY },
	{ "no-u2f", no_argument, NULL, OPT_NO_U2F },
	{ "ctap20", no_argument, NULL, OPT_CTAP20 },
	{ "always-uv", no_argument, NULL, OPT_ALWAYS_UV },
	{ "no-resident-keys", no_argument, NULL, OPT_NO_RK },
	{ "no-pin", no_argument, NULL, OPT_NO_PIN },
	{ "rs256", no_argument, NULL, OPT_RS256 },
	{ "uv-for-all-credentials", no_argument, NULL, OPT_UV_FOR_ALL },
	{ "omit-credential-id", no_argument, NULL, OPT_OMIT_ID },
	{ NULL, 0, NULL, 0 },
};

static const struct ppk_options defaults = {
	.node = "hidraw0",
	.transport = &ppk_transport_node,
	.manufacturer = "pam_passkey",
	.product = "Software authenticator",
	.ready_fd = -1,
	.until_closed_fd = -1,
	.mode = 0666,
	.aaguid = "pam_passkey\0\0\0\0\1",
	.protocol_one = true,
	.protocol_two = true,
	.action_timeout_ms = 30000,
	.max_credentials_in_list = 16,
	.max_credential_id_len = 128,
	.max_message_size = 1280,
	.credential_id_len = 64,
};

static bool
parse_number(const char *text, unsigned max, unsigned *ret_value)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value > max)
		return false;
	*ret_value = (unsigned)value;
	return true;
}

/* The index of a word in a list that ends with NULL; false where it is not there. */
static bool
parse_word(const char *text, const char *const *words, unsigned *ret_index)
{
	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

bool
ppk_touch_mode_parse(const char *text, struct ppk_options *options)
{
	static const char *const words[] = { "auto", "never", "delay", "control", NULL };
	unsigned mode;

	if (strncmp(text, "delay:", 6) == 0) {
		if (!parse_number(text + 6, 3600000, &options->touch_delay_ms))
			return false;
		options->touch = PPK_TOUCH_DELAY;
		return true;
	}
	if (!parse_word(text, words, &mode) || mode == PPK_TOUCH_DELAY)
		return false;
	options->touch = (enum ppk_touch_mode)mode;
	return true;
}

bool
ppk_uv_parse(const char *text, struct ppk_options *options)
{
	unsigned failures = 0;

	if (strcmp(text, "ok") == 0)
		options->uv_failures = 0;
	else if (strcmp(text, "fail") == 0)
		options->uv_failures = -1;
	else if (strncmp(text, "fail:", 5) == 0 && parse_number(text + 5, 100, &failures))
		options->uv_failures = (int)failures;
	else
		return false;
	options->uv = true;
	return true;
}

static bool
parse_counter(const char *text, struct ppk_options *options)
{
	static const char *const words[] = { "global", "none", NULL };
	unsigned mode;

	if (!parse_word(text, words, &mode))
		return false;
	options->counter_constant = mode == 1;
	return true;
}

static bool
parse_attestation(const char *text, struct ppk_options *options)
{
	static const char *const words[] = { "basic", "self", "none", NULL };
	unsigned mode;

	if (!parse_word(text, words, &mode))
		return false;
	options->attestation = (enum ppk_attestation)mode;
	return true;
}

static bool
parse_backup(const char *text, struct ppk_options *options)
{
	static const char *const words[] = { "no", "eligible", "state", NULL };
	unsigned mode;

	if (!parse_word(text, words, &mode))
		return false;
	options->backup_eligible = mode >= 1;
	options->backup_state = mode == 2;
	return true;
}

static bool
parse_protocols(const char *text, struct ppk_options *options)
{
	static const char *const words[] = { "1", "2", "1,2", "2,1", NULL };
	unsigned mode;

	if (!parse_word(text, words, &mode))
		return false;
	options->protocol_one = mode != 1;
	options->protocol_two = mode != 0;
	return true;
}

static bool
parse_no_credentials(const char *text, struct ppk_options *options)
{
	static const char *const words[] = { "at-once", "after-touch", NULL };
	unsigned mode;

	if (!parse_word(text, words, &mode))
		return false;
	options->no_credentials_after_touch = mode == 1;
	return true;
}

static bool
parse_aaguid(const char *text, struct ppk_options *options)
{
	struct ppk_bytes aaguid;
	bool valid;

	if (!ppk_hex_decode(text, &aaguid))
		return false;
	valid = aaguid.len == sizeof(options->aaguid);
	if (valid)
		memcpy(options->aaguid, aaguid.data, sizeof(options->aaguid));
	ppk_bytes_done(&aaguid);
	return valid;
}

static bool
parse_transport(const char *text, struct ppk_options *options)
{
	const struct ppk_transport *transport = ppk_transport_find(text);

	if (transport != NULL)
		options->transport = transport;
	return transport != NULL;
}

static bool
parse_mode(const char *text, struct ppk_options *options)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (end == text || *end != '\0' || mode > 0777)
		return false;
	options->mode = (mode_t)mode;
	return true;
}

static bool
parse_misbehaviours(const char *text, struct ppk_options *options)
{
	char *copy = ppk_string_copy(text, strlen(text)), *rest = copy, *name;
	bool valid = true;

	while ((name = strsep(&rest, ",")) != NULL)
		valid = valid && ppk_misbehaviour_add(name, &options->misbehaviours);
	free(copy);
	return valid;
}

static bool
set_number(struct ppk_options *options, enum option_id id, const char *text)
{
	unsigned value = 0;

	if (!parse_number(text, 3600000, &value))
		return false;
	if (id == OPT_READY_FD)
		options->ready_fd = (int)value;
	else if (id == OPT_UNTIL_CLOSED)
		options->until_closed_fd = (int)value;
	else if (id == OPT_TIMEOUT)
		options->action_timeout_ms = value;
	else if (id == OPT_PACKET_DELAY)
		options->packet_delay_ms = value;
	else if (id == OPT_MAX_CREDENTIALS)
		options->max_credentials_in_list = value;
	else if (id == OPT_MAX_ID)
		options->max_credential_id_len = value;
	else if (id == OPT_MAX_MESSAGE)
		options->max_message_size = value;
	else
		options->credential_id_len = value;
	return true;
}

/* Values that have a form of their own. */
static bool
set_value(struct ppk_options *options, enum option_id id, const char *text)
{
	if (id == OPT_UV)
		return ppk_uv_parse(text, options);
	if (id == OPT_TOUCH)
		return ppk_touch_mode_parse(text, options);
	if (id == OPT_COUNTER)
		return parse_counter(text, options);
	if (id == OPT_ATTESTATION)
		return parse_attestation(text, options);
	if (id == OPT_BACKUP)
		return parse_backup(text, options);
	if (id == OPT_PROTOCOLS)
		return parse_protocols(text, options);
	if (id == OPT_NO_CREDENTIALS)
		return parse_no_credentials(text, options);
	if (id == OPT_AAGUID)
		return parse_aaguid(text, options);
	if (id == OPT_TRANSPORT)
		return parse_transport(text, options);
	if (id == OPT_MODE)
		return parse_mode(text, options);
	if (id == OPT_MISBEHAVE)
		return parse_misbehaviours(text, options);
	return set_number(options, id, text);
}

/* The field that takes the text as it is, or NULL. */
static const char **
text_field(struct ppk_options *options, enum option_id id)
{
	if (id == OPT_BUS)
		return &options->bus;
	if (id == OPT_NODE)
		return &options->node;
	if (id == OPT_STATE)
		return &options->state;
	if (id == OPT_STATS)
		return &options->stats;
	if (id == OPT_MANUFACTURER)
		return &options->manufacturer;
	if (id == OPT_PRODUCT)
		return &options->product;
	if (id == OPT_PIN)
		return &options->pin;
	return NULL;
}

/* The field that an option without value sets, or NULL. */
static bool *
flag_field(struct ppk_options *options, enum option_id id)
{
	if (id == OPT_U2F_ONLY)
		return &options->u2f_only;
	if (id == OPT_NO_U2F)
		return &options->no_u2f;
	if (id == OPT_CTAP20)
		return &options->ctap20;
	if (id == OPT_ALWAYS_UV)
		return &options->always_uv;
	if (id == OPT_NO_RK)
		return &options->no_resident_keys;
	if (id == OPT_NO_PIN)
		return &options->no_pin;
	if (id == OPT_RS256)
		return &options->rs256;
	if (id == OPT_UV_FOR_ALL)
		return &options->uv_not_required_off;
	if (id == OPT_OMIT_ID)
		return &options->omit_credential_id;
	return NULL;
}

static bool
set_option(struct ppk_options *options, enum option_id id, const char *text)
{
	const char **string = text_field(options, id);
	bool *flag = flag_field(options, id);

	if (string != NULL)
		*string = text;
	else if (flag != NULL)
		*flag = true;
	else if (!set_value(options, id, text))
		return false;
	if (id == OPT_CTAP20)
		options->no_credentials_after_touch = true;
	return true;
}

static bool
consistent(const struct ppk_options *options)
{
	if (options->bus == NULL || options->state == NULL) {
		fputs("passkey-authenticator: --bus and --state are needed\n", stderr);
		return false;
	}
	if (strchr(options->node, '/') != NULL || options->node[0] == '.' ||
	    options->node[0] == '\0' || strlen(options->node) > 32) {
		fputs("passkey-authenticator: --node is a name like hidraw0\n", stderr);
		return false;
	}
	if (options->credential_id_len < 16 || options->credential_id_len > 1023) {
		fputs("passkey-authenticator: --credential-id-length is 16 to 1023\n", stderr);
		return false;
	}
	return true;
}

bool
ppk_options_parse(int argc, char **argv, struct ppk_options *ret_options)
{
	struct ppk_options options = defaults;
	int id, index = 0;

	while ((id = getopt_long(argc, argv, "", long_options, &index)) != -1) {
		if (id == '?')
			return false;
		if (!set_option(&options, (enum option_id)id, optarg)) {
			fprintf(stderr, "passkey-authenticator: bad value: --%s=%s\n",
			    long_options[index].name, optarg);
			return false;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "passkey-authenticator: unexpected argument: %s\n", argv[optind]);
		return false;
	}
	if (!consistent(&options))
		return false;
	*ret_options = options;
	return true;
}
