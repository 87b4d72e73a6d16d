# SPDX-License-Identifier: BSD-2-Clause
"""A user with keys and agents, and a stand whose credentials are the keys'."""

import contextlib
import os
import pwd
import tempfile

import tap
from ssh_agent import ED25519, Agent, Key, Liar
from stand import stand


class Desk:
    """A folder of the user's with keys and agents, and a stand whose credentials are the keys'."""

    def __init__(self, it, uid):
        self.it, self.uid = it, uid
        self.user = pwd.getpwuid(uid).pw_name
        self.folder = tempfile.mkdtemp(prefix="agent.", dir=it.root)
        os.chown(self.folder, uid, -1)
        self._stop = contextlib.ExitStack()
        self._keys = 0

    def key(self, name="Blue", kind=ED25519, options=(), more=()):
        key = Key(self.folder, name, kind, options, owner=self.uid)
        with open(self.it.path("passkeys/" + self.user), "a", encoding="utf-8") as file:
            file.write(key.credential(*more))
        return key

    def stranger(self, name="Red", kind=ED25519, options=()):
        """A key that is nobody's credential."""
        return Key(self.folder, name, kind, options, owner=self.uid)

    def path(self, name):
        return os.path.join(self.folder, name)

    def agent(self, *keys, name="real", **options):
        agent = Agent(self.path(name), keys, self.uid, **options)
        self._stop.callback(agent.stop)
        return agent

    def liar(self, reply, name="liar"):
        liar = Liar(self.path(name), reply, self.uid)
        self._stop.callback(liar.stop)
        return liar

    def sign_in(self, socket, *options, arguments=()):
        """One sign-in with SSH_AUTH_SOCK in the environment of the application."""
        env = dict(os.environ)
        env.pop("SSH_AUTH_SOCK", None)
        if socket is not None:
            env["SSH_AUTH_SOCK"] = socket
        return self.it.run("debug", *(options or ("methods=agent",)), without=("methods",),
                           arguments=arguments, user=self.user, env=env)

    def close(self):
        self._stop.close()


@contextlib.contextmanager
def desk(uid=0):
    with stand(credentials=None) as it:
        one = Desk(it, uid)
        try:
            yield one
        finally:
            one.close()


def expect(result, code, reason, said=None):
    tap.equal(result.codes, [code], "codes of %r" % result.logs)
    tap.contains(result.log(": result="), "reason=%s " % reason)
    if said is not None:
        tap.equal(result.said, said, "said")
    return result
