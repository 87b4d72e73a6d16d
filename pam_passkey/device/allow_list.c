/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/allow_list.h"

/* What an authenticator takes that does not say (CTAP 2.1, 6.4, maxMsgSize). */
#define MESSAGE_SIZE_DEFAULT 1024
/* CBOR around one id: map, "id", the length of the id, "type", "public-key". */
#define DESCRIPTOR_OVERHEAD 24

bool ppk_list_takes(const struct ppk_list_limits *limits, size_t len)
{
	return limits->id_len == 0 || len <= limits->id_len;
}

struct ppk_list_part ppk_list_next(const struct ppk_list_limits *limits,
	const struct ppk_bytes *ids, size_t id_count, size_t first, size_t overhead)
{
	size_t room = limits->message_size == 0 ? MESSAGE_SIZE_DEFAULT : limits->message_size;
	struct ppk_list_part part = { .first = first, .end = first };
	size_t used = overhead;

	for (; part.end < id_count; part.end++) {
		size_t len = ids[part.end].len;

		if (!ppk_list_takes(limits, len))
			continue;
		if (part.count > 0 && (used + len + DESCRIPTOR_OVERHEAD > room ||
					      (limits->count != 0 && part.count == limits->count)))
			break;
		used += len + DESCRIPTOR_OVERHEAD;
		part.count++;
	}
	return part;
}
