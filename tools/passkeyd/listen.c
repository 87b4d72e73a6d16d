/* SPDX-License-Identifier: BSD-2-Clause */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/environment.h"

#define FIRST_FD 3 /* sd_listen_fds(3) */
#define BACKLOG 1024
#define CONTROL_MODE 0666 /* who may ask is decided by uid */
#define WEB_MODE 0660 /* what a proxy says is believed: its group is this process's */

static enum ppk_err fail(const char *where, const char *what, struct ppk_diag *reterr)
{
	return ppk_diag_set(
		reterr, PPK_ERR_IO, where, 0, 0, "%s: %s", what, strerrordesc_np(errno));
}

static enum ppk_err take(int fd, struct ppkd_sockets *ret, struct ppk_diag *reterr)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return fail("systemd", "a descriptor that is no socket", reterr);
	if (type == SOCK_SEQPACKET && ret->control < 0) {
		ret->control = fd;
		return PPK_OK;
	}
	if (type == SOCK_STREAM && ret->web_count < PPKD_WEB_SOCKETS_MAX) {
		ret->web[ret->web_count++] = fd;
		return PPK_OK;
	}
	return ppk_diag_set(reterr, PPK_ERR_LIMIT, "systemd", 0, 0,
		"one SOCK_SEQPACKET and at most %d SOCK_STREAM sockets are taken",
		PPKD_WEB_SOCKETS_MAX);
}

static enum ppk_err take_all(struct ppkd_sockets *ret, struct ppk_diag *reterr)
{
	int count = (int)ppk_environment_number("LISTEN_FDS");
	enum ppk_err err = PPK_OK;

	if (ppk_environment_number("LISTEN_PID") != (unsigned)getpid())
		return PPK_OK;
	for (int fd = FIRST_FD; fd < FIRST_FD + count && err == PPK_OK; fd++)
		err = take(fd, ret, reterr);
	return err;
}

static int bind_and_listen(int fd, const struct sockaddr *address, socklen_t len)
{
	if (fd >= 0 && bind(fd, address, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	if (fd >= 0) {
		int code = errno;

		close(fd);
		errno = code;
	}
	return -1;
}

/* A socket that an earlier passkeyd left behind is taken away; anything else is not. */
static void remove_stale(const char *path)
{
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_uid == geteuid())
		(void)unlink(path); /* bind(2) says so if it is still there */
}

static enum ppk_err open_unix(
	const char *path, int type, mode_t mode, int *ret, struct ppk_diag *reterr)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, path, 0, 0,
			"the path of a socket has at most %zu bytes", sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	remove_stale(path);
	fd = bind_and_listen(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		(struct sockaddr *)&address, sizeof(address));
	if (fd < 0 || chmod(path, mode) != 0)
		return fail(path, "cannot listen", reterr);
	*ret = fd;
	return PPK_OK;
}

static int open_inet(const struct addrinfo *info)
{
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, off = 0;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6) /* [::] is meant to be all addresses */
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	return bind_and_listen(fd, info->ai_addr, info->ai_addrlen);
}

/* "host:port" or "[address]:port" apart. */
static void split(const char *text, char host[static PPKD_LISTEN_MAX], const char **ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t len = (size_t)(colon - text);

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	*ret_port = colon + 1;
}

/* localhost is two addresses; both are wanted, one is enough. */
static enum ppk_err open_all(const char *text, const struct addrinfo *list,
	struct ppkd_sockets *ret, struct ppk_diag *reterr)
{
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		int fd = ret->web_count < PPKD_WEB_SOCKETS_MAX ? open_inet(at) : -1;

		if (fd >= 0)
			ret->web[ret->web_count++] = fd;
	}
	return ret->web_count > 0 ? PPK_OK : fail(text, "cannot listen", reterr);
}

static enum ppk_err open_web(const char *text, struct ppkd_sockets *ret, struct ppk_diag *reterr)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM
	};
	char host[PPKD_LISTEN_MAX];
	struct addrinfo *list = NULL;
	const char *port;
	enum ppk_err err;
	int code;

	if (text[0] == '/') {
		err = open_unix(text, SOCK_STREAM, WEB_MODE, &ret->web[0], reterr);
		ret->web_count = err == PPK_OK;
		return err;
	}
	split(text, host, &port);
	code = getaddrinfo(host, port, &hints, &list);
	if (code != 0)
		return ppk_diag_set(
			reterr, PPK_ERR_NOT_FOUND, text, 0, 0, "%s", gai_strerror(code));
	err = open_all(text, list, ret, reterr);
	freeaddrinfo(list);
	return err;
}

enum ppk_err ppkd_listen(
	const struct ppkd_options *options, struct ppkd_sockets *ret, struct ppk_diag *reterr)
{
	enum ppk_err err = take_all(ret, reterr);

	if (err == PPK_OK && ret->control < 0)
		err = open_unix(
			options->socket, SOCK_SEQPACKET, CONTROL_MODE, &ret->control, reterr);
	if (err == PPK_OK && ret->web_count == 0)
		err = open_web(options->listen, ret, reterr);
	return err;
}
