/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/trust_anchors.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdlib.h>

#include "crypto/openssl_error.h"

#define DER_SEQUENCE 0x30 /* what a certificate in DER begins with, and text does not */

struct ppk_trust_anchors {
	X509_STORE *store;
};

enum ppk_err ppk_trust_anchors_new(struct ppk_trust_anchors **ret)
{
	struct ppk_trust_anchors *anchors = calloc(1, sizeof(*anchors));
	bool was_empty;

	if (anchors == NULL || !ppk_openssl_enter(&was_empty)) {
		free(anchors);
		return PPK_ERR_NOMEM;
	}
	anchors->store = X509_STORE_new();
	if (anchors->store == NULL) {
		free(anchors);
		return ppk_openssl_leave(was_empty, PPK_ERR_NOMEM);
	}
	*ret = anchors;
	return ppk_openssl_leave(was_empty, PPK_OK);
}

void ppk_trust_anchors_free(struct ppk_trust_anchors *anchors)
{
	if (anchors == NULL)
		return;
	X509_STORE_free(anchors->store);
	free(anchors);
}

/* Takes certificate over; NULL is one that is malformed. */
static bool add(X509_STORE *store, X509 *certificate)
{
	bool added = certificate != NULL && X509_STORE_add_cert(store, certificate) == 1;

	X509_free(certificate);
	return added;
}

static bool add_der(X509_STORE *store, const uint8_t *file, size_t len)
{
	const unsigned char *next = file;
	X509 *certificate = d2i_X509(NULL, &next, (long)len);
	bool whole = next == file + len;

	return add(store, certificate) && whole;
}

/* The end of a PEM file is an error in OpenSSL's queue: "no start line". */
static bool is_end_of_pem(void)
{
	unsigned long code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

static bool add_pem(X509_STORE *store, const uint8_t *file, size_t len)
{
	BIO *bio = BIO_new_mem_buf(file, (int)len);
	X509 *certificate;
	size_t added = 0;
	bool ok = bio != NULL;

	while (ok && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		ok = add(store, certificate);
		added++;
	}
	ok = ok && added > 0 && is_end_of_pem();
	BIO_free(bio);
	return ok;
}

enum ppk_err ppk_trust_anchors_add(
	struct ppk_trust_anchors *anchors, const uint8_t *file, size_t len)
{
	bool was_empty;

	if (len == 0 || len > PPK_TRUST_ANCHOR_FILE_MAX)
		return PPK_ERR_SYNTAX;
	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	bool ok = file[0] == DER_SEQUENCE ? add_der(anchors->store, file, len)
					  : add_pem(anchors->store, file, len);

	return ppk_openssl_leave(was_empty, ok ? PPK_OK : PPK_ERR_SYNTAX);
}

static X509 *certificate_of(const struct ppk_attestation_object *object, size_t i)
{
	const unsigned char *next = object->x5c[i];

	return d2i_X509(NULL, &next, (long)object->x5c_len[i]);
}

/* The certificates after the leaf; NULL when one is malformed. */
static STACK_OF(X509) * others_of(const struct ppk_attestation_object *object)
{
	STACK_OF(X509) *others = sk_X509_new_null();

	for (size_t i = 1; others != NULL && i < object->x5c_count; i++) {
		X509 *certificate = certificate_of(object, i);

		if (certificate == NULL || sk_X509_push(others, certificate) <= 0) {
			X509_free(certificate);
			sk_X509_pop_free(others, X509_free);
			return NULL;
		}
	}
	return others;
}

/* X509_verify_cert() leaves its reason in ctx, not always in the queue. */
static enum ppk_err verify(X509_STORE_CTX *ctx, int64_t now_s)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	X509_VERIFY_PARAM_set_time(param, (time_t)now_s);
	X509_VERIFY_PARAM_set_depth(param, PPK_ATTESTATION_X5C_MAX);
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1)
		return PPK_ERR_NOMEM;
	if (X509_verify_cert(ctx) == 1)
		return PPK_OK;
	return X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM
		       ? PPK_ERR_NOMEM
		       : PPK_ERR_ATTESTATION_UNTRUSTED;
}

static enum ppk_err check_chain(
	X509_STORE *store, X509 *leaf, STACK_OF(X509) * others, int64_t now_s)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum ppk_err err = PPK_ERR_NOMEM;

	if (ctx != NULL && X509_STORE_CTX_init(ctx, store, leaf, others) == 1)
		err = verify(ctx, now_s);
	X509_STORE_CTX_free(ctx);
	return err;
}

enum ppk_err ppk_trust_anchors_check(const struct ppk_trust_anchors *anchors,
	const struct ppk_attestation_object *object, int64_t now_s)
{
	bool was_empty;

	if (object->x5c_count == 0)
		return PPK_ERR_ATTESTATION_UNTRUSTED;
	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	X509 *leaf = certificate_of(object, 0);
	STACK_OF(X509) *others = others_of(object);
	enum ppk_err err = PPK_ERR_ATTESTATION_UNTRUSTED;

	if (leaf != NULL && others != NULL)
		err = check_chain(anchors->store, leaf, others, now_s);

	sk_X509_pop_free(others, X509_free);
	X509_free(leaf);
	return ppk_openssl_leave(was_empty, err);
}
