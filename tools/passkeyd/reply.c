/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

#include <stdbool.h>

#include "page_policy.h"
#include "parts.h"

#define CONTENT_SECURITY_POLICY                                                                    \
	"default-src 'none'; script-src " PPKD_SCRIPT_SOURCE "; style-src " PPKD_STYLE_SOURCE      \
	"; img-src data:; "                                                                        \
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "        \
	"require-trusted-types-for 'script'; trusted-types 'none'"

/* No Strict-Transport-Security: it would bind whatever else the admin serves at this name. */
static const char *const headers[][2] = {
	{ "Content-Security-Policy", CONTENT_SECURITY_POLICY },
	{ "Referrer-Policy", "no-referrer" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
		"publickey-credentials-get=(self), publickey-credentials-create=(self), "
		"camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
};

static bool add_headers(struct MHD_Response *response, const char *type, const char *cache)
{
	bool good = true;

	for (size_t i = 0; good && i < sizeof(headers) / sizeof(headers[0]); i++)
		good = MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES;
	return good && MHD_add_response_header(response, "Cache-Control", cache) == MHD_YES &&
	       MHD_add_response_header(response, "Content-Type", type) == MHD_YES;
}

static struct MHD_Response *make(const void *data, size_t len, enum MHD_ResponseMemoryMode mode,
	const char *type, const char *cache)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(len, (void *)(uintptr_t)data, mode);

	if (response != NULL && !add_headers(response, type, cache)) {
		MHD_destroy_response(response);
		return NULL;
	}
	return response;
}

struct MHD_Response *ppkd_reply_make_page(bool gzip)
{
	struct MHD_Response *response = make(gzip ? ppkd_page.gzip : ppkd_page.data,
		gzip ? ppkd_page.gzip_len : ppkd_page.len, MHD_RESPMEM_PERSISTENT,
		"text/html; charset=utf-8", "no-store");

	if (response != NULL &&
		(MHD_add_response_header(response, "Vary", "Accept-Encoding") != MHD_YES ||
			(gzip && MHD_add_response_header(response, "Content-Encoding", "gzip") !=
					 MHD_YES))) {
		MHD_destroy_response(response);
		return NULL;
	}
	return response;
}

struct MHD_Response *ppkd_reply_make(const uint8_t *data, size_t len)
{
	return make(data, len, MHD_RESPMEM_MUST_COPY, "application/octet-stream", "no-store");
}

enum MHD_Result ppkd_reply_send(
	struct MHD_Connection *connection, unsigned status, const uint8_t *data, size_t len)
{
	struct MHD_Response *response = ppkd_reply_make(data, len);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO; /* ends the connection */
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result ppkd_reply_refuse(struct MHD_Connection *connection, unsigned status)
{
	struct MHD_Response *response =
		make("", 0, MHD_RESPMEM_PERSISTENT, "text/plain", "no-store");
	enum MHD_Result result = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (MHD_add_response_header(response, "Connection", "close") == MHD_YES &&
		(status != 405 || MHD_add_response_header(response, "Allow", "GET, HEAD, POST")))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}
