# SPDX-License-Identifier: BSD-2-Clause
"""A key that is a USB device: it has strings, and is pulled out as a whole."""

from machine import UsbKey, case, case_for_all, doctor, granted, only, scene, sign_in, signed_in, tap, touch

PRODUCT = "Example Key 5"


@case
def a_usb_key_enrols_and_signs_in():
    with UsbKey("stick", "--product", PRODUCT) as key:
        only(key)
        with scene.sudo() as terminal:
            scene.password(terminal)
            terminal.wait_for("Touch Stick key")
            touch(key)
            granted(terminal)


@case
def a_usb_key_is_called_by_its_product():
    with UsbKey("stick", "--product", PRODUCT):
        tap.contains(doctor(), PRODUCT + " (FIDO2) can be reached")


@case
def a_usb_key_with_hostile_strings_is_shown_in_printable_lines():
    with UsbKey("stick", "--misbehave", "hostile-strings"):
        shown = doctor()
    tap.contains(shown, "(FIDO2) can be reached")
    for line in shown.splitlines():
        tap.equal(line.isprintable(), True, "printable: %r" % line)


@case_for_all
def a_usb_key_that_is_pulled_out_while_it_waits_may_come_back(by):
    with UsbKey("stick", "--touch=control") as key, sign_in(by=by) as terminal:
        key.wait_touch()
        key.unplug()
        terminal.wait_for("Insert your security key")
        key.plug()
        touch(key)
        signed_in(terminal)


@case_for_all
def a_usb_key_that_is_pulled_out_in_mid_answer_may_come_back(by):
    with UsbKey("stick", "--touch=control") as key, sign_in(by=by) as terminal:
        key.misbehave("unplug-mid-answer")
        touch(key)
        terminal.wait_for("Insert your security key")
        key.misbehave()
        key.plug()
        touch(key)
        signed_in(terminal)
