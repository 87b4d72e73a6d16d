/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_WEB_ORIGIN_H
#define PPK_CORE_WEB_ORIGIN_H

/* The origin of passkeyd's page, as browsers write it into client data. */

#include <stdbool.h>
#include <stddef.h>

#include "core/credential.h"

#define PPK_WEB_ORIGIN_SIZE (sizeof("https://") + PPK_RP_ID_MAX + sizeof("65535")) /* with NUL */

/*
 * "https://HOST", "https://HOST:PORT", or the same with http and localhost: the spelling of a browser,
 * so lower case, no slash at the end, and no port where it is the scheme's own. HOST is a name, since
 * an address is no relying party ID. Pure.
 */
bool ppk_web_origin_is_valid(const char *text, size_t len);

/* Is a valid origin that of localhost, which each device is to itself? Pure. */
bool ppk_web_origin_is_localhost(const char *origin);

/* The host of a valid origin, NUL-terminated. Pure. */
void ppk_web_origin_host(const char *origin, char out[static PPK_RP_ID_MAX + 1]);

/*
 * May a page of this valid origin use credentials of rp_id: is that its host or a domain above it
 * (WebAuthn Level 3, 5.1.2)? The browser besides refuses public suffixes. Pure.
 */
bool ppk_web_origin_covers(const char *origin, const char *rp_id);

/* Is url below this valid origin: the origin, a slash, and anything? Pure. */
bool ppk_web_origin_has(const char *origin, const char *url);

#endif
