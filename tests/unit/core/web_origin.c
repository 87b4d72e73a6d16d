/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/web_origin.h"

#include "check.h"
#include "mutate.h"

static void origins_are_as_browsers_write_them(void)
{
	static const char *const good[] = { "https://login.example.com", "https://web1",
		"https://login.example.com:8443", "http://localhost", "http://localhost:8080",
		"https://localhost" };
	static const char *const bad[] = { "", "https://", "http://login.example.com",
		"https://Login.example.com", "https://login.example.com/",
		"https://login.example.com:", "https://login.example.com:443",
		"http://localhost:80", "http://localhost:0", "http://localhost:65536",
		"http://localhost:08080", "http://localhost.example.com", "http://localhostx",
		"https://192.0.2.7", "https://[::1]", "https://a:8:9", "https://u@example.com",
		"https://example.com?", "ssh://example.com", "HTTPS://example.com",
		"https:example.com" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ppk_web_origin_is_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (ppk_web_origin_is_valid(bad[i], strlen(bad[i])))
			CHECK_FAIL("%s was taken", bad[i]);
	}
}

static void the_host_is_taken_out(void)
{
	char host[PPK_RP_ID_MAX + 1];

	ppk_web_origin_host("https://login.example.com:8443", host);
	CHECK_STR(host, "login.example.com");
	ppk_web_origin_host("http://localhost", host);
	CHECK_STR(host, "localhost");
}

static void localhost_is_known(void)
{
	CHECK(ppk_web_origin_is_localhost("http://localhost"));
	CHECK(ppk_web_origin_is_localhost("http://localhost:8080"));
	CHECK(!ppk_web_origin_is_localhost("https://localhost.example.com"));
	CHECK(!ppk_web_origin_is_localhost("https://login.example.com:8443"));
}

static void an_origin_covers_itself_and_the_domains_above(void)
{
	const char *origin = "https://login.example.com:8443";

	CHECK(ppk_web_origin_covers(origin, "login.example.com"));
	CHECK(ppk_web_origin_covers(origin, "example.com"));
	CHECK(!ppk_web_origin_covers(origin, "ogin.example.com"));
	CHECK(!ppk_web_origin_covers(origin, "x.login.example.com"));
	CHECK(!ppk_web_origin_covers(origin, "example.org"));
	CHECK(!ppk_web_origin_covers(origin, ""));
}

static void a_url_is_below_its_origin_or_not(void)
{
	CHECK(ppk_web_origin_has("http://localhost:80801", "http://localhost:80801/x"));
	CHECK(!ppk_web_origin_has("http://localhost:8080", "http://localhost:80801/x"));
	CHECK(!ppk_web_origin_has("https://example.com", "https://example.com.evil.org/x"));
	CHECK(!ppk_web_origin_has("https://example.com", "https://example.com"));
	CHECK(!ppk_web_origin_has("https://example.com", "http://example.com/"));
}

static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	char origin[64], host[PPK_RP_ID_MAX + 1];

	if (!ppk_web_origin_is_valid((const char *)data, len))
		return;
	CHECK(len < sizeof(origin));
	memcpy(origin, data, len);
	origin[len] = '\0';
	if (strlen(origin) != len || strpbrk(origin, "/@?#[] \\%") != strstr(origin, "//"))
		CHECK_FAIL("%s: \"%s\" was taken", how, origin);
	ppk_web_origin_host(origin, host);
	CHECK(ppk_rp_id_is_valid(host, strlen(host)));
	CHECK(ppk_web_origin_covers(origin, host));
	++*(unsigned *)context;
}

static void a_changed_origin_is_another_one_or_none(void)
{
	static const char *const texts[] = { "https://login.example.com:8443",
		"https://login.example.com", "http://localhost:8080" };
	unsigned taken = 0;

	for (size_t i = 0; i < 3; i++)
		mutate_each(texts[i], strlen(texts[i]), check_changed, &taken);
	CHECK(taken > 3 * 30); /* other letters of a name make another origin */
}

static void check_below(const uint8_t *data, size_t len, const char *how, void *context)
{
	char url[64];
	size_t same = strlen(context);

	snprintf(url, sizeof(url), "%.*s", (int)len, (const char *)data);
	if (ppk_web_origin_has(context, url) &&
		(len <= same || memcmp(data, context, same) != 0 || data[same] != '/'))
		CHECK_FAIL("%s: below %s", how, (const char *)context);
}

static void a_changed_url_is_below_its_origin_or_not(void)
{
	static char origin[] = "https://web1:8443";
	static const char url[] = "https://web1:8443/0123456789";

	CHECK_INT(mutate_each(url, strlen(url), check_below, origin), strlen(url) * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(origins_are_as_browsers_write_them),
		CHECK_TEST(the_host_is_taken_out),
		CHECK_TEST(localhost_is_known),
		CHECK_TEST(an_origin_covers_itself_and_the_domains_above),
		CHECK_TEST(a_url_is_below_its_origin_or_not),
		CHECK_TEST(a_changed_origin_is_another_one_or_none),
		CHECK_TEST(a_changed_url_is_below_its_origin_or_not));
}
