/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs in through passkeyd, again and again: all of the module (ppk_authenticate(): credential file, request,
 * page, assertion, verification, sign count on disk, verdict, log line) and all that a browser asks passkeyd for.
 *
 * usage: sign-ins SOCKET PORT FOLDER WORKERS COUNT [PAM_APP MODULE]
 *
 * WORKERS sign-ins at once, COUNT one after the other by each. Module and browser are two processes, as they would
 * be: the browser reads what the module shows from a pipe, and the module sleeps and wakes while the page is used.
 * The user's credential is in FOLDER, the sign counts of each worker are in a folder of its own there, as if it
 * served another user. With PAM_APP each sign-in is a process that runs a PAM stack of that module. Prints one line:
 * sign-ins a second, the median and 99% of their microseconds, and the CPU microseconds that one takes of the module
 * and of the browser with its authenticator. Exits with 1 when a sign-in was not granted or its page did not say so.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "browser.h"
#include "method/authenticate.h"
#include "sys/clock.h"

#define USER "root"
#define WORKERS_MAX 64
#define LINE_SIZE 16384
#define NUMBER_TEXT "Enter this number there: "
/* how a sign-in ended, in a line: by ourselves, and by pam-app */
#define GRANTED "granted"
#define DENIED "denied"
#define GRANTED_BY_PAM "\"authenticate\": 0}"

struct settings {
	const char *socket, *folder, *pam_app, *module;
	const struct signer *signer;
	unsigned port, workers, count;
	char origin[64];
};

/* The module's half of a worker. */
struct worker {
	const struct settings *settings;
	struct ppk_options options;
	char service[16]; /* of its own, in PAM's sense */
	int terminal; /* what the person sees goes here */
	char shown[4096]; /* and has not gone yet */
	size_t shown_len;
	int done; /* a byte comes from here when the browser is ready for the next */
};

/* The browser's half. */
struct person {
	const struct settings *settings;
	struct browser browser;
	char url[PPK_BROWSER_URL_MAX + 1];
	FILE *terminal;
	int done;
	bool has_asked; /* a page waits to be told how it ended */
};

/* What the parent reads when all have ended. */
struct shared {
	uint64_t module_us[WORKERS_MAX], browser_us[WORKERS_MAX]; /* CPU */
	uint32_t latencies_us[];
};

static void must(bool condition, const char *what)
{
	if (!condition) {
		perror(what);
		exit(70);
	}
}

static uint64_t now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void flush(struct worker *worker)
{
	must(write(worker->terminal, worker->shown, worker->shown_len) ==
			(ssize_t)worker->shown_len,
		"write");
	worker->shown_len = 0;
}

/* What a terminal costs is its program's: the browser gets all in one, once there is something to enter. */
static enum ppk_err show(void *context, const char *text)
{
	struct worker *worker = context;
	size_t len = strlen(text);

	must(worker->shown_len + len < sizeof(worker->shown), "length of a line");
	memcpy(worker->shown + worker->shown_len, text, len);
	worker->shown_len += len;
	worker->shown[worker->shown_len++] = '\n';
	if (strstr(text, NUMBER_TEXT) != NULL)
		flush(worker);
	return PPK_OK;
}

static enum ppk_err ask_secret(void *context, const char *text, struct ppk_secret *ret)
{
	(void)context;
	(void)text;
	(void)ret;
	return PPK_ERR_CONVERSATION;
}

static void write_log(void *context, enum ppk_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void sign_in_here(struct worker *worker)
{
	const struct ppk_dialogue dialogue = {
		.context = worker, .show = show, .warn = show, .ask_secret = ask_secret
	};
	const struct ppk_log log = { .write = write_log };
	const struct ppk_request request = {
		.user = USER,
		.service = "bench",
		.options = &worker->options,
		.crypto = &ppk_crypto_linked,
		.dialogue = &dialogue,
		.log = &log,
	};

	show(worker, ppk_authenticate(&request).outcome == PPK_OUTCOME_GRANTED ? GRANTED : DENIED);
	flush(worker);
}

/* pam-app writes what is shown, and {"user": NAME, "authenticate": CODE}, a line each. */
static void sign_in_in_a_process(const struct worker *worker)
{
	const struct settings *settings = worker->settings;
	const char *const words[] = { settings->pam_app, "--confdir", settings->folder, "--service",
		worker->service, "--user", USER, NULL };
	int status;
	pid_t pid = vfork();

	must(pid >= 0, "vfork");
	if (pid == 0) {
		if (dup2(worker->terminal, STDOUT_FILENO) >= 0)
			execv(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0, "pam-app");
}

static void write_file(const struct settings *settings, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", settings->folder, name);
	file = fopen(path, "we");
	must(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

static void write_credential(const struct settings *settings)
{
	struct ppk_credential *credential = signer_credential(
		settings->signer, PPK_ALG_ES256, BROWSER_ID, BROWSER_ID_LEN, BROWSER_RP);
	char *line = NULL, text[2048];

	must(ppk_credential_format(credential, &line) == PPK_OK, "credential");
	snprintf(text, sizeof(text), "%s\n", line);
	write_file(settings, USER, text);
	free(line);
	ppk_credential_free(credential);
}

static void write_service(const struct worker *worker)
{
	const struct ppk_options *options = &worker->options;
	char text[4096];

	snprintf(text, sizeof(text),
		"auth required %s conf=%s/none credentials=%s state=%s methods=browser "
		"browser_origin=%s browser_socket=%s browser_peer=any\n",
		worker->settings->module, worker->settings->folder, options->credentials,
		options->state, options->browser_origin, options->browser_socket);
	write_file(worker->settings, worker->service, text);
	write_file(worker->settings, "none", "");
}

/* Room for the sign counts, and the options that name it. */
static void prepare(struct worker *worker, const struct settings *settings, unsigned number)
{
	struct ppk_options *options = &worker->options;

	worker->settings = settings;
	snprintf(worker->service, sizeof(worker->service), "bench%u", number);
	ppk_options_init(options);
	snprintf(options->credentials, sizeof(options->credentials), "%s/%%u", settings->folder);
	snprintf(options->state, sizeof(options->state), "%s/%u", settings->folder, number);
	must(mkdir(options->state, 0755) == 0, options->state);
	snprintf(options->browser_origin, sizeof(options->browser_origin), "%s", settings->origin);
	snprintf(options->browser_socket, sizeof(options->browser_socket), "%s", settings->socket);
	options->browser_peer = PPK_BROWSER_PEER_ANY;
	options->methods[0] = PPK_METHOD_BROWSER;
	options->method_count = 1;
	if (settings->pam_app != NULL)
		write_service(worker);
}

/* Of this process, or of those that it started. */
static uint64_t cpu_us(int who)
{
	struct rusage usage;

	must(getrusage(who, &usage) == 0, "getrusage");
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void sign_in(struct worker *worker, uint64_t *module_us)
{
	uint64_t begin_us = now_us(CLOCK_PROCESS_CPUTIME_ID);

	if (worker->settings->pam_app != NULL) {
		sign_in_in_a_process(worker);
		return;
	}
	sign_in_here(worker);
	*module_us += now_us(CLOCK_PROCESS_CPUTIME_ID) - begin_us;
}

/* The module, until all sign-ins are done. */
static void run_module(struct worker *worker, uint64_t *module_us, uint32_t *latencies_us)
{
	const struct settings *settings = worker->settings;
	char byte;

	for (unsigned i = 0; i < settings->count; i++) {
		uint64_t begin_us = now_us(CLOCK_MONOTONIC);

		sign_in(worker, module_us);
		if (read(worker->done, &byte, 1) != 1)
			exit(1);
		latencies_us[i] = (uint32_t)(now_us(CLOCK_MONOTONIC) - begin_us);
	}
	if (settings->pam_app != NULL)
		*module_us = cpu_us(RUSAGE_CHILDREN);
	exit(0);
}

/* The URL in a line, which ends with the line, or in JSON with a quotation mark. */
static void note_url(struct person *person, const char *line)
{
	const char *url = strstr(line, person->settings->origin);
	size_t len = url == NULL ? 0 : strcspn(url, "\"\n");

	if (len == 0)
		return;
	must(len < sizeof(person->url), "length of a URL");
	memcpy(person->url, url, len);
	person->url[len] = '\0';
}

/*
 * Does the page say so, too? A page asks for the verdict after a moment, when it is there; here the moment is
 * until the next one is opened.
 */
static void end_page(struct person *person)
{
	if (person->has_asked && !browser_is_accepted(&person->browser))
		must(false, "a page that says something else");
	person->has_asked = false;
}

/* A line that the person sees: the browser goes where it says, and enters what it says. */
static void see(struct person *person, const char *line)
{
	const char *number = strstr(line, NUMBER_TEXT);

	note_url(person, line);
	if (number == NULL)
		return;
	end_page(person);
	person->has_asked = true;
	number += strlen(NUMBER_TEXT);
	browser_answer(&person->browser, person->url,
		(unsigned)(number[0] - '0') * 10 + (unsigned)(number[1] - '0'));
}

/* false: the terminal ended, or it says no. */
static bool follow(struct person *person)
{
	static char line[LINE_SIZE];

	while (fgets(line, sizeof(line), person->terminal) != NULL) {
		see(person, line);
		if (strncmp(line, DENIED, strlen(DENIED)) == 0)
			return false;
		if (strncmp(line, GRANTED, strlen(GRANTED)) == 0 ||
			strstr(line, GRANTED_BY_PAM) != NULL)
			return true;
	}
	return false;
}

/* The browser, until all sign-ins are done. */
static void run_browser(struct person *person, uint64_t *browser_us)
{
	for (unsigned i = 0; i < person->settings->count; i++) {
		if (!follow(person)) {
			fprintf(stderr, "a sign-in was not granted\n");
			exit(1);
		}
		must(write(person->done, "", 1) == 1, "write");
	}
	end_page(person);
	*browser_us = now_us(CLOCK_PROCESS_CPUTIME_ID);
	exit(0);
}

/* The two halves of a worker, started and waiting for the others: the end of the pipe is the start. */
static void start_worker(
	const struct settings *settings, unsigned number, const int start[2], struct shared *shared)
{
	static struct worker worker;
	static struct person person;
	int terminal[2], done[2];
	char byte;
	pid_t pid;

	must(pipe2(terminal, O_CLOEXEC) == 0 && pipe2(done, O_CLOEXEC) == 0, "pipe");
	prepare(&worker, settings, number);
	worker.terminal = terminal[1];
	worker.done = done[0];
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		close(start[1]);
		close(terminal[0]);
		close(done[1]);
		must(read(start[0], &byte, 1) >= 0, "read");
		run_module(&worker, &shared->module_us[number],
			shared->latencies_us + (size_t)number * settings->count);
	}
	person = (struct person){ .settings = settings,
		.done = done[1],
		.browser = { .origin = settings->origin,
			.port = (uint16_t)settings->port,
			.signer = settings->signer,
			.socket = -1 } };
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		close(start[1]);
		close(terminal[1]);
		close(done[0]);
		signer_seed(number);
		person.terminal = fdopen(terminal[0], "r");
		must(person.terminal != NULL, "fdopen");
		run_browser(&person, &shared->browser_us[number]);
	}
	close(terminal[0]);
	close(terminal[1]);
	close(done[0]);
	close(done[1]);
}

static bool all_end_well(unsigned processes)
{
	bool good = true;
	int status;

	for (unsigned i = 0; i < processes; i++) {
		must(wait(&status) > 0, "wait");
		good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return good;
}

static int compare(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void report(const struct settings *settings, struct shared *shared, uint64_t took_us)
{
	size_t all = (size_t)settings->workers * settings->count;
	uint64_t module_us = 0, browser_us = 0;

	for (unsigned i = 0; i < settings->workers; i++) {
		module_us += shared->module_us[i];
		browser_us += shared->browser_us[i];
	}
	qsort(shared->latencies_us, all, sizeof(shared->latencies_us[0]), compare);
	printf("%.0f %u %u %.0f %.0f\n", (double)all * 1e6 / (double)took_us,
		shared->latencies_us[all / 2], shared->latencies_us[all * 99 / 100],
		(double)module_us / (double)all, (double)browser_us / (double)all);
}

static int run(const struct settings *settings)
{
	size_t all = (size_t)settings->workers * settings->count;
	struct shared *shared = mmap(NULL, sizeof(*shared) + all * sizeof(shared->latencies_us[0]),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int start[2];
	uint64_t begin_us;

	must(shared != MAP_FAILED && pipe2(start, O_CLOEXEC) == 0, "mmap");
	for (unsigned i = 0; i < settings->workers; i++)
		start_worker(settings, i, start, shared);
	begin_us = now_us(CLOCK_MONOTONIC);
	close(start[1]);
	if (!all_end_well(2 * settings->workers))
		return 1;
	report(settings, shared, now_us(CLOCK_MONOTONIC) - begin_us);
	return 0;
}

int main(int argc, char **argv)
{
	struct settings settings = { .socket = NULL };

	if (argc != 6 && argc != 8) {
		fprintf(stderr,
			"usage: sign-ins SOCKET PORT FOLDER WORKERS COUNT [PAM_APP MODULE]\n");
		return 2;
	}
	settings = (struct settings){
		.socket = argv[1],
		.port = (unsigned)atoi(argv[2]),
		.folder = argv[3],
		.workers = (unsigned)atoi(argv[4]),
		.count = (unsigned)atoi(argv[5]),
		.pam_app = argc == 8 ? argv[6] : NULL,
		.module = argc == 8 ? argv[7] : NULL,
	};
	if (settings.workers == 0 || settings.workers > WORKERS_MAX || settings.count == 0)
		return 2;
	snprintf(settings.origin, sizeof(settings.origin), "http://localhost:%u", settings.port);
	signer_seed(0);
	settings.signer = signer_new(PPK_ALG_ES256);
	write_credential(&settings);
	return run(&settings);
}
