/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_KEY_LINE_H
#define PPK_CORE_SSH_KEY_LINE_H

/*
 * OpenSSH's public keys as text: a .pub file, authorized_keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT),
 * what ssh-add -L prints.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "core/ssh_key.h"

#define PPK_SSH_FILE_MAX 65536 /* bytes of a file with keys */

/* expiry-time= as it is written: in UTC with a Z at its end, else in the local time of the machine. */
struct ppk_ssh_expiry {
	bool is_given;
	bool is_utc;
	int64_t time_s; /* seconds since 1970, as if it were UTC */
};

/* One line with a key of a security key. Zeroed is empty; ppk_ssh_key_line_done(). */
struct ppk_ssh_key_line {
	struct ppk_ssh_key key; /* points into blob */
	struct ppk_bytes blob;
	bool verify_required;
	bool no_touch_required;
	bool has_other_options; /* that are sshd's own: from=, command=, restrict, ... */
	struct ppk_ssh_expiry expiry;
	const char *comment; /* points into the text; not checked, not NUL-terminated */
	size_t comment_len;
};

/*
 * The only key of a security key in text. Empty lines, comments and lines with other kinds of keys
 * are passed over. PPK_ERR_NOT_FOUND (none) | PPK_ERR_DUPLICATE (several) | PPK_ERR_ALGORITHM
 * (nothing but a certificate) | PPK_ERR_SYNTAX | PPK_ERR_OPTION (cert-authority, a bad expiry-time=,
 * an option twice) | PPK_ERR_LIMIT | PPK_ERR_NOMEM; *reterr has source, line and a sentence, and
 * nothing that stands in text: it may be a file of secrets, named by mistake. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_key_line_find(const char *text, size_t len, const char *source,
	struct ppk_ssh_key_line *ret, struct ppk_diag *reterr);
void ppk_ssh_key_line_done(struct ppk_ssh_key_line *line);

#endif
