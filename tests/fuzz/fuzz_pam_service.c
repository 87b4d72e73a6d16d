/* SPDX-License-Identifier: BSD-2-Clause */
/* A service file of PAM as any editor may have left it, read by passkeyctl doctor. */
#include <string.h>

#include "pam_service.h"
#include "require.h"

/* A line of a report can be shown on a terminal, and says where and what. */
static void check_finding(const struct ppk_finding *finding, size_t len)
{
	REQUIRE(strcmp(finding->diag.source, "/etc/pam.d/fuzz") == 0);
	REQUIRE(finding->diag.line <= len + 1 && finding->diag.text[0] != '\0');
	REQUIRE(finding->severity <= PPK_FINDING_ERROR && finding->check != NULL);
	for (const char *at = finding->diag.text; *at != '\0'; at++)
		REQUIRE((unsigned char)*at >= 0x20 && *at != 0x7f);
	PLANT(finding->severity == PPK_FINDING_ERROR && finding->diag.line == 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_report report = { .len = 0 };
	struct ppk_pam_mention mention = { .mentioned = false };

	REQUIRE(ppk_pam_service_check(
			(const char *)data, len, "/etc/pam.d/fuzz", &report, &mention) == PPK_OK);
	REQUIRE(!report.incomplete && report.len <= PPK_REPORT_MAX);
	if (mention.mentioned)
		REQUIRE(memmem(data, len, "pam_passkey.so", 14) != NULL);
	for (size_t i = 0; i < report.len; i++)
		check_finding(&report.findings[i], len);
	ppk_report_done(&report);
	return 0;
}
