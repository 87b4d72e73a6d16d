/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/fault.h"

#include <errno.h>
#include <string.h>

#include "sys/error_text.h"

static const struct {
	enum ppk_err err;
	const char *sentence;
} table[] = {
	[PPK_FAULT_NONE] = { PPK_OK, "" },
#define PPK_FAULT(kind, error, sentence) [PPK_FAULT_##kind] = { PPK_ERR_##error, sentence },
#include "sys/fault.def"
#undef PPK_FAULT
};

struct ppk_fault ppk_fault_from_errno(int code)
{
	struct ppk_fault fault = { .kind = PPK_FAULT_SYSTEM, .code = code };

	if (code == EACCES || code == EPERM)
		fault.kind = PPK_FAULT_DENIED;
	else if (code == ENOMEM)
		fault.kind = PPK_FAULT_NO_MEMORY;
	else if (code == EMFILE || code == ENFILE)
		fault.kind = PPK_FAULT_TOO_MANY_OPEN;
	else if (code == ENAMETOOLONG)
		fault.kind = PPK_FAULT_TOO_LONG;
	return fault;
}

enum ppk_err ppk_fault_report(
	const struct ppk_fault *fault, const char *path, struct ppk_diag *reterr)
{
	enum ppk_err err = table[fault->kind].err;
	const char *sentence = table[fault->kind].sentence;
	char reason[128];
	char source[sizeof(reterr->source)];
	size_t len = strlen(path);

	if (err == PPK_OK)
		return PPK_OK;
	if (fault->prefix_len > 0 && fault->prefix_len < len)
		len = fault->prefix_len;
	if (len >= sizeof(source))
		len = sizeof(source) - 1;
	memcpy(source, path, len);
	source[len] = '\0';
	if (fault->kind == PPK_FAULT_SYSTEM && fault->code != 0) {
		ppk_error_text(fault->code, reason, sizeof(reason));
		return ppk_diag_set(reterr, err, source, 0, 0, "%s: %s", sentence, reason);
	}
	return ppk_diag_set(reterr, err, source, 0, 0, "%s", sentence);
}
