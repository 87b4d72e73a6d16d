/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_LOCAL_H
#define PPK_METHOD_LOCAL_H

#include "core/credential_groups.h"
#include "method/ceremony.h"
#include "method/method.h"

/*
 * The origin of client data that this machine makes for itself: "pam://" and the host name. It says
 * in the signature that the touch was meant for this machine. Cut to size, NUL-terminated. Pure.
 */
#define PPK_ORIGIN_SIZE 288
void ppk_method_origin(const char *host, char out[static PPK_ORIGIN_SIZE]);

/*
 * Have an authenticator plugged into this machine sign client_data with one of the groups' credentials.
 * ceremony->device is started here, from device_helper, and is the caller's to stop in any case. On
 * PPK_OK *ret, all but its client data, is the caller's. How a ceremony ends, PPK_ERR_PROCESS and
 * what ppk_device_start returns, which is logged.
 */
PPK_MUST_CHECK enum ppk_err ppk_local_sign(struct ppk_ceremony *ceremony,
	const char *device_helper, const struct ppk_trust *trust,
	const struct ppk_bytes *client_data, const struct ppk_credential_groups *groups,
	struct ppk_assertion *ret);

/*
 * The authenticator plugged into this machine: a ppk_method_fn. Its expected client data are exact.
 * Also PPK_ERR_PROCESS and what ppk_device_start returns.
 */
PPK_MUST_CHECK enum ppk_err ppk_method_local(const struct ppk_method_request *request,
					     struct ppk_assertion *ret,
					     struct ppk_client_data_expected *ret_expected);

#endif
