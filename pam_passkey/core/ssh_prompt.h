/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_PROMPT_H
#define PPK_CORE_SSH_PROMPT_H

/*
 * What OpenSSH's client gives its askpass program: is it for us, and who asks? ssh_challenge.md.
 */

#include <stddef.h>

#include "core/ssh_host.h"

#define PPK_SSH_USER_MAX 255 /* bytes */

enum ppk_ssh_prompt_kind {
	PPK_SSH_PROMPT_OTHER, /* a password, a host key: not ours */
	PPK_SSH_PROMPT_QUESTION, /* the module's first question */
	PPK_SSH_PROMPT_CHALLENGE,
	PPK_SSH_PROMPT_FORGED, /* looks like ours, but ssh does not vouch for who asks */
};

struct ppk_ssh_prompt {
	enum ppk_ssh_prompt_kind kind;
	/* QUESTION and CHALLENGE */
	char user[PPK_SSH_USER_MAX + 1]; /* sanitised: for people */
	char host[PPK_SSH_HOST_SIZE]; /* normalised */
	/* CHALLENGE: a view of the prompt from PPK_SSH_PREFIX to its end; NULL otherwise */
	const char *challenge;
	size_t challenge_len;
};

/*
 * User and host are taken from "(user@host) " at the very beginning, which ssh writes and no server
 * can, and from nowhere else. A challenge is that, the challenge's characters, and nothing more:
 * so that neither a server's text before it nor a user name of somebody else's making (a URL's) can
 * pass for another host. Pure.
 */
void ppk_ssh_prompt_parse(const char *text, size_t len, struct ppk_ssh_prompt *ret);

#endif
