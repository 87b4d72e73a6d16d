/* SPDX-License-Identifier: BSD-2-Clause */
/* CTAPHID (CTAP 2.1, 11.2): channels, framing, one transaction at a time. */
#ifndef PPK_VIRTUAL_CTAPHID_H
#define PPK_VIRTUAL_CTAPHID_H

#include "bus.h"
#include "bytes.h"

/* CTAP 2.1, 11.2.9.1.7. */
#define PPK_KEEPALIVE_PROCESSING 1
#define PPK_KEEPALIVE_UP_NEEDED 2

struct ppk_ctaphid {
	uint32_t channels; /* given out so far, from 1 on */
	/* The request that is being assembled. */
	bool assembling;
	uint32_t channel;
	uint8_t command;
	uint8_t next_seq;
	size_t expected;
	int64_t deadline_ms;
	struct ppk_bytes request;
	/* The transaction in work, on `channel`. */
	bool busy;
	bool cancelled;
	bool aborted;
	bool hung; /* swallows everything until it is told to behave or is plugged in anew */
};

void ppk_ctaphid_power_up(struct ppk_authenticator *authenticator);
void ppk_ctaphid_receive(struct ppk_authenticator *authenticator,
    const uint8_t report[static PPK_REPORT_LEN]);
void ppk_ctaphid_keepalive(struct ppk_authenticator *authenticator, uint8_t status);
/* When a half request must be given up (monotonic ms; -1: there is none), and giving it up. */
int64_t ppk_ctaphid_deadline_ms(const struct ppk_authenticator *authenticator);
void ppk_ctaphid_expire(struct ppk_authenticator *authenticator);

#endif
