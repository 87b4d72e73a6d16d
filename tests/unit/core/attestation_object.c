/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/attestation_object.h"

#include <stdlib.h>

#include "check.h"
#include "mutate.h"

/* members of an object: "fmt", "attStmt", "authData" */
#define FMT(text)                                                                                  \
	"\x63"                                                                                     \
	"fmt" text
#define STATEMENT(map)                                                                             \
	"\x67"                                                                                     \
	"attStmt" map
#define DATA                                                                                       \
	"\x68"                                                                                     \
	"authData"                                                                                 \
	"\x44"                                                                                     \
	"data"
#define NONE                                                                                       \
	FMT("\x64"                                                                                 \
	    "none")
/* members of a statement */
#define ALG                                                                                        \
	"\x63"                                                                                     \
	"alg"                                                                                      \
	"\x26"
#define SIG                                                                                        \
	"\x63"                                                                                     \
	"sig"                                                                                      \
	"\x42"                                                                                     \
	"ab"
#define X5C                                                                                        \
	"\x63"                                                                                     \
	"x5c"                                                                                      \
	"\x82\x41"                                                                                 \
	"1"                                                                                        \
	"\x42"                                                                                     \
	"22"
#define VER                                                                                        \
	"\x63"                                                                                     \
	"ver"                                                                                      \
	"\x63"                                                                                     \
	"2.0"
#define INFO                                                                                       \
	"\x68"                                                                                     \
	"certInfo"                                                                                 \
	"\x41"                                                                                     \
	"i"
#define AREA                                                                                       \
	"\x67"                                                                                     \
	"pubArea"                                                                                  \
	"\x41"                                                                                     \
	"p"
#define OTHER                                                                                      \
	"\x61"                                                                                     \
	"o"                                                                                        \
	"\xa1\x01\x81\xa0"
#define WHOLE                                                                                      \
	FMT("\x63"                                                                                 \
	    "tpm")                                                                                 \
	STATEMENT("\xa7" ALG SIG X5C VER INFO AREA OTHER) DATA

static struct ppk_attestation_object object;

static enum ppk_err decode(const char *bytes, size_t len)
{
	return ppk_attestation_object_decode((const uint8_t *)bytes, len, &object);
}

#define DECODE(bytes) decode(bytes, sizeof(bytes) - 1)

static void no_statement_is_an_empty_one(void)
{
	CHECK_OK(DECODE("\xa3" NONE STATEMENT("\xa0") DATA));
	CHECK_STR(object.format, "none");
	CHECK_BYTES(object.authenticator_data, object.authenticator_data_len, "data", 4);
	CHECK(!object.has_algorithm && object.signature == NULL && object.x5c_count == 0);
	CHECK(object.version == NULL && object.cert_info == NULL && object.pub_area == NULL);
	CHECK(!object.has_unknown && object.device == NULL);
}

static void every_member_is_read(void)
{
	CHECK_OK(DECODE("\xa3" WHOLE));
	CHECK_STR(object.format, "tpm");
	CHECK(object.has_algorithm && object.algorithm == -7);
	CHECK_BYTES(object.signature, object.signature_len, "ab", 2);
	CHECK_INT(object.x5c_count, 2);
	CHECK_BYTES(object.x5c[0], object.x5c_len[0], "1", 1);
	CHECK_BYTES(object.x5c[1], object.x5c_len[1], "22", 2);
	CHECK_BYTES(object.version, object.version_len, "2.0", 3);
	CHECK_BYTES(object.cert_info, object.cert_info_len, "i", 1);
	CHECK_BYTES(object.pub_area, object.pub_area_len, "p", 1);
	CHECK(object.has_unknown);
}

static void any_order_will_do(void)
{
	CHECK_OK(DECODE("\xa3" DATA STATEMENT("\xa2" SIG ALG) NONE));
	CHECK_INT(object.signature_len, 2);
}

static void what_is_not_three_members_is_refused(void)
{
	CHECK_ERR(DECODE(""), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa0"), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa2" NONE DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa2" NONE STATEMENT("\xa0")), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE NONE DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE DATA DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" STATEMENT("\xa0") STATEMENT("\xa0") DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa0") "\x61"
						       "x"
						       "\x00"),
		PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa4" NONE STATEMENT("\xa0") DATA "\x61"
							    "x"
							    "\x00"),
		PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa0") DATA "\x00"), PPK_ERR_ATTESTATION);
}

static void a_format_is_a_short_text(void)
{
	CHECK_ERR(DECODE("\xa3" FMT("\x60") STATEMENT("\xa0") DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" FMT("\x44"
				    "none") STATEMENT("\xa0") DATA),
		PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" FMT("\x65"
				    "none\0") STATEMENT("\xa0") DATA),
		PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" FMT("\x78\x18"
				    "aaaaaaaaaaaaaaaaaaaaaaaa") STATEMENT("\xa0") DATA),
		PPK_ERR_ATTESTATION);
	CHECK_OK(DECODE("\xa3" FMT("\x77"
				   "aaaaaaaaaaaaaaaaaaaaaaa") STATEMENT("\xa0") DATA));
}

static void a_member_that_is_given_twice_or_empty_is_refused(void)
{
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa2" ALG ALG) DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa2" SIG SIG) DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa2" X5C X5C) DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa2" VER VER) DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa2" INFO INFO) DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa2" AREA AREA) DATA), PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa1\x63"
					       "sig"
					       "\x40") DATA),
		PPK_ERR_ATTESTATION);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa1\x63"
					       "x5c"
					       "\x80") DATA),
		PPK_ERR_ATTESTATION);
}

static void certificates_are_bounded(void)
{
	CHECK_OK(DECODE("\xa3" NONE STATEMENT("\xa1\x63"
					      "x5c"
					      "\x86\x41"
					      "1\x41"
					      "2\x41"
					      "3\x41"
					      "4"
					      "\x41"
					      "5\x41"
					      "6") DATA));
	CHECK_INT(object.x5c_count, PPK_ATTESTATION_X5C_MAX);
	CHECK_ERR(DECODE("\xa3" NONE STATEMENT("\xa1\x63"
					       "x5c"
					       "\x87\x41"
					       "1\x41"
					       "2\x41"
					       "3\x41"
					       "4"
					       "\x41"
					       "5\x41"
					       "6\x41"
					       "7") DATA),
		PPK_ERR_ATTESTATION);
}

static void decode_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_attestation_object untouched, changed;

	memset(&untouched, 0x5a, sizeof(untouched));
	memcpy(&changed, &untouched, sizeof(changed));
	enum ppk_err err = ppk_attestation_object_decode(data, len, &changed);

	if (err != PPK_OK && memcmp(&changed, &untouched, sizeof(changed)) != 0)
		CHECK_FAIL("%s: written all the same", how);
	if (err == PPK_OK && len < *(const size_t *)context)
		CHECK_FAIL("%s: taken", how);
}

static void what_is_cut_is_refused_and_nothing_is_written(void)
{
	size_t len = sizeof("\xa3" WHOLE) - 1;

	mutate_each("\xa3" WHOLE, len, decode_changed, &len);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(no_statement_is_an_empty_one), CHECK_TEST(every_member_is_read),
		CHECK_TEST(any_order_will_do), CHECK_TEST(what_is_not_three_members_is_refused),
		CHECK_TEST(a_format_is_a_short_text),
		CHECK_TEST(a_member_that_is_given_twice_or_empty_is_refused),
		CHECK_TEST(certificates_are_bounded),
		CHECK_TEST(what_is_cut_is_refused_and_nothing_is_written));
}
