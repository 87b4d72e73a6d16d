/* SPDX-License-Identifier: BSD-2-Clause */
/* How this authenticator was started: what it is, and how its person behaves. */
#ifndef PPK_VIRTUAL_OPTIONS_H
#define PPK_VIRTUAL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum ppk_attestation { PPK_ATTESTATION_BASIC, PPK_ATTESTATION_SELF, PPK_ATTESTATION_NONE };

enum ppk_touch_mode {
	PPK_TOUCH_AUTO,    /* at once, without a keepalive */
	PPK_TOUCH_NEVER,   /* until the action times out */
	PPK_TOUCH_DELAY,   /* after touch_delay_ms */
	PPK_TOUCH_CONTROL, /* when the control socket says so */
};

struct ppk_options {
	const char *bus;
	const char *node;
	const struct ppk_transport *transport;
	const char *state;
	const char *stats;
	const char *manufacturer;
	const char *product;
	const char *pin;
	int ready_fd; /* -1: standard output */
	int until_closed_fd; /* -1: none */
	mode_t mode;
	uint8_t aaguid[16];
	bool u2f_only;
	bool no_u2f;
	bool ctap20;
	bool always_uv;
	bool no_resident_keys;
	bool no_pin;
	bool rs256;
	bool uv_not_required_off; /* makeCredUvNotRqd absent */
	bool omit_credential_id;
	bool no_credentials_after_touch;
	bool counter_constant; /* 0 for ever */
	bool backup_eligible;
	bool backup_state;
	bool uv;
	int uv_failures; /* of the first verifications; -1: of all */
	bool protocol_one;
	bool protocol_two;
	enum ppk_attestation attestation;
	enum ppk_touch_mode touch;
	unsigned touch_delay_ms;
	unsigned action_timeout_ms;
	unsigned packet_delay_ms;
	unsigned max_credentials_in_list;
	unsigned max_credential_id_len;
	unsigned max_message_size;
	unsigned credential_id_len;
	uint32_t misbehaviours;
};

/* Prints what is wrong and returns false, or fills the options from their defaults on. */
bool ppk_options_parse(int argc, char **argv, struct ppk_options *ret_options);
/* The value of --touch or of the control command `touch-mode`. */
bool ppk_touch_mode_parse(const char *text, struct ppk_options *options);
/* The value of --uv or of the control command `uv-mode`. */
bool ppk_uv_parse(const char *text, struct ppk_options *options);

#endif
