/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_REPLY_H
#define PPK_TOOLS_PASSKEYD_REPLY_H

/*
 * Answers, each with the headers that keep the page to itself. (What libmicrohttpd itself refuses, before we
 * see it, it answers with a fixed text and without them.)
 */

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The page, as it is or compressed; the caller's (MHD_destroy_response()). NULL: no memory. */
struct MHD_Response *ppkd_reply_make_page(bool gzip);

/* A copy of data, for the page's script; the caller's. NULL: no memory. */
struct MHD_Response *ppkd_reply_make(const uint8_t *data, size_t len);

/* Answer with data for the page's script. MHD_NO ends the connection. */
enum MHD_Result ppkd_reply_send(
	struct MHD_Connection *connection, unsigned status, const uint8_t *data, size_t len);

/* Answer with a status alone; what follows on the connection is not looked at. MHD_NO ends it at once. */
enum MHD_Result ppkd_reply_refuse(struct MHD_Connection *connection, unsigned status);

#endif
