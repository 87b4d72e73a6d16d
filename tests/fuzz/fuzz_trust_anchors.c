/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of certificates: one that is refused makes nobody trusted that was not. */
#include <string.h>

#include "crypto/trust_anchors.h"
#include "require.h"
#include "vector.h"

#define NOW_S 1800000000 /* within the dates of the seeds */

static struct ppk_attestation_object object; /* of packed-es256, whose root is a seed */

static void find_object(void)
{
	for (size_t i = 0; i < vector_count; i++) {
		const struct vector_bytes *bytes = &vectors[i].attestation_object;

		if (strcmp(vectors[i].id, "packed-es256") == 0)
			REQUIRE(ppk_attestation_object_decode(bytes->data, bytes->len, &object) ==
				PPK_OK);
	}
	REQUIRE(object.x5c_count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_trust_anchors *anchors = NULL;
	enum ppk_err added, checked;

	if (object.x5c_count == 0)
		find_object();
	REQUIRE(ppk_trust_anchors_new(&anchors) == PPK_OK);
	REQUIRE(ppk_trust_anchors_check(anchors, &object, NOW_S) == PPK_ERR_ATTESTATION_UNTRUSTED);
	added = ppk_trust_anchors_add(anchors, data, len);
	REQUIRE(added == PPK_OK || added == PPK_ERR_SYNTAX);
	checked = ppk_trust_anchors_check(anchors, &object, NOW_S);
	REQUIRE(checked == PPK_OK || checked == PPK_ERR_ATTESTATION_UNTRUSTED);
	/* a key of 0x04 and 64 bytes, and a signature of 64 to 72, belong to a certificate that long */
	REQUIRE(checked != PPK_OK || len > 200);
	PLANT(added == PPK_OK && checked != PPK_OK && data[0] == 0x30);
	ppk_trust_anchors_free(anchors);
	return 0;
}
