/* SPDX-License-Identifier: BSD-2-Clause */
#include "selection.h"

#include "check.h"
#include "scene.h"

/* ids in base64url: "first" Zmlyc3Q, "firsx" Zmlyc3g, "other" b3RoZXI */

static void a_name_an_id_and_the_start_of_an_id_find_a_passkey(void)
{
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential_line *line = NULL;
	const struct ppk_credential *credential;

	add(file, "Red", "other");
	credential = add(file, "Blue key", "first");
	CHECK_OK(ppk_selection_find(file, "Blue key", &line, NULL));
	CHECK(line->credential == credential);
	CHECK_OK(ppk_selection_find(file, "Zmlyc3Q", &line, NULL));
	CHECK(line->credential == credential);
	CHECK_OK(ppk_selection_find(file, "Zmly", &line, NULL));
	CHECK(line->credential == credential);
	ppk_credential_file_free(file);
}

static void what_nobody_has_and_what_is_too_short_is_not_found(void)
{
	static const char *const wrong[] = { "blue key", "Blue", "Zml", "", "Zmlyc3QQ" };
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential_line *line = NULL;
	struct ppk_diag diag;

	add(file, "Blue key", "first");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_ERR(ppk_selection_find(file, wrong[i], &line, &diag), PPK_ERR_NOT_FOUND);
	CHECK(line == NULL);
	ppk_credential_file_free(file);
}

static void a_name_goes_before_an_id(void)
{
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential_line *line = NULL;
	const struct ppk_credential *named;

	add(file, "one", "first");
	named = add(file, "Zmlyc3Q", "other");
	CHECK_OK(ppk_selection_find(file, "Zmlyc3Q", &line, NULL));
	CHECK(line->credential == named);
	ppk_credential_file_free(file);
}

static void what_means_several_is_refused_with_their_ids(void)
{
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential_line *line = NULL;
	struct ppk_diag diag;

	add(file, "same", "first");
	add(file, "same", "firsx");
	CHECK_ERR(ppk_selection_find(file, "same", &line, &diag), PPK_ERR_DUPLICATE);
	CHECK(strstr(diag.text, "Zmlyc3Q") != NULL && strstr(diag.text, "Zmlyc3g") != NULL);
	CHECK_ERR(ppk_selection_find(file, "Zmlyc3", &line, &diag), PPK_ERR_DUPLICATE);
	CHECK(line == NULL);
	ppk_credential_file_free(file);
}

static void sixty_four_of_one_name_overflow_nothing(void)
{
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential_line *line = NULL;
	struct ppk_diag diag;
	char id[PPK_CREDENTIAL_ID_MAX + 1];

	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	for (int i = 0; i < PPK_CREDENTIALS_MAX; i++) {
		id[0] = (char)('0' + i);
		add(file, "same", id);
	}
	CHECK_ERR(ppk_selection_find(file, "same", &line, &diag), PPK_ERR_DUPLICATE);
	ppk_credential_file_free(file);
}

static void a_taken_name_gets_the_first_free_number(void)
{
	struct ppk_credential_file *file = empty_file();
	char name[PPK_CREDENTIAL_NAME_MAX + 1];

	ppk_selection_free_name(file, "Key", name);
	CHECK_STR(name, "Key");
	add(file, "Key", "a");
	add(file, "Key 3", "b");
	ppk_selection_free_name(file, "Key", name);
	CHECK_STR(name, "Key 2");
	add(file, "Key 2", "c");
	ppk_selection_free_name(file, "Key", name);
	CHECK_STR(name, "Key 4");
	ppk_credential_file_free(file);
}

static void a_long_name_is_cut_at_a_character_to_make_room_for_the_number(void)
{
	struct ppk_credential_file *file = empty_file();
	char name[PPK_CREDENTIAL_NAME_MAX + 1], wanted[PPK_CREDENTIAL_NAME_MAX + 1];

	for (size_t i = 0; i < PPK_CREDENTIAL_NAME_MAX; i += 2)
		memcpy(wanted + i, "\xc3\xa9", 2);
	wanted[PPK_CREDENTIAL_NAME_MAX] = '\0';
	add(file, wanted, "a");
	ppk_selection_free_name(file, wanted, name);
	CHECK_INT(strlen(name), PPK_CREDENTIAL_NAME_MAX);
	CHECK_STR(name + strlen(name) - 4, "\xc3\xa9 2");
	ppk_credential_file_free(file);
}

static void a_passkey_does_not_stand_in_its_own_way(void)
{
	struct ppk_credential_file *file = empty_file();
	const struct ppk_credential *credential = add(file, "Key", "a");

	CHECK(ppk_selection_has_name(file, "Key", NULL));
	CHECK(!ppk_selection_has_name(file, "Key", credential));
	CHECK(!ppk_selection_has_name(file, "key", NULL));
	ppk_credential_file_free(file);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_name_an_id_and_the_start_of_an_id_find_a_passkey),
		CHECK_TEST(what_nobody_has_and_what_is_too_short_is_not_found),
		CHECK_TEST(a_name_goes_before_an_id),
		CHECK_TEST(what_means_several_is_refused_with_their_ids),
		CHECK_TEST(sixty_four_of_one_name_overflow_nothing),
		CHECK_TEST(a_taken_name_gets_the_first_free_number),
		CHECK_TEST(a_long_name_is_cut_at_a_character_to_make_room_for_the_number),
		CHECK_TEST(a_passkey_does_not_stand_in_its_own_way));
}
