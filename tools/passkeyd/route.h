/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_ROUTE_H
#define PPK_TOOLS_PASSKEYD_ROUTE_H

/* What a request asks for, by its head alone. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "secret_path.h"

/* A header that matters here: its value, and how often it came. */
struct ppkd_header {
	const char *value; /* of the last one; NULL: none */
	size_t count;
};

struct ppkd_head {
	bool is_malformed; /* a header's name or value has characters that it may not have */
	const char *method;
	const char *path; /* not unescaped */
	struct ppkd_header host, origin, content_length, content_type, transfer_encoding;
	struct ppkd_header sec_fetch_site, sec_fetch_dest;
	struct ppkd_header accept_encoding;
};

enum ppkd_action {
	PPKD_GET_ROOT, /* that there is nothing */
	PPKD_GET_PAGE, /* of a ceremony */
	PPKD_GET_VIEW,
	PPKD_GET_STATUS,
	PPKD_POST_NUMBER,
	PPKD_POST_ANSWER,
	PPKD_POST_TEST,
	PPKD_POST_ALARM,
};

struct ppkd_route {
	unsigned refused; /* 0, or the HTTP status that says why not */
	enum ppkd_action action;
	char path[PPKD_SECRET_PATH_SIZE]; /* of the ceremony; not for ROOT */
	size_t body_len; /* bytes that will follow */
};

/*
 * Is it a header's name (RFC 9110, 5.6.2, a token), and a value without control characters? A blank before
 * the colon, for one, makes two readers find two different headers.
 */
bool ppkd_header_is_well_formed(const char *name, const char *value);

/*
 * Does Accept-Encoding (RFC 9110, 12.5.3) name gzip, without any weight? Who says it in another way gets what
 * everybody understands.
 */
bool ppkd_header_takes_gzip(const struct ppkd_header *accept_encoding);

/*
 * url is the page's origin. Refused are: 400 what two readers of HTTP could understand differently, 403
 * what another site makes a browser ask for, 404 no such path, 405 another method, 411 no length, 413 too
 * long, 415 another type, 421 another host.
 */
struct ppkd_route ppkd_route_find(const struct ppkd_head *head, const char *url);

#endif
