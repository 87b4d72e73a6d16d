/* SPDX-License-Identifier: BSD-2-Clause */
#include "real.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* dlsym() gives an object pointer; ISO C has no cast from that to a function's. */
#define LOOK_UP(table, name) look_up(#name, &(table)->name, sizeof((table)->name))

static void
look_up(const char *name, void *slot, size_t size)
{
	void *address = dlsym(RTLD_NEXT, name);

	if (address == NULL)
		abort();
	memcpy(slot, &address, size);
}

const struct ppk_real *
ppk_real(void)
{
	static struct ppk_real table;
	static _Atomic int complete;
	struct ppk_real real;

	if (complete)
		return &table;
	LOOK_UP(&real, open);
	LOOK_UP(&real, openat);
	LOOK_UP(&real, read);
	LOOK_UP(&real, write);
	LOOK_UP(&real, ioctl);
	LOOK_UP(&real, flock);
	LOOK_UP(&real, fstat);
	LOOK_UP(&real, stat);
	LOOK_UP(&real, lstat);
	LOOK_UP(&real, fstatat);
	LOOK_UP(&real, statx);
	LOOK_UP(&real, access);
	LOOK_UP(&real, faccessat);
	LOOK_UP(&real, inotify_add_watch);
	LOOK_UP(&real, opendir);
	LOOK_UP(&real, prctl);
	LOOK_UP(&real, syscall);
	table = real; /* two threads write the same values */
	complete = 1;
	return &table;
}
