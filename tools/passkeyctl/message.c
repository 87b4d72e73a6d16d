/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#ifndef PPK_PROGRAM
#define PPK_PROGRAM "passkeyctl" /* another program that is built with this file says its own */
#endif
#define LINE_SIZE 2048 /* bytes of one message */

/* What is not named here is PPK_EXIT_REFUSED. */
static const unsigned char statuses[PPK_ERR_COUNT] = {
	[PPK_ERR_NOMEM] = PPK_EXIT_TEMPORARY,
	[PPK_ERR_RANDOM] = PPK_EXIT_TEMPORARY,
	[PPK_ERR_IO] = PPK_EXIT_TEMPORARY,
	[PPK_ERR_BUSY] = PPK_EXIT_TEMPORARY,
	[PPK_ERR_INTERNAL] = PPK_EXIT_BUG,
	[PPK_ERR_FRAME] = PPK_EXIT_BUG,
	[PPK_ERR_PROCESS] = PPK_EXIT_DEVICE,
	[PPK_ERR_TIMEOUT] = PPK_EXIT_DEVICE,
	[PPK_ERR_NO_AUTHENTICATOR] = PPK_EXIT_DEVICE,
	[PPK_ERR_DEVICE_PERMISSION] = PPK_EXIT_DEVICE,
	[PPK_ERR_PIN_AUTH_BLOCKED] = PPK_EXIT_DEVICE,
	[PPK_ERR_PIN_BLOCKED] = PPK_EXIT_DEVICE,
	[PPK_ERR_PIN_NOT_SET] = PPK_EXIT_DEVICE,
	[PPK_ERR_UV_BLOCKED] = PPK_EXIT_DEVICE,
	[PPK_ERR_KEY_FULL] = PPK_EXIT_DEVICE,
	[PPK_ERR_UNSUPPORTED] = PPK_EXIT_DEVICE,
	[PPK_ERR_DEVICE] = PPK_EXIT_DEVICE,
};

static const char *const hints[PPK_ERR_COUNT] = {
	[PPK_ERR_INTERNAL] = "this is a bug of passkeyctl; please report it",
	[PPK_ERR_FRAME] = "are passkeyctl and passkey-device of the same version?",
	[PPK_ERR_PROCESS] = "passkeyctl doctor checks the helper program passkey-device",
	[PPK_ERR_TIMEOUT] = "plug the security key in, run the command again and touch it; "
			    "passkeyctl doctor tells which keys can be reached",
	[PPK_ERR_NO_AUTHENTICATOR] =
		"plug a security key in; passkeyctl doctor tells which ones can "
		"be reached",
	[PPK_ERR_DEVICE_PERMISSION] = "passkeyctl doctor tells who may use it",
	[PPK_ERR_NO_CREDENTIAL] =
		"is it the right security key? passkeyctl list shows the enrolled "
		"ones",
	[PPK_ERR_PIN_INVALID] = "a few wrong PINs in a row block the security key",
	[PPK_ERR_PIN_AUTH_BLOCKED] = "pull the security key out and plug it in again",
	[PPK_ERR_PIN_BLOCKED] =
		"only a reset of the security key helps, which deletes its credentials",
	[PPK_ERR_PIN_NOT_SET] =
		"set a PIN first (for example fido2-token -S /dev/hidrawN), or enrol "
		"with --user-verification discouraged",
	[PPK_ERR_UV_BLOCKED] = "use the PIN once to unblock the fingerprint",
	[PPK_ERR_ALREADY_ENROLLED] =
		"passkeyctl list shows what is enrolled; passkeyctl test tries it",
	[PPK_ERR_KEY_FULL] = "delete a credential from the security key (fido2-token -D), or enrol "
			     "without --discoverable",
	[PPK_ERR_CONVERSATION] = "a PIN can be typed at a terminal alone: run passkeyctl in one",
	[PPK_ERR_UNENROLLED] = "passkeyctl enroll makes the first passkey",
	[PPK_ERR_CREDENTIAL_EXPIRED] = "enrol it anew: passkeyctl remove, then "
				       "passkeyctl enroll",
	[PPK_ERR_SIGN_COUNT] =
		"if the authenticator was not copied, remove its passkey and enrol it "
		"anew",
};

__attribute__((format(printf, 3, 0))) static void write_line(
	FILE *out, const char *prefix, const char *format, va_list values)
{
	char line[LINE_SIZE], safe[LINE_SIZE];

	vsnprintf(line, sizeof(line), format, values);
	ppk_text_sanitise(safe, sizeof(safe), line, strlen(line));
	fprintf(out, "%s%s\n", prefix, safe);
}

void ppk_message_error(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(stderr, PPK_PROGRAM ": error: ", format, values);
	va_end(values);
}

void ppk_message_hint(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(stderr, PPK_PROGRAM ": hint: ", format, values);
	va_end(values);
}

void ppk_message_warning(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(stderr, PPK_PROGRAM ": warning: ", format, values);
	va_end(values);
}

void ppk_message_note(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(stderr, "", format, values);
	va_end(values);
}

void ppk_message_result(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(stdout, "", format, values);
	va_end(values);
}

int ppk_message_failure(enum ppk_err err, const struct ppk_diag *diag)
{
	char text[LINE_SIZE];
	const char *hint = ppk_message_hint_for(err);

	if (diag != NULL && diag->text[0] != '\0') {
		ppk_diag_format(diag, text, sizeof(text));
		ppk_message_error("%s", text);
	} else {
		ppk_message_error("%s", ppk_err_sentence(err));
	}
	if (hint != NULL)
		ppk_message_hint("%s", hint);
	return ppk_exit_status(err);
}

int ppk_exit_status(enum ppk_err err)
{
	if (err == PPK_OK)
		return PPK_EXIT_OK;
	if (err >= PPK_ERR_COUNT)
		return PPK_EXIT_BUG;
	return statuses[err] == 0 ? PPK_EXIT_REFUSED : statuses[err];
}

const char *ppk_message_hint_for(enum ppk_err err)
{
	return err < PPK_ERR_COUNT ? hints[err] : NULL;
}

int ppk_message_flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	ppk_message_error("the results could not be written to standard output");
	return PPK_EXIT_TEMPORARY;
}
