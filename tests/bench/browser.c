/* SPDX-License-Identifier: BSD-2-Clause */
#include "browser.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/authenticator_data.h"
#include "core/browser_message.h"
#include "core/client_data.h"

#define CLAIM_SIZE 16
#define HEAD_MAX 4096
#define STATE_CHECKING 1
#define STATE_ACCEPTED 2

static void must(bool condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "browser: %s\n", what);
		exit(70);
	}
}

static void connect_to(struct browser *browser)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(browser->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int on = 1;

	browser->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(browser->socket >= 0, "socket");
	must(connect(browser->socket, (struct sockaddr *)&address, sizeof(address)) == 0,
		"passkeyd cannot be reached");
	setsockopt(browser->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* The body's length, once the head is there; *ret_head is the head's. */
static size_t read_head(const char *text, size_t *ret_head)
{
	const char *end = strstr(text, "\r\n\r\n"), *length;
	size_t found = 0;

	if (end == NULL)
		return 0;
	must(strncmp(text, "HTTP/1.1 200 ", 13) == 0, text);
	length = strcasestr(text, "\r\nContent-Length: ");
	must(length != NULL && length < end, "no Content-Length");
	for (const char *at = length + 18; *at >= '0' && *at <= '9'; at++)
		found = found * 10 + (size_t)(*at - '0');
	*ret_head = (size_t)(end + 4 - text);
	return found;
}

static void receive(struct browser *browser)
{
	static char text[HEAD_MAX + sizeof(browser->answer)];
	size_t len = 0, head = 0, body = 0;

	while (head == 0 || len < head + body) {
		ssize_t got = recv(browser->socket, text + len, sizeof(text) - 1 - len, 0);

		must(got > 0, "the connection ended");
		len += (size_t)got;
		text[len] = '\0';
		if (head == 0)
			body = read_head(text, &head);
	}
	must(len == head + body && body <= sizeof(browser->answer), "length of an answer");
	memcpy(browser->answer, text + head, body);
	browser->answer_len = body;
}

/* body NULL: GET */
static void ask(struct browser *browser, const char *path, const char *name, const uint8_t *body,
	size_t len)
{
	char request[HEAD_MAX];
	size_t head;

	head = (size_t)snprintf(request, sizeof(request), "%s %s%s HTTP/1.1\r\nHost: %s\r\n",
		body == NULL ? "GET" : "POST", path, name, strstr(browser->origin, "//") + 2);
	if (body != NULL)
		head += (size_t)snprintf(request + head, sizeof(request) - head,
			"Origin: %s\r\nContent-Type: application/octet-stream\r\n"
			"Content-Length: %zu\r\n",
			browser->origin, len);
	head += (size_t)snprintf(request + head, sizeof(request) - head, "\r\n");
	must(head + len <= sizeof(request), "length of a request");
	if (len > 0)
		memcpy(request + head, body, len);
	must(send(browser->socket, request, head + len, MSG_NOSIGNAL) == (ssize_t)(head + len),
		"send");
	receive(browser);
}

/* A block of browser_message.md. */
static void append_block(struct ppk_bytes *to, const void *data, size_t len)
{
	const uint8_t length[2] = { (uint8_t)(len >> 8), (uint8_t)len };

	signer_append(to, length, sizeof(length));
	signer_append(to, data, len);
}

/* What navigator.credentials.get() gives for this challenge, as the page sends it; the caller's. */
static struct ppk_bytes make_answer(
	const struct browser *browser, const uint8_t *claim, const uint8_t *challenge)
{
	const uint8_t type = PPK_BROWSER_ASSERTION;
	struct ppk_bytes answer = { 0 }, json = { 0 };
	struct ppk_bytes data = signer_authenticator_data(BROWSER_RP, PPK_FLAG_UP | PPK_FLAG_UV, 0);
	struct ppk_bytes signature;

	must(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, 32, browser->origin, &json) ==
			PPK_OK,
		"client data");
	signature = signer_assert(browser->signer, &data, &json);
	signer_append(&answer, claim, CLAIM_SIZE);
	signer_append(&answer, &type, sizeof(type));
	append_block(&answer, BROWSER_ID, BROWSER_ID_LEN);
	append_block(&answer, json.data, json.len);
	append_block(&answer, data.data, data.len);
	append_block(&answer, signature.data, signature.len);
	append_block(&answer, "", 0);
	ppk_bytes_done(&json);
	ppk_bytes_done(&data);
	ppk_bytes_done(&signature);
	return answer;
}

static void open_page(struct browser *browser, const char *url)
{
	static const char *const parts[] = { "/page.css", "/page.js", "/icon.svg" };

	must(strncmp(url, browser->origin, strlen(browser->origin)) == 0, "URL");
	snprintf(browser->path, sizeof(browser->path), "%s", url + strlen(browser->origin));
	connect_to(browser);
	ask(browser, browser->path, "", NULL, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ask(browser, parts[i], "", NULL, 0);
	ask(browser, browser->path, "/view", NULL, 0);
}

void browser_answer(struct browser *browser, const char *url, unsigned number)
{
	const uint8_t digits = (uint8_t)number;
	struct ppk_bytes answer;

	open_page(browser, url);
	ask(browser, browser->path, "/number", &digits, 1);
	must(browser->answer_len > 1 + CLAIM_SIZE + 32 && browser->answer[0] == 1,
		"the number is not the one");
	answer = make_answer(browser, browser->answer + 1, browser->answer + 1 + CLAIM_SIZE);
	ask(browser, browser->path, "/answer", answer.data, answer.len);
	ppk_bytes_done(&answer);
}

bool browser_is_accepted(struct browser *browser)
{
	do
		ask(browser, browser->path, "/status", NULL, 0);
	while (browser->answer[0] == STATE_CHECKING);
	close(browser->socket);
	browser->socket = -1;
	return browser->answer[0] == STATE_ACCEPTED;
}
