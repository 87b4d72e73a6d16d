/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/web_origin.h"
#include "doctor.h"
#include "method/passkeyd.h"
#include "roots.h"

#define ATTESTATION "attestation"
#define PASSKEYD "passkeyd"

static void examine_roots(const struct ppk_examination *examination)
{
	const struct ppk_options *options = examination->options;
	struct ppk_trust_anchors *anchors = NULL;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	if (options->attestation == PPK_ATTESTATION_NONE)
		return;
	err = ppk_roots_read(options, &anchors, &diag);
	ppk_trust_anchors_free(anchors);
	if (err == PPK_OK)
		ppk_report_add(examination->report, PPK_FINDING_OK, ATTESTATION, NULL,
			"the root certificates of %s can be used", options->attestation_roots);
	else
		ppk_report_failure(examination->report, PPK_FINDING_WARNING, ATTESTATION,
			"nobody can enrol until this is mended", err, &diag);
}

static void examine_listener(const struct ppk_examination *examination)
{
	const struct ppk_trust trust = { .root = 0 };
	struct ppk_passkeyd passkeyd = { .socket = -1 };
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_passkeyd_connect(
		&passkeyd, examination->options->browser_socket, &trust, &diag);

	ppk_passkeyd_close(&passkeyd);
	if (err == PPK_OK)
		ppk_report_add(examination->report, PPK_FINDING_OK, PASSKEYD, NULL,
			"passkeyd listens at %s", examination->options->browser_socket);
	else
		ppk_report_failure(examination->report, PPK_FINDING_WARNING, PASSKEYD,
			"no browser can be used until this is mended", err, &diag);
}

static void examine_page(const struct ppk_examination *examination)
{
	const struct ppk_options *options = examination->options;

	if (options->browser_origin[0] == '\0')
		return;
	if (options->rp_id[0] != '\0' &&
		!ppk_web_origin_covers(options->browser_origin, options->rp_id))
		ppk_report_add(examination->report, PPK_FINDING_ERROR, PASSKEYD,
			"rp_id must be the host of browser_origin or a domain above it",
			"a page of %s cannot use passkeys of %s", options->browser_origin,
			options->rp_id);
	examine_listener(examination);
}

void ppk_doctor_enrolment(const struct ppk_examination *examination)
{
	examine_roots(examination);
	examine_page(examination);
}
