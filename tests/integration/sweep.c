/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every allocation and every system call of a sign-in fails once.
 *
 * usage: fault-sweep MODULE FAKE_DEVICE             as root; prints TAP
 *        fault-sweep MODULE FAKE_DEVICE planted     succeeds when it finds something wrong
 *
 * The functions below stand before libc's, since the module's calls bind to what this program
 * exports. While armed they are counted, in this process and in the children that the module makes
 * (the count is in shared memory); the Nth fails. N goes from 1 until a sign-in ends with nothing
 * left to fail. Each sign-in runs in a fresh process.
 *
 * Whatever fails, the result is a denial or "cannot say"; a failure that changes nothing about the
 * decision may leave a success as it is, but only where harmless[] says so and why.
 */
#include "unit/method/fake_device.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
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

#define SKIPPED PAM_CRED_EXPIRED /* what pam_debug answers after an ignored module */
#define RUNS_MAX 20000

enum kind { FAIL_IO, FAIL_ACCESS, FAIL_SHORT, FAIL_END };

/* In memory that all processes share. */
static struct {
	bool armed;
	unsigned long count, target;
	enum kind kind;
	char where[64]; /* the call that failed */
	int code; /* what pam_authenticate answered */
	pid_t sweeper; /* which waits meanwhile */
	pid_t host;
	bool in_host; /* the failing call was the host's own, not a child's */
	bool same; /* what was made to happen happens anyway */
	bool state_logged; /* the log says that the sign count was not advanced */
	char caller[64]; /* who made the failing call: a library */
} * shared;

/* The library that an address belongs to, for the report. */
static void note_caller(void *address)
{
	Dl_info info;
	const char *name = "?";

	if (dladdr(address, &info) != 0 && info.dli_fname != NULL)
		name = strrchr(info.dli_fname, '/') != NULL ? strrchr(info.dli_fname, '/') + 1
							    : info.dli_fname;
	for (size_t i = 0; i < sizeof(shared->caller) - 1 && name[i] != '\0'; i++)
		shared->caller[i] = name[i];
}

/* Is this the call that fails? */
static bool fails_for(const char *name, void *caller)
{
	if (shared == NULL || !shared->armed || getpid() == shared->sweeper ||
		__atomic_add_fetch(&shared->count, 1, __ATOMIC_SEQ_CST) != shared->target)
		return false;
	for (size_t i = 0; i < sizeof(shared->where) - 1 && name[i] != '\0'; i++)
		shared->where[i] = name[i];
	shared->in_host = getpid() == shared->host;
	note_caller(caller);
	errno = shared->kind == FAIL_ACCESS ? EACCES : EIO;
	return true;
}

#define fails(name) fails_for(name, __builtin_return_address(0))

/* For calls that can also do a part of their work, or find that nothing is left. */
static bool fails_or_shortens(const char *name, void *caller, size_t *len)
{
	if (!fails_for(name, caller))
		return false;
	if (shared->kind != FAIL_SHORT && shared->kind != FAIL_END)
		return true;
	*len = shared->kind == FAIL_SHORT ? (*len + 1) / 2 : 0;
	return false;
}

/* A function of libc that fails with -1. */
#define WRAP(type, name, parameters, arguments)                                                    \
	type name parameters;                                                                      \
	type name parameters                                                                       \
	{                                                                                          \
		static type(*real) parameters;                                                     \
		if (real == NULL)                                                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		return fails(#name) ? (type)-1 : real arguments;                                   \
	}

/* The same, with a length that may be shortened. */
#define WRAP_LEN(type, name, parameters, len, arguments)                                           \
	type name parameters;                                                                      \
	type name parameters                                                                       \
	{                                                                                          \
		static type(*real) parameters;                                                     \
		if (real == NULL)                                                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		return fails_or_shortens(#name, __builtin_return_address(0), &len)                 \
			       ? (type)-1                                                          \
			       : real arguments;                                                   \
	}

/* These read arguments that a caller may not have given, as the kernel does. */
#define AS_GIVEN __attribute__((no_sanitize("address")))

/* One that returns NULL, or 0, when it fails. */
#define WRAP_ZERO(type, name, parameters, arguments)                                               \
	type name parameters;                                                                      \
	type name parameters                                                                       \
	{                                                                                          \
		static type(*real) parameters;                                                     \
		if (real == NULL)                                                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name);                                 \
		return fails(#name) ? (type)0 : real arguments;                                    \
	}

#ifndef SANITIZED
/* Memory is missing in one way only. */
static bool lacks_memory(const char *name, void *caller)
{
	return shared != NULL && shared->kind == FAIL_IO && fails_for(name, caller);
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
	if (!lacks_memory("malloc", __builtin_return_address(0)))
		return __libc_malloc(size);
	errno = ENOMEM;
	return NULL;
}

void *calloc(size_t count, size_t size)
{
	if (!lacks_memory("calloc", __builtin_return_address(0)))
		return __libc_calloc(count, size);
	errno = ENOMEM;
	return NULL;
}

void *realloc(void *old, size_t size)
{
	if (!lacks_memory("realloc", __builtin_return_address(0)))
		return __libc_realloc(old, size);
	errno = ENOMEM;
	return NULL;
}
#endif

/* An end that comes where the end is has not come early. */
ssize_t read(int fd, void *out, size_t len)
{
	if (!fails("read"))
		return syscall(SYS_read, fd, out, len);
	if (shared->kind == FAIL_SHORT)
		return syscall(SYS_read, fd, out, (len + 1) / 2);
	if (shared->kind != FAIL_END)
		return -1;
	shared->same = syscall(SYS_read, fd, out, len) == 0;
	return 0;
}

WRAP_LEN(ssize_t, write, (int fd, const void *data, size_t len), len, (fd, data, len))
WRAP_LEN(ssize_t, send, (int fd, const void *data, size_t len, int flags), len,
	(fd, data, len, flags))
WRAP_LEN(ssize_t, getrandom, (void *out, size_t len, unsigned flags), len, (out, len, flags))
/* The end is that of the other side; a packet comes whole or not at all. */
ssize_t recv(int fd, void *out, size_t len, int flags)
{
	if (fails("recv") && shared->kind != FAIL_SHORT)
		return shared->kind == FAIL_END ? 0 : -1;
	return syscall(SYS_recvfrom, fd, out, len, flags, NULL, NULL);
}

WRAP(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
WRAP(int, fstat, (int fd, struct stat *out), (fd, out))
WRAP(int, fstat64, (int fd, struct stat64 *out), (fd, out))
WRAP(int, fstatat, (int fd, const char *path, struct stat *out, int flags), (fd, path, out, flags))
WRAP(int, fstatat64, (int fd, const char *path, struct stat64 *out, int flags),
	(fd, path, out, flags))
WRAP(int, socketpair, (int domain, int type, int protocol, int out[2]),
	(domain, type, protocol, out))
WRAP(int, poll, (struct pollfd * entries, nfds_t count, int timeout), (entries, count, timeout))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, renameat, (int from, const char *old, int to, const char *name), (from, old, to, name))
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, flock, (int fd, int operation), (fd, operation))
WRAP(int, dup2, (int from, int to), (from, to))
WRAP(int, uname, (struct utsname * out), (out))
WRAP(int, signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
WRAP(int, chdir, (const char *path), (path))
WRAP(int, shutdown, (int fd, int how), (fd, how))
WRAP(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
WRAP(int, waitid, (idtype_t type, id_t id, siginfo_t *out, int options), (type, id, out, options))
WRAP(int, getrlimit64, (__rlimit_resource_t resource, struct rlimit64 *out), (resource, out))
WRAP(int, setrlimit64, (__rlimit_resource_t resource, const struct rlimit64 *limit),
	(resource, limit))
WRAP(int, getresuid, (uid_t * real_id, uid_t *effective, uid_t *saved), (real_id, effective, saved))
WRAP(int, getresgid, (gid_t * real_id, gid_t *effective, gid_t *saved), (real_id, effective, saved))
WRAP(int, getgrouplist, (const char *user, gid_t group, gid_t *out, int *count),
	(user, group, out, count))
WRAP(int, EVP_DigestVerify,
	(EVP_MD_CTX * context, const unsigned char *signature, size_t signature_len,
		const unsigned char *data, size_t len),
	(context, signature, signature_len, data, len))
WRAP_ZERO(int, EVP_Digest,
	(const void *data, size_t len, unsigned char *out, unsigned *out_len, const EVP_MD *type,
		ENGINE *engine),
	(data, len, out, out_len, type, engine))
WRAP_ZERO(int, EVP_PKEY_fromdata,
	(EVP_PKEY_CTX * context, EVP_PKEY **out, int selection, OSSL_PARAM *parameters),
	(context, out, selection, parameters))
WRAP_ZERO(EVP_MD_CTX *, EVP_MD_CTX_new, (void), ())
WRAP_ZERO(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name,
	(OSSL_LIB_CTX * library, const char *name, const char *properties),
	(library, name, properties))

/* The descriptor is closed either way, as Linux does it. */
int close(int fd)
{
	int result = (int)syscall(SYS_close, fd);

	return fails("close") ? -1 : result;
}

static int open_at(
	const char *name, void *caller, int folder, const char *path, int flags, mode_t mode)
{
	return fails_for(name, caller) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

static mode_t mode_of(int flags, va_list arguments)
{
	return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

AS_GIVEN int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_at("open", __builtin_return_address(0), AT_FDCWD, path, flags, mode);
}

AS_GIVEN int openat(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_at("openat", __builtin_return_address(0), folder, path, flags, mode);
}

/* The same under the names that large files and _FORTIFY_SOURCE give them. */
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));
int __openat64_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags)
{
	return open_at("openat", __builtin_return_address(0), folder, path, flags, 0);
}
int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return open_at("open", __builtin_return_address(0), AT_FDCWD, path, flags, 0);
}

static int fcntl_with(int fd, int command, void *argument)
{
	return fails("fcntl") ? -1 : (int)syscall(SYS_fcntl, fd, command, argument);
}

AS_GIVEN int fcntl(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return fcntl_with(fd, command, argument);
}
int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

/* clone(2), pidfd_open(2), execve(2) and the like reach the kernel through this. */
AS_GIVEN long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	char name[32];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	/* those of this file are not counted twice */
	if (number != SYS_close && number != SYS_openat && number != SYS_fcntl &&
		number != SYS_read) {
		snprintf(name, sizeof(name), "syscall %ld", number);
		if (fails(name))
			return -1;
	}
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int getpwnam_r(const char *name, struct passwd *out, char *buffer, size_t size, struct passwd **ret)
{
	static __typeof__(&getpwnam_r) real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "getpwnam_r");
	if (!fails("getpwnam_r"))
		return real(name, out, buffer, size, ret);
	*ret = NULL;
	return EIO;
}

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	static __typeof__(&pam_get_user) real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pam_get_user");
	return fails("pam_get_user") ? PAM_BUF_ERR : real(pamh, user, prompt);
}

/* Terminal and remote host are for the log alone; the conversation is not. */
int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static __typeof__(&pam_get_item) real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pam_get_item");
	return type == PAM_CONV && fails("pam_get_item") ? PAM_BUF_ERR : real(pamh, type, item);
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int error_status));
int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int error_status))
{
	static __typeof__(&pam_set_data) real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pam_set_data");
	return fails("pam_set_data") ? PAM_BUF_ERR : real(pamh, name, data, cleanup);
}

/* The last line of the module is its decision; what comes after it is the next module's. */
__attribute__((format(printf, 2, 0))) static void take_log(
	int priority, const char *format, va_list arguments)
{
	char text[2048];

	if (shared == NULL || !shared->armed)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	if (LOG_PRI(priority) == LOG_ERR && strstr(text, ": state: the sign count") != NULL)
		shared->state_logged = true;
	if (strstr(text, ": result=") != NULL)
		shared->armed = false;
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	take_log(priority, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 3, 4))) void __syslog_chk(
	int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	take_log(priority, format, arguments);
	va_end(arguments);
}

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
	{ "shutdown", MODULE_NAME, 1, "telling a helper that has ended to end" },
	{ "poll", MODULE_NAME, 5, "waiting for the end of a helper that had its last word" },
	{ "waitid", MODULE_NAME, 5, "the same" },
	{ "uname", MODULE_NAME, 1, "this machine is called localhost then" },
	{ "malloc", "libcrypto.so.3", 60, "it remembers less; the signature was verified" },
	{ "malloc", "libc.so.6", 4, "the user database is read without a buffer" },
};

#define HARMLESS_COUNT (sizeof(harmless) / sizeof(harmless[0]))

/* How often in this sweep. */
static unsigned seen[HARMLESS_COUNT];

/* The rest of the work is done by calling again, or there was no rest. */
static const char *const repeated[] = { "read", "write", "getrandom", "recv" };

static bool is_in_list(void)
{
	for (size_t i = 0; i < HARMLESS_COUNT; i++)
		if (strcmp(harmless[i].call, shared->where) == 0 &&
			strcmp(harmless[i].caller, shared->caller) == 0)
			return ++seen[i] <= harmless[i].at_most;
	return false;
}

static bool is_harmless(void)
{
	for (size_t i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++)
		if (shared->kind == FAIL_SHORT && strcmp(repeated[i], shared->where) == 0)
			return true;
	/* the count was compared and cannot be written: an admin must come in with a full disk */
	return shared->state_logged || shared->same || is_in_list();
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
};

#define PIN_AND_TOUCH                                                                              \
	"authenticator 0 fido2 pin product=Key\nevent pin_needed 0 8\nexpect\nevent touch 0\n"

static const struct scenario scenarios[] = {
	/* first, because what starts libcrypto for good comes after it */
	{ "a wrong assertion, libcrypto starting",
		PIN_AND_TOUCH "assertion flags=05 signature=flip\n", FAKE_DEVICE_LINE "\n",
		"unenrolled=skip", PAM_AUTH_ERR, true },
	{ "a wrong assertion", PIN_AND_TOUCH "assertion flags=05 signature=flip\n",
		FAKE_DEVICE_LINE "\n", "unenrolled=skip", PAM_AUTH_ERR, false },
	{ "a good assertion", PIN_AND_TOUCH "assertion flags=05 count=5\n", FAKE_DEVICE_LINE "\n",
		"unenrolled=skip", PAM_SUCCESS, false },
	{ "a copied authenticator", PIN_AND_TOUCH "assertion flags=05 count=9\n",
		FAKE_DEVICE_LINE "\n", "sign_count=enforce", PAM_AUTH_ERR, false },
	{ "a user without a file", "stop\n", NULL, "unenrolled=skip", SKIPPED, false },
	{ "a user with an empty file", "stop\n", "# none\n", "unenrolled=skip", SKIPPED, false },
	{ "a credential that is disabled", "stop\n", FAKE_DEVICE_LINE " disabled=yes\n",
		"unenrolled=skip", PAM_AUTH_ERR, false },
};

#define SCENARIO_COUNT (sizeof(scenarios) / sizeof(scenarios[0]))

static char root[64] = "/tmp/ppk-sweep.XXXXXX";

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

static void prepare(const char *module, const char *fake_device)
{
	char service[1024];

	if (mkdtemp(root) == NULL)
		_exit(70);
	run("cd %s && mkdir pam passkeys state device && cp '%s' device/passkey-device && chmod "
	    "755 . *",
		root, fake_device);
	for (size_t i = 0; i < SCENARIO_COUNT; i++) {
		char name[32];

		snprintf(service, sizeof(service),
			"auth [success=1 ignore=ignore default=die] %s credentials=%s/passkeys/%%u "
			"state=%s/state device_helper=%s/device/passkey-device timeout=5 %s\n"
			"auth [default=die] pam_debug.so auth=cred_expired\n"
			"auth required pam_permit.so\naccount required pam_permit.so\n",
			module, root, root, root, scenarios[i].option);
		snprintf(name, sizeof(name), "pam/sweep%zu", i);
		write_text(name, service);
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

/* The files of a scenario, as they are before every sign-in of it. */
static void reset(const struct scenario *scenario)
{
	remove_in("state");
	remove_in("passkeys");
	if (scenario->credentials != NULL)
		write_text("passkeys/root", scenario->credentials);
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
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF) {
		(*ret)->resp = strdup("123456");
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

/* In a process of its own; what comes of it is in shared. */
static void sign_in(size_t number)
{
	const struct pam_conv conversation = { .conv = converse };
	pam_handle_t *pamh = NULL;
	char service[32], confdir[96];

	snprintf(service, sizeof(service), "sweep%zu", number);
	snprintf(confdir, sizeof(confdir), "%s/pam", root);
	if (pam_start_confdir(service, "root", &conversation, confdir, &pamh) != PAM_SUCCESS)
		_exit(71);
	if (pam_acct_mgmt(pamh, 0) != PAM_SUCCESS) /* loads the modules */
		_exit(72);
	/* the application has looked its user up; glibc 2.36 aborts when it has no memory for that */
	if (getpwnam("root") == NULL)
		_exit(73);
	shared->host = getpid();
	shared->armed = true;
	shared->code = pam_authenticate(pamh, 0);
	shared->armed = false;
	_exit(0);
}

static void report(const struct scenario *scenario, const char *what)
{
	printf("# %s: call %lu (%s of %s%s) failed: %s, code %d\n", scenario->name, shared->target,
		shared->where, shared->caller, shared->in_host ? "" : ", in a child", what,
		shared->code);
}

/* After the Nth call failed: is the result one of those that may be? */
static bool is_right(const struct scenario *scenario, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		report(scenario, "the process crashed");
		printf("# status %#x\n", (unsigned)status);
		return false;
	}
	if (shared->code == PAM_SUCCESS || shared->code == SKIPPED) {
		if (shared->code == scenario->code && (!shared->in_host || is_harmless()))
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
static unsigned sweep(size_t number, enum kind kind, unsigned *ret_runs)
{
	const struct scenario *scenario = &scenarios[number];
	unsigned wrong = 0;
	int status = 0;
	pid_t pid;

	if (!scenario->cold)
		warm_up();
	memset(seen, 0, sizeof(seen));
	for (unsigned long n = 1; n < RUNS_MAX; n += step(scenario, n)) {
		reset(scenario);
		memset(shared, 0, sizeof(*shared));
		shared->sweeper = getpid();
		shared->target = n;
		shared->kind = kind;
		fflush(stdout);
		pid = fork();
		if (pid == 0)
			sign_in(number);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			_exit(70);
		if (shared->where[0] == '\0') { /* nothing was left to fail */
			return wrong + (shared->code != scenario->code);
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
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 70;
	prepare(module, fake_device);
	printf("1..%zu\n", (SCENARIO_COUNT - 1) * 4 + 1);
	for (size_t i = 0; i < SCENARIO_COUNT; i++) {
		for (enum kind kind = FAIL_IO; kind <= (scenarios[i].cold ? FAIL_IO : FAIL_END);
			kind++) {
			unsigned runs = 0, here = sweep(i, kind, &runs);

			printf("%sok %u - %s, %s: %u calls in turn\n", here == 0 ? "" : "not ",
				++test, scenarios[i].name, kinds[kind], runs);
			total += runs;
			wrong += here;
		}
	}
	printf("# %u faults, %u results that were neither a denial nor cannot-say\n", total, wrong);
	run("rm -rf %s", root);
	return (wrong == 0) == !planted ? 0 : 1;
}
