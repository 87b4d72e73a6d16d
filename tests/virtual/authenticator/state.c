/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_HEADER "passkey-authenticator-state 1"

static void
put_hex(FILE *stream, const char *name, const struct ppk_bytes *bytes)
{
	char *hex = ppk_hex_encode(bytes);

	fprintf(stream, " %s=%s", name, hex);
	free(hex);
}

/* Texts may hold anything, so they are written in hexadecimal too. NULL is left out. */
static void
put_text(FILE *stream, const char *name, const char *text)
{
	struct ppk_bytes bytes = { 0 };

	if (text == NULL)
		return;
	ppk_bytes_append(&bytes, text, strlen(text));
	put_hex(stream, name, &bytes);
	ppk_bytes_done(&bytes);
}

static void
put_credential(FILE *stream, const struct ppk_credential *credential)
{
	struct ppk_bytes hash = ppk_bytes_copy(credential->rp_id_hash, PPK_SHA256_LEN);

	fprintf(stream, "credential alg=%d protection=%d discoverable=%d", (int)credential->alg,
	    (int)credential->protection, (int)credential->discoverable);
	put_hex(stream, "id", &credential->id);
	put_hex(stream, "key", &credential->key);
	put_hex(stream, "rp_id_hash", &hash);
	put_text(stream, "rp_id", credential->rp_id);
	put_hex(stream, "user_id", &credential->user_id);
	put_text(stream, "user_name", credential->user_name);
	put_text(stream, "user_display_name", credential->user_display_name);
	fputc('\n', stream);
	ppk_bytes_done(&hash);
}

static void
put_state(FILE *stream, const struct ppk_state *state)
{
	fputs(STATE_HEADER "\n", stream);
	fprintf(stream, "counts pin_retries=%u uv_retries=%u pin_len=%u counter=%" PRIu32,
	    state->pin_retries, state->uv_retries, state->pin_len, state->counter);
	put_hex(stream, "pin_hash", &state->pin_hash);
	fputs("\nattestation", stream);
	put_hex(stream, "key", &state->attestation_key);
	put_hex(stream, "certificate", &state->attestation_certificate);
	fputc('\n', stream);
	for (size_t i = 0; i < state->credentials_len; i++)
		put_credential(stream, &state->credentials[i]);
}

static bool
write_file(const char *path, const struct ppk_state *state)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool written;

	if (stream == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	put_state(stream, state);
	written = fflush(stream) == 0 && !ferror(stream);
	return fclose(stream) == 0 && written;
}

void
ppk_state_save(const struct ppk_state *state)
{
	char *new_path = NULL;

	if (asprintf(&new_path, "%s.new", state->path) < 0)
		abort();
	if (!write_file(new_path, state) || rename(new_path, state->path) != 0) {
		perror(state->path);
		exit(1);
	}
	free(new_path);
}

static char *
text_from_hex(const char *hex)
{
	struct ppk_bytes bytes;
	char *text;

	if (!ppk_hex_decode(hex, &bytes))
		return NULL;
	text = ppk_string_copy(bytes.data != NULL ? (const char *)bytes.data : "", bytes.len);
	ppk_bytes_done(&bytes);
	return text;
}

static bool
take_text(const char *hex, char **field)
{
	free(*field);
	*field = text_from_hex(hex);
	return *field != NULL;
}

static bool
take_hash(const char *hex, uint8_t hash[static PPK_SHA256_LEN])
{
	struct ppk_bytes bytes;
	bool valid;

	if (!ppk_hex_decode(hex, &bytes))
		return false;
	valid = bytes.len == PPK_SHA256_LEN;
	if (valid)
		memcpy(hash, bytes.data, PPK_SHA256_LEN);
	ppk_bytes_done(&bytes);
	return valid;
}

static bool
take_credential_member(struct ppk_credential *credential, const char *name, const char *value)
{
	if (strcmp(name, "alg") == 0)
		credential->alg = (enum ppk_cose_alg)atoi(value);
	else if (strcmp(name, "protection") == 0)
		credential->protection = (enum ppk_protection)atoi(value);
	else if (strcmp(name, "discoverable") == 0)
		credential->discoverable = atoi(value) != 0;
	else if (strcmp(name, "id") == 0)
		return ppk_hex_decode(value, &credential->id);
	else if (strcmp(name, "key") == 0)
		return ppk_hex_decode(value, &credential->key);
	else if (strcmp(name, "user_id") == 0)
		return ppk_hex_decode(value, &credential->user_id);
	else if (strcmp(name, "rp_id_hash") == 0)
		return take_hash(value, credential->rp_id_hash);
	else if (strcmp(name, "rp_id") == 0)
		return take_text(value, &credential->rp_id);
	else if (strcmp(name, "user_name") == 0)
		return take_text(value, &credential->user_name);
	else if (strcmp(name, "user_display_name") == 0)
		return take_text(value, &credential->user_display_name);
	else
		return false;
	return true;
}

static bool
take_count(struct ppk_state *state, const char *name, const char *value)
{
	if (strcmp(name, "pin_retries") == 0)
		state->pin_retries = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "uv_retries") == 0)
		state->uv_retries = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "pin_len") == 0)
		state->pin_len = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "counter") == 0)
		state->counter = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "pin_hash") == 0)
		return ppk_hex_decode(value, &state->pin_hash);
	else
		return false;
	return true;
}

static bool
take_attestation(struct ppk_state *state, const char *name, const char *value)
{
	if (strcmp(name, "key") == 0)
		return ppk_hex_decode(value, &state->attestation_key);
	if (strcmp(name, "certificate") == 0)
		return ppk_hex_decode(value, &state->attestation_certificate);
	return false;
}

/* One line: a word, then name=value members. */
static bool
take_line(struct ppk_state *state, char *line)
{
	const char *word = strsep(&line, " ");
	struct ppk_credential credential = { 0 };
	bool is_credential = strcmp(word, "credential") == 0;
	char *value;

	while ((value = strsep(&line, " ")) != NULL) {
		const char *name = strsep(&value, "=");
		bool taken;

		if (value == NULL)
			return false;
		if (is_credential)
			taken = take_credential_member(&credential, name, value);
		else if (strcmp(word, "counts") == 0)
			taken = take_count(state, name, value);
		else
			taken = take_attestation(state, name, value);
		if (!taken)
			return false;
	}
	if (is_credential)
		ppk_state_add(state, &credential);
	return true;
}

static bool
read_stream(struct ppk_state *state, FILE *stream)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	bool valid = true;

	while (valid && getline(&line, &room, stream) != -1) {
		line[strcspn(line, "\n")] = '\0';
		valid = number++ == 0 ? strcmp(line, STATE_HEADER) == 0 : take_line(state, line);
	}
	free(line);
	if (!valid || number == 0) {
		fprintf(stderr, "passkey-authenticator: %s: line %u is not understood\n",
		    state->path, number);
		return false;
	}
	return true;
}

bool
ppk_state_load(const char *path, struct ppk_state *ret_state)
{
	struct ppk_state state = {
		.path = path,
		.pin_retries = PPK_PIN_RETRIES_MAX,
		.uv_retries = PPK_UV_RETRIES_MAX,
	};
	FILE *stream = fopen(path, "re");
	bool valid;

	if (stream == NULL && errno != ENOENT) {
		perror(path);
		return false;
	}
	if (stream != NULL) {
		valid = read_stream(&state, stream);
		fclose(stream);
		if (!valid) {
			ppk_state_done(&state);
			return false;
		}
	}
	*ret_state = state;
	return true;
}

void
ppk_credential_done(struct ppk_credential *credential)
{
	ppk_bytes_done(&credential->id);
	ppk_bytes_done(&credential->key);
	ppk_bytes_done(&credential->user_id);
	free(credential->rp_id);
	free(credential->user_name);
	free(credential->user_display_name);
	*credential = (struct ppk_credential){ 0 };
}

static void
forget_credentials(struct ppk_state *state)
{
	for (size_t i = 0; i < state->credentials_len; i++)
		ppk_credential_done(&state->credentials[i]);
	free(state->credentials);
	state->credentials = NULL;
	state->credentials_len = 0;
}

void
ppk_state_done(struct ppk_state *state)
{
	forget_credentials(state);
	ppk_bytes_done(&state->pin_hash);
	ppk_bytes_done(&state->attestation_key);
	ppk_bytes_done(&state->attestation_certificate);
}

void
ppk_state_reset(struct ppk_state *state)
{
	forget_credentials(state);
	ppk_bytes_done(&state->pin_hash);
	state->pin_len = 0;
	state->pin_retries = PPK_PIN_RETRIES_MAX;
	state->uv_retries = PPK_UV_RETRIES_MAX;
	state->counter = 0;
	ppk_state_save(state);
}

void
ppk_state_add(struct ppk_state *state, const struct ppk_credential *moved)
{
	state->credentials =
	    ppk_grow(state->credentials, state->credentials_len + 1, sizeof(*state->credentials));
	state->credentials[state->credentials_len++] = *moved;
}

void
ppk_state_remove(struct ppk_state *state, size_t i)
{
	ppk_credential_done(&state->credentials[i]);
	state->credentials_len--;
	memmove(&state->credentials[i], &state->credentials[i + 1],
	    (state->credentials_len - i) * sizeof(*state->credentials));
}

struct ppk_credential *
ppk_state_find(struct ppk_state *state, const struct ppk_bytes *id,
    const uint8_t rp_id_hash[static PPK_SHA256_LEN])
{
	for (size_t i = 0; i < state->credentials_len; i++) {
		struct ppk_credential *credential = &state->credentials[i];

		if (ppk_bytes_equal(&credential->id, id->data, id->len) &&
		    memcmp(credential->rp_id_hash, rp_id_hash, PPK_SHA256_LEN) == 0)
			return credential;
	}
	return NULL;
}
