/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_OPTION_TABLE_H
#define PPK_CORE_OPTION_TABLE_H

/* What the readers of the PAM line and of the configuration file share. For options*.c. */

#include <stdbool.h>
#include <stddef.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/options.h"

/* Where an option was found, for diagnostics; line and columns are 0 where there are none. */
struct ppk_option_place {
	const char *source;
	unsigned line;
	unsigned name_column;
	unsigned value_column;
	bool is_file;
};

/*
 * Set the option of this name; value is NULL for a name that stands alone, which only a switch may
 * do. PPK_ERR_OPTION (unknown, bad value, not in a file) | PPK_ERR_DUPLICATE (given before in this
 * source), with place and sentence in *reterr. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_option_set(struct ppk_options *options, const char *name,
	size_t name_len, const char *value, size_t value_len, const struct ppk_option_place *place,
	struct ppk_diag *reterr);

/* A new source begins: nothing is given yet. Pure. */
void ppk_options_begin_source(struct ppk_options *options);

#endif
