/* SPDX-License-Identifier: BSD-2-Clause */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "sys/random.h"

#define HEAP_MIN 64

/* FNV-1a, begun with the seed, its end mixed so that low bits depend on all. */
static uint64_t hash(const struct ppkd_table *table, const char *text)
{
	uint64_t value = table->seed;

	for (; *text != '\0'; text++)
		value = (value ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	value ^= value >> 32;
	value *= UINT64_C(0xd6e8feb86659fd93);
	return value ^ value >> 32;
}

static const char *key_of(const struct ppkd_ceremony *ceremony, enum ppkd_index index)
{
	if (index == PPKD_BY_PATH)
		return ceremony->path;
	return index == PPKD_BY_USER ? ceremony->user : ceremony->client_address;
}

static struct ppkd_ceremony **bucket(
	const struct ppkd_table *table, enum ppkd_index index, const char *key)
{
	return &table->buckets[index][hash(table, key) & (table->bucket_count - 1)];
}

enum ppk_err ppkd_table_init(struct ppkd_table *table, const struct ppkd_limits *limits)
{
	memset(table, 0, sizeof(*table));
	table->limits = *limits;
	table->bucket_count = 1;
	while (table->bucket_count < limits->total)
		table->bucket_count *= 2;
	for (size_t i = 0; i < PPKD_INDEXES; i++) {
		table->buckets[i] = calloc(table->bucket_count, sizeof(*table->buckets[i]));
		if (table->buckets[i] == NULL)
			return PPK_ERR_NOMEM;
	}
	return ppk_random(&table->seed, sizeof(table->seed));
}

void ppkd_table_done(struct ppkd_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		ppkd_ceremony_free(table->heap[i]);
	free(table->heap);
	for (size_t i = 0; i < PPKD_INDEXES; i++)
		free(table->buckets[i]);
	memset(table, 0, sizeof(*table));
}

static void place(struct ppkd_table *table, struct ppkd_ceremony *ceremony, size_t index)
{
	table->heap[index] = ceremony;
	ceremony->heap_index = index;
}

static bool is_sooner(const struct ppkd_table *table, size_t a, size_t b)
{
	return table->heap[a]->deadline_ms < table->heap[b]->deadline_ms;
}

static void swap(struct ppkd_table *table, size_t a, size_t b)
{
	struct ppkd_ceremony *held = table->heap[a];

	place(table, table->heap[b], a);
	place(table, held, b);
}

static void rise(struct ppkd_table *table, size_t index)
{
	while (index > 0 && is_sooner(table, index, (index - 1) / 2)) {
		swap(table, index, (index - 1) / 2);
		index = (index - 1) / 2;
	}
}

static void sink(struct ppkd_table *table, size_t index)
{
	for (;;) {
		size_t child = 2 * index + 1;

		if (child + 1 < table->count && is_sooner(table, child + 1, child))
			child++;
		if (child >= table->count || !is_sooner(table, child, index))
			return;
		swap(table, index, child);
		index = child;
	}
}

static enum ppk_err make_room(struct ppkd_table *table)
{
	size_t size = table->heap_size == 0 ? HEAP_MIN : table->heap_size * 2;
	struct ppkd_ceremony **heap;

	if (table->count < table->heap_size)
		return PPK_OK;
	heap = reallocarray(table->heap, size, sizeof(*heap));
	if (heap == NULL)
		return PPK_ERR_NOMEM;
	table->heap = heap;
	table->heap_size = size;
	return PPK_OK;
}

/* How many that wait have this key, up to limit. */
static size_t count_live(
	const struct ppkd_table *table, enum ppkd_index index, const char *key, size_t limit)
{
	size_t count = 0;

	for (const struct ppkd_ceremony *at = *bucket(table, index, key);
		at != NULL && count < limit; at = at->next[index])
		count += strcmp(key_of(at, index), key) == 0;
	return count;
}

static bool is_full(const struct ppkd_table *table, const struct ppkd_ceremony *ceremony)
{
	const struct ppkd_limits *limits = &table->limits;

	return table->live >= limits->total ||
	       count_live(table, PPKD_BY_USER, ceremony->user, limits->per_user) >=
		       limits->per_user ||
	       (ceremony->client_address[0] != '\0' &&
		       count_live(table, PPKD_BY_ADDRESS, ceremony->client_address,
			       limits->per_address) >= limits->per_address);
}

static enum ppk_err make_path(char path[static PPKD_SECRET_PATH_SIZE])
{
	uint8_t random[PPKD_SECRET_PATH_RANDOM];
	enum ppk_err err = ppk_random(random, sizeof(random));

	if (err == PPK_OK)
		ppkd_secret_path_make(random, path);
	return err;
}

/* Only as it was made: its other spellings are for people. */
static enum ppk_err take_path(
	const struct ppkd_table *table, const char *path, char out[static PPKD_SECRET_PATH_SIZE])
{
	if (path[0] == '\0')
		return make_path(out);
	if (!ppkd_secret_path_read(path, strlen(path), out) || strcmp(path, out) != 0)
		return PPK_ERR_FRAME;
	return ppkd_table_find(table, out) == NULL ? PPK_OK : PPK_ERR_BUSY;
}

enum ppk_err ppkd_table_add(struct ppkd_table *table, struct ppkd_ceremony *ceremony,
	const char *path, int64_t deadline_ms)
{
	enum ppk_err err;

	if (is_full(table, ceremony))
		return PPK_ERR_BUSY;
	if ((err = make_room(table)) != PPK_OK ||
		(err = take_path(table, path, ceremony->path)) != PPK_OK)
		return err;
	for (enum ppkd_index i = PPKD_BY_PATH; i < PPKD_INDEXES; i++) {
		struct ppkd_ceremony **first = bucket(table, i, key_of(ceremony, i));

		ceremony->next[i] = *first;
		*first = ceremony;
	}
	ceremony->deadline_ms = deadline_ms;
	place(table, ceremony, table->count++);
	rise(table, ceremony->heap_index);
	table->live++;
	return PPK_OK;
}

struct ppkd_ceremony *ppkd_table_find(
	const struct ppkd_table *table, const char path[static PPKD_SECRET_PATH_SIZE])
{
	struct ppkd_ceremony *at = *bucket(table, PPKD_BY_PATH, path);

	while (at != NULL && strcmp(at->path, path) != 0)
		at = at->next[PPKD_BY_PATH];
	return at;
}

void ppkd_table_postpone(
	struct ppkd_table *table, struct ppkd_ceremony *ceremony, int64_t deadline_ms)
{
	ceremony->deadline_ms = deadline_ms;
	rise(table, ceremony->heap_index);
	sink(table, ceremony->heap_index);
}

static void unchain(
	struct ppkd_table *table, const struct ppkd_ceremony *ceremony, enum ppkd_index index)
{
	struct ppkd_ceremony **at = bucket(table, index, key_of(ceremony, index));

	while (*at != ceremony)
		at = &(*at)->next[index];
	*at = ceremony->next[index];
}

/* Users and addresses have limits for those that wait: an ended one is in nobody's way. */
static void unchain_live(struct ppkd_table *table, const struct ppkd_ceremony *ceremony)
{
	unchain(table, ceremony, PPKD_BY_USER);
	unchain(table, ceremony, PPKD_BY_ADDRESS);
	table->live--;
}

static void remember(struct ppkd_table *table, struct ppkd_ceremony *ceremony)
{
	ceremony->is_remembered = true;
	ceremony->older = table->newest;
	*(table->newest == NULL ? &table->oldest : &table->newest->newer) = ceremony;
	table->newest = ceremony;
	table->remembered++;
}

static void no_longer_remember(struct ppkd_table *table, struct ppkd_ceremony *ceremony)
{
	*(ceremony->older == NULL ? &table->oldest : &ceremony->older->newer) = ceremony->newer;
	*(ceremony->newer == NULL ? &table->newest : &ceremony->newer->older) = ceremony->older;
	ceremony->is_remembered = false;
	table->remembered--;
}

void ppkd_table_end(struct ppkd_table *table, struct ppkd_ceremony *ceremony, int64_t deadline_ms)
{
	struct ppkd_ceremony *oldest;

	unchain_live(table, ceremony);
	ppkd_table_postpone(table, ceremony, deadline_ms);
	remember(table, ceremony);
	if (table->remembered <= table->limits.total)
		return;
	/* not this one: its page is about to ask how it ended */
	oldest = table->oldest;
	no_longer_remember(table, oldest);
	ppkd_table_postpone(table, oldest, 0);
}

void ppkd_table_forget(struct ppkd_table *table, struct ppkd_ceremony *ceremony)
{
	size_t index = ceremony->heap_index;

	unchain(table, ceremony, PPKD_BY_PATH);
	if (ppkd_ceremony_is_live(ceremony))
		unchain_live(table, ceremony);
	if (ceremony->is_remembered)
		no_longer_remember(table, ceremony);
	table->count--;
	if (index < table->count) {
		place(table, table->heap[table->count], index);
		rise(table, index);
		sink(table, index);
	}
	ppkd_ceremony_free(ceremony);
}

struct ppkd_ceremony *ppkd_table_first(const struct ppkd_table *table)
{
	return table->count == 0 ? NULL : table->heap[0];
}
