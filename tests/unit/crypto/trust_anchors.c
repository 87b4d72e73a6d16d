/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of root certificates, and what they vouch for. The examples of WebAuthn Level 3 have the chains. */
#include "crypto/trust_anchors.h"

#include <stdlib.h>

#include "check.h"
#include "core/text.h"
#include "enrolment.h"
#include "mutate.h"
#include "vector.h"

#define NOW_S 1800000000 /* within the dates of all certificates here */
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

static struct ppk_trust_anchors *anchors;
static struct ppk_attestation_object object; /* packed-es256, whose root is root() */

static void begin(void)
{
	CHECK_OK(ppk_trust_anchors_new(&anchors));
	for (size_t i = 0; i < vector_count; i++) {
		if (strcmp(vectors[i].id, "packed-es256") == 0)
			CHECK_OK(ppk_attestation_object_decode(vectors[i].attestation_object.data,
				vectors[i].attestation_object.len, &object));
	}
	CHECK_INT(object.x5c_count, 1);
}

static void end(void)
{
	ppk_trust_anchors_free(anchors);
}

static const struct vector_bytes *root(void)
{
	return &vectors[0].root;
}

static enum ppk_err add_text(const char *text)
{
	return ppk_trust_anchors_add(anchors, (const uint8_t *)text, strlen(text));
}

static enum ppk_err check(void)
{
	return ppk_trust_anchors_check(anchors, &object, NOW_S);
}

/* A certificate in PEM, its base64 on one line; the caller's. */
static char *pem_of(const uint8_t *der, size_t len)
{
	size_t size = ppk_base64_size(PPK_BASE64, len);
	char *base64 = malloc(size), *pem = malloc(size + 128);

	CHECK(base64 != NULL && pem != NULL);
	ppk_base64_encode(PPK_BASE64, der, len, base64);
	snprintf(pem, size + 128, BEGIN "%s\n" END, base64);
	free(base64);
	return pem;
}

/* A certificate that vouches for nobody here. */
static char *other_pem(void)
{
	struct enrolment *other = enrolment_packed();
	char *pem = pem_of(other->certificate.data, other->certificate.len);

	enrolment_free(other);
	return pem;
}

static void nobody_is_trusted_at_first(void)
{
	begin();
	CHECK_ERR(check(), PPK_ERR_ATTESTATION_UNTRUSTED);
	end();
}

static void a_certificate_in_der_is_trusted(void)
{
	begin();
	CHECK_OK(ppk_trust_anchors_add(anchors, root()->data, root()->len));
	CHECK_OK(check());
	CHECK_OK(ppk_trust_anchors_add(anchors, root()->data, root()->len)); /* once more */
	CHECK_OK(check());
	end();
}

static void several_in_pem_are_trusted_whatever_stands_around_them(void)
{
	char *pem = pem_of(root()->data, root()->len), *other = other_pem(), text[8192];

	begin();
	CHECK_OK(add_text(other));
	CHECK_ERR(check(), PPK_ERR_ATTESTATION_UNTRUSTED);
	snprintf(text, sizeof(text), "# a maker\n%s\nand another one:\n%s", other, pem);
	CHECK_OK(add_text(text));
	CHECK_OK(check());
	end();
	free(other);
	free(pem);
}

static void what_is_no_certificate_is_refused(void)
{
	char *pem = pem_of(root()->data, root()->len), text[8192];
	static const char *const bad[] = { "", "\n", "hello", BEGIN, BEGIN END,
		BEGIN "aGVsbG8=\n" END,
		"-----BEGIN PUBLIC KEY-----\naGVsbG8=\n-----END PUBLIC KEY-----\n" };

	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(add_text(bad[i]), PPK_ERR_SYNTAX);
	snprintf(text, sizeof(text), "%s" BEGIN "aGVsbG8=\n" END, pem); /* the second one */
	CHECK_ERR(add_text(text), PPK_ERR_SYNTAX);
	snprintf(text, sizeof(text), "%s%.*s", pem, 200, pem); /* cut */
	CHECK_ERR(add_text(text), PPK_ERR_SYNTAX);
	CHECK_ERR(ppk_trust_anchors_add(anchors, root()->data, root()->len - 1), PPK_ERR_SYNTAX);
	end();
	free(pem);
}

static void a_der_file_has_one_certificate_alone(void)
{
	struct ppk_bytes two = { 0 };

	begin();
	signer_append(&two, root()->data, root()->len);
	signer_append(&two, "x", 1);
	CHECK_ERR(ppk_trust_anchors_add(anchors, two.data, two.len), PPK_ERR_SYNTAX);
	ppk_bytes_done(&two);
	end();
}

static void a_leaf_may_be_an_anchor_itself(void)
{
	begin();
	CHECK_OK(ppk_trust_anchors_add(anchors, object.x5c[0], object.x5c_len[0]));
	CHECK_OK(check());
	end();
}

static void without_or_with_malformed_certificates_nobody_vouches(void)
{
	begin();
	CHECK_OK(ppk_trust_anchors_add(anchors, root()->data, root()->len));
	object.x5c[1] = (const uint8_t *)"x";
	object.x5c_len[1] = 1;
	object.x5c_count = 2;
	CHECK_ERR(check(), PPK_ERR_ATTESTATION_UNTRUSTED);
	object.x5c[1] = root()->data; /* makers send it along */
	object.x5c_len[1] = root()->len;
	CHECK_OK(check());
	object.x5c_count = 0;
	CHECK_ERR(check(), PPK_ERR_ATTESTATION_UNTRUSTED);
	end();
}

static void a_root_outside_of_its_dates_is_not_trusted(void)
{
	begin();
	CHECK_OK(ppk_trust_anchors_add(anchors, root()->data, root()->len));
	CHECK_ERR(ppk_trust_anchors_check(anchors, &object, 1700000000),
		PPK_ERR_ATTESTATION_UNTRUSTED);
	CHECK_ERR(ppk_trust_anchors_check(anchors, &object, INT64_C(33300000000)),
		PPK_ERR_ATTESTATION_UNTRUSTED);
	end();
}

static void add_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_trust_anchors *changed;

	(void)context;
	CHECK_OK(ppk_trust_anchors_new(&changed));
	enum ppk_err err = ppk_trust_anchors_add(changed, data, len);

	/* another root of the same name and key would be another maker's: only the key matters */
	if (err != PPK_OK && err != PPK_ERR_SYNTAX)
		CHECK_FAIL("%s: %s", how, ppk_err_token(err));
	if (err != PPK_OK && ppk_trust_anchors_check(changed, &object, NOW_S) == PPK_OK)
		CHECK_FAIL("%s: trusted all the same", how);
	ppk_trust_anchors_free(changed);
}

static void a_changed_file_is_read_or_refused(void)
{
	begin();
	mutate_each(root()->data, root()->len, add_changed, NULL);
	end();
}

int main(void)
{
	signer_seed(9);
	return CHECK_RUN(CHECK_TEST(nobody_is_trusted_at_first),
		CHECK_TEST(a_certificate_in_der_is_trusted),
		CHECK_TEST(several_in_pem_are_trusted_whatever_stands_around_them),
		CHECK_TEST(what_is_no_certificate_is_refused),
		CHECK_TEST(a_der_file_has_one_certificate_alone),
		CHECK_TEST(a_leaf_may_be_an_anchor_itself),
		CHECK_TEST(without_or_with_malformed_certificates_nobody_vouches),
		CHECK_TEST(a_root_outside_of_its_dates_is_not_trusted),
		CHECK_TEST(a_changed_file_is_read_or_refused));
}
