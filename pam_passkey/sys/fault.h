/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_FAULT_H
#define PPK_SYS_FAULT_H

#include <stddef.h>

#include "core/diagnostic.h"
#include "core/error.h"

enum ppk_fault_kind {
	PPK_FAULT_NONE = 0,
#define PPK_FAULT(kind, error, sentence) PPK_FAULT_##kind,
#include "sys/fault.def"
#undef PPK_FAULT
};

/*
 * What went wrong with a path, as plain values: made without allocation and without stdio, so that
 * a child process can find it out and its parent report it.
 */
struct ppk_fault {
	enum ppk_fault_kind kind;
	size_t prefix_len; /* this much of the path is to blame; 0: the whole */
	int code; /* errno where the system said no, or 0 */
};

/* The fault for an errno of a call on a file that is known to be there. Async-signal-safe. Pure. */
struct ppk_fault ppk_fault_from_errno(int code);

/*
 * Write what is wrong and what to do about it into *reterr (may be NULL) and return the error.
 * PPK_OK, and nothing is written, for PPK_FAULT_NONE.
 */
enum ppk_err ppk_fault_report(
	const struct ppk_fault *fault, const char *path, struct ppk_diag *reterr);

#endif
