/* SPDX-License-Identifier: BSD-2-Clause */
/* passkeyd's configuration file. Who is a user of the system is said here. */
#include <string.h>

#include "core/web_origin.h"
#include "options.h"
#include "require.h"
#include "sys/file.h"
#include "sys/user.h"

enum ppk_err ppk_user_by_name(const char *name, bool with_groups, struct ppk_user **ret)
{
	REQUIRE(!with_groups);
	if (strcmp(name, "root") != 0 && strcmp(name, "alice") != 0)
		return PPK_ERR_NOT_FOUND;
	*ret = calloc(1, sizeof(**ret));
	REQUIRE(*ret != NULL);
	(*ret)->uid = strcmp(name, "root") == 0 ? 0 : 70007;
	return PPK_OK;
}

void ppk_user_free(struct ppk_user *user)
{
	free(user);
}

enum ppk_err ppk_file_read(const char *path, const struct ppk_trust *trust, size_t max,
	struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	(void)path, (void)trust, (void)max, (void)ret, (void)reterr;
	abort(); /* the text is given, no file is read */
}

static void check_path(const char *path, size_t size, bool may_be_empty)
{
	REQUIRE(strnlen(path, size) < size);
	REQUIRE(path[0] == '/' || (may_be_empty && path[0] == '\0'));
}

static void check_options(const struct ppkd_options *options)
{
	bool https = strncmp(options->url, "https://", 8) == 0;

	REQUIRE(ppk_web_origin_is_valid(options->url, strnlen(options->url, sizeof(options->url))));
	REQUIRE(strcmp(strstr(options->url, "://") + 3, ppkd_options_host(options)) == 0);
	REQUIRE(https || !ppkd_options_tls(options));
	REQUIRE(!https || ppkd_options_tls(options) || options->proxy_count > 0 ||
		options->proxy_unix);
	check_path(options->socket, sizeof(options->socket), false);
	check_path(options->certificate, sizeof(options->certificate), true);
	check_path(options->key, sizeof(options->key), true);
	REQUIRE((options->certificate[0] == '\0') == (options->key[0] == '\0'));
	REQUIRE(strnlen(options->listen, sizeof(options->listen)) < sizeof(options->listen));
	REQUIRE(strnlen(options->proxy_header, PPKD_HEADER_MAX) < PPKD_HEADER_MAX);
	REQUIRE(options->proxy_count <= PPKD_LIST_MAX && options->client_count <= PPKD_LIST_MAX);
	REQUIRE(options->client_count > 0);
	REQUIRE(options->ceremonies >= 1 && options->ceremonies <= 1000000);
	REQUIRE(options->connections >= 1 && options->connections <= 1000000);
	PLANT(strcmp(options->proxy_header, "X-Real-IP") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppkd_options options;
	struct ppk_diag diag = { .text = "" };

	ppkd_options_init(&options);
	if (ppkd_options_apply(&options, (const char *)data, len, "fuzz.conf", &diag) == PPK_OK)
		check_options(&options);
	else
		REQUIRE(strcmp(diag.source, "fuzz.conf") == 0 && diag.text[0] != '\0');
	for (const char *at = diag.text; *at != '\0'; at++)
		REQUIRE((unsigned char)*at >= 0x20 && *at != 0x7f);
	return 0;
}
