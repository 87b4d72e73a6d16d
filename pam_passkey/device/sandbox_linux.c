/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Confinement of passkey-device. A USB device is what its maker says it is, and what it says is parsed
 * by large libraries; so whoever parses it has nothing to take.
 *
 *     process      parses                        files                    ids, when root asked
 *     supervisor   names and descriptors that    reads /sys, /run/udev    nobody
 *                  devices give to the kernel
 *     launcher     nothing                       opens /dev/hidraw0..63   effective 0, else nobody
 *     worker       what its authenticator says   none; its open node      nobody
 *
 * None has a capability, runs a program, makes a socket of a network, looks into another process, sends
 * a signal (but for the launcher to its workers) or maps memory that can be executed. Three layers say
 * so, and each holds where another is missing: ids and capabilities, Landlock, the system call filter.
 *
 * 1. The supervisor MUST enter before it looks for devices, a worker before it reads a byte of CBOR.
 * 2. A node of root alone (mode 0600) MUST open when root asks, without a capability: so the launcher,
 *    and a worker until it has opened, keeps the effective uid 0, as one of three that it may give up.
 * 3. A node that is no HID device's, and a file, MUST NOT open in the launcher, nor in a worker before
 *    it has its own sandbox, not even when one has been taken over. Landlock cannot tell nodes of /dev
 *    apart; the system call filter can (path_table.h). On s390x a launcher that was taken over can get
 *    past that to what Landlock allows, any node of /dev. It obeys for a node or a reader alone (launch.c).
 * 4. Refusing MUST be by an error, not by death: libraries try things that they can do without.
 * 5. MUST NOT be a condition for signing in: what this kernel or caller cannot do is passed over.
 * 6. With nfc, pcscd takes root or the person at the machine, not "nobody": then the effective uid stays
 *    where Landlock holds, and is given up where it does not.
 */
#include "device/sandbox.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "device/landlock.h"
#include "device/path_table.h"
#include "device/syscall_filter.h"
#include "sys/identity.h"

#define NOBODY 65534 /* the id that the kernel itself uses for "no id" */

#define READ (PPK_LANDLOCK_READ_FILE | PPK_LANDLOCK_READ_DIR)

static const struct ppk_landlock_rule supervisor_rules[] = {
	{ "/sys", READ },
	{ "/run/udev", READ },
	{ ppk_path_table.readers, PPK_LANDLOCK_RESOLVE_UNIX },
};

static const struct ppk_landlock_rule launcher_rules[] = {
	{ "/dev", PPK_LANDLOCK_READ_FILE | PPK_LANDLOCK_WRITE_FILE },
	{ ppk_path_table.readers, PPK_LANDLOCK_RESOLVE_UNIX },
};

static const struct ppk_landlock_rule worker_rules[] = {
	{ ppk_path_table.readers, PPK_LANDLOCK_RESOLVE_UNIX },
};

#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

/* The rule about pcscd is the last of each. */
static bool confine_files(enum ppk_sandbox_role role, bool nfc)
{
	switch (role) {
	case PPK_SANDBOX_SUPERVISOR:
		return ppk_landlock_enter(supervisor_rules, COUNT(supervisor_rules) - !nfc);
	case PPK_SANDBOX_LAUNCHER:
		return ppk_landlock_enter(launcher_rules, COUNT(launcher_rules) - !nfc);
	case PPK_SANDBOX_WORKER:
		return ppk_landlock_enter(worker_rules, COUNT(worker_rules) - !nfc);
	}
	return false;
}

void ppk_sandbox_harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Both are reset by a change of ids. */
static void set_again(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

bool ppk_sandbox_give_up_privilege(void)
{
	pid_t parent = getppid();

	if (ppk_identity_is_privileged())
		(void)!ppk_identity_lend(NOBODY, NOBODY);
	ppk_identity_drop_capabilities();
	set_again();
	return getppid() == parent;
}

void ppk_sandbox_enter(enum ppk_sandbox_role role, bool nfc)
{
	const struct rlimit none = { 0, 0 };
	bool confined = confine_files(role, nfc);

	if (role != PPK_SANDBOX_LAUNCHER) {
		(void)setrlimit(RLIMIT_NPROC, &none);
		if (!(nfc && confined))
			(void)!ppk_identity_return();
		set_again();
	}
	ppk_syscall_filter_enter(role, nfc);
}

/*
 * What libpcsclite 2 loads once it is first used, in a sandbox where nothing can be loaded. Nothing
 * happens with version 1, which is all in one.
 */
void ppk_sandbox_load_ahead(void)
{
	(void)dlopen("libpcsclite_real.so.1", RTLD_LAZY);
}
