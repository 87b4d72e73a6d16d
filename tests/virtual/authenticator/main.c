/* SPDX-License-Identifier: BSD-2-Clause */
/* passkey-authenticator: a FIDO2 authenticator in software, for tests. See ../README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attestation.h"
#include "authenticator.h"
#include "control.h"

static void
set_initial_pin(struct ppk_authenticator *authenticator)
{
	struct ppk_state *state = &authenticator->state;
	const char *pin = authenticator->options.pin;
	uint8_t digest[PPK_SHA256_LEN];

	if (pin == NULL || state->pin_hash.len != 0)
		return;
	ppk_sha256(pin, strlen(pin), digest);
	ppk_bytes_set(&state->pin_hash, digest, PPK_PIN_HASH_LEN);
	state->pin_len = (unsigned)strlen(pin);
	ppk_state_save(state);
}

/* The bus becomes the working folder; other files are meant from where we were started. */
static char *
absolute(const char *path)
{
	char *folder, *joined = NULL;

	if (path == NULL)
		return NULL;
	folder = path[0] == '/' ? ppk_string_copy("", 0) : getcwd(NULL, 0);
	if (folder == NULL || asprintf(&joined, "%s%s%s", folder, *folder ? "/" : "", path) < 0) {
		perror(path);
		exit(1);
	}
	free(folder);
	return joined;
}

static bool
announce_ready(int fd)
{
	static const char text[] = "ready\n";

	if (fd < 0)
		fd = STDOUT_FILENO;
	return write(fd, text, sizeof(text) - 1) == (ssize_t)(sizeof(text) - 1);
}

static void
serve(struct ppk_authenticator *authenticator)
{
	while (!authenticator->quit) {
		ppk_bus_poll(authenticator, ppk_ctaphid_deadline_ms(authenticator));
		ppk_ctaphid_expire(authenticator);
	}
}

static void
tear_down(struct ppk_authenticator *authenticator)
{
	ppk_bus_close(authenticator);
	ppk_pin_session_done(&authenticator->pin);
	ppk_next_assertions_forget(&authenticator->next);
	ppk_bytes_done(&authenticator->hid.request);
	ppk_stats_reset(&authenticator->stats);
	ppk_state_done(&authenticator->state);
}

int
main(int argc, char **argv)
{
	struct ppk_authenticator authenticator = { 0 };
	char *state, *stats;
	bool started;

	if (argc >= 4 && strcmp(argv[1], "--control") == 0)
		return ppk_control_client(argv[2], argc - 3, argv + 3);
	if (!ppk_options_parse(argc, argv, &authenticator.options))
		return 2;
	state = absolute(authenticator.options.state);
	stats = absolute(authenticator.options.stats);
	if (!ppk_state_load(state, &authenticator.state))
		return 2;
	ppk_attestation_init(&authenticator);
	set_initial_pin(&authenticator);
	started = ppk_bus_open(&authenticator);
	if (!started)
		perror(authenticator.options.bus);
	else if (announce_ready(authenticator.options.ready_fd))
		serve(&authenticator);
	ppk_stats_write(&authenticator.stats, stats);
	tear_down(&authenticator);
	free(state);
	free(stats);
	return started ? 0 : 1;
}
