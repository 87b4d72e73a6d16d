/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/edwards.h"

#include <openssl/bn.h>
#include <string.h>

#include "crypto/openssl_error.h"

#define POINT_MAX 57

/* a x^2 + y^2 = 1 + d x^2 y^2 modulo prime, with d = -numerator / denominator */
struct curve {
	const char *prime; /* hexadecimal */
	BN_ULONG numerator;
	BN_ULONG denominator;
	bool a_is_minus_one; /* otherwise 1 */
};

/* RFC 8032, 5.1 (a = -1, d = -121665/121666) and 5.2 (a = 1, d = -39081) */
static const struct curve edwards25519 = {
	"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
	121665,
	121666,
	true,
};
static const struct curve edwards448 = {
	"fffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	39081,
	1,
	false,
};

/*
 * The equation gives x^2 = u / v with u = y^2 - 1 and v = d y^2 - a. With d = -n / m, both times m:
 * u = m (y^2 - 1), v = -(n y^2 + a m). A point exists when u / v is a square, which it is exactly
 * when u v is. Writes the Legendre symbol of u v; y, u and v are scratch afterwards. False: OpenSSL
 * failed.
 */
static bool symbol_of_x_squared(const struct curve *curve, const BIGNUM *p, BIGNUM *y, BIGNUM *u,
	BIGNUM *v, BN_CTX *ctx, int *ret)
{
	if (!BN_mod_sqr(y, y, p, ctx) || !BN_copy(u, y) || !BN_sub_word(u, 1) ||
		!BN_mul_word(u, curve->denominator) || !BN_copy(v, y) ||
		!BN_mul_word(v, curve->numerator))
		return false;
	if (curve->a_is_minus_one ? !BN_sub_word(v, curve->denominator)
				  : !BN_add_word(v, curve->denominator))
		return false;
	BN_set_negative(v, !BN_is_negative(v));
	if (!BN_mod_mul(v, u, v, p, ctx))
		return false;
	*ret = BN_kronecker(v, p, ctx);
	return *ret != -2; /* its error */
}

static enum ppk_err check(const struct curve *curve, const uint8_t *y_bytes, size_t len)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = NULL, *y = BN_lebin2bn(y_bytes, (int)len, NULL), *u = BN_new(), *v = BN_new();
	int symbol = -1;
	enum ppk_err err = PPK_ERR_NOMEM;

	if (ctx != NULL && y != NULL && u != NULL && v != NULL &&
		BN_hex2bn(&p, curve->prime) != 0 &&
		symbol_of_x_squared(curve, p, y, u, v, ctx, &symbol))
		err = symbol < 0 ? PPK_ERR_KEY : PPK_OK;
	BN_free(v);
	BN_free(u);
	BN_free(y);
	BN_free(p);
	BN_CTX_free(ctx);
	return err;
}

enum ppk_err ppk_edwards_point_check(enum ppk_algorithm alg, const uint8_t *point, size_t len)
{
	uint8_t y[POINT_MAX];

	if (len == 0 || len > sizeof(y))
		return PPK_ERR_KEY;
	memcpy(y, point, len);
	y[len - 1] &= 0x7f; /* the sign of x */
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	enum ppk_err err = check(alg == PPK_ALG_EDDSA ? &edwards25519 : &edwards448, y, len);

	return ppk_openssl_leave(was_empty, err);
}
