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

/* What Chromium sends with everything, and with a page, and with what its script asks for. */
#define HEADERS_OF_ALL                                                                             \
	"Connection: keep-alive\r\n"                                                               \
	"sec-ch-ua-platform: \"Linux\"\r\n"                                                        \
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "      \
	"Chrome/156.0.0.0 Safari/537.36\r\n"                                                       \
	"sec-ch-ua: \"Chromium\";v=\"156\", \"Not(A:Brand\";v=\"24\"\r\n"                          \
	"sec-ch-ua-mobile: ?0\r\n"                                                                 \
	"Accept-Encoding: gzip, deflate, br, zstd\r\n"                                             \
	"Accept-Language: en-US,en;q=0.9\r\n"
#define HEADERS_OF_PAGE                                                                            \
	HEADERS_OF_ALL                                                                             \
	"Upgrade-Insecure-Requests: 1\r\n"                                                         \
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"     \
	"image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n"                          \
	"Sec-Fetch-Site: none\r\n"                                                                 \
	"Sec-Fetch-Mode: navigate\r\n"                                                             \
	"Sec-Fetch-User: ?1\r\n"                                                                   \
	"Sec-Fetch-Dest: document\r\n"
#define HEADERS_OF_SCRIPT                                                                          \
	HEADERS_OF_ALL                                                                             \
	"Pragma: no-cache\r\n"                                                                     \
	"Cache-Control: no-cache\r\n"                                                              \
	"Accept: */*\r\n"                                                                          \
	"Sec-Fetch-Site: same-origin\r\n"                                                          \
	"Sec-Fetch-Mode: cors\r\n"                                                                 \
	"Sec-Fetch-Dest: empty\r\n"

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

static void send_all(struct browser *browser, const char *data, size_t len)
{
	must(send(browser->socket, data, len, MSG_NOSIGNAL) == (ssize_t)len, "send");
}

static void get(struct browser *browser, const char *path, const char *name, const char *headers)
{
	char request[HEAD_MAX];
	int len = snprintf(request, sizeof(request), "GET %s%s HTTP/1.1\r\nHost: %s\r\n%s\r\n",
		path, name, strstr(browser->origin, "//") + 2, headers);

	must(len > 0 && (size_t)len < sizeof(request), "length of a request");
	send_all(browser, request, (size_t)len);
	receive(browser);
}

static void post(struct browser *browser, const char *name, const uint8_t *body, size_t len)
{
	char request[HEAD_MAX];
	int head = snprintf(request, sizeof(request),
		"POST %s%s HTTP/1.1\r\nHost: %s\r\n%sOrigin: %s\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n",
		browser->path, name, strstr(browser->origin, "//") + 2, HEADERS_OF_SCRIPT,
		browser->origin, len);

	must(head > 0 && (size_t)head + len < sizeof(request), "length of a request");
	memcpy(request + head, body, len);
	send_all(browser, request, (size_t)head + len);
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
	must(strncmp(url, browser->origin, strlen(browser->origin)) == 0, "URL");
	snprintf(browser->path, sizeof(browser->path), "%s", url + strlen(browser->origin));
	connect_to(browser);
	get(browser, browser->path, "", HEADERS_OF_PAGE);
	get(browser, browser->path, "/view", HEADERS_OF_SCRIPT);
}

void browser_answer(struct browser *browser, const char *url, unsigned number)
{
	const uint8_t digits = (uint8_t)number;
	struct ppk_bytes answer;

	open_page(browser, url);
	post(browser, "/number", &digits, 1);
	must(browser->answer_len > 1 + CLAIM_SIZE + 32 && browser->answer[0] == 1,
		"the number is not the one");
	answer = make_answer(browser, browser->answer + 1, browser->answer + 1 + CLAIM_SIZE);
	post(browser, "/answer", answer.data, answer.len);
	ppk_bytes_done(&answer);
}

bool browser_is_accepted(struct browser *browser)
{
	do
		get(browser, browser->path, "/status", HEADERS_OF_SCRIPT);
	while (browser->answer[0] == STATE_CHECKING);
	close(browser->socket);
	browser->socket = -1;
	return browser->answer[0] == STATE_ACCEPTED;
}
