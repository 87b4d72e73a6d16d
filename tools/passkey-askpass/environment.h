/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEY_ASKPASS_ENVIRONMENT_H
#define PPK_TOOLS_PASSKEY_ASKPASS_ENVIRONMENT_H

/* What the program is told by the environment. Values are borrowed; NULL: not there, or empty. */
struct ppk_environment {
	const char *fallback; /* PASSKEY_ASKPASS_FALLBACK: the program for other questions */
	const char *kind; /* SSH_ASKPASS_PROMPT: what ssh says of the question */
	const char *askpass; /* SSH_ASKPASS: what is set up now */
};

/* Read the environment that main() was given. Pure. */
struct ppk_environment ppk_environment_read(char **all);

#endif
