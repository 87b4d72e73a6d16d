/* SPDX-License-Identifier: BSD-2-Clause */
#include "faults.h"

#include "core/browser_message.h"
#include "core/device_message.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <openssl/evp.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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

#define AGENT_SIGN_RESPONSE 14 /* PROTOCOL.agent of OpenSSH */

struct faults *faults;

/* The library that an address belongs to, for the report. */
static void note_caller(void *address)
{
	Dl_info info;
	const char *name = "?";

	if (dladdr(address, &info) != 0 && info.dli_fname != NULL)
		name = strrchr(info.dli_fname, '/') != NULL ? strrchr(info.dli_fname, '/') + 1
							    : info.dli_fname;
	for (size_t i = 0; i < sizeof(faults->caller) - 1 && name[i] != '\0'; i++)
		faults->caller[i] = name[i];
}

/* Is this the call that fails? */
static bool fails_for(const char *name, void *caller)
{
	if (faults == NULL || !faults->armed || getpid() == faults->sweeper ||
		__atomic_add_fetch(&faults->count, 1, __ATOMIC_SEQ_CST) != faults->target)
		return false;
	for (size_t i = 0; i < sizeof(faults->where) - 1 && name[i] != '\0'; i++)
		faults->where[i] = name[i];
	faults->in_host = getpid() == faults->host;
	faults->before = !faults->asserted;
	note_caller(caller);
	errno = faults->kind == FAULT_ACCESS ? EACCES : EIO;
	return true;
}

#define fails(name) fails_for(name, __builtin_return_address(0))

/* For calls that can also do a part of their work, or find that nothing is left. */
static bool fails_or_shortens(const char *name, void *caller, size_t *len)
{
	if (!fails_for(name, caller))
		return false;
	if (faults->kind != FAULT_SHORT && faults->kind != FAULT_END)
		return true;
	*len = faults->kind == FAULT_SHORT ? (*len + 1) / 2 : 0;
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
	return faults != NULL && faults->kind == FAULT_IO && fails_for(name, caller);
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
	if (faults->kind == FAULT_SHORT)
		return syscall(SYS_read, fd, out, (len + 1) / 2);
	if (faults->kind != FAULT_END)
		return -1;
	faults->same = syscall(SYS_read, fd, out, len) == 0;
	return 0;
}

WRAP_LEN(ssize_t, write, (int fd, const void *data, size_t len), len, (fd, data, len))
WRAP_LEN(ssize_t, send, (int fd, const void *data, size_t len, int flags), len,
	(fd, data, len, flags))
WRAP_LEN(ssize_t, getrandom, (void *out, size_t len, unsigned flags), len, (out, len, flags))
/* Is this the first byte of what brings an assertion? A frame of an agent comes behind its length. */
static bool is_assertion(unsigned char type)
{
	return type == PPK_DEVICE_ASSERTION || type == PPK_BROWSER_ASSERTION ||
	       type == AGENT_SIGN_RESPONSE;
}

/* The end is that of the other side; a packet comes whole or not at all. */
ssize_t recv(int fd, void *out, size_t len, int flags)
{
	if (fails("recv") && faults->kind != FAULT_SHORT)
		return faults->kind == FAULT_END ? 0 : -1;
	ssize_t got = syscall(SYS_recvfrom, fd, out, len, flags, NULL, NULL);

	if (faults != NULL && getpid() == faults->host && got > 0 &&
		is_assertion(*(const unsigned char *)out))
		faults->asserted = true;
	return got;
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
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(int, connect, (int fd, __CONST_SOCKADDR_ARG address, socklen_t len), (fd, address, len))
WRAP(int, getsockopt, (int fd, int level, int name, void *out, socklen_t *len),
	(fd, level, name, out, len))
WRAP(int, stat, (const char *path, struct stat *out), (path, out))
WRAP(int, stat64, (const char *path, struct stat64 *out), (path, out))
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

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static __typeof__(&pam_get_item) real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pam_get_item");
	return fails("pam_get_item") ? PAM_BUF_ERR : real(pamh, type, item);
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

	if (faults == NULL || !faults->armed)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	if (LOG_PRI(priority) == LOG_ERR && strstr(text, ": state: the sign count") != NULL)
		faults->state_logged = true;
	if (strstr(text, ": result=") != NULL)
		faults->armed = false;
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
