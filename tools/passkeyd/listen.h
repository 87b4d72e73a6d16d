/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_LISTEN_H
#define PPK_TOOLS_PASSKEYD_LISTEN_H

/* The sockets to listen at: from systemd, or made here. */

#include <stddef.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "options.h"

#define PPKD_WEB_SOCKETS_MAX 8

struct ppkd_sockets {
	int control; /* -1: none */
	int web[PPKD_WEB_SOCKETS_MAX];
	size_t web_count;
};

/*
 * Sockets that systemd hands over (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS) are told apart by their type:
 * the control socket is SOCK_SEQPACKET, those for browsers are SOCK_STREAM. What is not handed over is made
 * as the options say. PPK_ERR_IO | PPK_ERR_LIMIT | PPK_ERR_NOT_FOUND (no such host); *reterr says which.
 * They stay open for the life of the process. *ret is zeroed but for control, -1.
 */
PPK_MUST_CHECK enum ppk_err ppkd_listen(
	const struct ppkd_options *options, struct ppkd_sockets *ret, struct ppk_diag *reterr);

#endif
