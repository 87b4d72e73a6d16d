/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/key_value.h"

#include "check.h"
#include "mutate.h"

static struct ppk_pair pairs[PPK_PAIRS_MAX];
static size_t count;
static struct ppk_diag diag;

static enum ppk_err split(const char *line)
{
	return ppk_pairs_split(line, strlen(line), 0, pairs, &count, &diag);
}

static void check_value(size_t index, const char *key, const char *value)
{
	char out[128];

	CHECK(index < count);
	CHECK(ppk_pair_has_key(&pairs[index], key));
	CHECK_INT(ppk_pair_unquote(&pairs[index], out), strlen(value));
	CHECK_STR(out, value);
}

static void check_refused(const char *line, enum ppk_err err, unsigned column)
{
	if (split(line) != err || diag.column != column)
		CHECK_FAIL("%s: column %u: %s", line, diag.column, diag.text);
}

static void pairs_are_split_at_spaces_and_tabs(void)
{
	CHECK_OK(split(" a=1 \t bc=x=y\t "));
	CHECK_INT(count, 2);
	check_value(0, "a", "1");
	check_value(1, "bc", "x=y");
	CHECK_INT(pairs[1].key_column, 8);
	CHECK_INT(pairs[1].value_column, 11);
}

static void nothing_is_no_pair(void)
{
	CHECK_OK(split(""));
	CHECK_INT(count, 0);
	CHECK_OK(split("  "));
	CHECK_INT(count, 0);
}

static void quotes_and_backslashes_are_taken_off(void)
{
	CHECK_OK(split("name=\"a \\\"b\\\" \\\\c\" x=\"y\""));
	check_value(0, "name", "a \"b\" \\c");
	check_value(1, "x", "y");
}

static void malformed_keys_are_refused_where_they_stand(void)
{
	check_refused("a=1 =2", PPK_ERR_SYNTAX, 5);
	check_refused("a=1 B=2", PPK_ERR_SYNTAX, 5);
	check_refused("1a=2", PPK_ERR_SYNTAX, 1);
	check_refused("-a=2", PPK_ERR_SYNTAX, 1);
	check_refused("a=1 word", PPK_ERR_SYNTAX, 9);
	check_refused("a=1 wo rd=2", PPK_ERR_SYNTAX, 7);
	check_refused("a =1", PPK_ERR_SYNTAX, 2);
	check_refused("a=1 # note", PPK_ERR_SYNTAX, 5);
	check_refused("aBc=1", PPK_ERR_SYNTAX, 2);
	check_refused("abcdefghijklmnopqrstuvwxyzabcdefg=1", PPK_ERR_SYNTAX, 1);
	CHECK_OK(split("abcdefghijklmnopqrstuvwxyzabcdef=1"));
}

static void malformed_values_are_refused_where_they_stand(void)
{
	check_refused("a=", PPK_ERR_SYNTAX, 3);
	check_refused("a= b=1", PPK_ERR_SYNTAX, 3);
	check_refused("a=\"\"", PPK_ERR_SYNTAX, 3);
	check_refused("a=x\"y\"", PPK_ERR_SYNTAX, 4);
	check_refused("a=x\\y", PPK_ERR_SYNTAX, 4);
	check_refused("a=\"x", PPK_ERR_SYNTAX, 3);
	check_refused("a=\"x\\", PPK_ERR_SYNTAX, 3);
	check_refused("a=\"x\\\"", PPK_ERR_SYNTAX, 3);
	check_refused("a=\"x\\n\"", PPK_ERR_SYNTAX, 5);
	check_refused("a=\"x\"y", PPK_ERR_SYNTAX, 6);
	check_refused("a=\"x\"b=1", PPK_ERR_SYNTAX, 6);
	check_refused("a=\x01", PPK_ERR_SYNTAX, 3);
	check_refused("a=\"x\ty\"", PPK_ERR_SYNTAX, 3);
	check_refused("a=\xff", PPK_ERR_SYNTAX, 3);
	CHECK_ERR(ppk_pairs_split("a=1\0", 4, 0, pairs, &count, &diag), PPK_ERR_SYNTAX);
}

static void a_key_given_twice_is_refused(void)
{
	check_refused("a=1 b=2 a=1", PPK_ERR_DUPLICATE, 9);
	CHECK_OK(split("a=1 ab=2 b=3"));
}

static void thirty_two_pairs_fit_and_one_more_does_not(void)
{
	char line[512];
	size_t len = 0;

	for (int i = 0; i < PPK_PAIRS_MAX; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "k%d=v ", i);
	CHECK_OK(split(line));
	CHECK_INT(count, PPK_PAIRS_MAX);
	snprintf(line + len, sizeof(line) - len, "one-more=v");
	check_refused(line, PPK_ERR_LIMIT, (unsigned)len + 1);
}

static bool nearly(const char *key, const char *known)
{
	struct ppk_pair pair = { .key = key, .key_len = strlen(key) };

	return ppk_pair_nearly_has_key(&pair, known);
}

static void one_edit_is_nearly_the_same(void)
{
	CHECK(nearly("disable", "disabled"));
	CHECK(nearly("disabledd", "disabled"));
	CHECK(nearly("isabled", "disabled"));
	CHECK(nearly("disabeld", "disabled"));
	CHECK(nearly("disabl3d", "disabled"));
	CHECK(nearly("vu", "uv"));
	CHECK(nearly("u", "uv"));
	CHECK(nearly("uvv", "uv"));
	CHECK(nearly("xuv", "uv"));
}

static void two_edits_are_another_key(void)
{
	CHECK(!nearly("uv", "uv"));
	CHECK(!nearly("note", "name"));
	CHECK(!nearly("colour", "created"));
	CHECK(!nearly("xy", "uv"));
	CHECK(!nearly("uvxx", "uv"));
	CHECK(!nearly("disbaeld", "disabled"));
	CHECK(!nearly("abba", "baab"));
}

static void check_near(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_pair pair = { .key = (const char *)data, .key_len = len };

	if (len == strlen(context) && !ppk_pair_nearly_has_key(&pair, context))
		CHECK_FAIL("%s in %s: not nearly the same", how, (const char *)context);
}

static void every_flipped_bit_gives_nearly_the_same_key(void)
{
	char key[] = "expires";

	CHECK_INT(mutate_each(key, strlen(key), check_near, key), 7 * 9);
}

static void check_written(const char *value, const char *want)
{
	uint8_t data[64];
	struct ppk_writer line = { .data = data, .size = sizeof(data) };

	ppk_pair_write(&line, "k", value);
	CHECK(!line.failed);
	CHECK_BYTES((const char *)data, line.len, want, strlen(want));
	CHECK_OK(ppk_pairs_split((const char *)data, line.len, 0, pairs, &count, NULL));
	check_value(0, "k", value);
}

static void what_is_written_is_read_again(void)
{
	check_written("plain", "k=plain");
	check_written("two words", "k=\"two words\"");
	check_written("\"", "k=\"\\\"\"");
	check_written("\\", "k=\"\\\\\"");
	check_written("a=b#c", "k=a=b#c");
}

static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	const char *line = (const char *)data;
	char value[128];

	diag = (struct ppk_diag){ .column = 0 };
	if (ppk_pairs_split(line, len, 0, pairs, &count, &diag) != PPK_OK) {
		if (diag.column < 1 || diag.column > len + 1 || diag.text[0] == '\0')
			CHECK_FAIL("%s: column %u: %s", how, diag.column, diag.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		CHECK(pairs[i].key == line + pairs[i].key_column - 1);
		CHECK(pairs[i].value == line + pairs[i].value_column - 1);
		CHECK(pairs[i].value + pairs[i].value_len <= line + len);
		CHECK_INT(ppk_pair_unquote(&pairs[i], value), strlen(value));
	}
	++*(unsigned *)context;
}

static void a_changed_line_is_split_or_refused_where_it_is_wrong(void)
{
	static const char line[] = "id=AAEC name=\"a \\\"b\\\" \\\\c\"\tuv=required x=\"y\"";
	unsigned taken = 0;

	CHECK_INT(mutate_each(line, strlen(line), check_changed, &taken), strlen(line) * 9);
	CHECK(taken > strlen(line) && taken < strlen(line) * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(pairs_are_split_at_spaces_and_tabs),
		CHECK_TEST(nothing_is_no_pair), CHECK_TEST(quotes_and_backslashes_are_taken_off),
		CHECK_TEST(malformed_keys_are_refused_where_they_stand),
		CHECK_TEST(malformed_values_are_refused_where_they_stand),
		CHECK_TEST(a_key_given_twice_is_refused),
		CHECK_TEST(thirty_two_pairs_fit_and_one_more_does_not),
		CHECK_TEST(one_edit_is_nearly_the_same), CHECK_TEST(two_edits_are_another_key),
		CHECK_TEST(every_flipped_bit_gives_nearly_the_same_key),
		CHECK_TEST(what_is_written_is_read_again),
		CHECK_TEST(a_changed_line_is_split_or_refused_where_it_is_wrong));
}
