/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_service.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/options.h"
#include "core/text.h"

#define CHECK "pam-service"
#define MODULE "pam_passkey.so"
#define ARGUMENTS_START 3 /* type, control, module, arguments */

/* What libpam does with what a module returned (pam.conf(5)). */
enum action {
	ACTION_BAD,
	ACTION_DIE,
	ACTION_OK,
	ACTION_DONE,
	ACTION_IGNORE,
	ACTION_RESET,
	ACTION_JUMP
};

struct step {
	enum action action;
	size_t jump; /* ACTION_JUMP: how many rules are passed over */
};

/* A control field, as far as it matters here. */
struct control {
	struct step success;
	struct step failures[3]; /* what the module answers when it refuses: failure_names */
};

static const char *const failure_names[] = { "auth_err", "authinfo_unavail", "maxtries" };

/* An auth rule; strings point into the copy of the text. */
struct rule {
	unsigned line;
	bool include; /* @include, include, substack */
	const char *control; /* NULL for @include */
	const char *module; /* without its folder */
	const char *const *arguments;
	size_t argument_count;
};

struct service {
	const char *source;
	struct ppk_report *report;
	struct ppk_pam_mention mention;
	struct rule rules[PPK_PAM_RULES_MAX];
	size_t rule_count;
	const char *fields[PPK_PAM_RULES_MAX][PPK_PAM_FIELDS_MAX];
};

static void find(struct service *service, unsigned line, enum ppk_severity severity,
	const char *hint, const char *sentence)
{
	struct ppk_diag diag;
	enum ppk_err err =
		ppk_diag_set(&diag, PPK_ERR_OPTION, service->source, line, 0, "%s", sentence);

	ppk_report_failure(service->report, severity, CHECK, hint, err, &diag);
}

/* Modules that ask for the first factor, and whose success may end the sign-in too early. */
static bool is_first_factor(const char *module)
{
	static const char *const known[] = { "pam_unix.so", "pam_sss.so", "pam_ldap.so",
		"pam_krb5.so", "pam_winbind.so", "pam_systemd_home.so", "pam_userdb.so",
		"pam_pwdfile.so", "pam_tcb.so", "pam_himmelblau.so", "pam_fprintd.so" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(module, known[i]) == 0)
			return true;
	return false;
}

static bool parse_step(const char *text, size_t len, struct step *ret)
{
	static const struct {
		const char *name;
		enum action action;
	} known[] = {
		{ "bad", ACTION_BAD },
		{ "die", ACTION_DIE },
		{ "ok", ACTION_OK },
		{ "done", ACTION_DONE },
		{ "ignore", ACTION_IGNORE },
		{ "reset", ACTION_RESET },
	};
	uint64_t jump;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) == len && strncasecmp(text, known[i].name, len) == 0) {
			*ret = (struct step){ .action = known[i].action };
			return true;
		}
	}
	if (ppk_text_to_number(text, len, 1, PPK_PAM_RULES_MAX, &jump) != PPK_OK)
		return false;
	*ret = (struct step){ .action = ACTION_JUMP, .jump = (size_t)jump };
	return true;
}

static struct control control_of(struct step success, enum action failure)
{
	struct control control = { .success = success };

	for (size_t i = 0; i < sizeof(failure_names) / sizeof(failure_names[0]); i++)
		control.failures[i] = (struct step){ .action = failure };
	return control;
}

/* One "value=action" of a control in brackets. pass 0 takes "default" alone, pass 1 the others. */
static bool apply_pair(const char *pair, size_t len, int pass, struct control *control)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals == NULL ? 0 : (size_t)(equals - pair);
	struct step step;

	if (equals == NULL || !parse_step(equals + 1, len - name_len - 1, &step))
		return false;
	if (name_len == 7 && strncasecmp(pair, "default", 7) == 0) {
		if (pass == 0) {
			*control = control_of(step, ACTION_BAD);
			for (size_t i = 0; i < sizeof(failure_names) / sizeof(failure_names[0]);
				i++)
				control->failures[i] = step;
		}
		return true;
	}
	if (pass == 0)
		return true;
	if (name_len == 7 && strncasecmp(pair, "success", 7) == 0)
		control->success = step;
	for (size_t i = 0; i < sizeof(failure_names) / sizeof(failure_names[0]); i++)
		if (name_len == strlen(failure_names[i]) &&
			strncasecmp(pair, failure_names[i], name_len) == 0)
			control->failures[i] = step;
	return true;
}

static bool parse_brackets(const char *text, struct control *ret)
{
	/* pam.conf(5): what is not named, and without a default, is bad */
	*ret = control_of((struct step){ .action = ACTION_BAD }, ACTION_BAD);
	for (int pass = 0; pass < 2; pass++) {
		for (const char *next = text + 1; *next != '\0';) {
			size_t len;

			next += strspn(next, " \t]");
			len = strcspn(next, " \t]");
			if (len > 0 && !apply_pair(next, len, pass, ret))
				return false;
			next += len;
		}
	}
	return true;
}

static bool parse_control(const char *text, struct control *ret)
{
	const struct step ok = { .action = ACTION_OK }, done = { .action = ACTION_DONE };

	if (text[0] == '[')
		return parse_brackets(text, ret);
	if (strcasecmp(text, "required") == 0)
		*ret = control_of(ok, ACTION_BAD);
	else if (strcasecmp(text, "requisite") == 0)
		*ret = control_of(ok, ACTION_DIE);
	else if (strcasecmp(text, "sufficient") == 0)
		*ret = control_of(done, ACTION_IGNORE);
	else if (strcasecmp(text, "optional") == 0)
		*ret = control_of(ok, ACTION_IGNORE);
	else
		return false;
	return true;
}

/* Is a refusal of the module a refusal of the sign-in, whatever its reason? */
static bool refuses(const struct control *control)
{
	for (size_t i = 0; i < sizeof(failure_names) / sizeof(failure_names[0]); i++)
		if (control->failures[i].action != ACTION_BAD &&
			control->failures[i].action != ACTION_DIE)
			return false;
	return true;
}

static void check_control(struct service *service, const struct rule *rule)
{
	struct control control;

	if (!parse_control(rule->control, &control)) {
		find(service, rule->line, PPK_FINDING_ERROR, "write: auth required " MODULE,
			"PAM does not know the control field before " MODULE);
		return;
	}
	if (!refuses(&control))
		find(service, rule->line, PPK_FINDING_ERROR, "write: auth required " MODULE,
			"the control field lets a sign-in go on although " MODULE " refused it");
	if (control.success.action == ACTION_BAD || control.success.action == ACTION_DIE)
		find(service, rule->line, PPK_FINDING_ERROR, "write: auth required " MODULE,
			"the control field refuses a sign-in although " MODULE " granted it");
}

static void note_methods(
	struct ppk_pam_mention *mention, const struct rule *rule, const struct ppk_options *options)
{
	for (size_t i = 0; i < rule->argument_count; i++)
		if (strncmp(rule->arguments[i], "methods=", strlen("methods=")) == 0)
			mention->methods_given = true;
	if (ppk_options_name_method(options, PPK_METHOD_AGENT))
		mention->agent = true;
}

static void check_arguments(struct service *service, const struct rule *rule)
{
	static const char *const elsewhere[] = {
		"conf=", "credentials=", "state=", "rp_id=", "device_helper="
	};
	struct ppk_options options;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	ppk_options_init(&options);
	err = ppk_options_conf_of_line(&options, (int)rule->argument_count, rule->arguments, &diag);
	if (err == PPK_OK)
		err = ppk_options_apply_line(
			&options, (int)rule->argument_count, rule->arguments, &diag);
	if (err != PPK_OK)
		find(service, rule->line, PPK_FINDING_ERROR, "pam_passkey(8) lists the options",
			diag.text[0] == '\0' ? ppk_err_sentence(err) : diag.text);
	else
		note_methods(&service->mention, rule, &options);
	for (size_t i = 0; i < rule->argument_count; i++) {
		for (size_t j = 0; j < sizeof(elsewhere) / sizeof(elsewhere[0]); j++) {
			if (strncmp(rule->arguments[i], elsewhere[j], strlen(elsewhere[j])) != 0)
				continue;
			find(service, rule->line, PPK_FINDING_NOTE,
				"put it into the configuration file, which passkeyctl reads too",
				"this service looks elsewhere than the rest of this report");
			return;
		}
	}
}

/*
 * Does success of the first factor at index from end the sign-in, or jump past the passkey at index
 * to? Jumps count the rules of included files too, which are not known here.
 */
static bool passes_over(const struct service *service, size_t from, size_t to)
{
	struct control control;

	if (service->rules[from].control == NULL ||
		!parse_control(service->rules[from].control, &control))
		return false;
	if (control.success.action == ACTION_DONE)
		return true;
	for (size_t i = from + 1; i < to; i++)
		if (service->rules[i].include)
			return false;
	return control.success.action == ACTION_JUMP && from + control.success.jump >= to;
}

static void check_before(struct service *service, size_t index)
{
	const struct rule *rule = &service->rules[index];
	bool asked = false;

	for (size_t i = 0; i < index; i++) {
		const struct rule *earlier = &service->rules[i];

		if (earlier->include) {
			asked = true;
			continue;
		}
		if (!is_first_factor(earlier->module))
			continue;
		asked = true;
		if (passes_over(service, i, index))
			find(service, earlier->line, PPK_FINDING_ERROR,
				"with \"auth requisite\" there, the rules after it still count",
				"who passes this rule is never asked for a passkey further down");
	}
	if (!asked)
		find(service, rule->line, PPK_FINDING_WARNING,
			"put it after the module that asks for the password",
			"no password module before " MODULE
			": the passkey would be the only factor");
}

/*
 * Cut a logical line into fields, in place. "[a b]" is one field: as a control it keeps its brackets,
 * as an argument PAM takes them off.
 */
static size_t split_fields(char *line, const char **fields)
{
	size_t count = 0;
	char *next = line;

	while (count < PPK_PAM_FIELDS_MAX) {
		next += strspn(next, " \t\r");
		if (*next == '\0')
			break;
		if (*next == '[' && count >= ARGUMENTS_START) {
			fields[count++] = ++next;
			next += strcspn(next, "]");
		} else {
			fields[count++] = next;
			if (*next == '[')
				next += strcspn(next, "]");
			next += strcspn(next, " \t\r");
		}
		if (*next != '\0')
			*next++ = '\0';
	}
	return count;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool is_include(const char *control)
{
	return strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0;
}

/* Take one logical line (changed in place). */
static void take_line(struct service *service, char *line, unsigned number)
{
	const char **fields = service->fields[service->rule_count];
	struct rule rule = { .line = number };
	const char *type;
	size_t count;

	line[strcspn(line, "#")] = '\0';
	count = split_fields(line, fields);
	if (count >= 2 && strcasecmp(fields[0], "@include") == 0) {
		rule.include = true;
		rule.module = fields[1];
		service->rules[service->rule_count++] = rule;
		return;
	}
	if (count < ARGUMENTS_START)
		return;
	type = fields[0][0] == '-' ? fields[0] + 1 : fields[0];
	rule.control = fields[1];
	rule.include = is_include(fields[1]);
	rule.module = base_name(fields[2]);
	rule.arguments = fields + ARGUMENTS_START;
	rule.argument_count = count - ARGUMENTS_START;
	if (strcasecmp(type, "auth") == 0)
		service->rules[service->rule_count++] = rule;
	else if (strcmp(rule.module, MODULE) == 0)
		find(service, number, PPK_FINDING_ERROR, "remove this line",
			MODULE " offers auth alone: a rule of another type makes the service fail");
}

/* Put lines together that end in a backslash, and take each. text is changed. */
static void take_text(struct service *service, char *text)
{
	unsigned number = 1, first;
	char *next = text;

	while (*next != '\0' && service->rule_count < PPK_PAM_RULES_MAX) {
		char *line = next, *end;

		first = number++;
		while ((end = strchr(next, '\n')) != NULL && end > line && end[-1] == '\\') {
			end[-1] = ' ';
			*end = ' ';
			next = end + 1;
			number++;
		}
		next = end == NULL ? line + strlen(line) : end + 1;
		if (end != NULL)
			*end = '\0';
		take_line(service, line, first);
	}
}

/*
 * sshd signs in by a process of its own, and sets credentials in another, where the module has nothing
 * that it could answer for: where it stands alone, nobody comes in.
 */
static void check_alone(struct service *service)
{
	for (size_t i = 0; i < service->rule_count; i++)
		if (service->rules[i].include || strcmp(service->rules[i].module, MODULE) != 0)
			return;
	if (service->mention.mentioned && strcmp(base_name(service->source), "sshd") == 0)
		find(service, service->rules[0].line, PPK_FINDING_ERROR,
			"write below it: auth required pam_permit.so",
			"no other auth rule: sshd cannot set credentials and lets nobody in");
}

static void check_rules(struct service *service)
{
	for (size_t i = 0; i < service->rule_count; i++) {
		const struct rule *rule = &service->rules[i];

		if (rule->include || strcmp(rule->module, MODULE) != 0)
			continue;
		service->mention.mentioned = true;
		check_control(service, rule);
		check_arguments(service, rule);
		check_before(service, i);
	}
	check_alone(service);
	if (service->rule_count == PPK_PAM_RULES_MAX)
		find(service, 0, PPK_FINDING_WARNING, NULL, "more auth rules than doctor looks at");
}

enum ppk_err ppk_pam_service_check(const char *text, size_t len, const char *source,
	struct ppk_report *report, struct ppk_pam_mention *ret)
{
	struct service *service;
	char *copy;

	if (len > PPK_PAM_SERVICE_MAX)
		return PPK_ERR_LIMIT;
	copy = malloc(len + 1);
	service = calloc(1, sizeof(*service));
	if (copy == NULL || service == NULL) {
		free(copy);
		free(service);
		return PPK_ERR_NOMEM;
	}
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	service->source = source;
	service->report = report;
	take_text(service, copy);
	check_rules(service);
	*ret = service->mention;
	free(copy);
	free(service);
	return PPK_OK;
}
