/* SPDX-License-Identifier: BSD-2-Clause */
/* What a supervisor that was taken over could tell the launcher: it opens nodes of hidraw and readers. */
#include <string.h>

#include "device/launch.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_launch launch = { .order = 0 };
	bool node, reader;

	memcpy(&launch, data, len < sizeof(launch) ? len : sizeof(launch));
	REQUIRE(!ppk_launch_is_allowed(&launch, false) || ppk_launch_is_allowed(&launch, true));
	if (!ppk_launch_is_allowed(&launch, true))
		return 0;
	REQUIRE(launch.index < PPK_DEVICE_AUTHENTICATORS_MAX);
	if (launch.order == PPK_LAUNCH_END)
		return 0;
	REQUIRE(strnlen(launch.path, sizeof(launch.path)) < sizeof(launch.path));
	REQUIRE(strnlen(launch.product, sizeof(launch.product)) < sizeof(launch.product));
	node = strncmp(launch.path, "/dev/hidraw", 11) == 0;
	reader = ppk_path_is_reader(launch.path);
	REQUIRE(node || reader);
	REQUIRE(!node || launch.path[11 + strspn(launch.path + 11, "0123456789")] == '\0');
	REQUIRE(ppk_launch_is_allowed(&launch, false) == node);
	PLANT(node && launch.path[11] != '0');
	return 0;
}
