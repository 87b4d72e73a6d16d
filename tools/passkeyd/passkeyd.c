/* SPDX-License-Identifier: BSD-2-Clause */
/* passkeyd(8): the page on which a browser answers for a passkey */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "control.h"
#include "options.h"
#include "service.h"
#include "sys/clock.h"
#include "sys/environment.h"
#include "tls.h"
#include "web.h"

#define CONFIGURATION "/etc/passkeyd.conf"
#define DESCRIPTORS_BESIDES 64 /* besides those of ceremonies and connections */

enum exit_status { EXIT_GOOD = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static void write_line(void *context, enum ppk_log_level level, const char *line)
{
	/* systemd takes the number for the priority: sd-daemon(3) */
	static const int priorities[] = { [PPK_LOG_ALERT] = 1,
		[PPK_LOG_ERROR] = 3,
		[PPK_LOG_WARNING] = 4,
		[PPK_LOG_NOTICE] = 5,
		[PPK_LOG_DEBUG] = 7 };
	const bool *journal = context;

	if (*journal)
		fprintf(stderr, "<%d>%s\n", priorities[level], line);
	else
		fprintf(stderr, "passkeyd: %s\n", line);
}

static int fail(const struct ppk_log *log, const struct ppk_diag *diag, enum ppk_err err)
{
	char text[sizeof(*diag)];

	ppk_diag_format(diag, text, sizeof(text));
	ppk_log(log, PPK_LOG_ERROR, "error: %s", text[0] != '\0' ? text : ppk_err_sentence(err));
	return EXIT_REFUSED;
}

/* As many descriptors as the limits may need: found out now, not at the height of a Monday morning. */
static enum ppk_err reserve_descriptors(const struct ppkd_options *options, struct ppk_diag *reterr)
{
	rlim_t wanted = (rlim_t)options->ceremonies + 2 * (rlim_t)options->connections +
			DESCRIPTORS_BESIDES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return ppk_diag_set(reterr, PPK_ERR_IO, "", 0, 0, "no limit of open files");
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, "", 0, 0,
			"%lu files may be open, ceremonies and connections need %lu: raise "
			"LimitNOFILE, "
			"or lower them",
			(unsigned long)limit.rlim_max, (unsigned long)wanted);
	limit.rlim_cur = limit.rlim_cur < wanted ? wanted : limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return ppk_diag_set(
			reterr, PPK_ERR_IO, "", 0, 0, "the limit of open files cannot be raised");
	return PPK_OK;
}

/* Everything that runs. */
struct daemon {
	const struct ppkd_options *options;
	const struct ppk_log *log;
	struct ppkd_service service;
	struct ppkd_control control;
	struct ppkd_web web;
	struct ppkd_source signals;
	int signal_fd;
	bool is_over;
};

static void reload(struct daemon *daemon)
{
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err;

	if (!ppkd_options_tls(daemon->options)) {
		ppk_log(daemon->log, PPK_LOG_NOTICE, "there is no certificate to read again");
		return;
	}
	err = ppkd_tls_load(daemon->options->certificate, daemon->options->key, &diag);
	if (err != PPK_OK) {
		fail(daemon->log, &diag, err);
		ppk_log(daemon->log, PPK_LOG_ERROR, "the certificate of before stays in use");
		return;
	}
	ppk_log(daemon->log, PPK_LOG_NOTICE, "the certificate was read again");
}

static void signal_ready(struct ppkd_source *source)
{
	struct daemon *daemon = source->context;
	struct signalfd_siginfo info;

	if (read(daemon->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		reload(daemon);
	else
		daemon->is_over = true;
}

static enum ppk_err watch_signals(struct daemon *daemon)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return PPK_ERR_IO;
	daemon->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	daemon->signals = (struct ppkd_source){ .ready = signal_ready, .context = daemon };
	if (daemon->signal_fd < 0)
		return PPK_ERR_IO;
	return ppkd_service_watch(&daemon->service, daemon->signal_fd, &daemon->signals);
}

/* Milliseconds; -1 is never. */
static int sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* One event at a time: what it makes go away may be the source of the next. */
static void run(struct daemon *daemon)
{
	while (!daemon->is_over) {
		int64_t now_ms = ppk_clock_ms();
		int wait_ms = sooner(ppkd_service_tick(&daemon->service, now_ms),
			ppkd_web_tick(&daemon->web, now_ms));
		struct epoll_event event;

		if (epoll_wait(daemon->service.epoll, &event, 1, wait_ms) == 1) {
			struct ppkd_source *source = event.data.ptr;

			source->ready(source);
		}
	}
}

static enum ppk_err start(
	struct daemon *daemon, const struct ppkd_sockets *sockets, struct ppk_diag *reterr)
{
	const struct ppkd_options *options = daemon->options;
	enum ppk_err err = PPK_OK;

	if (ppkd_options_tls(options))
		err = ppkd_tls_load(options->certificate, options->key, reterr);
	if (err == PPK_OK)
		err = ppkd_service_init(&daemon->service, options, daemon->log);
	if (err == PPK_OK)
		err = watch_signals(daemon);
	if (err == PPK_OK)
		err = ppkd_web_init(&daemon->web, &daemon->service, sockets);
	if (err == PPK_OK)
		err = ppkd_control_init(&daemon->control, &daemon->service, sockets->control);
	return err;
}

static int serve(const struct ppkd_options *options, const struct ppk_log *log)
{
	struct daemon daemon = { .options = options,
		.log = log,
		.service.epoll = -1,
		.control.spare = -1,
		.signal_fd = -1 };
	struct ppkd_sockets sockets = { .control = -1 };
	struct ppk_diag diag = { .line = 0 };
	int status = EXIT_GOOD;
	enum ppk_err err = reserve_descriptors(options, &diag);

	if (err == PPK_OK)
		err = ppkd_listen(options, &sockets, &diag);
	if (err == PPK_OK)
		err = start(&daemon, &sockets, &diag);
	if (err == PPK_OK) {
		ppk_log(log, PPK_LOG_NOTICE, "the page is at %s", options->url);
		run(&daemon);
	} else {
		status = fail(log, &diag, err);
	}
	ppkd_control_done(&daemon.control);
	ppkd_web_done(&daemon.web);
	ppkd_service_done(&daemon.service);
	ppkd_tls_done();
	if (daemon.signal_fd >= 0)
		close(daemon.signal_fd);
	return status;
}

static int usage(FILE *out, int status)
{
	fputs("usage: passkeyd [--config FILE] [--check]\n"
	      "       passkeyd --help | --version\n"
	      "\n"
	      "  --config FILE  read this file instead of " CONFIGURATION "\n"
	      "  --check        read the configuration and the certificate, say what is wrong, and "
	      "end\n",
		out);
	return status;
}

static int check(const struct ppkd_options *options, const struct ppk_log *log)
{
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err = PPK_OK;

	if (ppkd_options_tls(options))
		err = ppkd_tls_load(options->certificate, options->key, &diag);
	ppkd_tls_done();
	return err == PPK_OK ? EXIT_GOOD : fail(log, &diag, err);
}

/* What the command line says. */
struct arguments {
	const char *configuration;
	bool is_check;
};

/* -1: go on; else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *ret)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'c') {
			ret->configuration = optarg;
		} else if (option == 'k') {
			ret->is_check = true;
		} else if (option == 'h') {
			return usage(stdout, EXIT_GOOD);
		} else if (option == 'V') {
			puts("passkeyd " PPK_VERSION);
			return EXIT_GOOD;
		} else {
			return usage(stderr, EXIT_USAGE);
		}
	}
	return optind == argc ? -1 : usage(stderr, EXIT_USAGE);
}

int main(int argc, char **argv)
{
	bool journal = ppk_environment_value("JOURNAL_STREAM") != NULL;
	const struct ppk_log log = { .write = write_line, .context = &journal };
	struct arguments arguments = { .configuration = NULL };
	struct ppkd_options options;
	struct ppk_diag diag = { .line = 0 };
	int status = read_arguments(argc, argv, &arguments);
	enum ppk_err err;

	if (status >= 0)
		return status;
	ppkd_options_init(&options);
	err = ppkd_options_read(&options,
		arguments.configuration == NULL ? CONFIGURATION : arguments.configuration, &diag);
	if (err != PPK_OK && (err != PPK_ERR_NOT_FOUND || arguments.configuration != NULL))
		return fail(&log, &diag, err);
	if (arguments.is_check)
		return check(&options, &log);
	if (geteuid() == 0) {
		ppk_log(&log, PPK_LOG_ERROR,
			"error: passkeyd talks to the whole network and does not run as root");
		return EXIT_REFUSED;
	}
	return serve(&options, &log);
}
