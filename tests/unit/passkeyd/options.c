/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include "check.h"
#include "core/web_origin.h"
#include "mutate.h"

static struct ppkd_options options;
static struct ppk_diag diag;

static enum ppk_err apply(const char *text)
{
	ppkd_options_init(&options);
	diag = (struct ppk_diag){ .line = 0 };
	return ppkd_options_apply(&options, text, strlen(text), "passkeyd.conf", &diag);
}

static void refuse(const char *text, unsigned line, const char *sentence)
{
	if (apply(text) == PPK_OK)
		CHECK_FAIL("taken: %s", text);
	CHECK_STR(diag.source, "passkeyd.conf");
	CHECK_INT(diag.line, line);
	if (strstr(diag.text, sentence) == NULL)
		CHECK_FAIL("\"%s\" is not in \"%s\"", sentence, diag.text);
}

/* Each default is what its own text means. */
static void defaults_are_values_that_can_be_written(void)
{
	static const struct {
		const char *name, *value;
	} table[] = {
#define PPKD_OPTION(name, kind, value_default, values, help) { #name, value_default },
#include "options.def"
#undef PPKD_OPTION
	};
	static struct ppkd_options defaults;
	char text[512];

	ppkd_options_init(&defaults);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(text, sizeof(text), "%s = \"%s\"\n", table[i].name, table[i].value);
		CHECK_OK(apply(text));
		memset(options.given, 0, sizeof(options.given));
		if (memcmp(&options, &defaults, sizeof(options)) != 0)
			CHECK_FAIL("%s differs when its default is written", table[i].name);
	}
	CHECK_STR(defaults.url, "http://localhost:8080");
	CHECK_INT(defaults.ceremonies, 10000);
	CHECK_INT(defaults.client_count, 1);
	CHECK(ppkd_options_client(&defaults, 0) && !ppkd_options_client(&defaults, 1));
}

static void a_file_sets_what_it_names(void)
{
	CHECK_OK(apply("# a comment\n"
		       "url = https://login.example.org:8443\n"
		       "listen = \"[::]:8443\"\n"
		       "certificate = /etc/ssl/cert.pem\nkey = /etc/ssl/key.pem\n"
		       "clients = root,1000\nceremonies = 5\n"));
	CHECK_STR(ppkd_options_host(&options), "login.example.org:8443");
	CHECK(ppkd_options_tls(&options));
	CHECK(ppkd_options_client(&options, 1000) && !ppkd_options_client(&options, 1001));
	CHECK_INT(options.ceremonies, 5);
}

static void proxies_are_addresses_or_the_unix_socket(void)
{
	struct ppk_ip_address four, other;

	CHECK_OK(apply("url = https://login.example.org\nproxies = 127.0.0.1,unix,::1\n"));
	CHECK(ppk_ip_address_parse("127.0.0.1", 9, &four));
	CHECK(ppk_ip_address_parse("127.0.0.2", 9, &other));
	CHECK(ppkd_options_proxy(&options, &four) && !ppkd_options_proxy(&options, &other));
	CHECK(ppkd_options_proxy(&options, NULL));
	CHECK_OK(apply(""));
	CHECK(!ppkd_options_proxy(&options, &four) && !ppkd_options_proxy(&options, NULL));
	refuse("proxies = 127.0.0.1,,::1\n", 1, "option 'proxies' cannot be");
	refuse("proxies = proxy.example.org\n", 1, "option 'proxies' cannot be");
}

static void a_list_may_have_blanks_beside_its_commas(void)
{
	struct ppk_ip_address four;

	CHECK_OK(apply("url = https://login.example.org\n"
		       "clients = \"root, 1000 ,1001\"\nproxies = \"unix,  127.0.0.1 \"\n"));
	CHECK_INT(options.client_count, 3);
	CHECK(ppkd_options_client(&options, 0) && ppkd_options_client(&options, 1000) &&
		ppkd_options_client(&options, 1001));
	CHECK(ppk_ip_address_parse("127.0.0.1", 9, &four));
	CHECK(ppkd_options_proxy(&options, &four) && ppkd_options_proxy(&options, NULL));
	/* without quotes a blank could begin a comment, in every file of ours */
	refuse("clients = root, 1000\n", 1,
		"a value with a blank or '#' must stand in double quotes");
	refuse("clients = \"root, ,1000\"\n", 1, "option 'clients' cannot be");
	refuse("clients = \"root 1000\"\n", 1, "option 'clients' cannot be");
	refuse("clients = root,1000,\n", 1, "option 'clients' cannot be");
	refuse("proxies = unix,\n", 1, "option 'proxies' cannot be");
	refuse("proxies = \" \"\n", 1, "option 'proxies' cannot be");
}

static void a_url_is_an_origin(void)
{
	static const char *const bad[] = { "login.example.org", "http://login.example.org",
		"https://", "https://login.example.org/", "https://login.example.org:443",
		"https://login.example.org:0", "https://Login.example.org", "https://a b",
		"https://user@example.org", "https://192.0.2.7", "https://a..b", "http://localhost",
		"http://localhost:", "ftp://x", "http://localhost:80",
		"https://login.example.org:65536", "https://example.org?x" };
	char text[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "url = \"%s\"\nproxies = unix\n", bad[i]);
		refuse(text, 1, "option 'url' cannot be");
	}
	CHECK_OK(apply("url = https://login.example.org\nproxies = unix\n"));
	CHECK_OK(apply("url = http://localhost:9000\n"));
}

static void mistakes_are_named_with_their_line(void)
{
	refuse("\n\nurk = x\n", 3, "unknown option 'urk'; did you mean 'url'?");
	refuse("colour = blue\n", 1, "unknown option 'colour'");
	refuse("ceremonies = 5\nceremonies = 6\n", 2, "given twice");
	refuse("ceremonies = 0\n", 1, "option 'ceremonies' cannot be '0' (1 to 1000000)");
	refuse("ceremonies = 5x\n", 1, "cannot be '5x'");
	refuse("clients = nobody-of-this-name\n", 1, "cannot be 'nobody-of-this-name'");
	refuse("listen = 8080\n", 1, "option 'listen' cannot be");
	refuse("listen = :8080\n", 1, "option 'listen' cannot be");
	refuse("certificate = cert.pem\n", 1, "absolute path");
	refuse("proxy_header = \"X Real\"\n", 1, "option 'proxy_header' cannot be");
	refuse("url\n", 1, "not of the form name = value");
}

static void options_have_to_fit_together(void)
{
	refuse("certificate = /a\n", 0, "belong together");
	refuse("url = https://example.org\n", 0, "give certificate and key, or the proxies");
	refuse("certificate = /a\nkey = /b\n", 0, "url has to begin with https");
	refuse("socket = \"\"\n", 0, "'socket' cannot be empty");
}

/* Whatever a file says, its options are within their limits, or it is refused at a line of it. */
static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	const char *url = options.url;

	ppkd_options_init(&options);
	diag = (struct ppk_diag){ .line = 0 };
	if (ppkd_options_apply(&options, (const char *)data, len, "x.conf", &diag) != PPK_OK) {
		if (strcmp(diag.source, "x.conf") != 0 || diag.text[0] == '\0' || diag.line > 7)
			CHECK_FAIL("%s: line %u: %s", how, diag.line, diag.text);
		return;
	}
	CHECK(ppk_web_origin_is_valid(url, strlen(url)));
	CHECK(options.socket[0] == '/' && options.listen[0] != '\0');
	CHECK(options.client_count >= 1 && options.client_count <= PPKD_LIST_MAX);
	CHECK(options.proxy_count <= PPKD_LIST_MAX);
	CHECK(options.ceremonies >= 1 && options.ceremonies <= 1000000);
	CHECK(strncmp(url, "https://", 8) != 0 || options.proxy_count > 0 || options.proxy_unix);
	++*(unsigned *)context;
}

static void a_changed_file_sets_what_is_allowed_or_is_refused(void)
{
	static const char text[] = "# by a proxy\n"
				   "url = https://login.example.org:8443\n"
				   "listen = \"[::]:8443\"\n"
				   "socket = /run/passkeyd.socket\n"
				   "clients = 0,1000\n"
				   "proxies = 127.0.0.1,unix\n"
				   "ceremonies = 500\n";
	unsigned taken = 0;

	CHECK_INT(mutate_each(text, strlen(text), check_changed, &taken), strlen(text) * 9);
	CHECK(taken > strlen(text) && taken < strlen(text) * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(defaults_are_values_that_can_be_written),
		CHECK_TEST(a_file_sets_what_it_names),
		CHECK_TEST(proxies_are_addresses_or_the_unix_socket),
		CHECK_TEST(a_list_may_have_blanks_beside_its_commas),
		CHECK_TEST(a_url_is_an_origin), CHECK_TEST(mistakes_are_named_with_their_line),
		CHECK_TEST(options_have_to_fit_together),
		CHECK_TEST(a_changed_file_sets_what_is_allowed_or_is_refused));
}
