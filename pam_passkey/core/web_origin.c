/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/web_origin.h"

#include <string.h>

#include "core/text.h"

#define HTTPS "https://"
#define HTTPS_PORT 443
#define HTTP_LOCALHOST "http://localhost"
#define HTTP_PORT 80

/* What follows the host: nothing, or a port that is not the scheme's own. */
static bool is_port(const char *text, size_t len, unsigned own)
{
	uint64_t port;

	if (len == 0)
		return true;
	return text[0] == ':' &&
	       ppk_text_to_number(text + 1, len - 1, 1, UINT16_MAX, &port) == PPK_OK && port != own;
}

static bool begins_with(const char *text, size_t len, const char *start)
{
	return len >= strlen(start) && memcmp(text, start, strlen(start)) == 0;
}

bool ppk_web_origin_is_valid(const char *text, size_t len)
{
	const char *colon;
	size_t host_len;

	if (begins_with(text, len, HTTP_LOCALHOST))
		return is_port(text + sizeof(HTTP_LOCALHOST) - 1,
			len - (sizeof(HTTP_LOCALHOST) - 1), HTTP_PORT);
	if (!begins_with(text, len, HTTPS))
		return false;
	text += sizeof(HTTPS) - 1;
	len -= sizeof(HTTPS) - 1;
	colon = memchr(text, ':', len);
	host_len = colon == NULL ? len : (size_t)(colon - text);
	return ppk_rp_id_is_valid(text, host_len) &&
	       is_port(text + host_len, len - host_len, HTTPS_PORT);
}

/* The host of a valid origin, in place. */
static const char *host_of(const char *origin, size_t *ret_len)
{
	const char *host = strstr(origin, "://") + 3;

	*ret_len = strcspn(host, ":");
	return host;
}

bool ppk_web_origin_is_localhost(const char *origin)
{
	char host[PPK_RP_ID_MAX + 1];

	ppk_web_origin_host(origin, host);
	return strcmp(host, "localhost") == 0;
}

void ppk_web_origin_host(const char *origin, char out[static PPK_RP_ID_MAX + 1])
{
	size_t len;
	const char *host = host_of(origin, &len);

	memcpy(out, host, len);
	out[len] = '\0';
}

bool ppk_web_origin_covers(const char *origin, const char *rp_id)
{
	size_t len, rp_id_len = strlen(rp_id);
	const char *host = host_of(origin, &len);

	if (rp_id_len == 0 || rp_id_len > len ||
		memcmp(host + len - rp_id_len, rp_id, rp_id_len) != 0)
		return false;
	return rp_id_len == len || host[len - rp_id_len - 1] == '.';
}

bool ppk_web_origin_has(const char *origin, const char *url)
{
	size_t len = strlen(origin);

	return strncmp(url, origin, len) == 0 && url[len] == '/';
}
