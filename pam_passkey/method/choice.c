/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/choice.h"

#include <string.h>

#include "core/methods.h"
#include "sys/session_read.h"

enum ppk_err ppk_choose_locality(const struct ppk_request *request, const char *host,
	struct ppk_session_facts *ret_facts, enum ppk_locality *ret)
{
	static const char *const names[] = { [PPK_LOCALITY_UNKNOWN] = "of unknown origin",
		[PPK_LOCALITY_LOCAL] = "local",
		[PPK_LOCALITY_REMOTE] = "remote" };
	const struct ppk_session_sources system = ppk_session_sources_of_system();
	enum ppk_locality locality;
	const char *why;
	enum ppk_err err;

	err = ppk_session_facts_read(request->sources == NULL ? &system : request->sources,
		request->rhost, request->tty, host, ret_facts);
	if (err != PPK_OK)
		return err;
	locality = ppk_session_decide(ret_facts, &why);
	ppk_log(request->log, PPK_LOG_DEBUG, "the session is %s: %s", names[locality], why);
	*ret = locality;
	return PPK_OK;
}

static enum ppk_err methods_of_session(const struct ppk_request *request, const char *host,
	enum ppk_method_id ret[static PPK_METHODS_MAX], size_t *ret_count)
{
	struct ppk_session_facts facts;
	enum ppk_locality locality;
	enum ppk_err err = ppk_choose_locality(request, host, &facts, &locality);

	if (err == PPK_OK)
		*ret_count = ppk_methods_for(locality, ret);
	return err;
}

enum ppk_err ppk_choose_methods(const struct ppk_request *request, const char *host,
	enum ppk_method_id ret[static PPK_METHODS_MAX], size_t *ret_count)
{
	const struct ppk_options *options = request->options;

	if (options->method_count == 0)
		return methods_of_session(request, host, ret, ret_count);
	memcpy(ret, options->methods, sizeof(options->methods));
	*ret_count = options->method_count;
	return PPK_OK;
}

size_t ppk_choose_credentials(enum ppk_method_id method,
	const struct ppk_credential *const *credentials, size_t count,
	const struct ppk_credential *ret[static PPK_CREDENTIALS_MAX])
{
	size_t chosen = 0;

	for (size_t i = 0; i < count; i++)
		if (ppk_method_serves(method, credentials[i]))
			ret[chosen++] = credentials[i];
	return chosen;
}
