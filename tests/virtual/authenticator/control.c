/* SPDX-License-Identifier: BSD-2-Clause */
#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attestation.h"
#include "authenticator.h"

#define ANSWER_ROOM 65536

/* A command gets the rest of its line, or NULL. */
typedef char *control_command(struct ppk_authenticator *authenticator, char *arguments);

static char *
copy(const char *text)
{
	return ppk_string_copy(text, strlen(text));
}

static char *
outcome(bool success, const char *error)
{
	return copy(success ? "ok\n" : error);
}

static char *
do_touch(struct ppk_authenticator *authenticator, char *arguments)
{
	bool matches = authenticator->options.uv_failures == 0;

	(void)arguments;
	return outcome(ppk_person_act(authenticator, matches), "error: nobody waits for a touch\n");
}

/* The finger of the person who is waited for; where nobody waits, as --uv for the next time. */
static char *
do_uv(struct ppk_authenticator *authenticator, char *arguments)
{
	if (arguments == NULL)
		return copy("error: uv ok|fail|fail:N\n");
	if (authenticator->person.verifying && strncmp(arguments, "fail:", 5) != 0)
		return outcome(ppk_person_act(authenticator, strcmp(arguments, "ok") == 0),
		    "error: nobody waits\n");
	return outcome(ppk_uv_parse(arguments, &authenticator->options), "error: bad value\n");
}

static char *
do_touch_mode(struct ppk_authenticator *authenticator, char *arguments)
{
	return outcome(arguments != NULL &&
	        ppk_touch_mode_parse(arguments, &authenticator->options),
	    "error: touch-mode auto|never|delay:MS|control\n");
}

static char *
do_unplug(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	ppk_bus_unplug(authenticator);
	return copy("ok\n");
}

static char *
do_plug(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	return outcome(ppk_bus_plug(authenticator), "error: cannot make the node\n");
}

static char *
do_counter(struct ppk_authenticator *authenticator, char *arguments)
{
	char text[32];

	if (arguments != NULL) {
		authenticator->state.counter = (uint32_t)strtoul(arguments, NULL, 10);
		ppk_state_save(&authenticator->state);
	}
	snprintf(text, sizeof(text), "%u\n", (unsigned)authenticator->state.counter);
	return copy(text);
}

/* The names replace what was in force; without a name: what is in force. */
static char *
do_misbehave(struct ppk_authenticator *authenticator, char *arguments)
{
	uint32_t set = 0;
	char *name;

	while ((name = strsep(&arguments, " ,")) != NULL) {
		if (*name != '\0' && !ppk_misbehaviour_add(name, &set))
			return copy("error: there is no such misbehaviour\n");
	}
	authenticator->options.misbehaviours = set;
	authenticator->hid.hung = false;
	return outcome(ppk_bus_write_info(authenticator), "error: cannot write the strings\n");
}

static char *
do_stats(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	return ppk_stats_json(&authenticator->stats);
}

static char *
do_stats_reset(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	ppk_stats_reset(&authenticator->stats);
	return copy("ok\n");
}

static char *
do_wait_touch(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	return authenticator->person.awaited ? copy("ok\n") : NULL;
}

static char *
do_certificate(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	return ppk_attestation_pem(authenticator);
}

static char *
do_retries(struct ppk_authenticator *authenticator, char *arguments)
{
	char text[64];

	(void)arguments;
	snprintf(text, sizeof(text), "%u %u\n", authenticator->state.pin_retries,
	    authenticator->state.uv_retries);
	return copy(text);
}

/* What the preload library asks for flock(): lock NAME ex|sh|un. */
static char *
do_lock(struct ppk_authenticator *authenticator, char *arguments)
{
	const char *name = arguments != NULL ? strsep(&arguments, " ") : NULL;
	int operation = LOCK_UN;

	if (name == NULL || arguments == NULL)
		return copy("error: lock NAME ex|sh|un\n");
	if (strcmp(arguments, "ex") == 0)
		operation = LOCK_EX;
	else if (strcmp(arguments, "sh") == 0)
		operation = LOCK_SH;
	return outcome(ppk_bus_lock(&authenticator->bus, name, operation), "busy\n");
}

static char *
do_quit(struct ppk_authenticator *authenticator, char *arguments)
{
	(void)arguments;
	authenticator->quit = true;
	return copy("ok\n");
}

static const struct {
	const char *name;
	control_command *run;
} commands[] = {
	{ "touch", do_touch },
	{ "uv", do_uv },
	{ "touch-mode", do_touch_mode },
	{ "unplug", do_unplug },
	{ "plug", do_plug },
	{ "counter", do_counter },
	{ "misbehave", do_misbehave },
	{ "stats", do_stats },
	{ "stats-reset", do_stats_reset },
	{ "wait-touch", do_wait_touch },
	{ "attestation-certificate", do_certificate },
	{ "retries", do_retries },
	{ "lock", do_lock },
	{ "quit", do_quit },
};

char *
ppk_control_answer(struct ppk_authenticator *authenticator, char *command)
{
	const char *name;

	command[strcspn(command, "\n")] = '\0';
	name = strsep(&command, " ");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(authenticator, command);
	}
	return copy("error: there is no such command\n");
}

void
ppk_control_announce_wait(struct ppk_authenticator *authenticator)
{
	struct ppk_bus *bus = &authenticator->bus;

	for (size_t i = 0; i < bus->connections_len; i++) {
		struct ppk_connection *connection = &bus->connections[i];

		if (connection->fd < 0 || !connection->awaits_touch)
			continue;
		connection->awaits_touch = false;
		send(connection->fd, "ok\n", 3, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "%s: the path is too long for a socket\n", path);
		close(fd);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		perror(path);
		close(fd);
		return -1;
	}
	return fd;
}

static struct ppk_bytes
join_words(int words_len, char **words)
{
	struct ppk_bytes text = { 0 };

	for (int i = 0; i < words_len; i++) {
		if (i != 0)
			ppk_bytes_append_u8(&text, ' ');
		ppk_bytes_append(&text, words[i], strlen(words[i]));
	}
	return text;
}

int
ppk_control_client(const char *path, int words_len, char **words)
{
	struct ppk_bytes command = join_words(words_len, words);
	char *answer = ppk_alloc(ANSWER_ROOM);
	int fd = connect_to(path);
	ssize_t len = -1;
	bool refused;

	if (fd >= 0 && send(fd, command.data, command.len, MSG_NOSIGNAL) >= 0)
		len = recv(fd, answer, ANSWER_ROOM - 1, 0);
	if (fd >= 0)
		close(fd);
	if (len > 0)
		fputs(answer, stdout);
	refused = len <= 0 || strncmp(answer, "error", 5) == 0;
	free(answer);
	ppk_bytes_done(&command);
	return refused ? 1 : 0;
}
