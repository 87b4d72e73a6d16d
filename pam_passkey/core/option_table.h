/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_OPTION_TABLE_H
#define PPK_CORE_OPTION_TABLE_H

/*
 * What the readers of the PAM line and of the configuration file share, and what reads the file of
 * another program of ours. For options*.c, and for passkeyd.
 */

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

/* What is done with each setting of a file. The name and the value are not NUL-terminated. */
typedef enum ppk_err ppk_setting_fn(void *context, const char *name, size_t name_len,
	const char *value, size_t value_len, const struct ppk_option_place *place,
	struct ppk_diag *reterr);

/*
 * Give each setting of a configuration file (its form: ppk_options_apply_file()) to set. PPK_ERR_SYNTAX
 * | PPK_ERR_LIMIT, or what set returned, at the first line that is wrong. Pure, but for set.
 */
PPK_MUST_CHECK enum ppk_err ppk_settings_apply(const char *text, size_t len, const char *source,
	ppk_setting_fn *set, void *context, struct ppk_diag *reterr);

/* A new source begins: nothing is given yet. Pure. */
void ppk_options_begin_source(struct ppk_options *options);

#endif
