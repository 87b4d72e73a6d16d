/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives a libfido2 that was built without PC/SC the readers that pcscd serves, as one with PC/SC has
 * them: the same names of devices ("pcsc://slot0"), the same order of calls of libpcsclite, CTAP over
 * NFC (CTAP 2.1, 11.3) with extended APDUs. Everything below, libpcsclite and pcscd, is the real one.
 */
#include <dlfcn.h>
#include <fido.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "../bus/interpose.h"

#define LIBFIDO2 "libfido2.so.1"
#define PREFIX "pcsc://slot"
#define READERS_MAX 8
#define LIST_SIZE 1024
#define APDU_MAX 4096

struct card {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
	SCARD_IO_REQUEST protocol;
	unsigned char nonce[8]; /* of the INIT under way */
	unsigned char answer[APDU_MAX]; /* to the last APDU */
	size_t answer_len;
};

typedef int set_function(fido_dev_info_t *list, size_t i, const char *path,
	const char *manufacturer, const char *product, const fido_dev_io_t *io,
	const fido_dev_transport_t *transport);
typedef int manifest_function(fido_dev_info_t *list, size_t room, size_t *ret_len);
typedef int open_function(fido_dev_t *dev, const char *path);
typedef int set_io_function(fido_dev_t *dev, const fido_dev_io_t *io);
typedef int set_transport_function(fido_dev_t *dev, const fido_dev_transport_t *transport);
typedef void *handle_function(const fido_dev_t *dev);

static void look_up(const char *name, void *slot, size_t size)
{
	void *library = dlopen(LIBFIDO2, RTLD_LAZY | RTLD_NOLOAD);
	void *address = library != NULL ? dlsym(library, name) : NULL;

	if (address == NULL)
		abort();
	memcpy(slot, &address, size);
	dlclose(library);
}

static bool connect_reader(
	SCARDCONTEXT context, const char *reader, SCARDHANDLE *ret, DWORD *ret_protocol)
{
	return SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, ret,
		       ret_protocol) == SCARD_S_SUCCESS;
}

static bool list_readers(SCARDCONTEXT context, char names[static LIST_SIZE])
{
	DWORD len = LIST_SIZE;

	return SCardListReaders(context, NULL, names, &len) == SCARD_S_SUCCESS;
}

static void *card_open(const char *path)
{
	struct card *card = calloc(1, sizeof(*card));
	char names[LIST_SIZE];
	const char *name = names;
	DWORD protocol = 0;

	if (card == NULL || SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &card->context) !=
				    SCARD_S_SUCCESS)
		goto fail;
	if (list_readers(card->context, names)) {
		for (int slot = path[sizeof(PREFIX) - 1] - '0'; slot > 0 && *name != '\0'; slot--)
			name += strlen(name) + 1;
		if (*name != '\0' &&
			connect_reader(card->context, name, &card->handle, &protocol)) {
			card->protocol =
				protocol == SCARD_PROTOCOL_T0 ? *SCARD_PCI_T0 : *SCARD_PCI_T1;
			return card;
		}
	}
	SCardReleaseContext(card->context);
fail:
	free(card);
	return NULL;
}

static void card_close(void *handle)
{
	struct card *card = handle;

	SCardDisconnect(card->handle, SCARD_LEAVE_CARD);
	SCardReleaseContext(card->context);
	free(card);
}

/* The transport's functions do it all. */
static int card_read(void *handle, unsigned char *data, size_t len, int timeout_ms)
{
	(void)handle;
	(void)data;
	(void)len;
	(void)timeout_ms;
	return -1;
}

static int card_write(void *handle, const unsigned char *data, size_t len)
{
	(void)handle;
	(void)data;
	(void)len;
	return -1;
}

static struct card *card_of(const fido_dev_t *dev)
{
	handle_function *function;

	look_up("fido_dev_io_handle", &function, sizeof(function));
	return function(dev);
}

static int transmit(struct card *card, const unsigned char *apdu, size_t len)
{
	DWORD room = sizeof(card->answer);

	card->answer_len = 0;
	if (SCardTransmit(card->handle, &card->protocol, apdu, (DWORD)len, NULL, card->answer,
		    &room) != SCARD_S_SUCCESS ||
		room < 2 || card->answer[room - 2] != 0x90)
		return -1;
	card->answer_len = room - 2;
	return 0;
}

static int send_cbor(struct card *card, const unsigned char *data, size_t len)
{
	unsigned char apdu[APDU_MAX] = { 0x80, 0x10, 0, 0, 0, (unsigned char)(len >> 8),
		(unsigned char)len };

	if (len > sizeof(apdu) - 9)
		return -1;
	memcpy(apdu + 7, data, len);
	return transmit(card, apdu, len + 9);
}

static int card_tx(struct fido_dev *dev, uint8_t command, const unsigned char *data, size_t len)
{
	static const unsigned char select[] = { 0x00, 0xa4, 0x04, 0x00, 8, 0xa0, 0x00, 0x00, 0x06,
		0x47, 0x2f, 0x00, 0x01, 0 };
	struct card *card = card_of(dev);

	if (command == CTAP_CMD_CBOR)
		return send_cbor(card, data, len);
	if (command != CTAP_CMD_INIT || len != sizeof(card->nonce))
		return -1;
	memcpy(card->nonce, data, len);
	return transmit(card, select, sizeof(select));
}

/* The answer to INIT: the nonce, the channel, version and capabilities. */
static int card_rx(
	struct fido_dev *dev, uint8_t command, unsigned char *data, size_t len, int timeout_ms)
{
	struct card *card = card_of(dev);

	(void)timeout_ms;
	if (command == CTAP_CMD_INIT) {
		if (len < 17)
			return -1;
		memset(data, 0, len);
		memcpy(data, card->nonce, sizeof(card->nonce));
		data[16] = FIDO_CAP_CBOR;
		return (int)len;
	}
	if (card->answer_len > len)
		return -1;
	memcpy(data, card->answer, card->answer_len);
	return (int)card->answer_len;
}

static const fido_dev_io_t io = { card_open, card_close, card_read, card_write };
static const fido_dev_transport_t transport = { card_rx, card_tx };

/* Those with a card, behind what is there already. */
static size_t add_readers(SCARDCONTEXT context, fido_dev_info_t *list, size_t room, size_t len)
{
	char names[LIST_SIZE], path[sizeof(PREFIX) + 1];
	set_function *set;
	unsigned slot = 0;

	look_up("fido_dev_info_set", &set, sizeof(set));
	if (!list_readers(context, names))
		return len;
	for (const char *name = names; *name != '\0' && len < room && slot < READERS_MAX;
		name += strlen(name) + 1, slot++) {
		SCARDHANDLE handle;
		DWORD protocol;

		if (!connect_reader(context, name, &handle, &protocol))
			continue;
		SCardDisconnect(handle, SCARD_LEAVE_CARD);
		snprintf(path, sizeof(path), PREFIX "%u", slot);
		if (set(list, len, path, "PC/SC", name, &io, &transport) == FIDO_OK)
			len++;
	}
	return len;
}

PPK_INTERPOSE int fido_dev_info_manifest(fido_dev_info_t *list, size_t room, size_t *ret_len)
{
	manifest_function *manifest;
	SCARDCONTEXT context;
	int result;

	look_up("fido_dev_info_manifest", &manifest, sizeof(manifest));
	result = manifest(list, room, ret_len);
	if (result == FIDO_OK && SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) ==
					 SCARD_S_SUCCESS) {
		*ret_len = add_readers(context, list, room, *ret_len);
		SCardReleaseContext(context);
	}
	return result;
}

PPK_INTERPOSE int fido_dev_open(fido_dev_t *dev, const char *path)
{
	set_io_function *set_io;
	set_transport_function *set_transport;
	open_function *open_dev;

	look_up("fido_dev_open", &open_dev, sizeof(open_dev));
	look_up("fido_dev_set_io_functions", &set_io, sizeof(set_io));
	look_up("fido_dev_set_transport_functions", &set_transport, sizeof(set_transport));
	if (strncmp(path, PREFIX, sizeof(PREFIX) - 1) == 0 &&
		(set_io(dev, &io) != FIDO_OK || set_transport(dev, &transport) != FIDO_OK))
		return FIDO_ERR_INTERNAL;
	return open_dev(dev, path);
}
