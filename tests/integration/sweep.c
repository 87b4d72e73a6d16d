/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every allocation and every system call of a sign-in fails once.
 *
 * usage: fault-sweep MODULE FAKE_DEVICE             as root; prints TAP
 *        fault-sweep MODULE FAKE_DEVICE planted     succeeds when it finds something wrong
 *
 * The functions of faults.c stand before libc's. While armed they are counted, in this process and
 * in the children that the module makes (the count is in shared memory); the Nth fails. N goes from 1
 * until a sign-in ends with nothing left to fail. Each sign-in runs in a fresh process.
 *
 * Whatever fails, the result is a denial or "cannot say"; a failure that changes nothing about the
 * decision may leave a success as it is, but only where harmless[] says so and why.
 */
#include "faults.h"
#include "stand_in.h"
#include "unit/method/fake_device.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIPPED PAM_CRED_EXPIRED /* what pam_debug answers after an ignored module */
#define RUNS_MAX 20000

/*
 * Calls whose failure leaves a decision as it was, and why that is right.
 */
struct harmless {
	const char *call;
	const char *caller;
	unsigned at_most; /* so often in one sweep; a new one wants a look */
	const char *why;
};

#define MODULE_NAME "pam_passkey.so"

static const struct harmless harmless[] = {
	{ "close", MODULE_NAME, 99, "the descriptor is closed" },
	{ "open", MODULE_NAME, 1, "is the state's folder missing? The lock is opened anyway" },
	{ "openat", MODULE_NAME, 3, "is the state's folder missing?" },
	{ "fstat64", MODULE_NAME, 4, "is the state's folder missing?" },
	{ "fstat", MODULE_NAME, 4, "is the state's folder missing?" },
	{ "flock", MODULE_NAME, 1, "unlocking; closing the descriptor does it, too" },
	{ "getrlimit64", MODULE_NAME, 1, "a limit of file sizes that is not lifted for the state" },
	{ "send", MODULE_NAME, 3, "a verdict for a page; the rest of a request is sent then" },
	{ "pam_get_item", MODULE_NAME, 4,
		"a page's events are told or not; the log names no service" },
	{ "calloc", "fault-sweep", 3, "what happens on a page is told, or not" },
	{ "shutdown", MODULE_NAME, 1, "telling a helper that has ended to end" },
	{ "poll", MODULE_NAME, 5, "waiting for the end of a helper that had its last word" },
	{ "waitid", MODULE_NAME, 5, "the same" },
	{ "uname", MODULE_NAME, 1, "this machine is called localhost then" },
	{ "malloc", "libcrypto.so.3", 60, "it remembers less; the signature was verified" },
	{ "EVP_MD_CTX_new", "libcrypto.so.3", 2,
		"of OpenSSL 3.5, to copy what verifies; it is used itself then" },
	{ "malloc", "libc.so.6", 8, "the user database is read without a buffer" },
	{ "getgrouplist", MODULE_NAME, 3, "too little room for the groups: asked again with more" },
	{ "malloc", "ld-linux-x86-64.so.2", 4,
		"the loader did without; what is not loaded denies" },
	{ "malloc", "ld-linux-aarch64.so.1", 4, "the same" },
	{ "read", MODULE_NAME, 2, "where the session comes from is not known then" },
	/* the record in the audit trail, of what was decided already; libpam says that there is none */
	{ "fcntl", "libaudit.so.1", 4, "a record fewer" },
	{ "fcntl", "fault-sweep", 1, "the same, where a sanitizer stands in between" },
	{ "socket", "libaudit.so.1", 2, "a record fewer" },
	{ "poll", "libaudit.so.1", 2, "nobody waits for the answer to a record" },
	{ "realloc", "libc.so.6", 1, "a record fewer, whose text is made with asprintf(3)" },
	{ "close", "libpam.so.0", 2, "the descriptor is closed" },
};

#define HARMLESS_COUNT (sizeof(harmless) / sizeof(harmless[0]))

/*
 * Who prepares, before there is an assertion, what will be needed to verify it: what is then missing is
 * made when it is needed, or the verification fails.
 */
static const char *const preparing[] = { "pam_passkey_crypto.so", "libcrypto.so.3",
	"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1" };

static bool is_in_preparation(void)
{
	for (size_t i = 0; faults->before && i < sizeof(preparing) / sizeof(preparing[0]); i++)
		if (strcmp(preparing[i], faults->caller) == 0)
			return true;
	return false;
}

/* How often in this sweep. */
static unsigned seen[HARMLESS_COUNT];

/* One call can come up so often: a peer that runs beside the sweep moves it by a few from run to run. */
static unsigned times;

/* The rest of the work is done by calling again, or there was no rest. */
static const char *const repeated[] = { "read", "write", "getrandom", "recv" };

static bool is_in_list(void)
{
	for (size_t i = 0; i < HARMLESS_COUNT; i++)
		if (strcmp(harmless[i].call, faults->where) == 0 &&
			strcmp(harmless[i].caller, faults->caller) == 0)
			return ++seen[i] <= harmless[i].at_most * times;
	return false;
}

static bool is_harmless(void)
{
	for (size_t i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++)
		if (faults->kind == FAULT_SHORT && strcmp(repeated[i], faults->where) == 0)
			return true;
	/* the count was compared and cannot be written: an admin must come in with a full disk */
	return faults->state_logged || faults->same || is_in_preparation() || is_in_list();
}

/*
 * Scenarios.
 */
struct scenario {
	const char *name;
	const char *script;
	const char *credentials; /* NULL: no file */
	const char *option;
	int code; /* when nothing fails */
	bool cold; /* libcrypto starts during the sign-in: thousands of allocations more */
	enum stand_in_kind
		stand_in; /* who is asked instead of a security key; its credential counts */
	bool lies; /* it does */
	const char *user; /* NULL: root */
	bool over_ssh; /* from STAND_IN_CLIENT; passkeyd alone */
};

#define PIN_AND_TOUCH                                                                              \
	"authenticator 0 fido2 pin product=Key\nevent pin_needed 0 8\nexpect\nevent touch 0\n"

/* browser_origin= is that of the stand-in; its socket comes with prepare() */
#define IN_BROWSER "browser_timeout=5 browser_origin=" STAND_IN_ORIGIN " methods="

static const struct scenario scenarios[] = {
	/* first, because what starts libcrypto for good comes after it */
	{ "a wrong assertion, libcrypto starting",
		PIN_AND_TOUCH "assertion flags=05 signature=flip\n", FAKE_DEVICE_LINE "\n",
		"unenrolled=skip", .code = PAM_AUTH_ERR, .cold = true },
	{ "a wrong assertion", PIN_AND_TOUCH "assertion flags=05 signature=flip\n",
		FAKE_DEVICE_LINE "\n", "unenrolled=skip", .code = PAM_AUTH_ERR },
	{ "a good assertion", PIN_AND_TOUCH "assertion flags=05 count=5\n", FAKE_DEVICE_LINE "\n",
		"unenrolled=skip", .code = PAM_SUCCESS },
	{ "a copied authenticator", PIN_AND_TOUCH "assertion flags=05 count=9\n",
		FAKE_DEVICE_LINE "\n", "sign_count=enforce", .code = PAM_AUTH_ERR },
	{ "a user without a file", "stop\n", NULL, "unenrolled=skip", .code = SKIPPED },
	{ "a user with an empty file", "stop\n", "# none\n", "unenrolled=skip", .code = SKIPPED },
	{ "a credential that is disabled", "stop\n", FAKE_DEVICE_LINE " disabled=yes\n",
		"unenrolled=skip", .code = PAM_AUTH_ERR },
	{ "a wrong answer at an SSH client", "stop\n", FAKE_DEVICE_LINE "\n", "methods=askpass",
		.code = PAM_AUTH_ERR },
	{ "a user without a file, asked at an SSH client", "stop\n", NULL, "methods=askpass",
		.code = PAM_AUTH_ERR },
	{ "a wrong assertion in a browser", "stop\n", NULL, IN_BROWSER "browser",
		.code = PAM_AUTH_ERR, .stand_in = STAND_IN_PASSKEYD, .lies = true,
		.over_ssh = true },
	{ "a good assertion in a browser", "stop\n", NULL, IN_BROWSER "browser",
		.code = PAM_SUCCESS, .stand_in = STAND_IN_PASSKEYD, .over_ssh = true },
	{ "a wrong assertion in a browser, without a key here", "event insert\nstop\n", NULL,
		"browser_peer=any " IN_BROWSER "local,browser", .code = PAM_AUTH_ERR,
		.stand_in = STAND_IN_PASSKEYD, .lies = true },
	{ "a wrong signature by a user's agent", "stop\n", NULL, "methods=agent",
		.code = PAM_AUTH_ERR, .stand_in = STAND_IN_AGENT, .lies = true, .user = "daemon" },
	{ "a good signature by an agent", "stop\n", NULL, "methods=agent", .code = PAM_SUCCESS,
		.stand_in = STAND_IN_AGENT },
};

#define SCENARIO_COUNT (sizeof(scenarios) / sizeof(scenarios[0]))

#define SOCKET_PATH_SIZE 108 /* what an address has room for */

static char root[64] = "/tmp/ppk-sweep.XXXXXX";
static struct stand_in stand_ins[SCENARIO_COUNT];

static void write_text(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "we");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, 0644) != 0)
		_exit(70);
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	if (system(command) != 0)
		_exit(70);
}

static const char *user_of(const struct scenario *scenario)
{
	return scenario->user == NULL ? "root" : scenario->user;
}

static void socket_of(size_t number, char out[static SOCKET_PATH_SIZE])
{
	snprintf(out, SOCKET_PATH_SIZE, "%s/stand-in-%zu/socket", root, number);
}

static void start_stand_in(size_t number)
{
	const struct passwd *user = getpwnam(user_of(&scenarios[number]));
	char path[SOCKET_PATH_SIZE];

	if (scenarios[number].stand_in == STAND_IN_NONE)
		return;
	if (user == NULL)
		_exit(70);
	socket_of(number, path);
	run("mkdir -m 755 $(dirname %s) && chown %s $(dirname %s)", path, user->pw_name, path);
	stand_in_start(scenarios[number].stand_in, path, user->pw_uid, scenarios[number].lies,
		&stand_ins[number]);
}

static void prepare(const char *module, const char *fake_device)
{
	char service[1024];

	if (mkdtemp(root) == NULL)
		_exit(70);
	run("cd %s && mkdir pam passkeys state device && cp '%s' device/passkey-device && chmod "
	    "755 . *",
		root, fake_device);
	for (size_t i = 0; i < SCENARIO_COUNT; i++) {
		char name[32], path[SOCKET_PATH_SIZE];

		socket_of(i, path);
		snprintf(service, sizeof(service),
			"auth [success=1 ignore=ignore default=die] %s credentials=%s/passkeys/%%u "
			"state=%s/state device_helper=%s/device/passkey-device timeout=5 "
			"browser_socket=%s %s\n"
			"auth [default=die] pam_debug.so auth=cred_expired\n"
			"auth required pam_permit.so\naccount required pam_permit.so\n",
			module, root, root, root, path, scenarios[i].option);
		snprintf(name, sizeof(name), "pam/sweep%zu", i);
		write_text(name, service);
		start_stand_in(i);
	}
	write_text("pam/other", "auth required pam_deny.so\n");
}

/* Every file in a folder of ours; counts those that are temporary. */
static unsigned remove_in(const char *name)
{
	char path[512];
	unsigned temporary = 0;
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	folder = opendir(path);
	if (folder == NULL)
		_exit(70);
	while ((entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		temporary += strstr(entry->d_name, ".new") != NULL;
		if (unlinkat(dirfd(folder), entry->d_name, 0) != 0)
			_exit(70);
	}
	closedir(folder);
	return temporary;
}

/* A state in which the credential of fake_device has the count 9. */
static const char counts[] = "count1 id=G6jjnqzJC_k8XtpJYuuYxfM7riCCz7O-b3rdPeSTtws count=9 "
			     "used=2026-11-24T07:30:00Z\nend 1 crc=f9f2c534\n";

/*
 * Enter at the question of a page. Else as passkey-askpass answers: hello, then something that is
 * well-formed (index 0, host "localhost").
 */
static const char *answer_at_client(const char *question)
{
	if (strstr(question, "press Enter") != NULL)
		return "";
	return strncmp(question, "passkey1:", 9) == 0
		       ? "passkey1:AQAJbG9jYWxob3N0AAgwBgIBAQIBAQUAAAAH"
		       : "passkey1";
}

/* The files of a scenario, as they are before every sign-in of it. */
static void reset(size_t number)
{
	const struct scenario *scenario = &scenarios[number];
	const char *credentials = scenario->stand_in == STAND_IN_NONE ? scenario->credentials
								      : stand_ins[number].line;
	char name[64];

	remove_in("state");
	remove_in("passkeys");
	snprintf(name, sizeof(name), "passkeys/%s", user_of(scenario));
	if (credentials != NULL)
		write_text(name, credentials);
	write_text("device/script", scenario->script);
	if (scenario->code == PAM_AUTH_ERR)
		write_text("state/root.counts", counts);
}

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	(void)context;
	if (count != 1)
		return PAM_CONV_ERR;
	*ret = calloc(1, sizeof(**ret));
	if (*ret == NULL)
		return PAM_BUF_ERR;
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF ||
		messages[0]->msg_style == PAM_PROMPT_ECHO_ON) {
		(*ret)->resp = strdup(messages[0]->msg_style == PAM_PROMPT_ECHO_OFF
					      ? "123456"
					      : answer_at_client(messages[0]->msg));
		if ((*ret)->resp == NULL) {
			free(*ret);
			*ret = NULL;
			return PAM_BUF_ERR;
		}
	}
	return PAM_SUCCESS;
}

/* Start all of libcrypto that a sign-in needs, with a signature that is wrong. */
static void warm_up(void)
{
	static const char text[] = FAKE_DEVICE_KEY;
	unsigned char der[128], nonsense[8] = { 0 };
	const unsigned char *next = der;
	EVP_PKEY *key;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	EVP_DecodeBlock(der, (const unsigned char *)text, (int)sizeof(text) - 1);
	key = d2i_PUBKEY(NULL, &next, 91);
	if (key == NULL || EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestVerify(context, nonsense, 8, nonsense, 8) == 1)
		_exit(74);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	ERR_clear_error();
}

/* In a process of its own; what comes of it is in *faults. */
static void sign_in(size_t number)
{
	const struct pam_conv conversation = { .conv = converse };
	const char *user = user_of(&scenarios[number]);
	pam_handle_t *pamh = NULL;
	gid_t group;
	int groups = 1;
	char service[32], confdir[96], path[SOCKET_PATH_SIZE];

	snprintf(service, sizeof(service), "sweep%zu", number);
	snprintf(confdir, sizeof(confdir), "%s/pam", root);
	if (pam_start_confdir(service, user, &conversation, confdir, &pamh) != PAM_SUCCESS)
		_exit(71);
	if (pam_acct_mgmt(pamh, 0) != PAM_SUCCESS) /* loads the modules */
		_exit(72);
	/* the application has looked its user up; glibc 2.36 aborts when it has no memory for that */
	if (getpwnam(user) == NULL || getgrouplist(user, 0, &group, &groups) == 0)
		_exit(73);
	socket_of(number, path);
	if (scenarios[number].stand_in == STAND_IN_AGENT && setenv("SSH_AUTH_SOCK", path, 1) != 0)
		_exit(75);
	if (scenarios[number].over_ssh && pam_putenv(pamh, "SSH_CONNECTION=" STAND_IN_CLIENT
							   " 50022 192.0.2.9 22") != PAM_SUCCESS)
		_exit(76);
	/* OpenSSL 3.5 waits for itself for ever when one of its very first allocations fails */
	ERR_clear_error();
	faults->host = getpid();
	faults->armed = true;
	faults->code = pam_authenticate(pamh, 0);
	faults->armed = false;
	_exit(0);
}

static void report(const struct scenario *scenario, const char *what)
{
	printf("# %s: call %lu (%s of %s%s) failed: %s, code %d\n", scenario->name, faults->target,
		faults->where, faults->caller, faults->in_host ? "" : ", in a child", what,
		faults->code);
}

/* After the Nth call failed: is the result one of those that may be? */
static bool is_right(const struct scenario *scenario, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		report(scenario, "the process crashed");
		printf("# status %#x\n", (unsigned)status);
		return false;
	}
	if (faults->code == PAM_SUCCESS || faults->code == SKIPPED) {
		if (faults->code == scenario->code && (!faults->in_host || is_harmless()))
			return true;
		report(scenario, "neither a denial nor cannot say");
		return false;
	}
	return true;
}

/* No temporary file may stay. */
static bool is_clean(const struct scenario *scenario)
{
	if (remove_in("state") == 0)
		return true;
	report(scenario, "a temporary file stayed");
	return false;
}

/* The thousand allocations of a starting libcrypto are much alike: not each of them. */
static unsigned long step(const struct scenario *scenario, unsigned long n)
{
	return scenario->cold && n > 100 ? 17 : 1;
}

/* Returns the number of wrong results; *ret_runs is how many calls failed. */
static unsigned sweep(size_t number, enum fault_kind kind, unsigned *ret_runs)
{
	const struct scenario *scenario = &scenarios[number];
	unsigned wrong = 0;
	int status = 0;
	pid_t pid;

	if (!scenario->cold)
		warm_up();
	memset(seen, 0, sizeof(seen));
	times = scenario->stand_in == STAND_IN_NONE ? 1 : 4;
	for (unsigned long n = 1; n < RUNS_MAX; n += step(scenario, n)) {
		reset(number);
		memset(faults, 0, sizeof(*faults));
		faults->sweeper = getpid();
		faults->target = n;
		faults->kind = kind;
		fflush(stdout);
		pid = fork();
		if (pid == 0)
			sign_in(number);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			_exit(70);
		if (faults->where[0] == '\0') { /* nothing was left to fail */
			return wrong + (faults->code != scenario->code);
		}
		++*ret_runs;
		wrong += !is_right(scenario, status) || !is_clean(scenario);
	}
	return wrong + 1;
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = { "it fails", "permission is denied", "half is done",
		"the end comes early" };
	unsigned total = 0, wrong = 0, test = 0;

	char module[PATH_MAX], fake_device[PATH_MAX];
	bool planted = argc == 4 && strcmp(argv[3], "planted") == 0;

	if ((argc != 3 && !planted) || realpath(argv[1], module) == NULL ||
		realpath(argv[2], fake_device) == NULL) {
		fprintf(stderr, "usage: fault-sweep MODULE FAKE_DEVICE [planted]\n");
		return 2;
	}
	faults = mmap(
		NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (faults == MAP_FAILED)
		return 70;
	prepare(module, fake_device);
	printf("1..%zu\n", (SCENARIO_COUNT - 1) * 4 + 1);
	for (size_t i = 0; i < SCENARIO_COUNT; i++) {
		for (enum fault_kind kind = FAULT_IO;
			kind <= (scenarios[i].cold ? FAULT_IO : FAULT_END); kind++) {
			unsigned runs = 0, here = sweep(i, kind, &runs);

			printf("%sok %u - %s, %s: %u calls in turn\n", here == 0 ? "" : "not ",
				++test, scenarios[i].name, kinds[kind], runs);
			total += runs;
			wrong += here;
		}
	}
	printf("# %u faults, %u results that were neither a denial nor cannot-say\n", total, wrong);
	for (size_t i = 0; i < SCENARIO_COUNT; i++)
		stand_in_stop(&stand_ins[i]);
	run("rm -rf %s", root);
	return (wrong == 0) == !planted ? 0 : 1;
}
