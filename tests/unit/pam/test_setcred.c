/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pam_setcred(3) is answered, call by call: libpam itself hides it behind what auth answered. The
 * handle, the configuration and the sign-in stand here.
 */
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <stdlib.h>

#include "check.h"
#include "method/authenticate.h"
#include "pam/configuration.h"
#include "pam/crypto_object.h"

struct pam_handle {
	void *data;
	void (*cleanup)(pam_handle_t *pamh, void *data, int error_status);
	bool is_full; /* takes no more data */
};

static struct pam_handle handle;
static struct ppk_result result; /* of the next sign-in */
static unsigned sign_ins;
static enum ppk_err configuration;
static bool names_a_user, out_of_memory;

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	(void)name;
	*data = pamh->data;
	return pamh->data == NULL ? PAM_NO_MODULE_DATA : PAM_SUCCESS;
}

/* As Linux-PAM's: what is there under the name is replaced, which needs no memory. */
int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int error_status))
{
	(void)name;
	if (pamh->is_full && pamh->data == NULL)
		return PAM_BUF_ERR;
	if (pamh->cleanup != NULL)
		pamh->cleanup(pamh, pamh->data, PAM_DATA_REPLACE);
	pamh->data = data;
	pamh->cleanup = cleanup;
	return PAM_SUCCESS;
}

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	(void)pamh, (void)type;
	*item = NULL;
	return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	(void)pamh, (void)prompt;
	*user = names_a_user ? "alice" : NULL;
	return names_a_user ? PAM_SUCCESS : PAM_CONV_ERR;
}

const char *pam_getenv(pam_handle_t *pamh, const char *name)
{
	(void)pamh, (void)name;
	return NULL;
}

int pam_modutil_audit_write(pam_handle_t *pamh, int type, const char *message, int code)
{
	(void)pamh, (void)type, (void)message;
	return code;
}

struct ppk_crypto_source ppk_crypto_object_source(struct ppk_crypto_object *object)
{
	(void)object;
	return (struct ppk_crypto_source){ .open = NULL };
}

void ppk_crypto_object_done(struct ppk_crypto_object *object)
{
	(void)object;
}

enum ppk_err __wrap_ppk_configuration_read(int argc, const char *const *argv, uid_t root,
	struct ppk_options *ret, struct ppk_diag *reterr);
enum ppk_err __wrap_ppk_configuration_read(int argc, const char *const *argv, uid_t root,
	struct ppk_options *ret, struct ppk_diag *reterr)
{
	(void)argc, (void)argv, (void)root, (void)reterr;
	ppk_options_init(ret);
	return configuration;
}

struct ppk_result __wrap_ppk_authenticate(const struct ppk_request *request);
struct ppk_result __wrap_ppk_authenticate(const struct ppk_request *request)
{
	CHECK_STR(request->user, "alice");
	sign_ins++;
	return result;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return out_of_memory ? NULL : __real_malloc(size);
}

static void begin(void)
{
	handle = (struct pam_handle){ .data = NULL };
	configuration = PPK_OK;
	names_a_user = true;
	out_of_memory = false;
	sign_ins = 0;
}

static void end(void)
{
	if (handle.cleanup != NULL)
		handle.cleanup(&handle, handle.data, 0);
}

static int sign_in(enum ppk_outcome outcome, enum ppk_err reason)
{
	result = (struct ppk_result){ outcome, reason };
	return pam_sm_authenticate(&handle, 0, 0, NULL);
}

static int set_credentials(void)
{
	static const int all[] = { PAM_ESTABLISH_CRED, PAM_DELETE_CRED, PAM_REINITIALIZE_CRED,
		PAM_REFRESH_CRED };
	int code = pam_sm_setcred(&handle, PAM_ESTABLISH_CRED | PAM_SILENT, 0, NULL);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		CHECK_INT(pam_sm_setcred(&handle, all[i], 0, NULL), code);
	return code;
}

static void without_a_sign_in_there_is_nothing_to_say(void)
{
	begin();
	CHECK_INT(set_credentials(), PAM_IGNORE);
	CHECK_INT(sign_ins, 0);
	end();
}

static void after_its_own_success_it_succeeds(void)
{
	begin();
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_SUCCESS);
	CHECK_INT(set_credentials(), PAM_SUCCESS);
	end();
}

static void after_anything_else_there_is_nothing_to_say(void)
{
	static const struct {
		enum ppk_outcome outcome;
		int code;
	} others[] = { { PPK_OUTCOME_DENIED, PAM_AUTH_ERR },
		{ PPK_OUTCOME_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL },
		{ PPK_OUTCOME_BLOCKED, PAM_MAXTRIES }, { PPK_OUTCOME_SKIPPED, PAM_IGNORE },
		{ (enum ppk_outcome)0, PAM_AUTH_ERR }, { (enum ppk_outcome)99, PAM_AUTH_ERR } };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		begin();
		CHECK_INT(sign_in(others[i].outcome, PPK_ERR_TIMEOUT), others[i].code);
		CHECK_INT(set_credentials(), PAM_IGNORE);
		end();
	}
}

static void after_a_sign_in_that_did_not_begin_there_is_nothing_to_say(void)
{
	begin();
	configuration = PPK_ERR_OPTION;
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_AUTHINFO_UNAVAIL);
	CHECK_INT(set_credentials(), PAM_IGNORE);
	end();
	begin();
	names_a_user = false;
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_AUTH_ERR);
	CHECK_INT(set_credentials(), PAM_IGNORE);
	CHECK_INT(sign_ins, 0);
	end();
}

static void the_last_sign_in_of_a_handle_counts(void)
{
	begin();
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_SUCCESS);
	CHECK_INT(sign_in(PPK_OUTCOME_DENIED, PPK_ERR_SIGNATURE), PAM_AUTH_ERR);
	CHECK_INT(set_credentials(), PAM_IGNORE);
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_SUCCESS);
	CHECK_INT(set_credentials(), PAM_SUCCESS);
	end();
}

static void where_the_outcome_cannot_be_kept_nobody_signs_in(void)
{
	begin();
	handle.is_full = true;
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_AUTH_ERR);
	CHECK_INT(set_credentials(), PAM_IGNORE);
	CHECK_INT(sign_ins, 0);
	end();
}

/* ... and what an earlier sign-in came to does not stand in for it. */
static void without_memory_an_earlier_success_is_forgotten(void)
{
	begin();
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_SUCCESS);
	out_of_memory = true;
	CHECK_INT(sign_in(PPK_OUTCOME_GRANTED, PPK_OK), PAM_AUTH_ERR);
	out_of_memory = false;
	CHECK_INT(sign_ins, 1);
	CHECK_INT(set_credentials(), PAM_IGNORE);
	end();
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(without_a_sign_in_there_is_nothing_to_say),
		CHECK_TEST(after_its_own_success_it_succeeds),
		CHECK_TEST(after_anything_else_there_is_nothing_to_say),
		CHECK_TEST(after_a_sign_in_that_did_not_begin_there_is_nothing_to_say),
		CHECK_TEST(the_last_sign_in_of_a_handle_counts),
		CHECK_TEST(where_the_outcome_cannot_be_kept_nobody_signs_in),
		CHECK_TEST(without_memory_an_earlier_success_is_forgotten));
}
