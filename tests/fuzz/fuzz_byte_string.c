/* SPDX-License-Identifier: BSD-2-Clause */
/* What libfido2 hands out as authenticator data: a CBOR byte string, and nothing besides. */
#include "device/byte_string.h"
#include "read_bytes.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *content = NULL;
	size_t content_len = 0;

	if (!ppk_byte_string_unwrap(data, len, &content, &content_len))
		return 0;
	REQUIRE(data[0] >> 5 == 2 && content > data && content + content_len == data + len);
	REQUIRE(len - content_len <= 3);
	read_bytes(content, content_len);
	PLANT(content_len == 3 && content[0] != 'a');
	return 0;
}
