/* SPDX-License-Identifier: BSD-2-Clause */
/* What running a helper program is on every system; process_linux.c and process_portable.c have the rest. */
#include "sys/process.h"

#include <sys/socket.h>
#include <unistd.h>

#include "sys/packet.h"
#include "sys/process_child.h"

enum ppk_err ppk_process_start(const char *path, struct ppk_process *ret)
{
	struct ppk_process_start start = { .path = path, .host = getpid() };
	struct ppk_child keeper;
	enum ppk_err err;
	int ends[2];

	if (path[0] != '/')
		return PPK_ERR_PROCESS;
	err = ppk_packet_pair(ends);
	if (err != PPK_OK)
		return err;
	start.socket = ends[1];
	err = ppk_child_start(ppk_process_child, &start, &keeper);
	close(ends[1]);
	if (err != PPK_OK) {
		close(ends[0]);
		return err;
	}
	ppk_process_give_way();
	*ret = (struct ppk_process){ .keeper = keeper, .socket = ends[0] };
	return PPK_OK;
}

void ppk_process_finish(struct ppk_process *process, unsigned grace_ms)
{
	if (process->keeper.pid <= 0)
		return;
	/* Not close alone: another child of the host may hold a copy of this end. */
	(void)shutdown(process->socket, SHUT_RDWR);
	close(process->socket);
	process->socket = -1;
	if (!ppk_child_ends_within(&process->keeper, grace_ms))
		ppk_process_kill(&process->keeper);
	ppk_child_reap(&process->keeper);
}
