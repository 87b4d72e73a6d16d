/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void
ppk_stats_count(struct ppk_stats *stats, const char *command)
{
	struct ppk_stat *last;

	for (size_t i = 0; i < stats->commands_len; i++) {
		if (strcmp(stats->commands[i].name, command) == 0) {
			stats->commands[i].count++;
			return;
		}
	}
	stats->commands =
	    ppk_grow(stats->commands, stats->commands_len + 1, sizeof(*stats->commands));
	last = &stats->commands[stats->commands_len++];
	last->name = ppk_string_copy(command, strlen(command));
	last->count = 1;
}

static void
print_json(const struct ppk_stats *stats, FILE *stream)
{
	fprintf(stream,
	    "{\"packets_in\": %" PRIu64 ", \"packets_out\": %" PRIu64 ", \"keepalives\": %" PRIu64
	    ", \"transactions\": %" PRIu64 ", \"touches\": %" PRIu64 ", \"commands\": {",
	    stats->packets_in, stats->packets_out, stats->keepalives, stats->transactions,
	    stats->touches);
	for (size_t i = 0; i < stats->commands_len; i++)
		fprintf(stream, "%s\"%s\": %" PRIu64, i != 0 ? ", " : "", stats->commands[i].name,
		    stats->commands[i].count);
	fputs("}}\n", stream);
}

char *
ppk_stats_json(const struct ppk_stats *stats)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	if (stream == NULL)
		abort();
	print_json(stats, stream);
	if (fclose(stream) != 0)
		abort();
	return text;
}

void
ppk_stats_reset(struct ppk_stats *stats)
{
	for (size_t i = 0; i < stats->commands_len; i++)
		free(stats->commands[i].name);
	free(stats->commands);
	*stats = (struct ppk_stats){ 0 };
}

void
ppk_stats_write(const struct ppk_stats *stats, const char *path)
{
	FILE *stream;

	if (path == NULL)
		return;
	stream = fopen(path, "we");
	if (stream == NULL) {
		perror(path);
		return;
	}
	print_json(stats, stream);
	if (fclose(stream) != 0)
		perror(path);
}
