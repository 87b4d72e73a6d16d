/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_OPTIONS_H
#define PPK_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/authenticator_data.h"
#include "core/browser_message.h"
#include "core/credential.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "core/web_origin.h"

#define PPK_OPTIONS_FILE_MAX (64 * 1024) /* bytes of a configuration file */
#define PPK_OPTION_PATH_MAX 1024 /* bytes, with NUL */
#define PPK_OPTION_LIST_MAX 2048 /* bytes, with NUL */
#define PPK_METHODS_MAX 5
#define PPK_AAGUIDS_MAX 32

enum ppk_method_id {
	PPK_METHOD_LOCAL,
	PPK_METHOD_ASKPASS,
	PPK_METHOD_AGENT,
	PPK_METHOD_BROWSER,
};

enum ppk_unenrolled { PPK_UNENROLLED_DENY, PPK_UNENROLLED_SKIP };
enum ppk_sign_count_policy { PPK_SIGN_COUNT_ENFORCE, PPK_SIGN_COUNT_LOG, PPK_SIGN_COUNT_OFF };
enum ppk_attestation_demand {
	PPK_ATTESTATION_NONE,
	PPK_ATTESTATION_VERIFY,
	PPK_ATTESTATION_REQUIRE,
};
enum ppk_browser_qr { PPK_BROWSER_QR_AUTO, PPK_BROWSER_QR_YES, PPK_BROWSER_QR_NO };
enum ppk_synced { PPK_SYNCED_ALLOW, PPK_SYNCED_DENY };

/* The value of every option of options.def. Fixed size: making one needs no memory. */
struct ppk_options {
	char conf[PPK_OPTION_PATH_MAX];
	char credentials[PPK_OPTION_PATH_MAX];
	char state[PPK_OPTION_PATH_MAX];
	char rp_id[PPK_RP_ID_MAX + 1];
	enum ppk_method_id methods[PPK_METHODS_MAX];
	size_t method_count; /* 0: auto, ppk_methods_for() says */
	char origins[PPK_OPTION_LIST_MAX]; /* ppk_ssh_origins_parse() takes it; "": not given */
	char browser_origin[PPK_WEB_ORIGIN_SIZE]; /* "": none */
	char browser_socket[PPK_OPTION_PATH_MAX];
	enum ppk_browser_peer browser_peer;
	enum ppk_browser_qr browser_qr;
	unsigned browser_timeout_s;
	enum ppk_uv user_verification;
	unsigned timeout_s;
	enum ppk_unenrolled unenrolled;
	enum ppk_sign_count_policy sign_count;
	enum ppk_attestation_demand attestation;
	char attestation_roots[PPK_OPTION_PATH_MAX];
	uint8_t aaguids[PPK_AAGUIDS_MAX][PPK_AAGUID_SIZE];
	size_t aaguid_count;
	enum ppk_synced synced;
	char device_helper[PPK_OPTION_PATH_MAX];
	bool nfc;
	bool cue;
	bool debug;
	bool given[32]; /* by index in options.def: set so far by the source that is being read */
};

/* The defaults of options.def. Pure. */
void ppk_options_init(struct ppk_options *options);

/*
 * The PAM line's conf= alone, so that the file can be read before the line is applied over it.
 * Copies it into options->conf when the line has it. PPK_ERR_OPTION | PPK_ERR_DUPLICATE. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_options_conf_of_line(
	struct ppk_options *options, int argc, const char *const *argv, struct ppk_diag *reterr);

/*
 * Apply a configuration file: "name = value" a line, '#' starts a comment line, blank lines are
 * fine, a value may stand in double quotes and must when it has a blank or '#'. Unknown option,
 * bad value, the same option twice,
 * conf= in a file, NUL byte, over-long: PPK_ERR_OPTION | PPK_ERR_DUPLICATE | PPK_ERR_SYNTAX |
 * PPK_ERR_LIMIT with source, line and sentence in *reterr. options is then to be thrown away. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_options_apply_file(struct ppk_options *options, const char *text,
	size_t len, const char *source, struct ppk_diag *reterr);

/*
 * Apply the arguments of the PAM line, "name=value" each; a switch may stand alone ("debug").
 * Errors as above, source is "PAM line", column 0, line 0; the sentence names the option. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_options_apply_line(
	struct ppk_options *options, int argc, const char *const *argv, struct ppk_diag *reterr);

/*
 * Expand %u %h %U %% in template into out (size bytes with NUL). user must pass
 * ppk_text_is_user_name() and template begin with '/' or "%h/", name the user by %u, %h or %U, and
 * have no other %: else PPK_ERR_OPTION. PPK_ERR_LIMIT when it does not fit or home is not absolute
 * (home may be NULL when %h is not used). out is written on failure too; *ret_in_home is true when
 * the path begins with the home. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_template_expand(const char *template, const char *user,
	const char *home, unsigned long uid, char *out, size_t size, bool *ret_in_home);

/* Does methods= name it? auto, which depends on the session, names none. Pure. */
bool ppk_options_name_method(const struct ppk_options *options, enum ppk_method_id method);

/* "local": as methods= and the log name it. Static; never NULL. Pure. */
const char *ppk_method_name(enum ppk_method_id method);

#endif
