/* SPDX-License-Identifier: BSD-2-Clause */
/* A text that says that it is the origin of a web page, and one that says that it is below it. */
#include <string.h>

#include "core/text.h"
#include "core/web_origin.h"
#include "require.h"

/* What is taken has this one spelling: scheme, host, and a port or none. */
static void check_origin(const char *origin)
{
	bool https = strncmp(origin, "https://", 8) == 0;
	char host[PPK_RP_ID_MAX + 1], again[PPK_WEB_ORIGIN_SIZE];
	const char *port;
	uint64_t number = 0;

	REQUIRE(strlen(origin) < PPK_WEB_ORIGIN_SIZE);
	ppk_web_origin_host(origin, host);
	REQUIRE(ppk_rp_id_is_valid(host, strlen(host)));
	REQUIRE(https || strcmp(host, "localhost") == 0);
	REQUIRE(ppk_web_origin_covers(origin, host));
	port = strchr(origin + 6, ':');
	if (port != NULL)
		REQUIRE(ppk_text_to_number(port + 1, strlen(port + 1), 1, 65535, &number) ==
				PPK_OK &&
			number != (https ? 443 : 80));
	(void)snprintf(again, sizeof(again), "%s://%s%s", https ? "https" : "http", host,
		port == NULL ? "" : port);
	REQUIRE(strcmp(origin, again) == 0);
	PLANT(number > 9 && number != 8443 && number != 8080);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 2);

	REQUIRE(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	if (ppk_web_origin_is_valid(text, len)) {
		REQUIRE(strlen(text) == len);
		check_origin(text);
		REQUIRE(!ppk_web_origin_has(text, text));
	}
	(void)ppk_web_origin_has("https://example.com", text);
	(void)ppk_web_origin_covers("https://example.com", text);
	free(text);
	return 0;
}
