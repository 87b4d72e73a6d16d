/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/messages.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

static const char *const templates[PPK_MESSAGE_COUNT] = {
#define PPK_MESSAGE(name, text) [PPK_MESSAGE_##name] = text,
#include "method/messages.def"
#undef PPK_MESSAGE
};

struct place {
	const char *name;
	const char *value;
};

static void put(char *out, size_t size, size_t *len, const char *text, size_t text_len)
{
	size_t room = size - 1 - *len;

	if (text_len > room)
		text_len = room;
	memcpy(out + *len, text, text_len);
	*len += text_len;
	out[*len] = '\0';
}

/* The place whose name stands at text ("{key}..."), or NULL. */
static const struct place *place_at(const struct place *places, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(text, places[i].name, strlen(places[i].name)) == 0)
			return &places[i];
	}
	return NULL;
}

void ppk_message_format(
	enum ppk_message message, const struct ppk_message_values *values, char *out, size_t size)
{
	char number[16], digits[16], raw[PPK_MESSAGE_SIZE];
	const struct place places[] = {
		{ "{key}", values->key != NULL ? values->key : "your security key" },
		{ "{action}", values->action != NULL ? values->action : "" },
		{ "{user}", values->user != NULL ? values->user : "" },
		{ "{number}", number },
		{ "{digits}", digits },
		{ "{address}", values->address != NULL ? values->address : "" },
	};
	size_t len = 0;

	raw[0] = '\0';
	snprintf(number, sizeof(number), "%u", values->number);
	snprintf(digits, sizeof(digits), "%02u", values->number);
	for (const char *text = templates[message]; *text != '\0';) {
		size_t plain = strcspn(text, "{");
		const struct place *place;

		put(raw, sizeof(raw), &len, text, plain);
		text += plain;
		place = place_at(places, sizeof(places) / sizeof(places[0]), text);
		if (place == NULL) { /* a brace that names nothing, or the end */
			plain = *text != '\0';
			put(raw, sizeof(raw), &len, text, plain);
			text += plain;
			continue;
		}
		put(raw, sizeof(raw), &len, place->value, strlen(place->value));
		text += strlen(place->name);
	}
	ppk_text_sanitise(out, size, raw, len);
}
