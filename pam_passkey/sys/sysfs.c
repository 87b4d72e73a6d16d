/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hidraw_node.h"
#include "core/report_descriptor.h"
#include "sys/descriptor.h"

#define CLASS "/sys/class/hidraw"
#define PATH_SIZE 128
#define TEXT_MAX 256 /* bytes; a string of USB has at most 126 characters */

/* As much of a file as there is room for; how much that is, 0 also when it cannot be read. */
static size_t read_file(const char *path, void *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;

	if (fd < 0)
		return 0;
	if (!ppk_descriptor_read(fd, out, size, &len))
		len = 0;
	close(fd);
	return len;
}

static bool is_authenticator(unsigned number)
{
	uint8_t descriptor[PPK_REPORT_DESCRIPTOR_MAX];
	char path[PATH_SIZE];
	size_t len;

	(void)snprintf(path, sizeof(path), CLASS "/hidraw%u/device/report_descriptor", number);
	len = read_file(path, descriptor, sizeof(descriptor));
	return ppk_report_descriptor_is_authenticator(descriptor, len);
}

static int compare(const void *one, const void *other)
{
	unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;

	return (a > b) - (a < b);
}

size_t ppk_sysfs_authenticators(unsigned *numbers, size_t max)
{
	DIR *folder = opendir(CLASS);
	const struct dirent *entry;
	size_t count = 0;

	if (folder == NULL)
		return 0;
	while (count < max && (entry = readdir(folder)) != NULL)
		if (ppk_hidraw_node_number(entry->d_name, &numbers[count]) &&
			is_authenticator(numbers[count]))
			count++;
	closedir(folder);
	qsort(numbers, count, sizeof(*numbers), compare);
	return count;
}

/* The node's device is that of HID; above it is the interface of USB, and above that the device. */
void ppk_sysfs_product(unsigned number, char *out, size_t size)
{
	char path[PATH_SIZE], file[TEXT_MAX];
	size_t len;

	(void)snprintf(path, sizeof(path), CLASS "/hidraw%u/device/../../product", number);
	len = read_file(path, file, sizeof(file));
	ppk_hidraw_node_text(file, len, out, size);
}
