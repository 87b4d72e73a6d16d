/* SPDX-License-Identifier: BSD-2-Clause */
/* The report descriptor of a HID device that may be anything. */
#include <string.h>

#include "core/report_descriptor.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	bool found = ppk_report_descriptor_is_authenticator(data, len);

	REQUIRE(!found || memmem(data, len, "\xd0\xf1", 2) != NULL);
	/* what is behind the place where it was found changes nothing */
	REQUIRE(found || !ppk_report_descriptor_is_authenticator(data, len / 2));
	PLANT(found && data[0] == 0x07);
	return 0;
}
