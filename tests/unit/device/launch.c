/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/launch.h"

#include <stddef.h>

#include "check.h"
#include "mutate.h"

static struct ppk_launch start(const char *path)
{
	struct ppk_launch launch = { .order = PPK_LAUNCH_START, .product = "Blue key" };

	snprintf(launch.path, sizeof(launch.path), "%s", path);
	return launch;
}

static bool allowed(const char *path, bool nfc)
{
	struct ppk_launch launch = start(path);

	return ppk_launch_is_allowed(&launch, nfc);
}

static void nodes_and_readers_are_opened_and_nothing_else(void)
{
	static const char *const others[] = { "", "/dev/", "/dev/hidraw", "/dev/hidraw01",
		"/dev/hidraw0/../sda", "/dev/hidraw1 ", "/dev/sda", "/etc/shadow", "hidraw0",
		"/dev//hidraw0", "/dev/../dev/hidraw0", "xpcsc://slot0" };

	CHECK(allowed("/dev/hidraw0", false) && allowed("/dev/hidraw12", true));
	CHECK(allowed("pcsc://slot0", true) && !allowed("pcsc://slot0", false));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (allowed(others[i], true))
			CHECK_FAIL("%s may be opened", others[i]);
	}
}

static void an_authenticator_has_a_place(void)
{
	struct ppk_launch launch = start("/dev/hidraw0");

	launch.index = PPK_DEVICE_AUTHENTICATORS_MAX - 1;
	CHECK(ppk_launch_is_allowed(&launch, false));
	launch.index++;
	CHECK(!ppk_launch_is_allowed(&launch, false));
	launch.order = PPK_LAUNCH_END;
	CHECK(!ppk_launch_is_allowed(&launch, false));
	launch = (struct ppk_launch){ .order = PPK_LAUNCH_END };
	CHECK(ppk_launch_is_allowed(&launch, false));
	launch.order = 0;
	CHECK(!ppk_launch_is_allowed(&launch, false));
}

static void a_text_has_an_end(void)
{
	struct ppk_launch launch = start("/dev/hidraw0");

	memset(launch.product, 'x', sizeof(launch.product));
	CHECK(!ppk_launch_is_allowed(&launch, false));
	launch = start("/dev/hidraw0");
	memset(launch.path + 11, '1', sizeof(launch.path) - 11);
	CHECK(!ppk_launch_is_allowed(&launch, false));
}

/* What is cut off is zero: the launcher refuses a packet of another size before. */
static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_launch launch = { .order = 0 };
	char again[sizeof("/dev/hidraw") + 12];
	const char *number;

	memcpy(&launch, data, len);
	if (!ppk_launch_is_allowed(&launch, false))
		return;
	CHECK(launch.index < PPK_DEVICE_AUTHENTICATORS_MAX);
	++*(unsigned *)context;
	if (launch.order == PPK_LAUNCH_END)
		return;
	CHECK(memchr(launch.product, '\0', sizeof(launch.product)) != NULL);
	number = launch.path + strlen("/dev/hidraw");
	snprintf(again, sizeof(again), "/dev/hidraw%.10s", number);
	if (strcmp(launch.path, again) != 0 || number[strspn(number, "0123456789")] != '\0')
		CHECK_FAIL("%s: %s may be opened", how, launch.path);
}

static void a_changed_order_opens_a_node_or_is_refused(void)
{
	struct ppk_launch launch = start("/dev/hidraw25");
	unsigned taken = 0;

	CHECK_INT(mutate_each(&launch, sizeof(launch), check_changed, &taken), sizeof(launch) * 9);
	CHECK(taken >= sizeof(launch.product) && taken < sizeof(launch) * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(nodes_and_readers_are_opened_and_nothing_else),
		CHECK_TEST(an_authenticator_has_a_place), CHECK_TEST(a_text_has_an_end),
		CHECK_TEST(a_changed_order_opens_a_node_or_is_refused));
}
