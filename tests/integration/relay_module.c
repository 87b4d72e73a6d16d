/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module of a server that means harm: asks what it reads from the FIFO folder/questions, a line each
 * with "\n" for a line break, and writes each answer as a line to folder/answers. Grants nothing.
 * usage: auth required relay-module.so FOLDER
 */
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_pipe(const char *folder, const char *name, const char *mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, mode);
}

/* "\n" becomes a line break, in place; the newline at the end goes. */
static void unescape(char *text)
{
	char *out = text;

	for (; *text != '\0' && *text != '\n'; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			*out++ = '\n';
			text++;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

/* What the person answers; "" when there is no answer. The caller frees it. */
static char *ask(pam_handle_t *pamh, const char *text)
{
	const struct pam_message message = { .msg_style = PAM_PROMPT_ECHO_ON, .msg = text };
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const struct pam_conv *conversation;
	const void *item = NULL;
	char *answer = NULL;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return NULL;
	conversation = item;
	if (conversation->conv(1, &messages, &response, conversation->appdata_ptr) == PAM_SUCCESS &&
		response != NULL)
		answer = response->resp;
	free(response);
	return answer;
}

__attribute__((visibility("default"))) int pam_sm_authenticate(
	pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static char line[128 * 1024];
	FILE *questions, *answers;

	(void)flags;
	if (argc != 1)
		return PAM_SERVICE_ERR;
	questions = open_pipe(argv[0], "questions", "re");
	answers = open_pipe(argv[0], "answers", "we");
	while (questions != NULL && answers != NULL &&
		fgets(line, sizeof(line), questions) != NULL) {
		char *answer;

		unescape(line);
		answer = ask(pamh, line);
		fprintf(answers, "%s\n", answer == NULL ? "" : answer);
		fflush(answers);
		free(answer);
	}
	if (questions != NULL)
		fclose(questions);
	if (answers != NULL)
		fclose(answers);
	return PAM_AUTH_ERR;
}
