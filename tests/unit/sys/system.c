/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <time.h>

#include "check.h"
#include "sys/clock.h"
#include "sys/host.h"
#include "sys/random.h"

static ssize_t random_at_most;
static unsigned random_interruptions;
static bool random_fails;

ssize_t __real_getrandom(void *out, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
	if (random_interruptions > 0) {
		random_interruptions--;
		errno = EINTR;
		return -1;
	}
	if (random_fails) {
		errno = ENOSYS;
		return -1;
	}
	return __real_getrandom(
		out, (ssize_t)len > random_at_most ? (size_t)random_at_most : len, flags);
}

static const char *node;

int __real_uname(struct utsname *ret);
int __wrap_uname(struct utsname *ret);
int __wrap_uname(struct utsname *ret)
{
	if (node == NULL)
		return -1;
	memset(ret, 0, sizeof(*ret));
	snprintf(ret->nodename, sizeof(ret->nodename), "%s", node);
	return 0;
}

static bool clock_fails;

int __real_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	return clock_fails ? -1 : __real_clock_gettime(clock, ret);
}

static void random_bytes_fill_all(void)
{
	uint8_t first[100] = { 0 }, second[100] = { 0 };

	random_at_most = 7;
	random_interruptions = 2;
	CHECK_OK(ppk_random(first, sizeof(first)));
	CHECK_OK(ppk_random(second, sizeof(second)));
	for (size_t i = 0; i + 10 <= sizeof(first); i += 10) {
		static const uint8_t nothing[10];

		CHECK(memcmp(first + i, nothing, 10) != 0);
		CHECK(memcmp(first + i, second + i, 10) != 0);
	}
	CHECK_OK(ppk_random(first, 0));
}

static void no_randomness_is_an_error(void)
{
	uint8_t out[4];

	random_fails = true;
	CHECK_ERR(ppk_random(out, sizeof(out)), PPK_ERR_RANDOM);
	random_fails = false;
	random_at_most = 0;
	CHECK_ERR(ppk_random(out, sizeof(out)), PPK_ERR_RANDOM);
}

static const char *host_named(const char *name)
{
	static char out[PPK_HOST_NAME_SIZE];

	node = name;
	ppk_host_name(out);
	return out;
}

static void the_host_has_a_name_that_can_be_shown(void)
{
	CHECK_STR(host_named("web1.example.com"), "web1.example.com");
	CHECK_STR(host_named("web\033[2J"), "web?[2J");
	CHECK_STR(host_named(""), "localhost");
	CHECK_STR(host_named("(none)"), "localhost");
	CHECK_STR(host_named(NULL), "localhost");
}

static void the_clock_does_not_go_back(void)
{
	int64_t before = ppk_clock_ms(), now = ppk_clock_now_s();

	for (int i = 0; i < 1000; i++) {
		int64_t next = ppk_clock_ms();

		CHECK(next >= before);
		before = next;
	}
	CHECK(now > 1700000000 && now < 5000000000);
}

static void a_clock_that_cannot_be_read_leaves_no_time(void)
{
	int64_t deadline_ms = ppk_clock_ms() + 600000, expires_s = 4102444800;

	clock_fails = true;
	CHECK(ppk_clock_ms() > deadline_ms);
	CHECK(ppk_clock_now_s() > expires_s);
	clock_fails = false;
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(random_bytes_fill_all), CHECK_TEST(no_randomness_is_an_error),
		CHECK_TEST(the_host_has_a_name_that_can_be_shown),
		CHECK_TEST(the_clock_does_not_go_back),
		CHECK_TEST(a_clock_that_cannot_be_read_leaves_no_time));
}
