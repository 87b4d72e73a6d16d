/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_REQUEST_H
#define PPK_TOOLS_PASSKEYD_REQUEST_H

/* One request of a browser, from its head to its answer. */

#include <microhttpd.h>

/* MHD_AccessHandlerCallback; context is the struct ppkd_web_socket. */
enum MHD_Result ppkd_request_handle(void *context, struct MHD_Connection *connection,
	const char *path, const char *method, const char *version, const char *data, size_t *len,
	void **state);

/* MHD_RequestCompletedCallback: what the handler kept in *state goes. */
void ppkd_request_forget(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code);

#endif
