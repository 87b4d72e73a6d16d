/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_BROWSER_H
#define PPK_METHOD_BROWSER_H

#include "method/method.h"

/*
 * Any authenticator that a browser reaches, on any device: a ppk_method_fn. Asks passkeyd for a page, shows
 * where it is, and waits for what comes from it. Its expected client data are this challenge and the origin
 * of browser_origin=. *request->passkeyd stays open for the verdict. Also PPK_ERR_TIMEOUT,
 * PPK_ERR_NUMBER_WRONG, PPK_ERR_NOT_REQUESTED (logged as an alarm), PPK_ERR_ADDRESS (the browser is not where
 * it has to be), PPK_ERR_PROCESS | PPK_ERR_FRAME | PPK_ERR_IO (passkeyd ended, or lies).
 */
PPK_MUST_CHECK enum ppk_err ppk_method_browser(const struct ppk_method_request *request,
	struct ppk_assertion *ret, struct ppk_client_data_expected *ret_expected);

/*
 * Could ppk_method_browser() work, as far as can be said before it is run: is there an origin, a place, a
 * credential that the page may use, and a passkeyd that listens? Nothing is shown, logged or begun.
 */
bool ppk_method_browser_may_work(const struct ppk_method_request *request);

#endif
