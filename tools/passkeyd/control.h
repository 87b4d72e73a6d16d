/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_CONTROL_H
#define PPK_TOOLS_PASSKEYD_CONTROL_H

/* The Unix socket at which the module and passkeyctl ask for pages (core/browser_message.md). */

#include "service.h"

struct ppkd_control {
	struct ppkd_source source;
	struct ppkd_service *service;
	int listener;
	int spare; /* given up for a moment to turn a program away when no descriptors are left */
};

/* Accept programs on the listening socket, which stays the caller's. PPK_ERR_IO. *control stays put. */
PPK_MUST_CHECK enum ppk_err ppkd_control_init(
	struct ppkd_control *control, struct ppkd_service *service, int listener);
void ppkd_control_done(struct ppkd_control *control);

#endif
