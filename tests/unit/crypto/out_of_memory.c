/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each allocation fails in turn, ours and OpenSSL's, once and from then on: a wrong assertion is
 * never verified, a right one is verified or refused, an answer at enrolment makes a whole
 * credential or none.
 *
 * OpenSSL's own start-up is swept too, in a child for each allocation, since a failure in it lasts
 * as long as the process.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "core/text.h"
#include "crypto/attestation.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"
#include "crypto/trust_anchors.h"
#include "crypto/verify.h"
#include "vector.h"

enum { ONCE, FROM_THEN_ON, MODES };

/* Allocations until the one that fails; negative: none fails. */
static struct {
	long left;
	int mode;
	long seen;
} memory = { .left = -1 };

static bool is_failing(void)
{
	memory.seen++;
	if (memory.left < 0)
		return false;
	if (memory.left > 0) {
		memory.left--;
		return false;
	}
	if (memory.mode == ONCE)
		memory.left = -1;
	return true;
}

static void fail_at(long allocation, int mode)
{
	memory.left = allocation;
	memory.mode = mode;
	memory.seen = 0;
}

static long fail_none(void)
{
	long seen = memory.seen;

	memory.left = -1;
	return seen;
}

/* NOLINTBEGIN: the names are the linker's (--wrap) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
	return is_failing() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_failing() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
	return is_failing() ? NULL : __real_strdup(text);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_failing() ? NULL : __real_malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_failing() ? NULL : realloc(old, size);
}
/* NOLINTEND */

static void openssl_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

/* A vector, made ready without any help of OpenSSL's. */
struct scene {
	struct ppk_device_credential made;
	void *object;
	struct ppk_credential credential;
	const struct ppk_credential *credentials[1];
	struct ppk_client_data_expected expected;
	struct ppk_assertion assertion;
	struct ppk_verification verification;
};

static struct ppk_bytes borrowed(const struct vector_bytes *bytes)
{
	struct ppk_bytes copy;

	CHECK_OK(ppk_bytes_copy(bytes->data, bytes->len, &copy));
	return copy;
}

static const struct vector *vector_named(const char *id)
{
	for (size_t i = 0; i < vector_count; i++) {
		if (strcmp(vectors[i].id, id) == 0)
			return &vectors[i];
	}
	CHECK_FAIL("no vector %s", id);
}

static void scene_init(struct scene *scene, const char *id)
{
	static char rp_id[] = "example.org";
	const struct vector *vector = vector_named(id);

	*scene = (struct scene){ 0 };
	CHECK_OK(vector_credential(vector->attestation_object.data, vector->attestation_object.len,
		&scene->made, &scene->object));
	scene->credential.rp_id = rp_id;
	scene->credential.id = borrowed(&vector->credential_id);
	CHECK_OK(ppk_algorithm_from_cose(scene->made.cose_algorithm, &scene->credential.alg));
	CHECK_OK(ppk_spki_from_raw(scene->credential.alg, scene->made.public_key,
		scene->made.public_key_len, &scene->credential.key));
	scene->assertion = (struct ppk_assertion){
		.credential_id = borrowed(&vector->credential_id),
		.client_data = borrowed(&vector->got.client_data),
		.authenticator_data = borrowed(&vector->authenticator_data),
		.signature = borrowed(&vector->signature),
	};
	scene->expected.exact = scene->assertion.client_data;
	scene->credentials[0] = &scene->credential;
	scene->verification = (struct ppk_verification){
		.credentials = scene->credentials,
		.credential_count = 1,
		.client_data = &scene->expected,
		.rp_id = vector->rp_id,
	};
}

static void scene_done(struct scene *scene)
{
	ppk_bytes_done(&scene->credential.id);
	ppk_bytes_done(&scene->credential.key);
	ppk_assertion_done(&scene->assertion);
	free(scene->object);
}

static enum ppk_err verify(const struct scene *scene, bool right)
{
	struct ppk_verified verified;
	uint8_t *last = &scene->assertion.signature.data[scene->assertion.signature.len - 1];

	if (!right)
		*last ^= 1;
	enum ppk_err err = ppk_assertion_verify(&scene->verification, &scene->assertion, &verified);

	if (!right)
		*last ^= 1;
	return err;
}

/* What came of a sweep. */
struct tally {
	long allocations;
	long verified;
	long no_memory;
	long refused;
	long crashed;
};

static void count(struct tally *tally, enum ppk_err err)
{
	if (err == PPK_OK)
		tally->verified++;
	else if (err == PPK_ERR_NOMEM)
		tally->no_memory++;
	else
		tally->refused++;
}

static void print_tally(const char *what, const struct tally *tally)
{
	printf("# %s: %ld allocations failed: out of memory %ld, refused otherwise %ld, verified "
	       "%ld, crashed %ld\n",
		what, tally->allocations, tally->no_memory, tally->refused, tally->verified,
		tally->crashed);
}

/* Every allocation of one verification, in a process in which OpenSSL is up. */
static struct tally sweep_warm(const struct scene *scene, bool right, int mode)
{
	struct tally tally = { 0 };

	CHECK_ERR(verify(scene, right), right ? PPK_OK : PPK_ERR_SIGNATURE);
	for (long allocation = 0;; allocation++) {
		fail_at(allocation, mode);
		enum ppk_err err = verify(scene, right);

		if (fail_none() <= allocation)
			break;
		count(&tally, err);
		tally.allocations++;
	}
	/* and all is well again */
	CHECK_ERR(verify(scene, right), right ? PPK_OK : PPK_ERR_SIGNATURE);
	return tally;
}

static const char *const algorithms[] = { "none-es256", "packed-es384", "packed-es512",
	"packed-rs256", "packed-eddsa", "packed-ed448" };
#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

static void a_wrong_assertion_is_not_verified_whichever_allocation_fails(void)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		struct scene scene;

		scene_init(&scene, algorithms[i]);
		for (int mode = ONCE; mode < MODES; mode++) {
			struct tally tally = sweep_warm(&scene, false, mode);

			print_tally(algorithms[i], &tally);
			CHECK(tally.allocations > 5);
			CHECK_INT(tally.verified, 0);
		}
		scene_done(&scene);
	}
}

/*
 * An allocation that OpenSSL can do without (its caches) lets the right assertion through; when
 * memory stays out, the first one that is needed ends it.
 */
static void a_right_assertion_is_verified_or_refused(void)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		struct scene scene;

		scene_init(&scene, algorithms[i]);
		for (int mode = ONCE; mode < MODES; mode++) {
			struct tally tally = sweep_warm(&scene, true, mode);

			print_tally(algorithms[i], &tally);
			CHECK(tally.no_memory > 0);
		}
		scene_done(&scene);
	}
}

/*
 * OpenSSL 3.5 ends the process where it has no memory for a thread's locks. It is not ours to change,
 * and nobody is let in by it.
 */
__attribute__((visibility("default"))) _Noreturn void OPENSSL_die(
	const char *message, const char *file, int line)
{
	(void)message;
	(void)file;
	(void)line;
	_exit(2);
}

/* 0 verified, 1 out of memory, 2 refused otherwise, 3 no allocation was left to fail; 128: crashed */
static int verify_in_child(const struct scene *scene, bool right, long allocation, int mode)
{
	int status = 0;

	fflush(stdout);
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		/* OpenSSL 3.5 waits for itself for ever when its very first allocation fails. */
		ERR_clear_error();
		fail_at(allocation, mode);
		enum ppk_err err = verify(scene, right);

		if (fail_none() <= allocation)
			_exit(3);
		_exit(err == PPK_OK ? 0 : err == PPK_ERR_NOMEM ? 1 : 2);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static struct tally sweep_cold(const struct scene *scene, bool right, int mode, long step)
{
	struct tally tally = { 0 };

	for (long allocation = 0;; allocation += step) {
		int result = verify_in_child(scene, right, allocation, mode);

		if (result == 3)
			return tally;
		tally.allocations++;
		tally.verified += result == 0;
		tally.no_memory += result == 1;
		tally.refused += result == 2;
		tally.crashed += result > 3;
	}
}

static long cold_step = 1;

static void a_wrong_assertion_is_not_verified_while_openssl_starts(void)
{
	struct scene scene;

	scene_init(&scene, "none-es256");
	for (int mode = ONCE; mode < MODES; mode++) {
		struct tally tally = sweep_cold(&scene, false, mode, cold_step);

		print_tally("OpenSSL's start and a wrong assertion", &tally);
		CHECK(tally.allocations > 100 / cold_step);
		CHECK_INT(tally.verified, 0);
		CHECK_INT(tally.crashed, 0);
	}
	scene_done(&scene);
}

static void a_right_assertion_is_verified_or_refused_while_openssl_starts(void)
{
	struct scene scene;

	scene_init(&scene, "none-es256");
	for (int mode = ONCE; mode < MODES; mode++) {
		struct tally tally = sweep_cold(&scene, true, mode, cold_step);

		print_tally("OpenSSL's start and a right assertion", &tally);
		CHECK_INT(tally.crashed, 0);
	}
	scene_done(&scene);
}

/* A whole credential or none, for each of the formats. */
static void enrolment_makes_a_whole_credential_or_none(void)
{
	static const char *const formats[] = { "none-es256", "packed-self-es256", "packed-es256",
		"packed-rs256", "packed-eddsa", "fido-u2f-es256", "tpm-es256", "android-key-es256",
		"apple-es256" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct vector *vector = vector_named(formats[i]);
		struct tally tally = { 0 };
		struct scene scene;
		struct ppk_attestation_object object;
		uint8_t hash[PPK_SHA256_SIZE];

		scene_init(&scene, formats[i]);
		CHECK_OK(ppk_attestation_object_decode(
			vector->attestation_object.data, vector->attestation_object.len, &object));
		CHECK_OK(ppk_sha256(
			vector->created.client_data.data, vector->created.client_data.len, hash));
		for (long allocation = 0;; allocation++) {
			struct ppk_credential *credential = NULL;

			fail_at(allocation, ONCE);
			enum ppk_err err = ppk_attestation_verify(
				&object, "example.org", PPK_UV_DISCOURAGED, hash, &credential);
			bool done = fail_none() <= allocation;

			CHECK_INT(err == PPK_OK, credential != NULL);
			if (credential != NULL)
				CHECK(credential->id.len != 0 && credential->rp_id != NULL &&
					credential->attestation != NULL &&
					ppk_bytes_equal(&credential->key, scene.credential.key.data,
						scene.credential.key.len));
			ppk_credential_free(credential);
			if (done)
				break;
			count(&tally, err);
			tally.allocations++;
		}
		print_tally(formats[i], &tally);
		CHECK(tally.no_memory >= 4);
		scene_done(&scene);
	}
}

/* From an empty store to a verdict on the chain. The right root is trusted or not, another one never. */
static enum ppk_err trust(
	const struct vector_bytes *root, const struct ppk_attestation_object *object)
{
	struct ppk_trust_anchors *anchors = NULL;
	enum ppk_err err = ppk_trust_anchors_new(&anchors);

	if (err == PPK_OK)
		err = ppk_trust_anchors_add(anchors, root->data, root->len);
	if (err == PPK_OK)
		err = ppk_trust_anchors_check(anchors, object, 1800000000);
	ppk_trust_anchors_free(anchors);
	return err;
}

static void a_chain_is_trusted_only_when_all_of_it_was_checked(void)
{
	const struct vector *vector = vector_named("packed-es256"),
			    *other = vector_named("tpm-es256");
	struct ppk_attestation_object object, stranger;
	struct tally tally = { 0 };

	CHECK_OK(ppk_attestation_object_decode(
		vector->attestation_object.data, vector->attestation_object.len, &object));
	CHECK_OK(ppk_attestation_object_decode(
		other->attestation_object.data, other->attestation_object.len, &stranger));
	const struct vector_bytes wrong = { stranger.x5c[0], stranger.x5c_len[0] };

	CHECK_OK(trust(&vector->root, &object));
	for (long allocation = 0;; allocation++) {
		fail_at(allocation, ONCE);
		enum ppk_err err = trust(&vector->root, &object);

		if (fail_none() <= allocation)
			break;
		count(&tally, err);
		tally.allocations++;
		fail_at(allocation, ONCE);
		err = trust(&wrong, &object);
		(void)fail_none();
		CHECK(err != PPK_OK);
	}
	print_tally("a chain", &tally);
	CHECK(tally.no_memory >= 4);
}

static void a_key_check_says_out_of_memory_or_finishes(void)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		struct tally tally = { 0 };
		struct scene scene;

		scene_init(&scene, algorithms[i]);
		for (long allocation = 0;; allocation++) {
			fail_at(allocation, ONCE);
			enum ppk_err err = ppk_public_key_check(&scene.credential);

			if (fail_none() <= allocation)
				break;
			count(&tally, err);
			tally.allocations++;
		}
		print_tally(algorithms[i], &tally);
		CHECK(tally.no_memory > 0);
		scene_done(&scene);
	}
}

/* An argument: of OpenSSL's start, every so many-th allocation alone is swept. */
int main(int argc, char **argv)
{
	uint64_t step = 1;

	if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1)
		return 2;
	if (argc == 2 && ppk_text_to_number(argv[1], strlen(argv[1]), 1, 1000, &step) != PPK_OK)
		return 2;
	cold_step = (long)step;
	/* the first two before anything that starts OpenSSL in this process */
	return CHECK_RUN(CHECK_TEST(a_wrong_assertion_is_not_verified_while_openssl_starts),
		CHECK_TEST(a_right_assertion_is_verified_or_refused_while_openssl_starts),
		CHECK_TEST(a_wrong_assertion_is_not_verified_whichever_allocation_fails),
		CHECK_TEST(a_right_assertion_is_verified_or_refused),
		CHECK_TEST(enrolment_makes_a_whole_credential_or_none),
		CHECK_TEST(a_chain_is_trusted_only_when_all_of_it_was_checked),
		CHECK_TEST(a_key_check_says_out_of_memory_or_finishes));
}
