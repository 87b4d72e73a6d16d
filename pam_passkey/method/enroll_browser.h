/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_ENROLL_BROWSER_H
#define PPK_METHOD_ENROLL_BROWSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/browser_message.h"
#include "core/credential.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "crypto/enrolment_policy.h"
#include "sys/file.h"

/* One enrolment through passkeyd's page. Everything is borrowed. */
struct ppk_browser_enrollment {
	const char *socket; /* of passkeyd */
	const char *origin; /* of the page, valid; the only one that is accepted */
	const char *rp_id; /* covered by origin */
	const char *user;
	const char *host;
	const uint8_t *user_handle; /* random, never the name; WebAuthn Level 3, 14.6.1 */
	size_t user_handle_len;
	const struct ppk_credential *const
		*enrolled; /* exclude list: those of the same RP ID are used */
	size_t enrolled_count;
	enum ppk_uv uv;
	bool discoverable;
	uint32_t timeout_s; /* from now until the test assertion is there */
	uint8_t number; /* 0 to PPK_BROWSER_NUMBER_MAX, or PPK_BROWSER_NUMBER_NONE */
	/* of the page at a passkeyd that has ended, to open it there once more; NULL: a new one */
	const char *url;
	struct ppk_trust trust;
	const struct ppk_enrolment_policy *policy;
	void *context;
	/* The page is there. What it returns ends the enrolment, unless PPK_OK. */
	enum ppk_err (*show)(void *context, const char *url);
	/* OPENED, TURNED_AWAY, NUMBER_WRONG, and REGISTRATION once it was verified. */
	void (*told)(void *context, const struct ppk_browser_message *message);
	/*
	 * Store the credential, which has a name that the person gave it, and is NULL afterwards where it
	 * was taken over. count is that of the test assertion. What it returns is the page's verdict.
	 */
	enum ppk_err (*store)(void *context, struct ppk_credential **credential, uint32_t count);
};

/*
 * Ask passkeyd for a page, verify the registration that comes from it (client data, attestation,
 * policy) and a test assertion by the key that is to be stored, store it, and tell the page what came
 * of it. Nothing that passkeyd says is believed but what those signatures cover, the name that the
 * person gave, and how the browser reached the authenticator. PPK_OK: stored. Errors of
 * ppk_passkeyd_*, what FAILED says, and errors of ppk_client_data_check, ppk_attestation_object_decode,
 * ppk_attestation_verify, ppk_enrolment_policy_check, ppk_assertion_verify, show and store;
 * PPK_ERR_ORIGIN also when the page's URL is not below origin, PPK_ERR_FRAME also when it is another than
 * the url of before. PPK_ERR_PROCESS before REGISTRATION was told: no registration has come.
 */
PPK_MUST_CHECK enum ppk_err ppk_enroll_browser(
	const struct ppk_browser_enrollment *enrollment, struct ppk_diag *reterr);

#endif
