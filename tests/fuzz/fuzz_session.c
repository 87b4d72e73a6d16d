/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/PID/cgroup, a file of logind, utmp: whatever stands in them. */
#include <string.h>

#include "core/session.h"
#include "require.h"

static void require_id(const char *id)
{
	REQUIRE(strlen(id) < PPK_SESSION_ID_SIZE);
	REQUIRE(id[strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] ==
		'\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char ids[PPK_SESSIONS_MAX][PPK_SESSION_ID_SIZE];
	const char *text = (const char *)data;
	char host[PPK_SESSION_HOST_SIZE];
	struct ppk_session_place place;
	enum ppk_locality locality;
	size_t count;

	ppk_session_place_parse(text, len, &place);
	require_id(place.session);
	PLANT(place.session[0] != '\0' && place.session[0] != '5' && place.session[0] != 'c');
	locality = ppk_session_of_logind(text, len);
	if (locality == PPK_LOCALITY_LOCAL)
		REQUIRE(memmem(text, len, "REMOTE=0", 8) != NULL);
	if (ppk_session_remote_host_of_logind(text, len, host)) {
		REQUIRE(host[0] != '\0' && strnlen(host, sizeof(host)) < sizeof(host));
		REQUIRE(locality == PPK_LOCALITY_REMOTE);
	}
	count = ppk_sessions_of_logind_user(text, len, ids);
	REQUIRE(count <= PPK_SESSIONS_MAX);
	for (size_t i = 0; i < count; i++) {
		REQUIRE(ids[i][0] != '\0');
		require_id(ids[i]);
	}
	(void)ppk_utmp_has_address(data, len, "pts/1");
	return 0;
}
