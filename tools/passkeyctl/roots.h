/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_ROOTS_H
#define PPK_TOOLS_PASSKEYCTL_ROOTS_H

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/options.h"
#include "crypto/trust_anchors.h"

/*
 * The root certificates of attestation_roots=: every file of that folder whose name does not begin
 * with a dot. With attestation=none nothing is read and *ret is NULL. An empty or missing folder, a
 * file that somebody besides root could have written, and one that is no certificate are errors: who
 * demands attestation is not to be served without. Errors of ppk_file_read, PPK_ERR_NOT_FOUND,
 * PPK_ERR_SYNTAX, with a sentence. *ret is the caller's: ppk_trust_anchors_free().
 */
PPK_MUST_CHECK enum ppk_err ppk_roots_read(
	const struct ppk_options *options, struct ppk_trust_anchors **ret, struct ppk_diag *reterr);

#endif
