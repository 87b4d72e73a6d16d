/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "commands.h"
#include "message.h"

#define ABOUT_ANY (PPK_ACCEPTS(USER) | PPK_ACCEPTS(CONFIG))

static const struct ppk_command commands[] = {
	{ "enroll", "", 0,
		ABOUT_ANY | PPK_ACCEPTS(BROWSER) | PPK_ACCEPTS(NO_QR) | PPK_ACCEPTS(NAME) |
			PPK_ACCEPTS(RP_ID) | PPK_ACCEPTS(SSH_KEY) |
			PPK_ACCEPTS(DISCOVERABLE) |
			PPK_ACCEPTS(USER_VERIFICATION) | PPK_ACCEPTS(TIMEOUT) |
			PPK_ACCEPTS(EXPIRES),
		"Enrol a security key, or what a browser reaches.", ppk_command_enroll },
	{ "invite", "USER", 1,
		PPK_ACCEPTS(FOR) | PPK_ACCEPTS(FOREGROUND) | PPK_ACCEPTS(NAME) |
			PPK_ACCEPTS(RP_ID) | PPK_ACCEPTS(DISCOVERABLE) |
			PPK_ACCEPTS(USER_VERIFICATION) | PPK_ACCEPTS(EXPIRES) | PPK_ACCEPTS(CONFIG),
		"Make a link with which a user enrols, once.", ppk_command_invite },
	{ "invitations", "", 0, PPK_ACCEPTS(JSON), "List the links that wait to be used.",
		ppk_command_invitations },
	{ "uninvite", "USER|PROCESS", 1, 0, "Take back the links of a user, or one.",
		ppk_command_uninvite },
	{ "list", "", 0, ABOUT_ANY | PPK_ACCEPTS(JSON), "List the passkeys of a user.",
		ppk_command_list },
	{ "show", "NAME|ID", 1, ABOUT_ANY | PPK_ACCEPTS(JSON), "Show all about one passkey.",
		ppk_command_show },
	{ "rename", "NAME|ID NEW-NAME", 2, ABOUT_ANY, "Give a passkey another name.",
		ppk_command_rename },
	{ "remove", "NAME|ID", 1, ABOUT_ANY | PPK_ACCEPTS(YES),
		"Remove a passkey: it can sign in no more.", ppk_command_remove },
	{ "test", "", 0, ABOUT_ANY | PPK_ACCEPTS(JSON),
		"Sign in as pam_passkey.so would, without PAM.", ppk_command_test },
	{ "doctor", "", 0, ABOUT_ANY | PPK_ACCEPTS(JSON) | PPK_ACCEPTS(PAM_FOLDER),
		"Look for what would keep a user out.", ppk_command_doctor },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fputs("Usage: passkeyctl COMMAND [OPTION...]\n\n"
	      "Enrol and manage the passkeys that pam_passkey.so asks for.\n\nCommands:\n",
		out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-11s %-17s %s\n", commands[i].name, commands[i].operands,
			commands[i].summary);
	fputs("\nOptions:\n"
	      "  --help     print this help; after a command: the help of that command\n"
	      "  --version  print the version\n\nThe manual: man passkeyctl\n",
		out);
}

static const struct ppk_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_command(const struct ppk_command *command, int argc, char **argv)
{
	struct ppk_arguments arguments;
	struct ppk_diag diag = { .text = "" };
	char text[512];

	if (ppk_arguments_parse(command, argc, argv, &arguments, &diag) != PPK_OK) {
		ppk_diag_format(&diag, text, sizeof(text));
		ppk_message_error("%s", text);
		ppk_message_hint("passkeyctl %s --help", command->name);
		return PPK_EXIT_USAGE;
	}
	if (arguments.value[PPK_ARG_HELP] != NULL) {
		ppk_arguments_help(command, stdout);
		return PPK_EXIT_OK;
	}
	return command->run(&arguments);
}

/* Descriptors 0 to 2 that are closed would become the first files opened here: occupy them. */
static bool occupy_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

int main(int argc, char **argv)
{
	const struct ppk_command *command;

	if (!occupy_standard_descriptors())
		return PPK_EXIT_TEMPORARY;
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_help(stdout);
		return ppk_message_flush(PPK_EXIT_OK);
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		puts("passkeyctl " PPK_VERSION);
		return ppk_message_flush(PPK_EXIT_OK);
	}
	command = argc < 2 ? NULL : find_command(argv[1]);
	if (command == NULL) {
		ppk_message_error(argc < 2 ? "no command given%s" : "unknown command \"%s\"",
			argc < 2 ? "" : argv[1]);
		ppk_message_hint("passkeyctl --help lists the commands");
		return PPK_EXIT_USAGE;
	}
	return ppk_message_flush(run_command(command, argc - 1, argv + 1));
}
