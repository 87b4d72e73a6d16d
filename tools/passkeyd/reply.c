/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

#include <stdbool.h>

#define CONTENT_SECURITY_POLICY                                                                    \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                \
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
	{ "Cache-Control", "no-store" },
};

struct MHD_Response *ppkd_reply_make(const void *data, size_t len, const char *type)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		len, (void *)(uintptr_t)data, MHD_RESPMEM_MUST_COPY);
	bool good = response != NULL;

	for (size_t i = 0; good && i < sizeof(headers) / sizeof(headers[0]); i++)
		good = MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES;
	if (good && MHD_add_response_header(response, "Content-Type", type) == MHD_YES)
		return response;
	if (response != NULL)
		MHD_destroy_response(response);
	return NULL;
}

enum MHD_Result ppkd_reply_send(
	struct MHD_Connection *connection, unsigned status, const uint8_t *data, size_t len)
{
	struct MHD_Response *response = ppkd_reply_make(data, len, "application/octet-stream");
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO; /* ends the connection */
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result ppkd_reply_refuse(struct MHD_Connection *connection, unsigned status)
{
	struct MHD_Response *response = ppkd_reply_make("", 0, "text/plain");
	enum MHD_Result result = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (MHD_add_response_header(response, "Connection", "close") == MHD_YES &&
		(status != 405 || MHD_add_response_header(response, "Allow", "GET, HEAD, POST")))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}
