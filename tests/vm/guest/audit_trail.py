# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's audit trail, read where auditd or any other program of the system reads it.

A reader without a place of its own may be any number: the kernel sends each record to a multicast group.
"""

import ctypes
import os
import select
import socket
import struct

from machine import PATIENCE_S

NETLINK_AUDIT = 9
READERS = 1  # the group AUDIT_NLGRP_READLOG, as a bit
USER_AUTH, TRUSTED_APP = 1100, 1121
HEADER = struct.Struct("=IHHII")  # struct nlmsghdr


def _switch(enabled):
    """The kernel drops the records of programs until somebody has switched auditing on."""
    library = ctypes.CDLL("libaudit.so.1", use_errno=True)
    descriptor = library.audit_open()
    if descriptor < 0 or library.audit_set_enabled(descriptor, enabled) < 0:
        raise OSError(ctypes.get_errno(), "auditing cannot be switched")
    os.close(descriptor)


class AuditTrail:
    """Use as a context manager: the records that programs write from here on."""

    def __enter__(self):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        self._socket.bind((0, READERS))
        _switch(1)
        return self

    def __exit__(self, *_):
        _switch(0)
        self._socket.close()

    def _next(self):
        """(type, text) of the next record."""
        if not select.select([self._socket], [], [], PATIENCE_S)[0]:
            raise TimeoutError("no record")
        packet = self._socket.recv(65536)
        kind = HEADER.unpack_from(packet)[1]
        return kind, packet[HEADER.size:].decode("utf-8", "replace")

    def sign_in(self):
        """All records up to the one with which libpam ends a pam_authenticate(3)."""
        records = [self._next()]
        while not (records[-1][0] == USER_AUTH and "op=PAM:authentication" in records[-1][1]):
            records.append(self._next())
        return records
