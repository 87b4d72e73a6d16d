# SPDX-License-Identifier: BSD-2-Clause
"""passkeyctl invite, invitations and uninvite, with a passkeyd that is honest or is not.

usage: test_invitations.py BUILD [PART OF A NAME]
"""

import contextlib
import datetime
import glob
import json
import os
import select
import signal
import subprocess
import sys
import time

import fake_passkeyd
import scene
import tap
from browser_wire import ASSERTION, FAILED, OPENED, REGISTRATION, text
from enrolment_desk import CTL, ORIGIN, SOCKET, URL, ctl, finish, fresh, lines, passkey, read, start
from scene import Terminal, system


def leave_none():
    """Not of a case that failed, either."""
    for pid in waiting():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


case = tap.Cases(afterwards=leave_none)


@contextlib.contextmanager
def invitation(*words, url=URL, accept=None):
    """An invitation of alice whose link was shown, and its ceremony."""
    with contextlib.ExitStack() as stack:
        accept = accept or stack.enter_context(fake_passkeyd.listening(SOCKET))
        process = start("invite", *words, "alice")
        page = accept()
        page.start(url)
        out, err = finish(process, 0)
        tap.equal(out, url + "\n", "results")
        tap.contains(err, "alice, once, until ")
        yield page
        page.close()


def waiting():
    """The processes of invitations that wait."""
    return scene.processes.by_program(lambda path: path == CTL)


def wait_until_none_waits():
    for pid in waiting():
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            ready, _, _ = select.select([descriptor], [], [], scene.PATIENCE_S)
            os.close(descriptor)
            tap.equal(bool(ready), True, "the end of an invitation's process")


@case
def an_invitation_enrols_its_user_after_the_admin_has_gone():
    fresh()
    LOG.forget()
    with invitation("--for", "24h") as page:
        tap.equal(page.request.user, "alice", "user")
        tap.equal(page.request.number, fake_passkeyd.NUMBER_NONE, "number")
        tap.equal(page.request.timeout, 24 * 3600, "timeout")
        tap.equal(page.enrol(passkey(), ORIGIN, name="Desk"), (8, "ok"), "verdict")
        wait_until_none_waits()
    tap.equal(len(lines()), 1, "lines")
    tap.contains(lines()[0], "name=Desk")
    tap.equal(len(LOG.lines('invitation for alice: enrolled "Desk"')), 1, "lines of the log")


@case
def an_invitation_leaves_the_session_of_the_admin():
    fresh()
    with fake_passkeyd.listening(SOCKET) as accept:
        with Terminal([CTL, "invite", "alice"]) as terminal:
            page = accept()
            page.start(URL)
            tap.equal(terminal.finish(), 0, "exit status")
        (pid,) = waiting()
        made = passkey()
        page.say(REGISTRATION, made.registration(page.request, ORIGIN))
        challenge, _ = page.test()  # it goes on now, so it has left: the pipe to the admin's process closes last
        tap.equal(os.getsid(pid), pid, "session of its own")
        files = [os.readlink(path) for path in glob.glob("/proc/%d/fd/*" % pid)]
        tap.equal([path for path in files if "/pts/" in path or "pipe:" in path or
                   path == "/dev/tty"], [], "what it holds of the session")
        tap.equal(os.readlink("/proc/%d/cwd" % pid), "/", "folder")
        page.say(ASSERTION, made.assertion(page.request.rp_id, challenge, ORIGIN))
        tap.equal(page.verdict(), (8, "ok"), "verdict")
        wait_until_none_waits()
    tap.equal(len(lines()), 1, "lines")


@case
def an_invitation_works_once():
    fresh()
    with invitation() as page:
        page.enrol(passkey(), ORIGIN)
        with contextlib.suppress(BrokenPipeError):
            page.say(REGISTRATION, passkey().registration(page.request, ORIGIN))
        wait_until_none_waits()
        tap.equal(page.hear(), None, "answer")
    tap.equal(len(lines()), 1, "lines")


@case
def a_refused_registration_uses_it_up_too():
    fresh()
    with invitation() as page:
        page.say(REGISTRATION, passkey().registration(page.request, "https://evil.example.com"))
        tap.equal(page.verdict(), (8, "origin"), "verdict")
        wait_until_none_waits()
    tap.equal(lines(), [], "lines")


@case
def an_invitation_ends_with_its_time_and_with_an_alarm():
    for reason, said in (("timeout", "ended, timeout"), ("not-requested", "the person did not ask for it")):
        fresh()
        LOG.forget()
        with invitation() as page:
            page.say(FAILED, text(reason) + text(""), address=None)
            wait_until_none_waits()
        tap.equal(lines(), [], "lines")
        tap.equal(len(LOG.lines("invitation for alice: " + said)), 1, "lines of the log")


# passkeyd is restarted

def last_part(url):
    return url.rsplit("/", 1)[1]


@case
def an_invitation_outlives_passkeyd():
    fresh()
    LOG.forget()
    with fake_passkeyd.listening(SOCKET) as accept, invitation("--for", "2h", accept=accept) as first:
        tap.equal(first.request.path, "", "path of a new page")
        first.say(FAILED, text("process") + text(""), address=None)  # as systemctl restart does it
        second = accept()
        tap.equal(second.request.path, last_part(URL), "path")
        tap.equal(second.request.challenge != first.request.challenge, True, "another challenge")
        tap.equal(0 < second.request.timeout <= 2 * 3600, True, "timeout")
        tap.equal((second.request.user, second.request.number), ("alice", fake_passkeyd.NUMBER_NONE))
        second.start(URL)
        second.close()  # as a crash does it
        third = accept()
        tap.equal(third.request.path, last_part(URL), "path")
        third.start(URL)
        key = passkey()
        third.say(REGISTRATION, key.registration(first.request, ORIGIN))  # for the challenge of before
        tap.equal(third.verdict(), (8, "challenge"), "verdict")
        third.close()
        wait_until_none_waits()
    tap.equal(lines(), [], "lines")
    tap.contains(LOG.lines("invitation for alice: the link waits for passkeyd")[0], "process")
    tap.equal(len(LOG.lines("the link works")), 2, "lines of the log")


@case
def an_invitation_waits_for_a_passkeyd_that_is_gone_for_a_while():
    fresh()
    LOG.forget()
    with fake_passkeyd.listening(SOCKET) as accept, invitation(accept=accept) as first:
        pass
    tap.equal(waiting() != [], True, "it waits")
    with fake_passkeyd.listening(SOCKET) as accept:
        second = accept()
        second.say(FAILED, text("busy") + text(""), address=None)  # the old page is still there
        second.close()
        third = accept()
        third.start(URL)
        tap.equal(third.enrol(passkey(), ORIGIN), (8, "ok"), "verdict")
        third.close()
    wait_until_none_waits()
    tap.equal(first.request.user, "alice", "user")
    tap.equal(len(lines()), 1, "lines")


@case
def a_passkeyd_that_gives_another_link_gets_no_further():
    fresh()
    LOG.forget()
    with fake_passkeyd.listening(SOCKET) as accept, invitation(accept=accept) as page:
        page.close()
        second = accept()
        second.start(URL + "2")
        tap.equal(second.verdict(), None, "verdict")
        wait_until_none_waits()
        second.close()
    tap.contains(LOG.lines("invitation for alice: ended, ")[0], "frame")


@case
def what_was_registered_is_not_asked_for_again():
    """The link works once: a passkeyd that ends in the midst of the test does not get it back."""
    fresh()
    LOG.forget()
    with fake_passkeyd.listening(SOCKET) as accept, invitation(accept=accept) as page:
        page.say(REGISTRATION, passkey().registration(page.request, ORIGIN))
        page.test()
        page.close()
        wait_until_none_waits()
        tap.equal(accept(wait=False), None, "another page")
    tap.equal(lines(), [], "lines")
    tap.contains(LOG.lines("invitation for alice: ended, ")[0], "process")


# invitations and uninvite

def listed():
    out, _ = ctl("invitations", "--json", status=0)
    return json.loads(out)["invitations"]


def seconds(time):
    return datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S%z").timestamp()


@case
def invitations_that_wait_are_listed_and_no_others():
    fresh()
    tap.equal(listed(), [], "without any")
    tap.contains(ctl("invitations", status=0)[1], "No invitation waits.")
    with fake_passkeyd.listening(SOCKET) as accept, invitation("--for", "2h", accept=accept) as page:
        (pid,) = waiting()
        (one,) = listed()
        tap.equal((one["process"], one["user"], one["opened_at"]), (pid, "alice", None))
        tap.equal(seconds(one["until"]) - seconds(one["made"]), 2 * 3600.0, "time")
        page.say(OPENED, address="2001:db8::7")
        page.say(OPENED, address="192.0.2.9")
        wait_for(lambda: listed()[0]["opened_at"])
        tap.equal(listed()[0]["opened_at"], "2001:db8::7", "where it was opened first")
        out, _ = ctl("invitations", status=0)
        heading, row = out.splitlines()
        tap.equal(heading.split(), ["PROCESS", "MADE", "UNTIL", "OPENED", "AT", "USER"], "heading")
        tap.equal(row.split()[0::3], [str(pid), "2001:db8::7"], "row")
        tap.equal(last_part(URL) in out, False, "the link is listed")
        page.enrol(passkey(), ORIGIN)
        wait_until_none_waits()
        tap.equal(listed(), [], "after it was used")
        process = start("invite", "alice")
        accept().start(URL)
        finish(process, 0)
        (pid,) = waiting()
        os.kill(pid, signal.SIGKILL)
        wait_until_none_waits()
        tap.equal(listed(), [], "after it was killed")
    tap.equal(os.listdir("/run/passkeyctl"), [], "what is left")


def wait_for(condition):
    deadline = time.monotonic() + scene.PATIENCE_S
    while not condition():
        tap.equal(time.monotonic() < deadline, True, "in time")
        time.sleep(0.02)


@case
def an_invitation_is_taken_back():
    fresh()
    LOG.forget()
    with fake_passkeyd.listening(SOCKET) as accept:
        pages = []
        for user in ("alice", "bob", "alice"):
            process = start("invite", user)
            pages.append(accept())
            pages[-1].start(URL)
            finish(process, 0)
        of_bob = next(one["process"] for one in listed() if one["user"] == "bob")
        tap.contains(ctl("uninvite", "carol", status=1)[1], 'no invitation of "carol" waits')
        tap.contains(ctl("uninvite", "1", status=1)[1], 'no invitation of "1" waits')
        tap.equal(ctl("uninvite", "alice", status=0)[0], "The invitation of alice is taken back.\n" * 2, "results")
        tap.equal((pages[0].hear(), pages[2].hear()), (None, None), "the page's program")
        tap.equal([one["user"] for one in listed()], ["bob"], "who is left")
        ctl("uninvite", str(of_bob), status=0)
        tap.equal(pages[1].hear(), None, "the page's program")
    tap.equal(waiting(), [], "processes")
    tap.equal(len(LOG.lines("invitation for alice: taken back")), 2, "lines of the log")


@case
def one_that_waits_in_the_foreground_is_listed_and_taken_back_too():
    fresh()
    with fake_passkeyd.listening(SOCKET) as accept:
        process = start("invite", "--foreground", "alice")
        accept().start(URL)
        tap.equal(process.stdout.readline(), URL + "\n", "results")
        tap.equal([one["process"] for one in listed()], [process.pid], "processes")
        ctl("uninvite", "alice", status=0)
        tap.equal(process.wait(scene.PATIENCE_S), -signal.SIGTERM, "its end")
        process.communicate()


@case
def no_other_process_is_ended():
    """An entry that nobody holds, whoever has its number now, is none."""
    fresh()
    ended = []
    with subprocess.Popen(["sleep", "infinity"]) as other:
        for line in ("user=alice made=2026-11-25T07:30:00Z until=2036-11-25T07:30:00Z", "nonsense", ""):
            os.makedirs("/run/passkeyctl", 0o700, exist_ok=True)
            system.write("/run/passkeyctl/%d" % other.pid, line, 0o600)
            done = subprocess.run([CTL, "uninvite", str(other.pid)], stderr=subprocess.DEVNULL, check=False)
            ended.append((done.returncode, other.poll(), os.listdir("/run/passkeyctl")))
        other.kill()
    tap.equal(ended, [(1, None, [])] * 3, "exit status, the other process, entries")


@case
def a_link_that_could_not_be_taken_back_is_not_shown():
    fresh()
    with contextlib.suppress(FileNotFoundError):
        os.rmdir("/run/passkeyctl")
    system.write("/run/passkeyctl", "in the way")
    try:
        for words in ((), ("--foreground",)):
            with fake_passkeyd.listening(SOCKET) as accept:
                process = start("invite", "alice", *words)
                page = accept()
                page.start(URL)
                out, err = process.communicate(timeout=scene.PATIENCE_S)
                tap.equal((process.returncode != 0, out), (True, ""), "refused, without a link")
                tap.contains(err, "error: ")
                tap.equal(page.verdict() is None or page.hear() is None, True, "the page's program is gone")
            wait_until_none_waits()
    finally:
        os.unlink("/run/passkeyctl")


@case
def only_root_sees_and_takes_back():
    fresh()
    with invitation():
        for words in (("invitations",), ("uninvite", "alice")):
            done = subprocess.run(
                ["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", CTL, *words],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/",
                check=False)
            tap.equal((done.returncode, done.stdout), (1, ""), "exit status and results")
            tap.contains(done.stderr, "only root")
        tap.equal(os.stat("/run/passkeyctl").st_mode & 0o777, 0o700, "mode of the folder")
        tap.equal(len(listed()), 1, "invitations")
        ctl("uninvite", "alice", status=0)


@case
def an_answer_to_one_invitation_is_none_to_another():
    fresh()
    with fake_passkeyd.listening(SOCKET) as accept:
        with invitation(accept=accept) as mine:
            process = start("invite", "bob")
            theirs = accept()
            theirs.start(URL + "2")
            finish(process, 0)
            tap.equal(theirs.request.user, "bob", "user")
            theirs.say(REGISTRATION, passkey().registration(mine.request, ORIGIN))
            tap.equal(theirs.verdict(), (8, "challenge"), "verdict")
            theirs.close()
    ctl("uninvite", "alice", status=0)
    wait_until_none_waits()
    tap.equal(os.path.exists(system.PASSKEYS + "/bob"), False, "bob's file")
    tap.equal(lines(), [], "lines")


def forget_user(name):
    """As userdel(8), which looks for processes of that uid on the whole machine."""
    users = read("/etc/passwd").splitlines(keepends=True)
    system.write("/etc/passwd", "".join(u for u in users if not u.startswith(name + ":")))


@case
def an_invitation_is_for_the_user_who_was_there_when_it_was_made():
    fresh()
    system.add_user("carol", scene.PASSWORD)
    with fake_passkeyd.listening(SOCKET) as accept:
        process = start("invite", "carol")
        page = accept()
        page.start(URL)
        finish(process, 0)
        forget_user("carol")
        tap.equal(page.enrol(passkey(), ORIGIN), (8, "user-unknown"), "verdict")
        page.close()
    wait_until_none_waits()
    tap.equal(os.path.exists(system.PASSKEYS + "/carol"), False, "carol's file")


@case
def only_root_may_invite_and_only_users_who_exist():
    fresh(credentials="%h/.config/passkeys")
    as_alice = subprocess.run(
        ["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", CTL, "invite", "alice"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/",
        check=False)
    tap.equal(as_alice.returncode, 1, "exit status")
    tap.contains(as_alice.stderr, "only root may invite")
    fresh()
    tap.contains(ctl("invite", "nobody-of-this-name", status=1)[1], "does not know the user")
    for words in (("invite",), ("invite", "alice", "--for", "8d"), ("invite", "alice", "--for", "0h"),
                  ("invite", "alice", "--for", "24"), ("invite", "alice", "--for", "h"),
                  ("invite", "alice", "--user", "bob")):
        ctl(*words, status=2)


@case
def in_the_foreground_it_waits():
    fresh()
    with fake_passkeyd.listening(SOCKET) as accept:
        process = start("invite", "--foreground", "--for", "5m", "--name", "Desk", "alice")
        page = accept()
        page.start(URL)
        tap.equal(process.stdout.readline(), URL + "\n", "results")
        page.enrol(passkey(), ORIGIN)
        tap.contains(finish(process, 0)[1], 'Enrolled "Desk" for alice.')
    tap.equal(len(lines()), 1, "lines")


if __name__ == "__main__":
    LOG = scene.prepare(sys.argv[1])
    case.run()
