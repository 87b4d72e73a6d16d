/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_TLS_H
#define PPK_TOOLS_PASSKEYD_TLS_H

/*
 * The admin's certificate, which may be renewed while connections go on. GnuTLS asks for it by a callback
 * that is given no context, so there is one for the process.
 */

#include <gnutls/abstract.h>

#include "core/diagnostic.h"
#include "core/error.h"

/* TLS 1.2 and 1.3, authenticated encryption and forward secrecy alone. */
#define PPKD_TLS_PRIORITIES                                                                        \
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:"           \
	"-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305"

/*
 * Read certificate chain and key; new connections get them. On failure those before stay in use.
 * PPK_ERR_IO (cannot be read) | PPK_ERR_SYNTAX (no such thing in PEM) | PPK_ERR_KEY (they are no pair) |
 * PPK_ERR_NOMEM | PPK_ERR_LIMIT.
 */
PPK_MUST_CHECK enum ppk_err ppkd_tls_load(
	const char *certificate, const char *key, struct ppk_diag *reterr);

/* What libmicrohttpd is given (MHD_OPTION_HTTPS_CERT_CALLBACK). */
gnutls_certificate_retrieve_function2 ppkd_tls_retrieve;

/* Free all; no connection is left. */
void ppkd_tls_done(void);

#endif
