/* SPDX-License-Identifier: BSD-2-Clause */
/* The attestation key and its certificate (WebAuthn Level 3, 8.2.1). */
#ifndef PPK_VIRTUAL_ATTESTATION_H
#define PPK_VIRTUAL_ATTESTATION_H

struct ppk_authenticator;

/* Makes both where the state has none, and keeps them. */
void ppk_attestation_init(struct ppk_authenticator *authenticator);
/* The certificate as PEM text. */
char *ppk_attestation_pem(const struct ppk_authenticator *authenticator);

#endif
