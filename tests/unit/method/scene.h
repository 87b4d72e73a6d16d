/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_METHOD_SCENE_H
#define TESTS_UNIT_METHOD_SCENE_H

/*
 * A folder with a copy of fake_device and its script, a dialogue that is scripted and recorded, and a
 * log in memory.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/event.h"
#include "check.h"
#include "fake_device.h"
#include "method/dialogue.h"
#include "sys/file.h"

struct scene {
	char folder[64];
	char helper[96];
	char said[8192]; /* a line each: "show TEXT", "warn TEXT", "ask TEXT" */
	char log_text[16384]; /* a line each: "LEVEL TEXT" */
	const char *answers[12];
	size_t asked;
	enum ppk_err show_err; /* what showing and warning gives */
	struct ppk_dialogue dialogue;
	struct ppk_log log;
	struct ppk_trust trust;
};

static inline void scene_add(char *text, size_t size, const char *kind, const char *line)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s %s\n", kind, line);
}

static inline enum ppk_err scene_show(void *context, const char *text)
{
	struct scene *scene = context;

	scene_add(scene->said, sizeof(scene->said), "show", text);
	return scene->show_err;
}

static inline enum ppk_err scene_warn(void *context, const char *text)
{
	struct scene *scene = context;

	scene_add(scene->said, sizeof(scene->said), "warn", text);
	return scene->show_err;
}

/* No answer left is a cancelled question; "!" a conversation that fails, "+" one too long. */
static inline enum ppk_err scene_ask(void *context, const char *text, struct ppk_secret *ret)
{
	struct scene *scene = context;
	const char *answer = scene->answers[scene->asked];

	scene_add(scene->said, sizeof(scene->said), "ask", text);
	if (answer == NULL)
		return PPK_ERR_CANCELLED;
	scene->asked++;
	if (strcmp(answer, "!") == 0)
		return PPK_ERR_CONVERSATION;
	if (strcmp(answer, "+") == 0)
		return PPK_ERR_LIMIT;
	return ppk_secret_set(ret, answer, strlen(answer));
}

static inline void scene_log(void *context, enum ppk_log_level level, const char *line)
{
	static const char *const names[] = { "alert", "error", "warning", "notice", "debug" };
	struct scene *scene = context;

	scene_add(scene->log_text, sizeof(scene->log_text), names[level], line);
}

static inline void scene_write(const struct scene *scene, const char *name, const char *text)
{
	char path[640];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", scene->folder, name);
	file = fopen(path, "we");
	CHECK(file != NULL);
	CHECK(fputs(text, file) >= 0);
	CHECK(fclose(file) == 0);
	CHECK(chmod(path, 0644) == 0);
}

static inline void scene_read(const struct scene *scene, const char *name, char *out, size_t size)
{
	char path[640];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", scene->folder, name);
	file = fopen(path, "re");
	out[0] = '\0';
	if (file == NULL)
		return;
	out[fread(out, 1, size - 1, file)] = '\0';
	fclose(file);
}

static inline void scene_copy_program(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t len;

	CHECK(in >= 0 && out >= 0);
	while ((len = read(in, bytes, sizeof(bytes))) > 0)
		CHECK(write(out, bytes, (size_t)len) == len);
	close(in);
	CHECK(close(out) == 0);
}

static inline void scene_begin(struct scene *scene, const char *script)
{
	memset(scene, 0, sizeof(*scene));
	snprintf(scene->folder, sizeof(scene->folder), "/tmp/ppk-method.XXXXXX");
	CHECK(mkdtemp(scene->folder) != NULL);
	snprintf(scene->helper, sizeof(scene->helper), "%s/fake-device", scene->folder);
	scene_copy_program(FAKE_DEVICE_PROGRAM, scene->helper);
	scene_write(scene, "script", script);
	scene->dialogue = (struct ppk_dialogue){
		.context = scene, .show = scene_show, .warn = scene_warn, .ask_secret = scene_ask
	};
	scene->log = (struct ppk_log){ .write = scene_log, .context = scene, .debug = true };
	scene->trust = (struct ppk_trust){ false, getuid(), getuid() };
}

static inline void scene_end(struct scene *scene)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", scene->folder);
	CHECK(system(command) == 0);
}

static inline size_t scene_count(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
		count++;
	return count;
}

#define CHECK_HAS(text, part)                                                                      \
	do {                                                                                       \
		if (strstr((text), (part)) == NULL)                                                \
			CHECK_FAIL("\"%s\" is not in:\n# %s", (part), (text));                     \
	} while (0)
#define CHECK_HAS_NOT(text, part)                                                                  \
	do {                                                                                       \
		if (strstr((text), (part)) != NULL)                                                \
			CHECK_FAIL("\"%s\" is in:\n# %s", (part), (text));                         \
	} while (0)

#endif
