/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The launcher opens what the path table holds, by the address at which it lies there (syscall_filter.c).
 * Attempts to open something else, and to put something else there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confinement_probe.h"
#include "device/path_table.h"

#define NODE "/dev/hidraw63"
#define NODE_FLAGS (O_RDWR | O_CLOEXEC)
#define TAG (UINT64_C(1) << 56)

/*
 * Openings.
 */

static const char *table_node(void)
{
	return ppk_path_table_node(NODE);
}

static int open_table_node(void)
{
	return opened(openat(AT_FDCWD, table_node(), NODE_FLAGS));
}

static int open_table_node_to_read(void)
{
	return opened(openat(AT_FDCWD, table_node(), O_RDONLY | O_CLOEXEC));
}

static int open_table_node_for_programs(void)
{
	return opened(openat(AT_FDCWD, table_node(), O_RDWR));
}

static int open_table_node_to_append(void)
{
	return opened(openat(AT_FDCWD, table_node(), NODE_FLAGS | O_APPEND));
}

static int open_table_node_or_create(void)
{
	return opened(openat(AT_FDCWD, table_node(), NODE_FLAGS | O_CREAT, 0600));
}

/* A call that a filter may forget. */
static int open_table_node_the_old_way(void)
{
#ifdef SYS_open
	return opened((int)syscall(SYS_open, table_node(), NODE_FLAGS));
#else
	return ENOSYS;
#endif
}

/* "hidraw63", in the working directory. */
static int open_end_of_table_node(void)
{
	return opened(openat(AT_FDCWD, table_node() + strlen("/dev/"), NODE_FLAGS));
}

/* The right path, which can be changed to any other. */
static int open_node_by_own_path(void)
{
	char path[] = NODE;

	return opened(openat(AT_FDCWD, path, NODE_FLAGS));
}

/* At an address that differs from the table's in what its upper half says alone. */
static int open_node_by_path_far_away(void)
{
	uintptr_t address = (uintptr_t)table_node() + (UINT64_C(1) << 32);
	uintptr_t page = address & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
	char *memory = mmap((void *)page, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return errno;
	if ((uintptr_t)memory != page)
		return ENOMEM;
	memcpy(memory + (address - page), NODE, sizeof(NODE));
	return opened(openat(AT_FDCWD, memory + (address - page), NODE_FLAGS));
}

static int open_zero(void)
{
	return opened(openat(AT_FDCWD, "/dev/zero", NODE_FLAGS));
}

static int open_null(void)
{
	return opened(openat(AT_FDCWD, "/dev/null", NODE_FLAGS));
}

static int open_mem(void)
{
	return opened(openat(AT_FDCWD, "/dev/mem", NODE_FLAGS));
}

static int open_file(void)
{
	return opened(openat(AT_FDCWD, "file", NODE_FLAGS));
}

static int open_readers(void)
{
	return opened(openat(AT_FDCWD, ppk_path_table.readers, O_PATH | O_CLOEXEC));
}

static int open_readers_to_read(void)
{
	return opened(openat(AT_FDCWD, ppk_path_table.readers, O_RDONLY | O_CLOEXEC));
}

static int open_place(void)
{
	return opened(openat(AT_FDCWD, "/run", O_PATH | O_CLOEXEC));
}

/*
 * The table.
 */

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static uintptr_t table_page(void)
{
	return (uintptr_t)&ppk_path_table & ~((uintptr_t)page_size() - 1);
}

/*
 * Without a sandbox it takes place, and then the program cannot go on: it does so in a child, and a
 * child that dies of it has succeeded. Where nothing is opened by the table it is not made.
 */
static int destructive(int (*attempt)(void))
{
	pid_t pid;
	int status;

	if (place == WITH_THE_TABLE)
		return attempt();
	if (place == WITHOUT_THE_TABLE)
		return ENOTSUP;
	pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0) {
		/* not what a sanitizer makes of them */
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		_exit(attempt());
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static int protect(uintptr_t from, size_t len)
{
	return outcome(mprotect((void *)from, len, PROT_READ | PROT_WRITE));
}

/* Not munmap(3): an address sanitizer's first maps what it knows of that memory anew. */
static int unmap(uintptr_t from, size_t len)
{
	return outcome(syscall(SYS_munmap, from, len));
}

static int map_over(uintptr_t from, size_t len)
{
	void *mapped = mmap((void *)from, len, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return mapped == MAP_FAILED ? errno : 0;
}

static int do_protect(void)
{
	return protect(table_page(), page_size());
}

static int make_table_writable(void)
{
	return destructive(do_protect);
}

static int do_protect_from_below(void)
{
	return protect(table_page() - page_size(), 2 * page_size());
}

static int make_table_writable_from_below(void)
{
	return destructive(do_protect_from_below);
}

/* The kernel takes such an address on some processors, and cuts the tag off. */
static int do_protect_tagged(void)
{
	return protect(table_page() | TAG, page_size());
}

static int make_table_writable_by_tag(void)
{
	return destructive(do_protect_tagged);
}

static int do_unmap(void)
{
	return unmap(table_page(), page_size());
}

static int unmap_table(void)
{
	return destructive(do_unmap);
}

static int do_unmap_from_below(void)
{
	return unmap(table_page() - page_size(), 2 * page_size());
}

static int unmap_table_from_below(void)
{
	return destructive(do_unmap_from_below);
}

/* From below the last multiple of 4 GiB, where the upper half of an address is another. */
static int do_unmap_from_other_half(void)
{
	uintptr_t from = (table_page() >> 32 << 32) - page_size();

	if (table_page() >> 32 == 0)
		return ENOTSUP;
	return unmap(from, table_page() + page_size() - from);
}

static int unmap_table_from_other_half(void)
{
	return destructive(do_unmap_from_other_half);
}

static int do_unmap_from_far_below(void)
{
	uintptr_t from = 16 * page_size();

	return unmap(from, table_page() + page_size() - from);
}

static int unmap_table_from_far_below(void)
{
	return destructive(do_unmap_from_far_below);
}

static int do_map_over(void)
{
	return map_over(table_page(), page_size());
}

static int map_over_table(void)
{
	return destructive(do_map_over);
}

static int do_map_over_from_below(void)
{
	return map_over(table_page() - page_size(), 2 * page_size());
}

static int map_over_table_from_below(void)
{
	return destructive(do_map_over_from_below);
}

/* Of this process' own, above the table. */
static void *own_page(void)
{
	void *page =
		mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

static int move(void *from, void *to)
{
	if (from == NULL || to == NULL)
		return ENOMEM;
	return mremap(from, page_size(), page_size(), MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
			       MAP_FAILED
		       ? errno
		       : 0;
}

static int do_move_table(void)
{
	return move((void *)table_page(), own_page());
}

static int move_table(void)
{
	return destructive(do_move_table);
}

static int do_move_onto_table(void)
{
	return move(own_page(), (void *)table_page());
}

static int move_onto_table(void)
{
	return destructive(do_move_onto_table);
}

/* What lies behind the new length is unmapped, and the length leads around to the table (some kernels). */
static int do_shrink_around(void)
{
	char *page = own_page();
	size_t around = table_page() - (uintptr_t)page;

	if (page == NULL)
		return ENOMEM;
	return mremap(page, around + page_size(), around, 0) == MAP_FAILED ? errno : 0;
}

static int shrink_around_to_table(void)
{
	return destructive(do_shrink_around);
}

/* A child that does not have it could map its own there, without replacing anything. */
static int do_keep_from_child(void)
{
	return outcome(madvise((void *)table_page(), page_size(), MADV_DONTFORK));
}

static int keep_table_from_child(void)
{
	return destructive(do_keep_from_child);
}

/*
 * What a process needs to be able to do with its own memory.
 */

static int manage(void *page)
{
	if (page == NULL)
		return ENOMEM;
	if (mprotect(page, page_size(), PROT_READ) != 0 ||
		madvise(page, page_size(), MADV_DONTNEED) != 0 ||
		map_over((uintptr_t)page, page_size()) != 0 || munmap(page, page_size()) != 0)
		return errno;
	return 0;
}

static int manage_memory(void)
{
	return manage(own_page());
}

/* As where the memory of a process is laid out from below, and under sanitizers. */
static int manage_memory_below(void)
{
	void *page = mmap((void *)(UINT64_C(1) << 32), page_size(), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : manage(page);
}

static int advise_next_page(void)
{
	return outcome(madvise((void *)(table_page() + page_size()), page_size(), MADV_NORMAL));
}

const struct attempt path_attempts[] = {
	{ "open-table-node", open_table_node },
	{ "open-table-node-to-read", open_table_node_to_read },
	{ "open-table-node-for-programs", open_table_node_for_programs },
	{ "open-table-node-to-append", open_table_node_to_append },
	{ "open-table-node-or-create", open_table_node_or_create },
	{ "open-table-node-the-old-way", open_table_node_the_old_way },
	{ "open-end-of-table-node", open_end_of_table_node },
	{ "open-node-by-own-path", open_node_by_own_path },
	{ "open-node-by-path-far-away", open_node_by_path_far_away },
	{ "open-zero", open_zero },
	{ "open-null", open_null },
	{ "open-mem", open_mem },
	{ "open-file", open_file },
	{ "open-readers", open_readers },
	{ "open-readers-to-read", open_readers_to_read },
	{ "open-place", open_place },
	{ "make-table-writable", make_table_writable },
	{ "make-table-writable-from-below", make_table_writable_from_below },
	{ "make-table-writable-by-tag", make_table_writable_by_tag },
	{ "unmap-table", unmap_table },
	{ "unmap-table-from-below", unmap_table_from_below },
	{ "unmap-table-from-other-half", unmap_table_from_other_half },
	{ "unmap-table-from-far-below", unmap_table_from_far_below },
	{ "map-over-table", map_over_table },
	{ "map-over-table-from-below", map_over_table_from_below },
	{ "move-table", move_table },
	{ "move-onto-table", move_onto_table },
	{ "shrink-around-to-table", shrink_around_to_table },
	{ "keep-table-from-child", keep_table_from_child },
	{ "manage-memory", manage_memory },
	{ "manage-memory-below", manage_memory_below },
	{ "advise-next-page", advise_next_page },
};
const size_t path_attempts_count = sizeof(path_attempts) / sizeof(path_attempts[0]);
