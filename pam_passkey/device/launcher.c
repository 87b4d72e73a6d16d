/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that starts workers.
 *
 * 1. MUST be told what to open by the supervisor alone, and open nothing but a node that is called as
 *    nodes of authenticators are: a supervisor that has been taken over gains no other file by it.
 * 2. MUST NOT read what comes from a device, nor ever see a PIN: those are between supervisor and worker.
 * 3. MUST end with the supervisor, however that ends, and every worker with it.
 * 4. MUST NOT wait long for a worker: one that is stuck in a driver may not keep others from starting.
 */
#include "device/launcher.h"

#include <signal.h>
#include <unistd.h>

#include "device/sandbox.h"
#include "device/worker.h"
#include "sys/clock.h"
#include "sys/descriptor.h"
#include "sys/packet.h"

#define SOCKET 3
#define WORKERS PPK_DEVICE_AUTHENTICATORS_MAX
/*
 * How long a worker is waited for: one that was killed, before another takes its place, and one that is
 * to end on its own, before it is killed.
 */
#define END_WAIT_MS 100

struct launcher {
	const struct ppk_device_request *request;
	struct ppk_child workers[WORKERS];
};

/*
 * In the supervisor's process.
 */

enum ppk_err ppk_launcher_start_worker(
	int launcher, const struct ppk_launch *launch, int *ret_socket)
{
	enum ppk_err err;
	int ends[2];

	err = ppk_packet_pair(ends);
	if (err != PPK_OK)
		return err;
	err = ppk_packet_send_descriptor(
		launcher, (const uint8_t *)launch, sizeof(*launch), ends[1]);
	close(ends[1]);
	if (err != PPK_OK) {
		close(ends[0]);
		return err;
	}
	*ret_socket = ends[0];
	return PPK_OK;
}

void ppk_launcher_end_worker(int launcher, uint8_t index)
{
	const struct ppk_launch launch = { .order = PPK_LAUNCH_END, .index = index };

	/* One that is gone has ended its workers. */
	(void)!ppk_packet_send(launcher, (const uint8_t *)&launch, sizeof(launch));
}

/*
 * In the worker's process.
 */

struct start {
	const struct ppk_launch *launch;
	const struct ppk_device_request *request;
	pid_t launcher;
	int socket;
};

static int run_worker(void *context)
{
	const struct start *start = context;
	const struct ppk_worker_start worker = {
		.index = start->launch->index,
		.at_once = start->launch->at_once != 0,
		.alone = start->launch->alone != 0,
		.request = start->request,
		.path = start->launch->path,
		.product = start->launch->product,
	};

	if (!ppk_child_end_with(start->launcher) || dup2(start->socket, SOCKET) != SOCKET)
		return 1;
	ppk_descriptors_close_from(SOCKET + 1);
	ppk_worker_run(&worker, SOCKET);
}

/*
 * In the launcher's process.
 */

static void end_worker(struct ppk_child *worker)
{
	if (worker->pid > 0)
		ppk_child_signal(worker, SIGKILL);
}

static void start_worker(
	struct launcher *launcher, const struct ppk_launch *launch, int worker_socket)
{
	struct ppk_child *worker = &launcher->workers[launch->index];
	struct start start = {
		.launch = launch,
		.request = launcher->request,
		.launcher = getpid(),
		.socket = worker_socket,
	};

	end_worker(worker);
	if (ppk_child_ends_within(worker, END_WAIT_MS))
		ppk_child_reap(worker);
	/* The supervisor sees the end of the socket when there is none. */
	*worker = (struct ppk_child){ .pid = 0 };
	(void)!ppk_child_start(run_worker, &start, worker);
}

static void obey(struct launcher *launcher, const struct ppk_launch *launch, int fd)
{
	if (!ppk_launch_is_allowed(launch, launcher->request->nfc))
		return;
	if (launch->order == PPK_LAUNCH_END)
		end_worker(&launcher->workers[launch->index]);
	else if (fd >= 0)
		start_worker(launcher, launch, fd);
}

/* One packet. False: the supervisor is gone, or sends what no supervisor sends. */
static bool serve(struct launcher *launcher)
{
	struct ppk_launch launch;
	size_t len = 0;
	int fd = -1;

	if (ppk_packet_receive_descriptor(SOCKET, (uint8_t *)&launch, sizeof(launch), &len, &fd) !=
		PPK_OK)
		return false;
	if (len == sizeof(launch))
		obey(launcher, &launch, fd);
	if (fd >= 0)
		close(fd);
	return len == sizeof(launch);
}

/* Those that still live have said all, and may wipe a PIN yet. */
static void end_all(struct ppk_child workers[static WORKERS])
{
	int64_t deadline_ms = ppk_clock_ms() + END_WAIT_MS;

	for (size_t i = 0; i < WORKERS; i++) {
		int64_t left = deadline_ms - ppk_clock_ms();

		if (workers[i].pid > 0 &&
			!ppk_child_ends_within(&workers[i], left < 0 ? 0 : (unsigned)left))
			end_worker(&workers[i]);
	}
	for (size_t i = 0; i < WORKERS; i++)
		ppk_child_reap(&workers[i]);
}

struct launcher_start {
	const struct ppk_device_request *request;
	pid_t supervisor;
	int socket;
};

static int run_launcher(void *context)
{
	const struct launcher_start *start = context;
	struct launcher launcher = { .request = start->request };

	if (!ppk_child_end_with(start->supervisor) || dup2(start->socket, SOCKET) != SOCKET)
		return 1;
	ppk_descriptors_close_from(SOCKET + 1);
	ppk_sandbox_enter(PPK_SANDBOX_LAUNCHER, start->request->nfc);
	while (serve(&launcher))
		;
	end_all(launcher.workers);
	return 0;
}

enum ppk_err ppk_launcher_start(const struct ppk_device_request *request, struct ppk_launcher *ret)
{
	struct launcher_start start = { .request = request, .supervisor = getpid() };
	enum ppk_err err;
	int ends[2];

	err = ppk_packet_pair(ends);
	if (err != PPK_OK)
		return err;
	start.socket = ends[1];
	err = ppk_child_start(run_launcher, &start, &ret->child);
	close(ends[1]);
	if (err != PPK_OK) {
		close(ends[0]);
		return err;
	}
	ret->socket = ends[0];
	return PPK_OK;
}

void ppk_launcher_stop(struct ppk_launcher *launcher)
{
	close(launcher->socket);
	ppk_child_reap(&launcher->child);
}
