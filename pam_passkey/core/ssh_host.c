/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/*
 * Spelling.
 */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

static bool is_name(const char *text)
{
	if (text[0] == '\0' || text[0] == '.' || text[0] == '-' || strstr(text, "..") != NULL)
		return false;
	for (; *text != '\0'; text++) {
		if (!is_of_name(*text))
			return false;
	}
	return true;
}

/* An address into its one spelling, in place. False: it is none, and stays as it is. */
static bool rewrite_address(char text[static PPK_SSH_HOST_SIZE])
{
	unsigned char address[sizeof(struct in6_addr)];
	char *zone = strchr(text, '%');

	if (inet_pton(AF_INET, text, address) == 1)
		return inet_ntop(AF_INET, address, text, PPK_SSH_HOST_SIZE) != NULL;
	if (zone != NULL && zone[1] != '\0')
		*zone = '\0';
	if (inet_pton(AF_INET6, text, address) == 1)
		return inet_ntop(AF_INET6, address, text, PPK_SSH_HOST_SIZE) != NULL;
	if (zone != NULL)
		*zone = '%';
	return false;
}

enum ppk_err ppk_ssh_host_normalise(
	const char *text, size_t len, char out[static PPK_SSH_HOST_SIZE])
{
	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > PPK_SSH_HOST_MAX || memchr(text, '\0', len) != NULL)
		return PPK_ERR_SYNTAX;
	for (size_t i = 0; i < len; i++)
		out[i] = lower(text[i]);
	out[len] = '\0';
	return rewrite_address(out) || is_name(out) ? PPK_OK : PPK_ERR_SYNTAX;
}

bool ppk_ssh_host_is_valid(const char *text, size_t len)
{
	char spelled[PPK_SSH_HOST_SIZE];

	return ppk_ssh_host_normalise(text, len, spelled) == PPK_OK && strlen(spelled) == len &&
	       memcmp(spelled, text, len) == 0;
}

void ppk_ssh_origin(const char *host, size_t host_len, char out[static PPK_SSH_ORIGIN_SIZE])
{
	snprintf(out, PPK_SSH_ORIGIN_SIZE, PPK_SSH_ORIGIN_PREFIX "%.*s", (int)host_len, host);
}

/*
 * Lists.
 */

bool ppk_ssh_origins_have(const struct ppk_ssh_origins *origins, const char *host, size_t host_len)
{
	char origin[PPK_SSH_ORIGIN_SIZE];

	ppk_ssh_origin(host, host_len, origin);
	for (size_t i = 0; i < origins->count; i++) {
		if (strcmp(origins->list[i], origin) == 0)
			return true;
	}
	return false;
}

/* False: there is no room. */
static bool add(struct ppk_ssh_origins *origins, const char *host, size_t len)
{
	if (ppk_ssh_origins_have(origins, host, len))
		return true;
	if (origins->count == PPK_SSH_ORIGINS_MAX)
		return false;
	ppk_ssh_origin(host, len, origins->text[origins->count]);
	origins->list[origins->count] = origins->text[origins->count];
	origins->count++;
	return true;
}

static enum ppk_err parse_origin(const char *text, size_t len, struct ppk_ssh_origins *ret)
{
	const size_t prefix_len = sizeof(PPK_SSH_ORIGIN_PREFIX) - 1;

	if (len < prefix_len || memcmp(text, PPK_SSH_ORIGIN_PREFIX, prefix_len) != 0 ||
		!ppk_ssh_host_is_valid(text + prefix_len, len - prefix_len))
		return PPK_ERR_SYNTAX;
	return add(ret, text + prefix_len, len - prefix_len) ? PPK_OK : PPK_ERR_LIMIT;
}

enum ppk_err ppk_ssh_origins_parse(const char *text, size_t len, struct ppk_ssh_origins *ret)
{
	enum ppk_err err = PPK_OK;
	size_t start = 0;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i <= len && err == PPK_OK; i++) {
		if (i < len && text[i] != ',')
			continue;
		err = parse_origin(text + start, i - start, ret);
		start = i + 1;
	}
	return err;
}

/*
 * What a machine is called.
 */

/* The next word of a line, which ends at a blank; *text and *len move behind it. 0: there is none. */
static size_t next_word(const char **text, size_t *len, const char **ret)
{
	size_t word = 0;

	while (*len > 0 && (**text == ' ' || **text == '\t')) {
		(*text)++;
		(*len)--;
	}
	*ret = *text;
	while (word < *len && (*ret)[word] != ' ' && (*ret)[word] != '\t')
		word++;
	*text += word;
	*len -= word;
	return word;
}

/* A host of unknown spelling; what is none, or has no room, is left out. */
static void add_host(struct ppk_ssh_origins *origins, const char *text, size_t len)
{
	char host[PPK_SSH_HOST_SIZE];

	if (ppk_ssh_host_normalise(text, len, host) == PPK_OK)
		(void)add(origins, host, strlen(host));
}

/* Is text the host name, a dot, and a domain? */
static bool is_full_name(const char *text, size_t len, const char *host_name, size_t host_len)
{
	return len > host_len + 1 && memcmp(text, host_name, host_len) == 0 &&
	       text[host_len] == '.';
}

/* The full names in a line of hosts(5): address and names, up to a '#'. */
static void add_full_names(
	struct ppk_ssh_origins *origins, const char *host_name, const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len), *word;
	size_t word_len;

	if (comment != NULL)
		len = (size_t)(comment - line);
	(void)next_word(&line, &len, &word); /* the address */
	while ((word_len = next_word(&line, &len, &word)) > 0) {
		if (is_full_name(word, word_len, host_name, strlen(host_name)))
			add_host(origins, word, word_len);
	}
}

static void add_hosts_file(
	struct ppk_ssh_origins *origins, const char *host_name, const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end == NULL ? len : (size_t)(end - text);

		add_full_names(origins, host_name, text, line_len);
		if (end == NULL)
			return;
		text += line_len + 1;
		len -= line_len + 1;
	}
}

static bool is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* SSH_CONNECTION: "client-address client-port server-address server-port" (ssh(1)). */
static void add_server_address(struct ppk_ssh_origins *origins, const char *connection)
{
	size_t left = strlen(connection), len = 0;
	char host[PPK_SSH_HOST_SIZE];
	const char *word;

	for (int i = 0; i < 3; i++)
		len = next_word(&connection, &left, &word);
	if (ppk_ssh_host_normalise(word, len, host) != PPK_OK)
		return;
	add_host(origins, host, strlen(host));
	if (is_loopback(host))
		add_host(origins, "localhost", strlen("localhost"));
}

void ppk_ssh_origins_of_machine(const char *host_name, const char *hosts_file, size_t hosts_len,
	const char *connection, struct ppk_ssh_origins *ret)
{
	memset(ret, 0, sizeof(*ret));
	add_host(ret, host_name, strlen(host_name));
	add_host(ret, host_name, strcspn(host_name, "."));
	if (connection != NULL)
		add_server_address(ret, connection);
	add_hosts_file(ret, host_name, hosts_file, hosts_len);
}
