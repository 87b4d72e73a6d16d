/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole module: arguments of the PAM line, configuration file, credential file, sign counts,
 * answers of the conversation and the packets of passkey-device come from the input; files, accounts,
 * processes and libpam are stood in for here. Nobody can answer a challenge that is random, so
 * nobody may come in.
 *
 * Input: six blocks (a length of two bytes each, then the bytes): arguments, a line each; configuration
 * file; credential file; state file; answers, a line each; packets, a block each. An empty
 * file is a missing one.
 */
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/credential_file.h"
#include "core/options.h"
#include "core/text.h"
#include "crypto/public_key.h"
#include "pam/crypto_object.h"
#include "require.h"
#include "sys/file.h"
#include "sys/machine_secret.h"
#include "sys/process.h"
#include "sys/state.h"
#include "sys/user.h"

#define ARGUMENTS_MAX 12
#define CREDENTIALS "/credentials/%u"
#define PREFIX "pam_passkey(sudo:auth): "

struct block {
	const uint8_t *data;
	size_t len;
};

struct pam_handle {
	struct block arguments, conf, credentials, state, answers, packets;
	void *kept; /* what the module keeps in the handle */
	void (*kept_free)(pam_handle_t *pamh, void *data, int error_status);
	unsigned questions, messages, decisions;
	bool asked_device;
};

/* The handle that stubs without a handle serve; set anew for each input. */
static struct pam_handle *current;

/*
 * libpam
 */

static char *next_answer(struct pam_handle *handle)
{
	const uint8_t *end = memchr(handle->answers.data, '\n', handle->answers.len);
	size_t len = end == NULL ? handle->answers.len : (size_t)(end - handle->answers.data);
	char *answer;

	if (end == NULL)
		return NULL;
	answer = malloc(len + 1);
	REQUIRE(answer != NULL);
	memcpy(answer, handle->answers.data, len);
	answer[len] = '\0';
	handle->answers.data += len + 1;
	handle->answers.len -= len + 1;
	return answer;
}

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	struct pam_handle *handle = context;
	const char *text = messages[0]->msg;
	bool question = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF;
	bool open = messages[0]->msg_style == PAM_PROMPT_ECHO_ON; /* its answer is no secret */

	REQUIRE(count == 1);
	REQUIRE(open || ppk_text_is_printable(text, strlen(text), 511));
	REQUIRE(++handle->messages <= 40);
	PLANT(question && strstr(text, "Blue key") == NULL);
	handle->questions += question;
	REQUIRE(handle->questions <= 8);
	*ret = calloc(1, sizeof(**ret));
	REQUIRE(*ret != NULL);
	if (question || open)
		(*ret)->resp = next_answer(handle);
	return PAM_SUCCESS;
}

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static struct pam_conv conversation = { .conv = converse };

	conversation.appdata_ptr = current;
	REQUIRE(pamh == current);
	*item = type == PAM_CONV      ? (const void *)&conversation
		: type == PAM_SERVICE ? (const void *)"sudo"
				      : NULL;
	return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	REQUIRE(pamh == current && prompt == NULL);
	*user = "alice";
	return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int error_status))
{
	REQUIRE(name != NULL && pamh->kept == NULL);
	pamh->kept = data;
	pamh->kept_free = cleanup;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	REQUIRE(name != NULL);
	*data = pamh->kept;
	return pamh->kept == NULL ? PAM_NO_MODULE_DATA : PAM_SUCCESS;
}

const char *pam_getenv(pam_handle_t *pamh, const char *name)
{
	REQUIRE(pamh == current);
	if (strcmp(name, "SSH_AUTH_SOCK") == 0)
		return NULL;
	REQUIRE(strcmp(name, "SSH_CONNECTION") == 0);
	return "192.0.2.7 50022 192.0.2.1 22";
}

int pam_modutil_audit_write(pam_handle_t *pamh, int type, const char *message, int retval)
{
	REQUIRE(pamh == current && type > 1100 && retval != PAM_SUCCESS);
	REQUIRE(ppk_text_is_printable(message, strlen(message), 200));
	REQUIRE(strncmp(message, "passkey reason=", strlen("passkey reason=")) == 0);
	REQUIRE(strpbrk(message, "\"'") == NULL);
	return PAM_SUCCESS;
}

__attribute__((format(printf, 1, 0))) static void take_log(const char *format, va_list arguments)
{
	char text[4096];

	vsnprintf(text, sizeof(text), format, arguments);
	REQUIRE(ppk_text_is_printable(text, strlen(text), sizeof(text)));
	/* at the beginning: what stands in a file may be quoted further on, and decides nothing */
	REQUIRE(strncmp(text, PREFIX, strlen(PREFIX)) == 0);
	current->decisions += strncmp(text + strlen(PREFIX), "result=", strlen("result=")) == 0;
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	REQUIRE((priority & ~LOG_PRIMASK) == LOG_AUTHPRIV);
	va_start(arguments, format);
	take_log(format, arguments);
	va_end(arguments);
}

/*
 * sys
 */

enum ppk_err ppk_file_read(const char *path, const struct ppk_trust *trust, size_t max,
	struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	const struct block *file =
		strcmp(path, "/credentials/alice") == 0 ? &current->credentials : &current->conf;

	REQUIRE(path[0] == '/' && trust->root == 0 && !trust->allow_user);
	if (file->len == 0)
		return ppk_diag_set(reterr, PPK_ERR_NOT_FOUND, path, 0, 0, "missing");
	if (file->len > max)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, path, 0, 0, "too large");
	return ppk_bytes_copy(file->data, file->len, ret);
}

enum ppk_err ppk_machine_secret(const char *folder, const struct ppk_trust *trust,
	uint8_t ret[static PPK_MACHINE_SECRET_SIZE], struct ppk_diag *reterr)
{
	(void)trust;
	(void)reterr;
	REQUIRE(folder[0] == '/');
	memset(ret, 's', PPK_MACHINE_SECRET_SIZE);
	return PPK_OK;
}

enum ppk_err ppk_file_read_as(const struct ppk_user *user, const char *path, size_t max,
	struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .root = 0 };

	REQUIRE(user->groups != NULL);
	return ppk_file_read(path, &trust, max, ret, reterr);
}

enum ppk_err ppk_file_check_program(
	const char *path, const struct ppk_trust *trust, struct ppk_diag *reterr)
{
	(void)reterr;
	REQUIRE(path[0] == '/' && trust->root == 0 && !trust->allow_user);
	return PPK_OK;
}

enum ppk_err ppk_user_by_name(const char *name, bool with_groups, struct ppk_user **ret)
{
	struct ppk_user *user = calloc(1, sizeof(*user));

	REQUIRE(user != NULL);
	user->name = strdup(name);
	user->home = strdup("/home/alice");
	user->uid = user->gid = 1000;
	user->groups = with_groups ? calloc(1, sizeof(gid_t)) : NULL;
	*ret = user;
	return PPK_OK;
}

void ppk_user_free(struct ppk_user *user)
{
	if (user == NULL)
		return;
	free(user->name);
	free(user->home);
	free(user->groups);
	free(user);
}

/* All packets at once, and the end of file after them. */
static void send_packets(int socket, struct block packets)
{
	struct ppk_reader reader = { packets.data, packets.len };
	const uint8_t *packet;
	size_t len;

	while (ppk_reader_block(&reader, UINT16_MAX, &packet, &len))
		if (len > 0 && send(socket, packet, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
	shutdown(socket, SHUT_WR);
}

static int device_end = -1;

enum ppk_err ppk_process_start(const char *path, struct ppk_process *ret)
{
	int ends[2];

	REQUIRE(path[0] == '/' && device_end < 0);
	REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	current->asked_device = true;
	send_packets(ends[1], current->packets);
	device_end = ends[1];
	*ret = (struct ppk_process){ .socket = ends[0] };
	ret->keeper.pid = 1;
	return PPK_OK;
}

void ppk_process_finish(struct ppk_process *process, unsigned grace_ms)
{
	(void)grace_ms;
	if (device_end < 0)
		return;
	close(process->socket);
	close(device_end);
	device_end = -1;
}

struct ppk_crypto_source ppk_crypto_object_source(struct ppk_crypto_object *object)
{
	(void)object;
	return ppk_crypto_linked;
}

void ppk_crypto_object_done(struct ppk_crypto_object *object)
{
	(void)object;
}

enum ppk_err ppk_state_begin(const char *folder, const char *user, const struct ppk_trust *trust,
	struct ppk_state *ret, enum ppk_err *ret_lock_err, struct ppk_diag *reterr)
{
	REQUIRE(folder[0] == '/' && strcmp(user, "alice") == 0 && trust->root == 0);
	memset(ret, 0, sizeof(*ret));
	*ret_lock_err = PPK_OK;
	if (current->state.len == 0)
		return PPK_OK;
	return ppk_sign_counts_parse((const char *)current->state.data, current->state.len, folder,
		&ret->counts, reterr);
}

enum ppk_err ppk_state_commit(struct ppk_state *state, struct ppk_diag *reterr)
{
	(void)state;
	(void)reterr;
	abort(); /* an assertion was verified */
}

void ppk_state_end(struct ppk_state *state)
{
	(void)state;
}

/*
 * The input, and what must be true of the answer.
 */

static bool take_blocks(struct ppk_reader *reader, struct pam_handle *handle)
{
	struct block *blocks[] = { &handle->arguments, &handle->conf, &handle->credentials,
		&handle->state, &handle->answers, &handle->packets };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (!ppk_reader_block(reader, UINT16_MAX, &blocks[i]->data, &blocks[i]->len))
			return false;
	return true;
}

/* The words of the PAM line, behind those that lead to the files of the input. */
static int take_arguments(struct block block, char *memory, const char **argv)
{
	int argc = 0;

	argv[argc++] = "credentials=" CREDENTIALS;
	argv[argc++] = "state=/state";
	argv[argc++] = "device_helper=/helper";
	memcpy(memory, block.data, block.len);
	memory[block.len] = '\0';
	while (argc < ARGUMENTS_MAX && *memory != '\0') {
		char *end = memory + strcspn(memory, "\n");

		argv[argc++] = memory;
		memory = *end == '\0' ? end : end + 1;
		*end = '\0';
	}
	return argc;
}

/* Does the credential file say that there is nobody to ask? */
static bool nobody_enrolled(const struct pam_handle *handle)
{
	struct ppk_credential_file *file = NULL;
	bool nobody = true;

	if (handle->credentials.len > 0) {
		REQUIRE(ppk_credential_file_parse((const char *)handle->credentials.data,
				handle->credentials.len, "", ppk_public_key_check, &file,
				NULL) == PPK_OK);
		nobody = file->credential_count == 0 && file->bad_count == 0;
	}
	ppk_credential_file_free(file);
	return nobody;
}

static bool has_text(struct block block, const char *text)
{
	return memmem(block.data, block.len, text, strlen(text)) != NULL;
}

static void check_answer(struct pam_handle *handle, int code)
{
	REQUIRE(code == PAM_AUTH_ERR || code == PAM_AUTHINFO_UNAVAIL || code == PAM_MAXTRIES ||
		code == PAM_IGNORE);
	REQUIRE(pam_sm_setcred(handle, 0, 0, NULL) == PAM_IGNORE);
	REQUIRE(handle->decisions == 1);
	if (code == PAM_IGNORE) {
		REQUIRE(has_text(handle->arguments, "skip") || has_text(handle->conf, "skip"));
		REQUIRE(nobody_enrolled(handle) && !handle->asked_device);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ppk_reader reader = { data, size };
	struct pam_handle handle = { .kept = NULL };
	const char *argv[ARGUMENTS_MAX];
	char *memory;
	int argc;

	if (!take_blocks(&reader, &handle))
		return 0;
	current = &handle;
	memory = malloc(handle.arguments.len + 1);
	REQUIRE(memory != NULL);
	argc = take_arguments(handle.arguments, memory, argv);
	check_answer(&handle, pam_sm_authenticate(&handle, 0, argc, argv));
	REQUIRE(device_end < 0);
	handle.kept_free(&handle, handle.kept, 0);
	free(memory);
	return 0;
}
