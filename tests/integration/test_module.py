# SPDX-License-Identifier: BSD-2-Clause
"""pam_passkey.so under the real libpam: what it answers, credential files, options.

usage: test_module.py BUILD        as root; nothing outside a temporary folder changes
"""

import json
import os
import shutil
import socket
import stat

import tap
from stand import (AUTHINFO_UNAVAIL, AUTH_ERR, BUILD, CASES, CRYPTO_OBJECT, ID, KEY, LINE,
                   MAXTRIES, MODULE, NOBODY, PIN, SKIPPED, SUCCESS, TOUCH, USER, case, check,
                   stand)

# the half of the module that links OpenSSL


def project_version():
    with open(BUILD + "/meson-info/intro-projectinfo.json", encoding="utf-8") as file:
        return json.load(file)["version"].encode()


def with_crypto_object(change):
    """A sign-in through a copy of the module, beside which change(folder) put the other half."""
    with stand() as it:
        os.mkdir(it.path("modules"), 0o755)
        shutil.copy(MODULE, it.path("modules"))
        change(it.path("modules"))
        return it.run(module=it.path("modules/pam_passkey.so"))


@case
def the_half_that_links_openssl_is_loaded_from_the_folder_of_the_module():
    result = with_crypto_object(lambda folder: shutil.copy(CRYPTO_OBJECT, folder))
    tap.equal(result.codes, [SUCCESS], "codes")
    result = with_crypto_object(lambda folder: None)
    tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes without it")
    tap.contains(result.log("cannot be loaded"), "modules/pam_passkey_crypto.so")


@case
def a_half_of_another_version_is_not_called():
    def other_version(folder):
        with open(CRYPTO_OBJECT, "rb") as real:
            data = real.read()
        version = b"\0" + project_version() + b"\0"
        tap.equal(data.count(version), 1, "versions in the object")
        with open(folder + "/pam_passkey_crypto.so", "wb") as changed:
            changed.write(data.replace(version, b"\0" + b"9" * (len(version) - 2) + b"\0"))

    result = with_crypto_object(other_version)
    tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes")
    tap.contains(result.log("is of version 9999"), "install both of one package")


@case
def nothing_of_openssl_is_loaded_for_a_user_without_a_passkey():
    result = check(SKIPPED, "unenrolled=skip", credentials=None, arguments=["--loaded"])
    tap.equal(result.loaded, [0], "libcrypto for a user without a passkey")
    result = check(SUCCESS, arguments=["--loaded"])
    tap.equal(result.loaded, [1], "libcrypto for a user with one")


@case
def a_stranger_waits_for_what_everybody_waits_for():
    """Loading OpenSSL takes most of the time of a refusal: it is done by when the first question is asked."""
    for user, credentials in ((USER, LINE + "\n"), (USER, None), ("nobody-of-this-name", None)):
        result = check(AUTH_ERR, "methods=askpass", without=("methods",), credentials=credentials, user=user,
                       arguments=["--loaded", "--answer", "passkey1", "--answer", "passkey1:AAAA"])
        tap.equal(result.loaded, [1, 1, 1], "libcrypto at each of two questions to %s, and after" % user)


# the table of return codes


@case
def a_verified_assertion_is_success():
    result = check(SUCCESS, arguments=["--tty", "/dev/pts/9", "--rhost", "192.0.2.7"])
    host = socket.gethostname()
    tap.equal(result.said, ["show Touch Blue key to sign in to %s as root" % host], "said")
    line = result.log("result=granted")
    for part in ("pam_passkey(test:auth): result=granted reason=ok user=root service=test",
                 "tty=/dev/pts/9 rhost=192.0.2.7 method=local credential=\"Blue key\" id=ZmFrZS1j"):
        tap.contains(line, part)


@case
def an_unenrolled_user_is_denied():
    for credentials in (None, "", "# nothing\n"):
        check(AUTH_ERR, credentials=credentials, log="result=denied reason=unenrolled", said=[])


@case
def an_unenrolled_user_is_ignored_when_told_so():
    for credentials in (None, "", "# nothing\n"):
        check(SKIPPED, "unenrolled=skip", credentials=credentials, log="result=skipped", said=[])


@case
def a_wrong_answer_is_denied():
    for arguments, reason in (("signature=flip", "signature"), ("signature=other", "signature"),
                              ("flags=00", "user-presence"),
                              ("rp=evil.example", "rp-id"), ("id=other", "credential-unknown"),
                              ("flags=11", "backup-flags"), ("size=40", "authenticator-data")):
        check(AUTH_ERR, script=TOUCH + "assertion %s\n" % arguments,
              log="result=denied reason=" + reason)


@case
def a_signature_of_another_key_is_denied():
    other = KEY[:36] + "E" + "kPGc7JRHmYn1q0rKQkCLLW0tVb3wHrNeM5sM2n6dnDg" + KEY[81:]
    with stand(credentials="passkey1 id=%s alg=es256 key=%s rp=example.com\n" % (ID, other)) as it:
        result = it.run()  # whether the point is on the curve or not, nobody comes in
    if result.codes[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL):
        raise AssertionError(result.codes)


@case
def a_cancelled_question_is_denied():
    check(AUTH_ERR, script=PIN + "assertion flags=05\n", log="reason=cancelled")
    check(AUTH_ERR, script="event failed 255 255 cancelled\n", log="reason=cancelled")


@case
def running_out_of_time_is_denied():
    result = check(AUTH_ERR, script="authenticator 0\nevent touch 0\nhang\n", log="reason=timeout")
    tap.equal(result.said[-1], "warn Nobody touched a security key within 5 seconds", "said")


@case
def blocked_pins_and_fingerprints_are_too_many_tries():
    for reason in ("pin-blocked", "pin-auth-blocked", "uv-blocked"):
        check(MAXTRIES, script="authenticator 0\nevent failed 0 0 %s\n" % reason,
              log="result=denied reason=" + reason)


@case
def a_store_that_cannot_say_is_unavailable_and_never_ignored():
    def missing_folder(it):
        os.rmdir(it.path("passkeys"))

    def folder(it):
        os.mkdir(it.passkeys)

    def fifo(it):
        os.mkfifo(it.passkeys, 0o644)

    def link(it):
        it.write("passkeys/other", LINE + "\n")
        os.symlink("other", it.passkeys)

    def device(it):
        os.mknod(it.passkeys, stat.S_IFCHR | 0o644, os.makedev(1, 3))

    def group(it):
        it.write("passkeys/root", LINE + "\n", 0o664)

    def world(it):
        it.write("passkeys/root", LINE + "\n", 0o646)

    def owner(it):
        it.write("passkeys/root", LINE + "\n")
        os.chown(it.passkeys, NOBODY, NOBODY)

    def large(it):
        it.write("passkeys/root", "#" * (1024 * 1024) + "\n")

    def open_folder(it):
        it.write("passkeys/root", LINE + "\n")
        os.chmod(it.path("passkeys"), 0o777)

    def many(it):
        lines = ["passkey1 id=%s alg=es256 key=%s rp=example.com" % (
            "QUFB" + "".join(chr(65 + int(d)) for d in "%04d" % n), KEY) for n in range(65)]
        it.write("passkeys/root", "\n".join(lines) + "\n")

    for fault in (missing_folder, folder, fifo, link, device, group, world, owner, large,
                  open_folder, many):
        with stand(credentials=None) as it:
            fault(it)
            result = it.run("unenrolled=skip")
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with " + fault.__name__)
            tap.contains("\n".join(result.logs), it.path("passkeys"))
            tap.contains("\n".join(result.logs), "result=unavailable")


@case
def a_helper_that_cannot_be_used_is_unavailable():
    def missing(it):
        os.unlink(it.helper)

    def writable(it):
        os.chmod(it.helper, 0o775)

    def owner(it):
        os.chown(it.helper, NOBODY, NOBODY)

    def not_executable(it):
        os.chmod(it.helper, 0o644)

    def garbage(it):
        it.write("device/passkey-device", "\x7fELF nonsense", 0o755)

    for fault in (missing, writable, owner, not_executable, garbage):
        with stand() as it:
            fault(it)
            tap.equal(it.run("unenrolled=skip").codes, [AUTHINFO_UNAVAIL], fault.__name__)


# bad lines of a credential file


@case
def bad_lines_are_named_and_skipped_and_the_good_one_signs_in():
    cases = {
        "garbage": "not a credential",
        "version": "passkey2 id=QUFB alg=es256 key=%s rp=example.com" % KEY,
        "algorithm": "passkey1 id=QUFB alg=es999 key=%s rp=example.com" % KEY,
        "key that does not fit": "passkey1 id=QUFB alg=eddsa key=%s rp=example.com" % KEY,
        "truncated base64": "passkey1 id=QUFB alg=es256 key=%s rp=example.com" % KEY[:50],
        "no rp": "passkey1 id=QUFB alg=es256 key=%s" % KEY,
        "key twice": "passkey1 id=QUFB id=QUFB alg=es256 key=%s rp=example.com" % KEY,
        "CRLF": "passkey1 id=QUFB alg=es256 key=%s rp=example.com\r" % KEY,
        "NUL": "passkey1 id=QUFB alg=es256 key=%s rp=exa\0mple.com" % KEY,
        "over-long": "passkey1 id=QUFB alg=es256 key=%s rp=example.com name=%s" % (KEY, "n" * 9000),
        "bad time": "passkey1 id=QUFB alg=es256 key=%s rp=example.com expires=tomorrow" % KEY,
    }
    for name, line in cases.items():
        with stand(credentials="# first\n%s\n%s\n" % (line, LINE)) as it:
            result = it.run()
            tap.equal(result.codes, [SUCCESS], "codes with " + name)
            tap.contains(result.log("credential skipped"), it.passkeys + ":2")


@case
def a_duplicate_id_is_skipped_with_its_line():
    with stand(credentials=LINE + "\n" + LINE.replace("Blue", "Red") + "\n") as it:
        result = it.run()
        tap.equal(result.codes, [SUCCESS], "codes")
        tap.contains(result.log("credential skipped"), it.passkeys + ":2")


@case
def bad_lines_alone_are_unavailable_and_never_ignored():
    with stand(credentials="rubbish\n") as it:
        result = it.run("unenrolled=skip")
        tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes")
        tap.contains(result.log("credential skipped"), it.passkeys + ":1")


@case
def credentials_out_of_use_are_denied_and_never_ignored():
    for suffix, reason in ((" disabled=yes", "credential-disabled"),
                           (" expires=2001-01-01T00:00:00Z", "credential-expired")):
        check(AUTH_ERR, "unenrolled=skip", credentials=LINE + suffix + "\n", log=reason, said=[])
    check(AUTH_ERR, "unenrolled=skip", "rp_id=other.example", log="reason=rp-id", said=[])


@case
def a_file_cut_at_any_byte_never_lets_anybody_in_who_was_kept_out():
    text = LINE + " disabled=yes uv=required\n"
    with stand(script=TOUCH + "assertion\n") as it:
        for cut in list(range(0, len(text), 7)) + list(range(len(LINE) - 3, len(text))):
            it.write("passkeys/root", text[:cut])
            result = it.run("unenrolled=deny")
            if cut > len(LINE) + 1 and result.codes == [SUCCESS]:
                raise AssertionError("cut to %d bytes: %r" % (cut, text[:cut]))


# options


@case
def a_bad_option_is_named_and_denied():
    for word in ("unknown=1", "nullok", "timeout=", "timeout=0", "timeout=-1", "timeout=999999",
                 "timeout=3abc", "unenrolled=ignore", "sign_count=no", "user_verification=yes",
                 "methods=", "methods=magic", "rp_id=not/a/domain", "cue=maybe", "debug=2",
                 "credentials=relative", "credentials=/etc/%z", "device_helper=passkey-device",
                 "state=.", "debug debug".split()[0] + "=", "Debug"):
        result = check(AUTHINFO_UNAVAIL, word, credentials=None, said=[],
                       without=(word.split("=")[0],))
        line = result.log("configuration: ")
        tap.contains(line, "PAM line")
        tap.contains(line, word.split("=")[0])


@case
def an_option_given_twice_is_denied():
    result = check(AUTHINFO_UNAVAIL, "unenrolled=skip", "unenrolled=deny", credentials=None)
    tap.contains(result.log("configuration: "), "unenrolled")


@case
def options_come_from_the_file_and_the_line_overrides_it():
    with stand(credentials=None) as it:
        conf = it.write("conf", "# comment\nunenrolled = skip\ntimeout = \"7\"\n")
        tap.equal(it.run("conf=" + conf).codes, [SKIPPED], "file")
        tap.equal(it.run("conf=" + conf, "unenrolled=deny").codes, [AUTH_ERR], "line")


@case
def a_bad_line_of_the_file_is_named_and_denied():
    for line in ("nonsense = 1", "unenrolled = perhaps", "timeout", "conf = /etc/passwd",
                 "unenrolled = skip\nunenrolled = skip", "debug = \"yes", "= 1", "debug = yes\0"):
        with stand(credentials=None) as it:
            conf = it.write("conf", "# first\n%s\n" % line)
            result = it.run("conf=" + conf)
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with %r" % line)
            tap.contains(result.log("configuration: "), "%s:%d" % (conf, 2 + line.count("\n")))


@case
def a_file_that_others_may_write_is_denied():
    def group(it, conf):
        os.chmod(conf, 0o664)

    def world(it, conf):
        os.chmod(conf, 0o646)

    def owner(it, conf):
        os.chown(conf, NOBODY, -1)

    def link(it, conf):
        os.rename(conf, it.path("real"))
        os.symlink("real", conf)

    def fifo(it, conf):
        os.unlink(conf)
        os.mkfifo(conf)

    def missing(it, conf):
        os.unlink(conf)

    def large(it, conf):
        it.write("conf", "#" * 70000)

    for fault in (group, world, owner, link, fifo, missing, large):
        with stand(credentials=None) as it:
            conf = it.write("conf", "unenrolled = skip\n")
            fault(it, conf)
            result = it.run("conf=" + conf)
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with " + fault.__name__)
            tap.contains(result.log("configuration: "), conf)


@case
def a_service_raises_what_a_credential_demands():
    check(AUTH_ERR, "user_verification=required", log="user-verification")
    check(SUCCESS, "user_verification=required", script=TOUCH + "assertion flags=05\n")
    check(AUTH_ERR, "user_verification=discouraged", credentials=LINE + " uv=required\n",
          log="user-verification")


tap.run(CASES)
