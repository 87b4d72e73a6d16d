/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/machine_secret.h"

#include "scratch.h"

static uint8_t secret[PPK_MACHINE_SECRET_SIZE];
static struct ppk_diag diag;

static enum ppk_err get(void)
{
	struct ppk_trust trust = trust_me();

	memset(secret, 0, sizeof(secret));
	return ppk_machine_secret(in_scratch("state"), &trust, secret, &diag);
}

static void begin(void)
{
	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0);
}

static void it_is_made_once_with_its_folder_and_stays(void)
{
	static const uint8_t none[PPK_MACHINE_SECRET_SIZE];
	uint8_t first[PPK_MACHINE_SECRET_SIZE];
	struct stat status;

	begin();
	CHECK_OK(get());
	memcpy(first, secret, sizeof(first));
	CHECK(memcmp(first, none, sizeof(first)) != 0);
	CHECK(stat(in_scratch("state/secret"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0600);
	CHECK_INT(status.st_size, PPK_MACHINE_SECRET_SIZE);
	CHECK_OK(get());
	CHECK_BYTES(secret, sizeof(secret), first, sizeof(first));
}

static void another_machine_has_another(void)
{
	uint8_t first[PPK_MACHINE_SECRET_SIZE];

	begin();
	CHECK_OK(get());
	memcpy(first, secret, sizeof(first));
	begin();
	CHECK_OK(get());
	CHECK(memcmp(secret, first, sizeof(first)) != 0);
}

static void one_that_cannot_be_had_is_an_error_and_is_not_made_anew(void)
{
	int fd;

	begin();
	CHECK_OK(get());
	CHECK(truncate(in_scratch("state/secret"), 31) == 0);
	CHECK_ERR(get(), PPK_ERR_SYNTAX);
	CHECK(strstr(diag.text, "remove it") != NULL);
	CHECK(chmod(in_scratch("state/secret"), 0666) == 0);
	CHECK_ERR(get(), PPK_ERR_UNSAFE_FILE);
	begin();
	fd = open(in_scratch("state"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK(get() != PPK_OK);
}

static void a_path_that_is_too_long_is_refused(void)
{
	char folder[2048];
	struct ppk_trust trust = trust_me();

	memset(folder, 'a', sizeof(folder) - 1);
	folder[0] = '/';
	folder[sizeof(folder) - 1] = '\0';
	CHECK_ERR(ppk_machine_secret(folder, &trust, secret, &diag), PPK_ERR_LIMIT);
}

int main(void)
{
	int status;

	scratch_make();
	status = CHECK_RUN(CHECK_TEST(it_is_made_once_with_its_folder_and_stays),
		CHECK_TEST(another_machine_has_another),
		CHECK_TEST(one_that_cannot_be_had_is_an_error_and_is_not_made_anew),
		CHECK_TEST(a_path_that_is_too_long_is_refused));
	scratch_remove();
	return status;
}
