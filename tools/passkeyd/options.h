/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_OPTIONS_H
#define PPK_TOOLS_PASSKEYD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/ip_address.h"

#define PPKD_PATH_MAX 1024 /* bytes, with NUL */
#define PPKD_URL_MAX 288 /* bytes, with NUL: a host name, scheme and port */
#define PPKD_LISTEN_MAX 288 /* bytes, with NUL */
#define PPKD_HEADER_MAX 64 /* bytes, with NUL */
#define PPKD_LIST_MAX 16 /* proxies, clients */

/* The value of every option of options.def. */
struct ppkd_options {
	char url[PPKD_URL_MAX];
	char listen[PPKD_LISTEN_MAX];
	char socket[PPKD_PATH_MAX];
	char certificate[PPKD_PATH_MAX];
	char key[PPKD_PATH_MAX];
	struct ppk_ip_address proxies[PPKD_LIST_MAX];
	size_t proxy_count;
	bool proxy_unix; /* who connects through a Unix socket is a proxy */
	char proxy_header[PPKD_HEADER_MAX];
	uid_t clients[PPKD_LIST_MAX];
	size_t client_count;
	unsigned ceremonies, ceremonies_per_user, ceremonies_per_address;
	unsigned connections, connections_per_address;
	bool given[32];
};

/* The defaults of options.def. */
void ppkd_options_init(struct ppkd_options *options);

/*
 * Apply a configuration file's text, of the form of pam_passkey.conf(5), and check that the options fit
 * together. PPK_ERR_OPTION | PPK_ERR_DUPLICATE | PPK_ERR_SYNTAX | PPK_ERR_LIMIT, with source and line
 * in *reterr. Looks up user names.
 */
PPK_MUST_CHECK enum ppk_err ppkd_options_apply(struct ppkd_options *options, const char *text,
	size_t len, const char *source, struct ppk_diag *reterr);

/* The same for a file, which root or this process's user alone may have written. */
PPK_MUST_CHECK enum ppk_err ppkd_options_read(
	struct ppkd_options *options, const char *path, struct ppk_diag *reterr);

/* Does the page travel over TLS of ours? */
bool ppkd_options_tls(const struct ppkd_options *options);

/* May a process of this uid open ceremonies? */
bool ppkd_options_client(const struct ppkd_options *options, uid_t uid);

/* Is this address a proxy's? peer NULL: a Unix socket. */
bool ppkd_options_proxy(const struct ppkd_options *options, const struct ppk_ip_address *peer);

/* The part of url that a request's Host header must be. Points into options. */
const char *ppkd_options_host(const struct ppkd_options *options);

#endif
