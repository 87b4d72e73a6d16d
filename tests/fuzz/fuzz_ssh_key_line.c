/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with public keys of OpenSSH. */
#include <string.h>

#include "core/ssh_key_line.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct ppk_ssh_key_line line;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_ssh_key_line_find(text, len, "fuzz.pub", &line, &diag);

	if (err != PPK_OK) {
		REQUIRE(diag.text[0] != '\0');
		return 0;
	}
	REQUIRE(line.key.point >= line.blob.data &&
		line.key.point + line.key.point_len <= line.blob.data + line.blob.len);
	REQUIRE(line.comment >= text && line.comment + line.comment_len <= text + len);
	REQUIRE(memmem(text, len, ppk_ssh_key_type(line.key.alg),
			strlen(ppk_ssh_key_type(line.key.alg))) != NULL);
	PLANT(line.comment_len > 0 &&
		memmem(line.comment, line.comment_len, "root@vm", 7) == NULL &&
		memmem(line.comment, line.comment_len, "alice@laptop", 12) == NULL);
	ppk_ssh_key_line_done(&line);
	return 0;
}
