/* SPDX-License-Identifier: BSD-2-Clause */
/* One text, as a configuration file and as the arguments of a PAM line (one a line). */
#include <stdbool.h>
#include <string.h>

#include "core/option_value.h"
#include "core/options.h"
#include "require.h"

#define ARGUMENTS_MAX 16

static void check_path(const char *path, size_t size)
{
	size_t len = strnlen(path, size);

	REQUIRE(len < size && path[0] == '/');
	for (size_t i = 0; i < len; i++)
		REQUIRE((unsigned char)path[i] >= 0x20 && path[i] != 0x7f);
}

/* Every name that a template can make is absolute and holds the user's name, uid or home. */
static void check_template(const char *template)
{
	static char path[8 * PPK_OPTION_PATH_MAX];
	bool in_home;

	REQUIRE(ppk_template_expand(template, "alice", "/home/alice", 70007, path, sizeof(path),
			&in_home) == PPK_OK);
	check_path(path, sizeof(path));
	REQUIRE(strstr(path, "alice") != NULL || strstr(path, "70007") != NULL);
	REQUIRE(in_home == (strncmp(path, "/home/alice/", 12) == 0 && template[0] == '%'));
}

static void check_options(const struct ppk_options *options)
{
	check_path(options->conf, sizeof(options->conf));
	check_path(options->state, sizeof(options->state));
	check_path(options->device_helper, sizeof(options->device_helper));
	check_template(options->credentials);
	REQUIRE(strnlen(options->rp_id, sizeof(options->rp_id)) <= PPK_RP_ID_MAX);
	REQUIRE(options->method_count <= PPK_METHODS_MAX);
	REQUIRE(options->timeout_s >= 5 && options->timeout_s <= 600);
	REQUIRE(options->user_verification <= PPK_UV_REQUIRED);
	REQUIRE(options->unenrolled <= PPK_UNENROLLED_SKIP);
	REQUIRE(options->sign_count <= PPK_SIGN_COUNT_OFF);
	PLANT(options->rp_id[0] != '\0' && strcmp(options->rp_id, "example.org") != 0);
}

/* An error names the source and says something that a log can take. */
static void check_diag(const struct ppk_diag *diag)
{
	REQUIRE(diag->source[0] != '\0' && diag->text[0] != '\0');
	for (const char *at = diag->text; *at != '\0'; at++)
		REQUIRE((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void try_file(const char *text, size_t len)
{
	struct ppk_options options;
	struct ppk_diag diag = { .text = "" };

	ppk_options_init(&options);
	if (ppk_options_apply_file(&options, text, len, "fuzz.conf", &diag) == PPK_OK)
		check_options(&options);
	else
		check_diag(&diag);
}

static void try_line(const char *text, size_t len)
{
	struct ppk_options options;
	struct ppk_diag diag = { .text = "" };
	const char *arguments[ARGUMENTS_MAX];
	char *copy = strndup(text, len), *next = copy;
	int count = 0;

	REQUIRE(copy != NULL);
	for (; next != NULL && count < ARGUMENTS_MAX; count++)
		arguments[count] = strsep(&next, "\n");
	ppk_options_init(&options);
	if (ppk_options_conf_of_line(&options, count, arguments, &diag) == PPK_OK &&
		ppk_options_apply_line(&options, count, arguments, &diag) == PPK_OK)
		check_options(&options);
	else
		check_diag(&diag);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_file((const char *)data, len);
	try_line((const char *)data, len);
	return 0;
}
