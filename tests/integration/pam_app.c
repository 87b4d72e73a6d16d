/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small PAM application for tests: signs a user in with a scripted conversation and writes one JSON
 * object a line about all that happens: {"show": TEXT}, {"warn": TEXT}, {"ask": TEXT}, {"log": LINE,
 * "priority": N}, {"audit": TEXT, "code": N}, {"random": HEX}, {"authenticate": CODE, "user": PAM_USER}, {"setcred": CODE}, {"census": TEXT}.
 *
 * usage: pam-app --confdir DIR --service NAME --user NAME [--tty TEXT] [--rhost TEXT]
 *                [--pam-env NAME=VALUE]
 *                [--answer TEXT]... [--fault KIND] [--uid N] [--times N] [--setcred] [--nested]
 *                [--threads N] [--close-stdio] [--census] [--sigchld] [--catch-int] [--search]
 *                [--tell-random] [--fork]
 *
 * fault: no-conversation no-response null-answer empty newline huge error again information
 * --nested signs in with a second handle from inside the first conversation of the first.
 * --fork signs in, then in a child, then again: three handles.
 * --catch-int installs a handler for SIGINT as sudo does: restarting, and ending nothing.
 * --search: answers are given back to front, and afterwards all of this process' memory is searched for
 * what they are when read properly: {"found": "", "times": N}.
 *
 * --tell-random writes down the random bytes that a challenge is made of.
 *
 * The log is caught without a daemon: syslog(3) is defined here, and the module's call binds to it. So
 * are pam_modutil_audit_write() and getrandom(2), of which a challenge comes.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#define ANSWERS_MAX 32
#define THREADS_MAX 16
#define HUGE_ANSWER (1024 * 1024)
#define CHALLENGE_SIZE 32
#define AUDIT_TRUSTED_APP 1121 /* of libaudit.h */

struct settings {
	const char *confdir, *service, *user, *tty, *rhost, *pam_env, *fault;
	const char *answers[ANSWERS_MAX];
	int uid, times, threads;
	bool setcred, nested, close_stdio, census, sigchld, catch_int, search, tell_random;
	bool loaded, forked;
};

struct session {
	const struct settings *settings;
	size_t answered;
	bool nested; /* still to be done */
};

static int output_fd = STDOUT_FILENO;
static bool random_is_told;
static volatile sig_atomic_t children_signalled;

void syslog(int priority, const char *format, ...);
__attribute__((format(printf, 3, 4))) void __syslog_chk(
	int priority, int flag, const char *format, ...);
void vsyslog(int priority, const char *format, va_list arguments);
__attribute__((format(printf, 3, 0))) void __vsyslog_chk(
	int priority, int flag, const char *format, va_list arguments);

static size_t put_escaped(char *out, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text != '\0' && len + 8 < size; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			len += (size_t)snprintf(out + len, size - len, "\\%c", byte);
		else if (byte < 0x20)
			len += (size_t)snprintf(out + len, size - len, "\\u%04x", byte);
		else
			out[len++] = (char)byte;
	}
	out[len] = '\0';
	return len;
}

/* {"key": "text"} and, with name not NULL, a number or a second text. */
static void say(const char *key, const char *text, const char *name, int number)
{
	char line[16384];
	size_t len = (size_t)snprintf(line, sizeof(line), "{\"%s\": \"", key);

	len += put_escaped(line + len, sizeof(line) - len - 64, text);
	len += (size_t)snprintf(line + len, sizeof(line) - len, "\"");
	if (name != NULL)
		len += (size_t)snprintf(
			line + len, sizeof(line) - len, ", \"%s\": %d", name, number);
	len += (size_t)snprintf(line + len, sizeof(line) - len, "}\n");
	if (write(output_fd, line, len) != (ssize_t)len)
		_exit(70);
}

void vsyslog(int priority, const char *format, va_list arguments)
{
	char text[8192];

	vsnprintf(text, sizeof(text), format, arguments);
	say("log", text, "priority", priority);
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 3, 0))) void __vsyslog_chk(
	int priority, int flag, const char *format, va_list arguments)
{
	(void)flag;
	vsyslog(priority, format, arguments);
}

__attribute__((format(printf, 3, 4))) void __syslog_chk(
	int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

int pam_modutil_audit_write(pam_handle_t *pamh, int type, const char *message, int retval)
{
	(void)pamh;
	say("audit", type == AUDIT_TRUSTED_APP ? message : "another type", "code", retval);
	return PAM_SYSTEM_ERR; /* what cannot be recorded changes nothing */
}

ssize_t getrandom(void *buffer, size_t len, unsigned flags)
{
	ssize_t got = syscall(SYS_getrandom, buffer, len, flags);
	const unsigned char *bytes = buffer;
	char text[2 * CHALLENGE_SIZE + 1];

	if (got != CHALLENGE_SIZE || !random_is_told)
		return got;
	for (size_t i = 0; i < CHALLENGE_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	say("random", text, NULL, 0);
	return got;
}

static bool is_fault(const struct settings *settings, const char *kind)
{
	return settings->fault != NULL && strcmp(settings->fault, kind) == 0;
}

static char *huge_answer(void)
{
	char *answer = malloc(HUGE_ANSWER + 1);

	if (answer != NULL) {
		memset(answer, '1', HUGE_ANSWER);
		answer[HUGE_ANSWER] = '\0';
	}
	return answer;
}

static void reverse(char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len / 2; i++) {
		char other = text[len - 1 - i];

		text[len - 1 - i] = text[i];
		text[i] = other;
	}
}

static char *next_answer(struct session *session)
{
	const struct settings *settings = session->settings;
	char *answer;

	if (is_fault(settings, "null-answer"))
		return NULL;
	if (is_fault(settings, "empty"))
		return strdup("");
	if (is_fault(settings, "newline"))
		return strdup("1234\n5678");
	if (is_fault(settings, "huge"))
		return huge_answer();
	if (session->answered >= ANSWERS_MAX || settings->answers[session->answered] == NULL)
		return NULL;
	answer = strdup(settings->answers[session->answered++]);
	if (settings->search)
		reverse(answer);
	return answer;
}

static void sign_in(const struct settings *settings, bool nested);

static const char *kind_of(int style)
{
	switch (style) {
	case PAM_TEXT_INFO:
		return "show";
	case PAM_ERROR_MSG:
		return "warn";
	case PAM_PROMPT_ECHO_OFF:
		return "ask";
	case PAM_PROMPT_ECHO_ON:
		return "ask-echo";
	default:
		return "unknown";
	}
}

static void say_loaded(void)
{
	say("loaded", "libcrypto", "times",
		dlopen("libcrypto.so.3", RTLD_LAZY | RTLD_NOLOAD) != NULL);
}

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	struct session *session = context;
	const struct settings *settings = session->settings;
	bool question = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF ||
			messages[0]->msg_style == PAM_PROMPT_ECHO_ON;

	if (count != 1)
		return PAM_CONV_ERR;
	say(kind_of(messages[0]->msg_style), messages[0]->msg, NULL, 0);
	if (settings->loaded && question)
		say_loaded();
	if (session->nested) {
		session->nested = false;
		sign_in(settings, false);
	}
	if (is_fault(settings, "information") && !question)
		return PAM_CONV_ERR;
	if (is_fault(settings, "error") && question)
		return PAM_CONV_ERR;
	if (is_fault(settings, "again"))
		return PAM_CONV_AGAIN;
	if (is_fault(settings, "no-response")) {
		*ret = NULL;
		return PAM_SUCCESS;
	}
	*ret = calloc(1, sizeof(**ret));
	if (*ret == NULL)
		return PAM_BUF_ERR;
	if (question)
		(*ret)->resp = next_answer(session);
	return PAM_SUCCESS;
}

static void report(pam_handle_t *pamh, int code)
{
	char line[512];
	const void *user = NULL;

	if (pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS || user == NULL)
		user = "";
	snprintf(line, sizeof(line), "%s", (const char *)user);
	say("user", line, "authenticate", code);
}

/* One handle from start to end. */
static void sign_in(const struct settings *settings, bool nested)
{
	struct session session = { .settings = settings, .nested = nested };
	const struct pam_conv conversation = {
		.conv = is_fault(settings, "no-conversation") ? NULL : converse,
		.appdata_ptr = &session
	};
	pam_handle_t *pamh = NULL;
	int code = pam_start_confdir(
		settings->service, settings->user, &conversation, settings->confdir, &pamh);

	if (code != PAM_SUCCESS) {
		say("error", "pam_start", "code", code);
		return;
	}
	if (settings->tty != NULL)
		pam_set_item(pamh, PAM_TTY, settings->tty);
	if (settings->rhost != NULL)
		pam_set_item(pamh, PAM_RHOST, settings->rhost);
	if (settings->pam_env != NULL)
		pam_putenv(pamh, settings->pam_env);
	for (int i = 0; i < settings->times; i++) {
		code = pam_authenticate(pamh, 0);
		report(pamh, code);
	}
	if (settings->setcred)
		say("setcred", "", "code", pam_setcred(pamh, PAM_ESTABLISH_CRED));
	pam_end(pamh, code);
}

static void *sign_in_thread(void *context)
{
	sign_in(context, false);
	return NULL;
}

static void sign_in_threads(struct settings *settings)
{
	pthread_t threads[THREADS_MAX];

	for (int i = 0; i < settings->threads; i++)
		if (pthread_create(&threads[i], NULL, sign_in_thread, settings) != 0)
			_exit(70);
	for (int i = 0; i < settings->threads; i++)
		pthread_join(threads[i], NULL);
}

static void sign_in_around_fork(const struct settings *settings)
{
	pid_t child = fork();

	if (child < 0)
		_exit(70);
	if (child == 0) {
		sign_in(settings, false);
		_exit(0);
	}
	if (waitpid(child, NULL, 0) != child)
		_exit(70);
	sign_in(settings, false);
}

/* All that the module must leave as it was, as one text. */
static void census(void)
{
	char text[16000], path[64], target[512];
	size_t len = 0;
	struct sigaction action;
	sigset_t mask;
	ssize_t target_len;
	mode_t old = umask(0);

	umask(old);
	for (int fd = 0; fd < 256; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		target_len = readlink(path, target, sizeof(target) - 1);
		if (target_len < 0)
			continue;
		target[target_len] = '\0';
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d=%s ", fd, target);
	}
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int signal_number = 1; signal_number < NSIG; signal_number++) {
		if (sigaction(signal_number, NULL, &action) != 0)
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d:%lx/%x%s ",
			signal_number, (unsigned long)action.sa_handler, (unsigned)action.sa_flags,
			sigismember(&mask, signal_number) ? "!" : "");
	}
	len += (size_t)snprintf(text + len, sizeof(text) - len,
		"umask=%o cwd=%s locale=%s ids=%d,%d,%d,%d chldsignals=%d child=%d", old,
		getcwd(target, sizeof(target)), setlocale(LC_ALL, NULL), getuid(), geteuid(),
		getgid(), getegid(), children_signalled, waitpid(-1, NULL, WNOHANG | __WALL));
	say("census", text, "errno", errno == ECHILD);
}

/*
 * How often does it stand in memory, read from its end to its start? What free(3) writes over the
 * first 16 bytes is not looked for.
 */
static int count_reversed(const char *start, const char *end, const char *text)
{
	size_t len = strlen(text) - 16, same;
	int times = 0;

	for (const char *at = start; at + len <= end; at++) {
		for (same = 0; same < len && at[same] == text[len - 1 - same];)
			same++;
		times += same == len;
	}
	return times;
}

/* Look into everything that may be written: a copy of a secret cannot be elsewhere. */
static void search(const struct settings *settings)
{
#ifdef SANITIZED /* its shadow of memory is too large to read */
	(void)count_reversed;
	(void)settings;
	say("found", "", "times", -1);
#else
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[512], mode[8];
	int times = 0;

	if (maps == NULL)
		_exit(70);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &start, &end, mode) != 3 || mode[0] != 'r' ||
			mode[1] != 'w')
			continue;
		for (size_t i = 0; i < ANSWERS_MAX && settings->answers[i] != NULL; i++)
			times += count_reversed(
				(const char *)start, (const char *)end, settings->answers[i]);
	}
	fclose(maps);
	say("found", "", "times", times);
#endif
}

static void count_child(int number)
{
	(void)number;
	children_signalled++;
}

static void catch_nothing(int number)
{
	(void)number;
}

static void prepare(const struct settings *settings)
{
	struct sigaction action = { .sa_handler = count_child };

	if (settings->sigchld)
		sigaction(SIGCHLD, &action, NULL);
	action = (struct sigaction){ .sa_handler = catch_nothing, .sa_flags = SA_RESTART };
	if (settings->catch_int)
		sigaction(SIGINT, &action, NULL);
	if (settings->uid >= 0 && (setgid((gid_t)settings->uid) != 0 ||
					  setresuid((uid_t)settings->uid, (uid_t)settings->uid,
						  (uid_t)settings->uid) != 0))
		_exit(70);
	random_is_told = settings->tell_random;
	output_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 200);
	if (output_fd < 0)
		_exit(70);
	if (settings->close_stdio) {
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
	}
}

static const char **text_option(struct settings *settings, const char *name)
{
	const struct {
		const char *name;
		const char **place;
	} options[] = {
		{ "--confdir", &settings->confdir },
		{ "--service", &settings->service },
		{ "--user", &settings->user },
		{ "--tty", &settings->tty },
		{ "--rhost", &settings->rhost },
		{ "--pam-env", &settings->pam_env },
		{ "--fault", &settings->fault },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(name, options[i].name) == 0)
			return options[i].place;
	return NULL;
}

static int *number_option(struct settings *settings, const char *name)
{
	if (strcmp(name, "--uid") == 0)
		return &settings->uid;
	if (strcmp(name, "--times") == 0)
		return &settings->times;
	if (strcmp(name, "--threads") == 0)
		return &settings->threads;
	return NULL;
}

static bool *switch_option(struct settings *settings, const char *name)
{
	const struct {
		const char *name;
		bool *place;
	} options[] = {
		{ "--setcred", &settings->setcred },
		{ "--nested", &settings->nested },
		{ "--close-stdio", &settings->close_stdio },
		{ "--census", &settings->census },
		{ "--sigchld", &settings->sigchld },
		{ "--catch-int", &settings->catch_int },
		{ "--search", &settings->search },
		{ "--tell-random", &settings->tell_random },
		{ "--loaded", &settings->loaded },
		{ "--fork", &settings->forked },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(name, options[i].name) == 0)
			return options[i].place;
	return NULL;
}

static bool parse(int argc, char **argv, struct settings *settings)
{
	size_t answers = 0;

	for (int i = 1; i < argc; i++) {
		const char **text = text_option(settings, argv[i]);
		int *number = number_option(settings, argv[i]);
		bool *flag = switch_option(settings, argv[i]);

		if (flag != NULL)
			*flag = true;
		else if (i + 1 >= argc)
			return false;
		else if (text != NULL)
			*text = argv[++i];
		else if (number != NULL)
			*number = atoi(argv[++i]);
		else if (strcmp(argv[i], "--answer") == 0 && answers < ANSWERS_MAX)
			settings->answers[answers++] = argv[++i];
		else
			return false;
	}
	return settings->confdir != NULL && settings->service != NULL &&
	       settings->threads <= THREADS_MAX;
}

int main(int argc, char **argv)
{
	struct settings settings = { .uid = -1, .times = 1 };

	if (!parse(argc, argv, &settings)) {
		fprintf(stderr, "pam-app: error: unknown arguments\n");
		return 2;
	}
	prepare(&settings);
	if (settings.census)
		census();
	if (settings.threads > 0)
		sign_in_threads(&settings);
	else
		sign_in(&settings, settings.nested);
	if (settings.forked)
		sign_in_around_fork(&settings);
	if (settings.census)
		census();
	if (settings.search)
		search(&settings);
	if (settings.loaded)
		say_loaded();
	return 0;
}
