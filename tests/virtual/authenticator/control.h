/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket: one text command a message, one answer. */
#ifndef PPK_VIRTUAL_CONTROL_H
#define PPK_VIRTUAL_CONTROL_H

struct ppk_authenticator;

/* The answer, to be freed; NULL where it comes later, from ppk_control_announce_wait(). */
char *ppk_control_answer(struct ppk_authenticator *authenticator, char *command);
/* Answers those that asked to know when the authenticator waits for the person. */
void ppk_control_announce_wait(struct ppk_authenticator *authenticator);
/* The client: sends a command to a control socket and prints the answer. An exit status. */
int ppk_control_client(const char *path, int words_len, char **words);

#endif
