/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/web_origin.h"

#include "check.h"

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

int main(void)
{
	return CHECK_RUN(CHECK_TEST(origins_are_as_browsers_write_them),
		CHECK_TEST(the_host_is_taken_out),
		CHECK_TEST(an_origin_covers_itself_and_the_domains_above),
		CHECK_TEST(a_url_is_below_its_origin_or_not));
}
