# SPDX-License-Identifier: BSD-2-Clause
"""Every parser has a unit test that changes each bit and cuts at each byte, and a harness of libFuzzer.

usage: check_parsers.py SOURCE_ROOT [--list]        prints TAP; --list: who tests which, and nothing else

A function of a header that is given bytes and their length, a ppk_reader, or a packet is a parser, and
stands in PARSERS; or in OTHERS, with what it does instead. So no new one comes without its tests. Of each
parser it is checked that a case of the unit test that is run calls mutate_each(), and that the harness plants
an error and is built; and of both that what they call leads to the parser.
"""

import os
import re
import sys

import rules

# (unit test, harness): the parsers that both reach.
PARSERS = {
    ("core/attestation_object.c", "attestation"): ["ppk_attestation_object_decode"],
    ("core/authenticator_data.c", "authenticator_data"): ["ppk_authenticator_data_parse"],
    ("core/base64.c", "base64_text"): ["ppk_base64_decode"],
    ("core/browser_message.c", "browser_message"): [
        "ppk_browser_decode_message", "ppk_browser_decode_verdict", "ppk_browser_decode_test",
        "ppk_browser_decode_draw",
        "ppk_err_parse"],
    ("core/browser_message.c", "credential"): ["ppk_browser_transports_parse"],
    ("core/browser_request.c", "browser_message"): ["ppk_browser_decode_request"],
    ("core/cbor.c", "attestation"): [
        "ppk_cbor_map", "ppk_cbor_array", "ppk_cbor_bytes", "ppk_cbor_text", "ppk_cbor_int",
        "ppk_cbor_skip"],
    ("core/client_data.c", "client_data"): ["ppk_client_data_check"],
    ("core/credential_cut.c", "credential"): [
        "ppk_credential_parse", "ppk_algorithm_parse", "ppk_uv_parse", "ppk_rp_id_is_valid",
        "ppk_rp_id_is_ssh", "ppk_text_to_aaguid"],
    ("core/credential_cut.c", "credential_file"): ["ppk_credential_file_parse"],
    ("core/device_message.c", "device_message"): [
        "ppk_device_decode_message", "ppk_reader_u8", "ppk_reader_u16", "ppk_reader_u32",
        "ppk_reader_value",
        "ppk_reader_raw", "ppk_reader_block", "ppk_reader_part"],
    ("core/device_request.c", "device_request"): [
        "ppk_device_decode_request", "ppk_device_decode_command"],
    ("core/hidraw_node.c", "hidraw_node"): [
        "ppk_hidraw_node_number", "ppk_hidraw_node_text", "ppk_text_to_number"],
    ("core/ip_address.c", "ip_address"): ["ppk_ip_address_parse", "ppk_ip_address_parse_named"],
    ("core/key_value.c", "key_value"): ["ppk_pairs_split", "ppk_pair_unquote"],
    ("core/options.c", "options"): ["ppk_options_apply_line", "ppk_option_value_parse"],
    ("core/options_file.c", "options"): [
        "ppk_options_apply_file", "ppk_settings_apply", "ppk_option_set"],
    ("core/report_descriptor.c", "report_descriptor"): ["ppk_report_descriptor_is_authenticator"],
    ("core/session.c", "session"): [
        "ppk_session_place_parse", "ppk_session_of_logind", "ppk_session_remote_host_of_logind",
        "ppk_sessions_of_logind_user",
        "ppk_utmp_has_address"],
    ("core/sign_counts.c", "sign_counts"): ["ppk_sign_counts_parse"],
    ("core/ssh_agent.c", "ssh_agent"): [
        "ppk_ssh_agent_parse_keys", "ppk_ssh_agent_next_key", "ppk_ssh_agent_parse_signature"],
    ("core/ssh_challenge.c", "ssh_challenge"): ["ppk_ssh_challenge_parse", "ppk_ssh_answer_parse"],
    ("core/ssh_host.c", "ssh_challenge"): [
        "ppk_ssh_host_normalise", "ppk_ssh_host_is_valid", "ppk_ssh_origins_parse",
        "ppk_ssh_origins_of_machine"],
    ("core/ssh_key.c", "ssh_agent"): [
        "ppk_ssh_key_parse", "ppk_ssh_key_read_parts", "ppk_ssh_signature_parse",
        "ppk_ssh_read_string", "ppk_ssh_read_word", "ppk_ssh_read_positive"],
    ("core/ssh_key_line.c", "ssh_key_line"): ["ppk_ssh_key_line_find"],
    ("core/ssh_private_key.c", "ssh_private_key"): [
        "ppk_ssh_private_key_parse", "ppk_ssh_is_private_key"],
    ("core/ssh_prompt.c", "ssh_challenge"): ["ppk_ssh_prompt_parse"],
    ("core/template.c", "template"): ["ppk_template_is_valid", "ppk_template_expand"],
    ("core/text.c", "base64_text"): ["ppk_text_sanitise", "ppk_text_is_printable"],
    ("core/time.c", "base64_text"): ["ppk_text_to_time"],
    ("core/web_origin.c", "web_origin"): [
        "ppk_web_origin_is_valid", "ppk_web_origin_has"],
    ("crypto/certificate.c", "attestation"): [
        "ppk_certificate_key", "ppk_certificate_check_packed"],
    ("crypto/public_key.c", "public_key"): [
        "ppk_spki_parse", "ppk_spki_algorithm", "ppk_edwards_point_check"],
    ("crypto/public_key.c", "verify"): ["ppk_public_key_from_raw", "ppk_spki_from_raw"],
    ("crypto/registrations.c", "attestation"): [
        "ppk_attestation_verify", "ppk_cose_key_read", "ppk_cose_key_match",
        "ppk_certificate_check_tpm", "ppk_certificate_extension"],
    ("crypto/trust_anchors.c", "trust_anchors"): ["ppk_trust_anchors_add"],
    ("crypto/vectors.c", "verify"): ["ppk_signature_verify"],
    ("device/byte_string.c", "byte_string"): ["ppk_byte_string_unwrap"],
    ("device/launch.c", "launch"): ["ppk_launch_is_allowed"],
    ("device/report_stream.c", "report_stream"): ["ppk_report_stream_in", "ppk_report_stream_out"],
    ("passkey_askpass/pinentry.c", "pinentry"): ["ppk_pinentry_decode"],
    ("passkeyctl/pam_service.c", "pam_service"): ["ppk_pam_service_check"],
    ("passkeyctl/sudo_listing.c", "sudo_listing"): ["ppk_sudo_listing_read"],
    ("passkeyd/options.c", "passkeyd_options"): ["ppkd_options_apply"],
    ("passkeyd/page_message.c", "page_answer"): ["ppkd_page_answer"],
    ("passkeyd/route.c", "route"): ["ppkd_route_find", "ppkd_header_is_well_formed", "ppkd_header_takes_gzip"],
    ("passkeyd/secret_path.c", "route"): ["ppkd_secret_path_read"],
}

# What else is given bytes and a length.
OTHERS = {
    "ppk_answer": "ppk_ssh_challenge_parse() reads it",
    "ppk_base64_encode": "writes",
    "ppk_bytes_copy": "copies",
    "ppk_bytes_equal": "compares",
    "ppk_client_data_make": "writes a challenge",
    "ppk_credential_file_find": "compares an id",
    "ppk_crypto_sha256": "hashes",
    "ppk_file_replace": "writes",
    "ppk_file_replace_as": "writes",
    "ppk_file_replace_at": "writes",
    "ppk_host_link_number": "asks the kernel for a name",
    "ppk_launcher_start_worker": "sends",
    "ppk_packet_send": "sends",
    "ppk_packet_send_descriptor": "sends",
    "ppk_secret_set": "copies",
    "ppk_sha256": "hashes",
    "ppk_slot_pin": "sends",
    "ppk_ssh_credential_make": "copies a handle",
    "ppk_ssh_origin": "writes a host that was checked",
    "ppk_ssh_origins_have": "compares",
    "ppk_stream_send": "sends",
    "ppkd_ceremony_begin_test": "ppk_browser_decode_test() has read it",
    "ppkd_ceremony_new": "ppk_browser_decode_request() has read it",
    "ppkd_reply_make": "sends",
    "ppkd_reply_send": "sends",
    "ppkd_service_answer": "ppkd_page_answer() has read it",
    "ppkd_service_draw": "ppk_browser_decode_draw() reads it",
    "ppkd_service_begin": "ppk_browser_decode_request() reads it",
}

HEADERS = re.compile(r"^(pam_passkey|tools)/.*\.h$")
PROTOTYPE = re.compile(r"^(?:PPK_MUST_CHECK\s+)?(?:const\s+)?(?:enum |struct |unsigned )?\w+[\s*]+\**"
                       r"(ppkd?_\w+)\s*\(([^;]*)\);", re.M)
GIVEN = re.compile(r"const (?:uint8_t|char|void) \*\w+, size_t \w*len\b|struct ppk_reader \*"
                   r"|const uint8_t report\[|const struct ppk_launch \*|const struct ppkd_head \*")
WRITES = re.compile(r"^struct ppk_writer \*")
FUNCTION = re.compile(r"^(?:[A-Z_]+\((\w+)\b[^;{}]*?\)|[A-Za-z][^\n;{}=#]*?\b(\w+)\([^;{}]*?\))\s*\n\{\n"
                      r"(.*?)^\}", re.S | re.M)
TABLE = re.compile(r"\b(\w+)\[[^\]\n]*\](?:\[[^\]\n]*\])* = \{(.*?)^\};", re.S | re.M)
MACRO = re.compile(r"^#define +\w+(.*)$", re.M)
WORD = re.compile(r"\b[A-Za-z_]\w*\b")
HARNESS = r"^\s*'%s': \w+_dep,"


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


class File:
    """The functions of a C file: what each names. A table stands for what is in it."""

    def __init__(self, root, path):
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            self.text = without_comments(file.read())
        self.names = {}
        for match in FUNCTION.finditer(self.text):
            name = match.group(1) or match.group(2)
            self.names[name] = set(WORD.findall(match.group(3)))
        macros = set(WORD.findall(" ".join(MACRO.findall(self.text))))
        for name, body in TABLE.findall(self.text):
            self.names[name] = set(WORD.findall(body)) | (macros if "#include" in body else set())


class Code:
    """Who calls whom, in the product and in what the unit tests share."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        self.home = {}  # of a function that other files may call
        for top in ("pam_passkey", "tools", "tests/unit"):
            for folder, _, names in sorted(os.walk(os.path.join(root, top))):
                for name in sorted(names):
                    if name.endswith((".c", ".h")):
                        self.add(os.path.relpath(os.path.join(folder, name), root))

    def add(self, path):
        self.files[path] = File(self.root, path)
        for name in self.files[path].names:
            static = re.search(r"^static [^\n;]*\b%s\b" % re.escape(name), self.files[path].text, re.M)
            if name != "main" and (not static or path.endswith(".h")):
                self.home.setdefault(name, path)

    def reached(self, path, name):
        """All names that a function of a file leads to."""
        seen, names, left = set(), set(), [(path, name)]
        while left:
            place = left.pop()
            if place in seen:
                continue
            seen.add(place)
            words = self.files[place[0]].names.get(place[1], set())
            names |= words
            for word in words:
                if word in self.files[place[0]].names:
                    left.append((place[0], word))
                elif word in self.home:
                    left.append((self.home[word], word))
        return names


def prototypes(code):
    """The functions of headers that are given bytes and their length."""
    found = {}
    for path, file in code.files.items():
        if not HEADERS.match(path):
            continue
        for name, arguments in PROTOTYPE.findall(file.text):
            arguments = re.sub(r"\s+", " ", arguments).strip()
            found[name] = GIVEN.search(arguments) is not None and not WRITES.match(arguments)
    return found


def listed(parsers):
    return [name for names in parsers.values() for name in names]


def unlisted(code, parsers, others):
    """Parsers that stand nowhere, and entries of which there is no function."""
    there = prototypes(code)
    known = set(listed(parsers)) | set(others)
    return ["%s is given bytes, and stands neither in PARSERS nor in OTHERS" % name
            for name, given in sorted(there.items()) if given and name not in known] + \
        ["%s is in no header" % name for name in sorted(known) if name not in there] + \
        ["%s stands in PARSERS and in OTHERS" % name for name in listed(parsers) if name in others]


def unmutated(code, parsers):
    found = []
    for (test, _), names in parsers.items():
        path = "tests/unit/" + test
        if path not in code.files:
            found.append("%s: no such file" % path)
            continue
        cases = re.findall(r"\bCHECK_TEST\(\s*(\w+)\s*\)", code.files[path].text)
        reached = [code.reached(path, case) for case in cases]
        reached = set().union(*(names for names in reached if "mutate_each" in names))
        found += ["%s: no case that calls mutate_each() leads to %s" % (path, name)
                  for name in names if name not in reached]
    return found


def unfuzzed(code, parsers):
    found = []
    with open(os.path.join(code.root, "tests/fuzz/meson.build"), encoding="utf-8") as file:
        built = file.read()
    for (_, harness), names in parsers.items():
        path = "tests/fuzz/fuzz_%s.c" % harness
        if not re.search(HARNESS % re.escape(harness), built, re.M) or \
                not os.path.isfile(os.path.join(code.root, path)):
            found.append("fuzz %s is not there, or is not built" % harness)
            continue
        if path not in code.files:
            code.files[path] = File(code.root, path)
        if "PLANT(" not in code.files[path].text:
            found.append("%s: plants no error" % path)
        reached = code.reached(path, "LLVMFuzzerTestOneInput")
        found += ["%s: does not lead to %s" % (path, name) for name in names if name not in reached]
    return found


def every_parser_is_listed(code):
    return unlisted(code, PARSERS, OTHERS)


def every_parser_has_a_test_that_changes_each_bit(code):
    return unmutated(code, PARSERS)


def every_parser_has_a_harness_with_a_planted_error(code):
    return unfuzzed(code, PARSERS)


def planted_errors_are_found(code):
    """The rules above, each with a table that is wrong."""
    wrong = {
        "a parser that is not listed":
            unlisted(code, {}, dict.fromkeys(set(listed(PARSERS)) - {"ppk_ip_address_parse"} |
                                             set(OTHERS))),
        "a parser that is gone": unlisted(code, {**PARSERS, ("", ""): ["ppk_gone"]}, OTHERS),
        "a test that is gone": unmutated(code, {("core/gone.c", ""): ["ppk_uv_parse"]}),
        "a test without a mutator": unmutated(code, {("core/bytes.c", ""): ["ppk_reader_u8"]}),
        "a mutator of something else":
            unmutated(code, {("core/time.c", ""): ["ppk_base64_decode"]}),
        "a harness that is gone": unfuzzed(code, {("", "gone"): ["ppk_uv_parse"]}),
        "a harness of something else": unfuzzed(code, {("", "pinentry"): ["ppk_base64_decode"]}),
    }
    return ["%s was not missed" % what for what, found in wrong.items() if len(found) != 1]


RULES = [every_parser_is_listed, every_parser_has_a_test_that_changes_each_bit,
         every_parser_has_a_harness_with_a_planted_error, planted_errors_are_found]


def main():
    code = Code(sys.argv[1])
    if sys.argv[2:] == ["--list"]:
        for (test, harness), names in PARSERS.items():
            print("tests/unit/%s, fuzz %s: %s" % (test, harness, ", ".join(names)))
        return 0
    return rules.run(RULES, code)


if __name__ == "__main__":
    sys.exit(main())
