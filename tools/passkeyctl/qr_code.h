/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_QR_CODE_H
#define PPK_TOOLS_PASSKEYCTL_QR_CODE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Write text (ASCII) to a terminal as a QR code of half blocks, with the quiet zone that readers need,
 * black on white whatever the terminal's own colours are. false, and nothing written, when it is wider
 * than columns or PPK_QR_WIDTH_MAX modules, or there is no memory.
 */
bool ppk_qr_code_print(FILE *out, const char *text, size_t columns);

/*
 * How many columns a QR code may take on the terminal that out is; 0 when it is none, shows no UTF-8
 * (LC_ALL, LC_CTYPE, LANG), or no colours (TERM=dumb).
 */
size_t ppk_qr_code_columns(FILE *out);

#endif
