/* SPDX-License-Identifier: BSD-2-Clause */
#include "credential_view.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "crypto/digest.h"
#include "message.h"
#include "selection.h"

#define AAGUID_TEXT_SIZE 37 /* "00112233-4455-6677-8899-aabbccddeeff" */
#define TIME_AFTER_DATE 10 /* place of the 'T' in "2026-11-24T07:30:00Z" */
#define LABEL_SIZE (PPK_CREDENTIAL_NAME_MAX + 1)

/* As in core/credential.h and the format of the file; NULL: not recorded. */
static const char *const backup_names[] = {
	[PPK_BACKUP_UNKNOWN] = NULL,
	[PPK_BACKUP_NO] = "no",
	[PPK_BACKUP_ELIGIBLE] = "eligible",
	[PPK_BACKUP_STATE] = "state",
};

const char *ppk_credential_state(
	const struct ppk_credential *credential, const char *rp_id, int64_t now_s)
{
	enum ppk_err err = ppk_credential_in_force(credential, now_s);

	if (err != PPK_OK)
		return err == PPK_ERR_CREDENTIAL_DISABLED ? "disabled" : "expired";
	if (rp_id[0] != '\0' && strcmp(rp_id, credential->rp_id) != 0)
		return "other-rp-id";
	return "usable";
}

struct ppk_credential_view ppk_credential_view(const struct ppk_credential *credential,
	struct ppk_sign_counts *counts, const char *rp_id, int64_t now_s)
{
	uint8_t id_hash[PPK_SHA256_SIZE];
	struct ppk_credential_view view = {
		.credential = credential,
		.state = ppk_credential_state(credential, rp_id, now_s),
	};

	if (ppk_sha256(credential->id.data, credential->id.len, id_hash) == PPK_OK)
		view.count = ppk_sign_counts_find(counts, id_hash);
	return view;
}

static void write_aaguid(const uint8_t aaguid[static 16], char out[static AAGUID_TEXT_SIZE])
{
	char *next = out;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*next++ = '-';
		snprintf(next, 3, "%02x", aaguid[i]);
		next += 2;
	}
}

static void json_transports(const char *transports, struct ppk_json *json)
{
	char one[32];

	ppk_json_array(json, "transports");
	while (transports != NULL && *transports != '\0') {
		size_t len = strcspn(transports, ",");

		ppk_text_sanitise(one, sizeof(one), transports, len);
		ppk_json_string(json, NULL, one);
		transports += len + (transports[len] == ',');
	}
	ppk_json_end(json);
}

static void json_identity(const struct ppk_credential *credential, struct ppk_json *json)
{
	char id[PPK_ID_TEXT_SIZE], aaguid[AAGUID_TEXT_SIZE];
	char label[LABEL_SIZE];

	ppk_credential_id_text(credential, id);
	ppk_credential_label(credential, label, sizeof(label));
	ppk_json_string(json, "id", id);
	ppk_json_string(json, "name", credential->name);
	ppk_json_string(json, "label", label);
	ppk_json_string(json, "algorithm", ppk_algorithm_name(credential->alg));
	ppk_json_string(json, "rp_id", credential->rp_id);
	ppk_json_string(json, "user_verification", ppk_uv_name(credential->uv));
	ppk_json_bool(json, "has_handle", !credential->no_handle);
	json_transports(credential->transports, json);
	if (credential->has_aaguid)
		write_aaguid(credential->aaguid, aaguid);
	ppk_json_string(json, "aaguid", credential->has_aaguid ? aaguid : NULL);
	ppk_json_string(json, "backup", backup_names[credential->backup]);
	ppk_json_string(json, "attestation", credential->attestation);
}

void ppk_credential_view_json(const struct ppk_credential_view *view, struct ppk_json *json)
{
	const struct ppk_credential *credential = view->credential;

	ppk_json_object(json, NULL);
	json_identity(credential, json);
	ppk_json_time(json, "created", credential->created_s);
	ppk_json_time(json, "expires", credential->expires_s);
	ppk_json_time(json, "last_used", view->count == NULL ? 0 : view->count->used_s);
	if (view->count == NULL)
		ppk_json_null(json, "sign_count");
	else
		ppk_json_number(json, "sign_count", view->count->count);
	ppk_json_bool(json, "disabled", credential->disabled);
	ppk_json_string(json, "state", view->state);
	ppk_json_end(json);
}

/* The name is the last column: what it takes on a screen need not be known. */
void ppk_credential_view_heading(void)
{
	ppk_message_result("%-8s  %-5s  %-12s  %-10s  %-16s  %-11s  %s", "ID", "TYPE",
		"VERIFICATION", "CREATED", "LAST USED (UTC)", "STATE", "NAME");
}

void ppk_credential_view_row(const struct ppk_credential_view *view)
{
	const struct ppk_credential *credential = view->credential;
	int64_t used_s = view->count == NULL ? 0 : view->count->used_s;
	char id[PPK_ID_TEXT_SIZE], created[PPK_TIME_TEXT_SIZE], used[PPK_TIME_TEXT_SIZE];

	ppk_credential_id_text(credential, id);
	ppk_time_to_text(credential->created_s, created);
	ppk_time_to_text(used_s, used);
	used[TIME_AFTER_DATE] = ' '; /* was 'T' */
	ppk_message_result("%-8.8s  %-5s  %-12s  %-10.10s  %-16.16s  %-11s  %s", id,
		ppk_algorithm_name(credential->alg), ppk_uv_name(credential->uv),
		credential->created_s == 0 ? "-" : created, used_s == 0 ? "never" : used,
		view->state, credential->name == NULL ? "-" : credential->name);
}

static void print_field(const char *title, const char *value)
{
	if (value != NULL)
		ppk_message_result("%-18s %s", title, value);
}

static void print_time(const char *title, int64_t time_s, const char *none)
{
	char text[PPK_TIME_TEXT_SIZE];

	ppk_time_to_text(time_s, text);
	print_field(title, time_s == 0 ? none : text);
}

void ppk_credential_view_print(const struct ppk_credential_view *view)
{
	const struct ppk_credential *credential = view->credential;
	char id[PPK_ID_TEXT_SIZE], aaguid[AAGUID_TEXT_SIZE];

	ppk_credential_id_text(credential, id);
	print_field("name", credential->name == NULL ? "-" : credential->name);
	print_field("id", id);
	print_field("algorithm", ppk_algorithm_name(credential->alg));
	print_field("rp_id", credential->rp_id);
	print_field("user_verification", ppk_uv_name(credential->uv));
	print_field("handle", credential->no_handle ? "none (SSH agent alone)" : NULL);
	print_field("transports", credential->transports);
	if (credential->has_aaguid) {
		write_aaguid(credential->aaguid, aaguid);
		print_field("aaguid", aaguid);
	}
	print_field("backup", backup_names[credential->backup]);
	print_field("attestation", credential->attestation);
	print_time("created", credential->created_s, NULL);
	print_time("expires", credential->expires_s, "never");
	print_time("last_used", view->count == NULL ? 0 : view->count->used_s, "never");
	if (view->count != NULL)
		ppk_message_result("%-18s %" PRIu32, "sign_count", view->count->count);
	print_field("state", view->state);
}
