# SPDX-License-Identifier: BSD-2-Clause
"""sudo on a machine that was entered over real sshd and ssh -A: the key is in the agent at the client.

And which method a session is given, by what the system knows about it.   usage: test_agent_ssh.py BUILD
"""

import contextlib
import os
import pwd
import re
import shutil
import sys

import logind_session
import scene
import ssh_agent
import ssh_scene
import tap
import virtual  # scene has put its folder on the path
from scene import Terminal, system
from ssh_agent import COUNTER, Agent, Key, Liar
from ssh_scene import PERSON, Server, environment, terminal, words

WEB1 = ("web1", 2201, "", ["required pam_unix.so nodelay"])  # the password alone, for sshd
KEEP = "Defaults env_keep += \"SSH_AUTH_SOCK\"\n"
TOUCH = r"Touch Blue SSH at your own computer to sign in to \S+ as alice"
NO_WAY = "No passkey can be used in this session"


def sudoers(*lines):
    system.write("/etc/sudoers", "Defaults !lecture, passwd_tries=1\nalice ALL=(ALL:ALL) ALL\n" +
                 "".join(lines), 0o440)


def settings(**options):
    options.setdefault("sign_count", "log")  # the dummy's is constant
    system.configure(timeout=scene.TIMEOUT_S, debug="yes", **options)


@contextlib.contextmanager
def agent(user, *keys, name="agent", **options):
    """An agent of a user's, on a socket in a folder of theirs."""
    folder = "%s/%s-%s" % (system.ROOT, user, name)
    os.makedirs(folder, 0o755, exist_ok=True)
    uid = pwd.getpwnam(user).pw_uid
    os.chown(folder, uid, -1)
    one = Agent(folder + "/socket", keys, uid, **options)
    try:
        yield one
    finally:
        one.stop()


def key_of_carol():
    ssh_agent.require()
    path = system.ROOT + "/carol-key"
    if not os.path.isdir(path):
        os.mkdir(path, 0o755)
        key = Key(path, "Blue SSH", owner=pwd.getpwnam(PERSON).pw_uid)
        os.chown(path, pwd.getpwnam(PERSON).pw_uid, -1)
        system.run(system.PROGRAMS + "/passkeyctl", "enroll", "--user", scene.USER,
                   "--ssh-key", key.public)
        return key
    key = Key.__new__(Key)
    key.path = path + "/Blue SSH"
    return key


def over_ssh(server, carols, *options, command="sudo -k id -u"):
    return terminal(words(server, command, options=["-tt", *options]),
                    environment(SSH_AUTH_SOCK=carols.path))


def password(shell):
    shell.wait_for(r"\[sudo\] password for \w+: ")
    shell.enter(scene.PASSWORD)


def granted(shell):
    shell.wait_for(r"(?m)^0$")
    tap.equal(shell.finish(), 0, "exit status")


def refused(shell, *shown):
    for text in shown:
        shell.wait_for(text)
    tap.equal(shell.finish() != 0, True, "refused")
    tap.equal(re.search(r"(?m)^0$", shell.shown), None, "what the command printed")


def decision():
    return LOG.lines("pam_passkey(sudo:auth): result=")[-1]


def said(text):
    """A line that the module has logged since LOG.forget()."""
    found = LOG.lines(text)
    if not found:
        raise AssertionError("%r is not in %r" % (text, LOG.lines("pam_passkey")))
    return found[-1]


def prepare(*lines, **options):
    sudoers(*lines)
    settings(**options)
    LOG.forget()


def sudo_over_ssh_asks_the_agent_at_the_client():
    prepare(KEEP)
    with agent(PERSON, key_of_carol()) as carols, Server(*WEB1) as server, \
            over_ssh(server, carols, "-A") as shell:
        password(shell)
        shell.wait_for(TOUCH)
        granted(shell)
    for part in ("result=granted", "method=agent", 'credential="Blue SSH"'):
        tap.contains(decision(), part)
    said("the session is remote: the terminal is in use from an address")
    with open(system.STATE + "/alice.counts", encoding="utf-8") as file:
        tap.contains(file.read(), "count=%d" % COUNTER)


def a_remote_session_does_not_wait_for_a_key_in_the_servers_port():
    prepare(KEEP)
    with scene.key(args=["--touch=control"]) as usb, agent(PERSON) as carols, \
            Server(*WEB1) as server, over_ssh(server, carols, "-A") as shell:
        password(shell)
        shell.wait_for("Passkey needed")  # the way for who has no agent
        shell.enter("")
        refused(shell)
        tap.equal(usb.stats()["packets_in"], 0, "packets that reached the key")


def without_forwarding_there_is_no_agent():
    prepare(KEEP, methods="agent")
    with agent(PERSON, key_of_carol()) as carols, Server(*WEB1) as server, \
            over_ssh(server, carols, "-a") as shell:
        password(shell)
        refused(shell, NO_WAY)
    tap.contains(decision(), "reason=method-unavailable")


def without_env_keep_sudo_knows_no_agent():
    prepare(methods="agent")
    with agent(PERSON, key_of_carol()) as carols, Server(*WEB1) as server, \
            over_ssh(server, carols, "-A") as shell:
        password(shell)
        refused(shell, NO_WAY)


def with_rootpw_the_agent_of_the_caller_is_not_roots():
    prepare(KEEP, "Defaults rootpw\n", methods="agent")
    system.run("sh", "-c", "cp %s/alice %s/root; echo 'root:%s' | chpasswd" % (
        system.PASSKEYS, system.PASSKEYS, scene.PASSWORD))
    with agent(PERSON, key_of_carol()) as carols, Server(*WEB1) as server, \
            over_ssh(server, carols, "-A") as shell:
        password(shell)
        refused(shell, NO_WAY)
    tap.contains(decision(), "user=root")
    said("belongs to somebody else")


def the_socket_of_another_user_is_not_used():
    """alice names carol's agent, in which there is a key of hers."""
    prepare(KEEP, methods="agent")
    with agent(PERSON, key_of_carol(), name="open") as carols, Server(*WEB1) as server:
        os.chmod(carols.path, 0o777)
        with over_ssh(server, carols, "-a",
                      command="SSH_AUTH_SOCK=%s sudo -k id -u" % carols.path) as shell:
            password(shell)
            refused(shell, NO_WAY)
    said("belongs to somebody else")


def a_key_that_ssh_keygen_made_on_a_security_key_serves_agent_and_usb_port():
    """The private file has the handle; the counter is the security key's own, and rises."""
    prepare(KEEP, sign_count="enforce")
    folder, uid = system.ROOT + "/green", pwd.getpwnam(PERSON).pw_uid
    os.makedirs(folder, 0o755)
    os.chown(folder, uid, -1)
    bus = virtual.environment(system.LIBRARY, system.BUS)
    with scene.key("green") as usb:
        system.run("ssh-keygen", "-q", "-t", "ecdsa-sk", "-N", "", "-C", "Green", "-f", folder + "/id",
                   env=bus)
        shown = system.run(system.PROGRAMS + "/passkeyctl", "enroll", "--user", scene.USER,
                           "--ssh-key", folder + "/id")
        tap.equal("not tested" in shown or "SSH agent alone" in shown, False, "a note in " + shown)
        with scene.sudo() as shell:
            scene.password(shell)
            granted(shell)
        tap.contains(decision(), 'method=local credential=Green')
        os.chown(folder + "/id", uid, -1)
        os.chmod(usb.bus + "/hidraw0", 0o666)
        # a copy is not set-group-ID, which would keep the bus out
        program = shutil.copy(shutil.which("ssh-agent"), system.PROGRAMS + "/ssh-agent")
        os.chmod(program, 0o755)
        with agent(PERSON, name="green", environment=bus, program=program) as carols, Server(*WEB1) as server:
            carols.run("ssh-add", "-q", folder + "/id", uid=uid)
            with over_ssh(server, carols, "-A") as shell:
                password(shell)
                granted(shell)
        tap.contains(decision(), 'method=agent credential=Green')


# which method when

def in_group(unit, socket=None, **more):
    """alice at a terminal, in a control group of hers, types sudo."""
    environ = {"TERM": "xterm", "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}
    if socket:
        environ["SSH_AUTH_SOCK"] = socket
    person = ["setpriv", "--reuid", scene.USER, "--regid", scene.USER, "--init-groups",
              "sudo", "-k", "id", "-u"]
    return Terminal(logind_session.inside(logind_session.group(scene.USER, unit), person),
                    environment=environ)


@contextlib.contextmanager
def spying_agent():
    """An agent of alice's that holds the key, and what it was asked."""
    with agent(scene.USER, key_of_carol_for_alice()) as real:
        path = os.path.dirname(real.path) + "/spy"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        spy = Liar(path, real.ask, pwd.getpwnam(scene.USER).pw_uid)
        try:
            yield spy, real
        finally:
            spy.stop()


def key_of_carol_for_alice():
    """The same key in files that alice can read."""
    key = key_of_carol()
    for path in (key.path, key.public):
        os.chmod(path, 0o600)
        os.chown(path, pwd.getpwnam(scene.USER).pw_uid, -1)
    return key


def a_local_session_never_looks_for_an_agent():
    prepare(KEEP)
    logind_session.session(5, remote=False)
    with spying_agent() as (spy, _), scene.key() as usb, \
            in_group("session-5.scope", spy.path) as shell:
        password(shell)
        granted(shell)
        tap.equal(spy.seen, [], "what the agent was asked")
        tap.equal(usb.stats()["packets_in"] > 0, True, "the key was asked")
    tap.contains(decision(), "method=local")
    said("the session is local: its logind session")


def a_session_that_logind_calls_remote_asks_the_agent():
    prepare(KEEP)
    logind_session.session(6, remote=True, REMOTE_HOST="192.0.2.7")
    with spying_agent() as (_, real), scene.key(args=["--touch=never"]) as usb, \
            in_group("session-6.scope", real.path) as shell:
        password(shell)
        granted(shell)
        tap.equal(usb.stats()["packets_in"], 0, "packets that reached the key")
    tap.contains(decision(), "method=agent")
    said("the session is remote: its logind session")


def nothing_in_the_environment_makes_a_session_local_or_remote():
    prepare(KEEP, "Defaults env_keep += \"XDG_* SSH_* DISPLAY\"\n")
    logind_session.session(5, remote=False)
    logind_session.session(6, remote=True)
    local = {"XDG_SESSION_ID": "5", "XDG_SEAT": "seat0", "XDG_VTNR": "1", "DISPLAY": ":0",
             "XDG_SESSION_TYPE": "x11"}
    with spying_agent() as (_, real), scene.key(args=["--touch=never"]) as usb, \
            in_group("session-6.scope", real.path, **local) as shell:
        password(shell)
        granted(shell)
        tap.equal(usb.stats()["packets_in"], 0, "packets that reached the key")
    remote = {"XDG_SESSION_ID": "6", "SSH_CONNECTION": "192.0.2.7 1022 192.0.2.1 22", "SSH_TTY": "/dev/pts/9",
              "SSH_CLIENT": "192.0.2.7 1022 22"}
    with spying_agent() as (spy, _), scene.key(), in_group("session-5.scope", spy.path, **remote) as shell:
        password(shell)
        granted(shell)
        tap.equal(spy.seen, [], "what the agent was asked")
    tap.contains(decision(), "method=local")


def a_control_group_of_the_users_own_does_not_make_a_session_local():
    prepare(KEEP)
    logind_session.session(5, remote=False)
    uid = pwd.getpwnam(scene.USER).pw_uid
    for forged in ("user@%d.service/session-5.scope" % uid, "user@%d.service/app/session-5.scope" % uid,
                   "session-5.scope.d"):
        LOG.forget()
        with spying_agent() as (_, real), in_group(forged, real.path) as shell:
            password(shell)
            granted(shell)
        tap.contains(decision(), "method=agent")
        said("the session is of unknown origin")


def a_session_file_that_is_not_roots_is_not_believed():
    prepare(KEEP)
    logind_session.session(7, remote=False)
    os.chown("/run/systemd/sessions/7", pwd.getpwnam(scene.USER).pw_uid, -1)
    with spying_agent() as (_, real), in_group("session-7.scope", real.path) as shell:
        password(shell)
        granted(shell)
    said("the session is of unknown origin")


def methods_on_the_line_go_before_what_the_session_is():
    prepare(KEEP, methods="local")
    logind_session.session(6, remote=True)
    with scene.key(), in_group("session-6.scope") as shell:
        password(shell)
        granted(shell)
    tap.contains(decision(), "method=local")


def where_nobody_can_say_the_usb_port_follows_the_agent():
    prepare(KEEP)
    with scene.key(), scene.sudo() as shell:
        scene.password(shell)
        granted(shell)
    tap.contains(decision(), "method=local")
    said("the session is of unknown origin: nothing says")


LOG = ssh_scene.prepare(sys.argv[1])
CASES = [
    sudo_over_ssh_asks_the_agent_at_the_client,
    a_remote_session_does_not_wait_for_a_key_in_the_servers_port,
    without_forwarding_there_is_no_agent,
    without_env_keep_sudo_knows_no_agent,
    with_rootpw_the_agent_of_the_caller_is_not_roots,
    the_socket_of_another_user_is_not_used,
    a_key_that_ssh_keygen_made_on_a_security_key_serves_agent_and_usb_port,
    a_local_session_never_looks_for_an_agent,
    a_session_that_logind_calls_remote_asks_the_agent,
    nothing_in_the_environment_makes_a_session_local_or_remote,
    a_control_group_of_the_users_own_does_not_make_a_session_local,
    a_session_file_that_is_not_roots_is_not_believed,
    methods_on_the_line_go_before_what_the_session_is,
    where_nobody_can_say_the_usb_port_follows_the_agent,
]
tap.run([case for case in CASES if not sys.argv[2:] or case.__name__ in sys.argv[2:]])
