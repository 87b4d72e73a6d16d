/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract:
 *  1. What stands in the file MUST NOT be repeated: root may be led to name a file of secrets.
 *  2. What the file or the key demands (verification, an end) MUST NOT get lost, and MUST NOT be lowered
 *     by the command line.
 *  3. A key whose test assertion was refused MUST NOT be written. One that nobody at hand holds may be,
 *     and the person is told that it was not tested.
 *  4. A policy about authenticators (attestation=require, aaguids=, synced=deny) MUST NOT be passed by a
 *     key of which nothing of the kind is known.
 */
#include "ssh_enrolment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "authenticators.h"
#include "core/authenticator_data.h"
#include "core/ssh_key_line.h"
#include "core/ssh_private_key.h"
#include "core/text.h"
#include "enrolment_store.h"
#include "message.h"
#include "method/enroll_ssh.h"
#include "selection.h"
#include "sys/clock.h"
#include "sys/descriptor.h"
#include "sys/environment.h"

/* What was read; the views of key point into the other members. */
struct found {
	struct ppk_bytes text;
	struct ppk_ssh_key_line line;
	struct ppk_ssh_private_key file;
	const struct ppk_ssh_key *key;
	const char *comment;
	size_t comment_len;
	enum ppk_uv uv;
	int64_t expires_s; /* 0: never */
};

static void found_done(struct found *found)
{
	ppk_ssh_private_key_done(&found->file);
	ppk_ssh_key_line_done(&found->line);
	ppk_bytes_wipe(&found->text);
}

static enum ppk_err cannot_read(const char *name, int code, struct ppk_diag *reterr)
{
	return ppk_diag_set(reterr, code == ENOENT ? PPK_ERR_NOT_FOUND : PPK_ERR_IO, name, 0, 0,
		code == ENOENT ? "does not exist" : "cannot be read");
}

/* All of fd, at most PPK_SSH_FILE_MAX bytes. */
static enum ppk_err read_all(
	int fd, const char *name, struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	struct ppk_bytes text = { .data = malloc(PPK_SSH_FILE_MAX + 1) };
	enum ppk_err err = PPK_OK;

	if (text.data == NULL)
		return PPK_ERR_NOMEM;
	if (!ppk_descriptor_read(fd, text.data, PPK_SSH_FILE_MAX + 1, &text.len))
		err = cannot_read(name, errno, reterr);
	else if (text.len > PPK_SSH_FILE_MAX)
		err = ppk_diag_set(reterr, PPK_ERR_LIMIT, name, 0, 0, "the file is too long");
	if (err == PPK_OK)
		*ret = text;
	else
		ppk_bytes_wipe(&text);
	return err;
}

/* A file is opened without waiting for anybody, and is a file. */
static enum ppk_err read_named(const char *name, struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	struct stat status;
	enum ppk_err err;
	int fd;

	if (strcmp(name, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", ret, reterr);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return cannot_read(name, errno, reterr);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		err = ppk_diag_set(reterr, PPK_ERR_UNSAFE_FILE, name, 0, 0, "is not a file");
	else
		err = read_all(fd, name, ret, reterr);
	close(fd);
	return err;
}

/* sshd reads a time without Z in the time zone of the machine. */
static int64_t expiry_in_utc(const struct ppk_ssh_expiry *expiry)
{
	time_t as_if = (time_t)expiry->time_s;
	struct tm parts;

	if (!expiry->is_given)
		return 0;
	if (expiry->is_utc || gmtime_r(&as_if, &parts) == NULL)
		return expiry->time_s;
	parts.tm_isdst = -1;
	return mktime(&parts);
}

static enum ppk_err take_line(struct found *found, const char *name, struct ppk_diag *reterr)
{
	struct ppk_ssh_key_line *line = &found->line;
	enum ppk_err err = ppk_ssh_key_line_find(
		(const char *)found->text.data, found->text.len, name, line, reterr);

	if (err != PPK_OK)
		return err;
	found->key = &line->key;
	found->comment = line->comment;
	found->comment_len = line->comment_len;
	found->uv = line->verify_required ? PPK_UV_REQUIRED : PPK_UV_DISCOURAGED;
	found->expires_s = expiry_in_utc(&line->expiry);
	if (line->no_touch_required)
		ppk_message_warning("no-touch-required is not taken over: a sign-in always needs a "
				    "touch");
	if (line->has_other_options)
		ppk_message_warning("other options before the key are sshd's own and are not taken "
				    "over");
	return PPK_OK;
}

static enum ppk_err take_file(struct found *found, const char *name, struct ppk_diag *reterr)
{
	struct ppk_ssh_private_key *file = &found->file;
	enum ppk_err err = ppk_ssh_private_key_parse(
		(const char *)found->text.data, found->text.len, name, file, reterr);

	if (err != PPK_OK)
		return err;
	found->key = &file->key;
	found->comment = file->comment;
	found->comment_len = file->comment_len;
	found->uv =
		(file->flags & PPK_SSH_SK_VERIFICATION) != 0 ? PPK_UV_REQUIRED : PPK_UV_DISCOURAGED;
	if ((file->flags & PPK_SSH_SK_PRESENCE) == 0)
		ppk_message_warning("this key was made with no-touch-required: what an SSH agent "
				    "signs with it is refused");
	return PPK_OK;
}

static enum ppk_err find_key(const char *name, struct found *found, struct ppk_diag *reterr)
{
	const char *shown = strcmp(name, "-") == 0 ? "standard input" : name;
	enum ppk_err err = read_named(name, &found->text, reterr);

	if (err != PPK_OK)
		return err;
	if (ppk_ssh_is_private_key((const char *)found->text.data, found->text.len))
		return take_file(found, shown, reterr);
	return take_line(found, shown, reterr);
}

static enum ppk_err check_policy(const struct ppk_options *options,
	const struct ppk_verified *verified, struct ppk_diag *reterr)
{
	bool is_bound = verified != NULL && (verified->flags & PPK_FLAG_BE) == 0;

	if (options->attestation == PPK_ATTESTATION_REQUIRE)
		return ppk_diag_set(reterr, PPK_ERR_ATTESTATION_MISSING, NULL, 0, 0,
			"an OpenSSH key has no attestation, and %s demands one", options->conf);
	if (options->aaguid_count > 0)
		return ppk_diag_set(reterr, PPK_ERR_MODEL, NULL, 0, 0,
			"which model an OpenSSH key is on is not known, and %s allows some alone",
			options->conf);
	if (options->synced == PPK_SYNCED_DENY && verified != NULL && !is_bound)
		return PPK_ERR_SYNCED;
	return PPK_OK;
}

static enum ppk_err check_not_enrolled(const struct ppk_enrolment_plan *plan,
	const struct ppk_credential *credential, struct ppk_diag *reterr)
{
	for (size_t i = 0; i < plan->file->line_count; i++) {
		const struct ppk_credential *other = plan->file->lines[i].credential;
		char label[PPK_CREDENTIAL_NAME_MAX + 1];

		if (other == NULL ||
			!ppk_bytes_equal(&other->key, credential->key.data, credential->key.len))
			continue;
		ppk_credential_label(other, label, sizeof(label));
		return ppk_diag_set(reterr, PPK_ERR_ALREADY_ENROLLED, NULL, 0, 0,
			"%s has this key already: \"%s\"", plan->session->user->name, label);
	}
	return PPK_OK;
}

/* Without --name: the comment of the key. */
static void name_it(struct ppk_enrolment_plan *plan, const struct found *found)
{
	char comment[PPK_CREDENTIAL_NAME_MAX + 1];
	bool has_comment =
		ppk_text_is_printable(found->comment, found->comment_len, PPK_CREDENTIAL_NAME_MAX);

	if (plan->name[0] != '\0')
		return;
	ppk_text_sanitise(comment, sizeof(comment), has_comment ? found->comment : "SSH key",
		has_comment ? found->comment_len : strlen("SSH key"));
	ppk_selection_free_name(plan->file, comment, plan->name);
}

/* The end is the earlier one, the verification the stricter one. */
static enum ppk_err restrict_it(struct ppk_enrolment_plan *plan, const struct found *found,
	struct ppk_credential *credential, struct ppk_diag *reterr)
{
	enum ppk_uv wanted = plan->wanted.user_verification;

	credential->uv = wanted > found->uv ? wanted : found->uv;
	if (found->expires_s != 0 && (plan->expires_s == 0 || found->expires_s < plan->expires_s))
		plan->expires_s = found->expires_s;
	if (plan->expires_s != 0 && plan->expires_s <= ppk_clock_now_s())
		return ppk_diag_set(reterr, PPK_ERR_CREDENTIAL_EXPIRED, NULL, 0, 0,
			"the key has expired (expiry-time=)");
	credential->name = strdup(plan->name);
	return credential->name == NULL ? PPK_ERR_NOMEM : PPK_OK;
}

static enum ppk_err make_credential(struct ppk_enrolment_plan *plan, const struct found *found,
	struct ppk_credential **ret, struct ppk_diag *reterr)
{
	enum ppk_err err = ppk_ssh_credential_make(
		found->key, found->file.handle, found->file.handle_len, ret);

	if (err == PPK_OK)
		err = check_not_enrolled(plan, *ret, reterr);
	if (err == PPK_OK)
		err = check_policy(&plan->session->options, NULL, reterr);
	name_it(plan, found);
	return err != PPK_OK ? err : restrict_it(plan, found, *ret, reterr);
}

/* Is there an authenticator to ask? One that cannot be looked for is none. */
static bool is_plugged_in(const struct ppk_session *session)
{
	struct ppk_authenticators list = { .len = 0 };

	return ppk_authenticators_list(session->options.device_helper, session->options.nfc, &list,
		       NULL) == PPK_OK &&
	       list.len > 0;
}

static enum ppk_err run_test(const struct ppk_enrolment_plan *plan,
	const struct ppk_credential *credential, struct ppk_verified *ret)
{
	const struct ppk_session *session = plan->session;
	char socket[PPK_AGENT_SOCKET_SIZE];
	const struct ppk_ssh_test test = {
		.account = session->user,
		.host = plan->host,
		.agent_socket = ppk_environment_agent_socket(socket) ? socket : "",
		.is_local = !credential->no_handle && is_plugged_in(session),
		.timeout_s = plan->wanted.timeout_s,
		.device_helper = session->options.device_helper,
		.nfc = session->options.nfc,
		.trust = { .root = 0 },
		.dialogue = &session->dialogue,
		.log = &session->log,
	};

	return ppk_ssh_credential_test(&test, credential, ret);
}

/* What the test showed goes into the record. */
static enum ppk_err test_it(const struct ppk_enrolment_plan *plan,
	struct ppk_credential *credential, uint32_t *count, bool *ret_tested,
	struct ppk_diag *reterr)
{
	const struct ppk_options *options = &plan->session->options;
	struct ppk_verified verified;
	enum ppk_err err = run_test(plan, credential, &verified);

	*ret_tested = err == PPK_OK;
	if (err == PPK_ERR_METHOD_UNAVAILABLE && options->synced == PPK_SYNCED_ALLOW)
		return PPK_OK;
	if (err == PPK_ERR_METHOD_UNAVAILABLE)
		return ppk_diag_set(reterr, PPK_ERR_SYNCED, NULL, 0, 0,
			"whether this key can be copied shows when it signs (synced=deny): bring "
			"the SSH agent that has it");
	if (err != PPK_OK)
		return err;
	*count = verified.sign_count;
	if ((verified.flags & PPK_FLAG_BE) == 0)
		credential->backup = PPK_BACKUP_NO;
	else
		credential->backup = (verified.flags & PPK_FLAG_BS) != 0 ? PPK_BACKUP_STATE
									 : PPK_BACKUP_ELIGIBLE;
	return check_policy(options, &verified, reterr);
}

static void explain(const struct ppk_credential *credential, bool tested)
{
	if (credential->no_handle)
		ppk_message_note("A public key has no key handle: it signs in through an SSH agent "
				 "alone, and not in a USB port. The private file has the handle.");
	if (!tested)
		ppk_message_note("It was not tested: no SSH agent of the user's holds the other "
				 "half here. passkeyctl test does it later.");
}

static int store(const struct ppk_enrolment_plan *plan, struct ppk_credential *credential,
	uint32_t count, bool tested)
{
	char label[PPK_CREDENTIAL_NAME_MAX + 1];
	struct ppk_diag diag = { .text = "" };
	bool no_handle = credential->no_handle;
	enum ppk_err err = ppk_enrolment_store(plan, &credential, count, label, &diag);

	if (err != PPK_OK) {
		ppk_credential_free(credential);
		return ppk_message_failure(err, &diag);
	}
	ppk_enrolment_print_success(plan, label);
	explain(&(struct ppk_credential){ .no_handle = no_handle }, tested);
	return PPK_EXIT_OK;
}

static int enrol(struct ppk_enrolment_plan *plan, const struct found *found)
{
	struct ppk_credential *credential = NULL;
	struct ppk_diag diag = { .text = "" };
	uint32_t count = 0;
	bool tested = false;
	enum ppk_err err = make_credential(plan, found, &credential, &diag);

	if (err == PPK_OK)
		err = test_it(plan, credential, &count, &tested, &diag);
	if (err == PPK_OK)
		return store(plan, credential, count, tested);
	ppk_credential_free(credential);
	return ppk_message_failure(err, &diag);
}

/* The command line, and with what the file says of the key the plan. */
static enum ppk_err make_plan(
	struct ppk_enrolment_plan *plan, const struct found *found, struct ppk_diag *reterr)
{
	const char *const *value = plan->arguments->value;

	if (value[PPK_ARG_BROWSER] != NULL || value[PPK_ARG_DISCOVERABLE] != NULL)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
			"--ssh-key: the key is there already; leave out --browser and "
			"--discoverable");
	snprintf(plan->fixed_rp_id, sizeof(plan->fixed_rp_id), "%.*s",
		(int)found->key->application_len, found->key->application);
	return ppk_enrolment_plan_make(plan, reterr);
}

int ppk_ssh_enrolment_run(struct ppk_enrolment_plan *plan)
{
	struct found found = { .key = NULL };
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = find_key(plan->arguments->value[PPK_ARG_SSH_KEY], &found, &diag);
	int status;

	if (err != PPK_OK) {
		status = ppk_message_failure(err, &diag);
	} else {
		err = make_plan(plan, &found, &diag);
		status = err == PPK_OK ? enrol(plan, &found) : ppk_message_failure(err, &diag);
		if (err == PPK_ERR_OPTION) /* the configuration was read before */
			status = PPK_EXIT_USAGE;
	}
	found_done(&found);
	return status;
}
