/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_PASSKEYD_H
#define PPK_METHOD_PASSKEYD_H

#include <stdint.h>

#include "core/assertion.h"
#include "core/browser_message.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "sys/file.h"

/* A ceremony at passkeyd and the packet that came last. */
struct ppk_passkeyd {
	int socket; /* -1: none */
	uint8_t *packet; /* PPK_BROWSER_MESSAGE_MAX bytes; what messages point to */
};

/*
 * Connect to the passkeyd that listens at path (absolute), if trust->root, or the owner of the socket's
 * folder, is who listens there. PPK_ERR_NOT_FOUND (no socket, nobody listens) | PPK_ERR_PERMISSION |
 * PPK_ERR_UNSAFE_FILE (somebody else listens) | PPK_ERR_BUSY | PPK_ERR_LIMIT (path too long) |
 * PPK_ERR_NOMEM | PPK_ERR_IO. *ret must be {-1, NULL}; ppk_passkeyd_close() it in any case.
 */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_connect(struct ppk_passkeyd *ret, const char *path,
	const struct ppk_trust *trust, struct ppk_diag *reterr);

/* How long passkeyd may take to make a page: systemd may have to start it first. */
#define PPK_PASSKEYD_BEGIN_MS 15000

/*
 * Begin the ceremony, and wait for the page until deadline_ms (ppk_clock_ms()). The views of
 * *ret_started live until the next call. Errors of ppk_browser_encode_request and ppk_passkeyd_next, but
 * PPK_ERR_PROCESS where nobody answers: systemd listens for a passkeyd that does not start, too. And
 * what FAILED says: PPK_ERR_BUSY (too many ceremonies) | PPK_ERR_PERMISSION (not for this uid) |
 * PPK_ERR_VERSION ...
 */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_begin(struct ppk_passkeyd *passkeyd,
	const struct ppk_browser_request *request, int64_t deadline_ms,
	struct ppk_browser_message *ret_started);

/*
 * On a connection of its own, on which nothing was said: the QR code of url, waiting until deadline_ms. Its
 * bits live until the next call; its width is 0 where there is none. Errors as ppk_passkeyd_begin().
 */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_draw(struct ppk_passkeyd *passkeyd, const char *url,
	int64_t deadline_ms, struct ppk_qr_code *ret);

/*
 * The next message, waiting until deadline_ms (-1: for ever). FAILED is one too. Views in *ret live
 * until the next call. PPK_ERR_TIMEOUT | PPK_ERR_PROCESS (it ended) | PPK_ERR_FRAME (it lies) |
 * PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_next(
	struct ppk_passkeyd *passkeyd, int64_t deadline_ms, struct ppk_browser_message *ret);

/*
 * After REGISTRATION: ask for an assertion by what was registered. The views of the last message stay.
 * PPK_ERR_LIMIT (as ppk_browser_encode_test) | PPK_ERR_PROCESS | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_test(
	struct ppk_passkeyd *passkeyd, const struct ppk_browser_test *test);

/*
 * After ASSERTION or REGISTRATION: what came of it, for the page. PPK_OK is success. The views of the
 * last message stay. PPK_ERR_PROCESS | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_verdict(
	struct ppk_passkeyd *passkeyd, enum ppk_err verdict);

/* Copies, the caller's. PPK_ERR_NOMEM, and *ret is untouched. */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_take_assertion(
	const struct ppk_browser_assertion *from, struct ppk_assertion *ret);

/* The number of a ceremony: 0 to PPK_BROWSER_NUMBER_MAX, each as often. PPK_ERR_RANDOM. */
PPK_MUST_CHECK enum ppk_err ppk_passkeyd_number(uint8_t *ret);

/* End the connection; without a verdict the ceremony is thereby cancelled. Safe when never begun. */
void ppk_passkeyd_close(struct ppk_passkeyd *passkeyd);

#endif
