# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd as its units run it under systemd: started by its sockets, confined, reloaded, restarted."""

import json
import os
import re
import ssl
import subprocess

import browser
import passkeyd
from browser import Browser, asked, invited, shown, site, systemctl
from cases_programs import SSH, sshd
from console import alice_at_the_console
from machine import (CONF, HERE, Journal, Key, OTHER, TESTS, Terminal, USER, case, enroll_words, forget, granted,
                     options, refused, sample_service, scene, sign_in, signed_in, system, tap)

EXPOSURE_MAX = 10  # tenths, of systemd-analyze security, as tests/lint/check_units.py has it
PROBE = "/usr/local/lib/confinement.py"
PROBE_UNIT, PROBE_SAID = "passkeyd-probe.service", "/run/probe.json"


@case
def the_readme_leads_from_nothing_to_signing_in_by_a_browser():
    """The commands of its section "Any passkey", as they stand there, typed by alice, who may use sudo."""
    commands = readme_commands()
    tap.equal(len(commands), 6, "commands")
    with alice_at_the_console() as console:
        os.unlink(CONF)
        forget()
        system.service("sudo", "requisite pam_unix.so")  # the passkey comes with the last step
        phone = Browser(passkeyd.Site(READMES_ORIGIN, browser.SOCKET))
        for command in commands:
            type_as_alice(command, phone)
        sample_service("sudo")
        console.enter("clear; sudo -k id -u")
        console.wait_for("password for alice")
        console.enter(scene.PASSWORD)
        number = int(console.wait_for(r"number there: (\d\d)").group(1))
        phone.sign_in("/" + console.wait_for(r"(?m)^http://localhost:8080/(\S+)$").group(1), number)
        console.wait_for("(?m)^0$")
    systemctl("disable", "--now", "passkeyd.socket", "passkeyd-web.socket", browser.SERVICE)


def type_as_alice(command, phone):
    with Terminal(["bash", "-c", command], user=USER) as terminal:
        scene.password(terminal)
        if " enroll " in command:
            phone.enrol(*asked(terminal))
            terminal.wait_for('Enrolled "My phone" for alice')
        elif " invite " in command:
            path = invited(terminal.wait_for(r"(?m)^http://localhost:8080/\S+\r?$").group(0).strip())
            tap.equal(phone.site.view(path)["user"], USER, "whom the link is for")
        elif " invitations" in command:
            terminal.wait_for(r"(?m)^\d+ .* alice\r?$")
        elif " uninvite " in command:
            terminal.wait_for("The invitation of alice is taken back")
        tap.equal(terminal.finish(), 0, "exit status of %s: %s" % (command, terminal.shown))


READMES_ORIGIN = "http://localhost:8080"


def readme_commands():
    """What is to be typed, in order."""
    with open(os.path.join(os.path.dirname(TESTS), "README.md"), encoding="utf-8") as file:
        section = re.search(r"(?ms)^## Any passkey.*?(?=^## |^Files:)", file.read()).group(0)
    blocks = re.findall(r"(?ms)^ *```\n(.*?)^ *```$", section)
    return [line.strip() for block in blocks for line in block.splitlines() if " sudo " in " " + line]


def by_browser(peer="any"):
    site()
    options("methods = browser", "browser_origin = " + browser.ORIGIN, "browser_peer = " + peer)


def sudo_lets_in(phone, during=lambda path: None):
    """alice types sudo id and takes her phone; something happens while the page waits."""
    with scene.sudo() as terminal:
        scene.password(terminal)
        path, number = asked(terminal)
        during(path)
        phone.sign_in(path, number)
        granted(terminal)
    phone.wait_for_state(path, passkeyd.ACCEPTED)


@case
def passkeyd_is_started_by_who_asks_for_a_page_and_a_browser_enrols_and_signs_in():
    by_browser()
    forget()
    phone = Browser()
    tap.equal(shown("ActiveState"), "inactive", "the service before")
    with Terminal(enroll_words("--browser")) as terminal:
        phone.enrol(*asked(terminal))
        terminal.wait_for('Enrolled "My phone"')
        tap.equal(terminal.finish(), 0, "exit status")
    tap.equal(shown("ActiveState"), "active", "the service after")
    journal = Journal()
    sudo_lets_in(phone)
    tap.contains("\n".join(journal.lines()), 'service=sudo tty=/dev/pts/')
    tap.contains("\n".join(journal.lines()), 'method=browser credential="My phone"')


def sign_in_at_the_clients_address(phone, terminal, service):
    """What is asked in the terminal; a browser elsewhere is turned away before."""
    path, number = asked(terminal)
    # what the kernel says of a browser reaches a service that has no network of its own
    tap.equal(site().view(path, source="127.0.0.2")["state"], passkeyd.AWAY, "state elsewhere")
    view = phone.sign_in(path, number)
    tap.equal([view[name] for name in ("state", "user", "service", "address")],
              [passkeyd.WAITING, USER, service, "127.0.0.1"], "what the page shows")


@case
def sshd_lets_in_by_a_browser_at_the_clients_address_and_no_other():
    by_browser("same-address")
    phone = Browser().enrolled()
    sample_service("sshd", ("methods=askpass", "methods=browser"))
    with sshd(), Terminal(SSH, user=OTHER) as terminal:
        scene.password(terminal)
        sign_in_at_the_clients_address(phone, terminal, "sshd")
        terminal.enter("")
        granted(terminal, r"(?m)^alice$")
    sample_service("sshd", ("methods=askpass", "methods=local"))


@case
def sudo_behind_sshd_takes_a_browser_at_the_address_of_its_session_and_no_other():
    by_browser("same-address")
    phone = Browser().enrolled()
    sample_service("sshd", ("auth       required   pam_passkey.so methods=askpass", ""))
    with sshd(), Terminal([SSH[0], "-tt", *SSH[1:-1], "sudo -k id -u"], user=OTHER) as terminal:
        scene.password(terminal)
        scene.password(terminal)
        sign_in_at_the_clients_address(phone, terminal, "sudo")
        granted(terminal)
    sample_service("sshd", ("methods=askpass", "methods=local"))


@case
def an_invited_user_enrols_from_their_own_desk():
    by_browser()
    forget()
    phone = Browser()
    path = invited(system.run("passkeyctl", "invite", USER))
    phone.enrol(path, browser.NUMBER_NONE)
    phone.wait_for_state(path, passkeyd.ACCEPTED)
    sudo_lets_in(phone)


@case
def a_new_certificate_is_taken_up_while_a_page_waits():
    by_browser()

    def renew(path):
        old = served()
        browser.make_certificate()
        journal = Journal()
        systemctl("reload", browser.SERVICE)
        journal.wait_for("the certificate was read again")
        tap.equal(served() != old, True, "a new certificate")
        tap.equal(site().view(path)["user"], USER, "the page of before")
    sudo_lets_in(Browser().enrolled(), renew)


def served():
    return ssl.get_server_certificate((browser.HOST, 443))


@case
def a_restart_ends_who_waits_and_the_next_sign_in_goes_on():
    by_browser()
    phone = Browser().enrolled()
    for end in (["restart", browser.SERVICE], ["kill", "--signal=KILL", browser.SERVICE],
                ["stop", browser.SERVICE]):
        with scene.sudo() as terminal:
            scene.password(terminal)
            asked(terminal)
            main = shown("MainPID")
            systemctl(*end)
            refused(terminal)
        sudo_lets_in(phone)
        tap.equal(shown("MainPID") != main, True, "another process after " + end[0])


@case
def a_mistake_in_the_configuration_is_told_and_does_not_outlast_its_correction():
    by_browser()
    browser.configure(clients="nobody-of-this-name")
    journal = Journal()
    told = subprocess.run(["systemctl", "restart", browser.SERVICE], stderr=subprocess.DEVNULL, check=False)
    tap.equal(told.returncode, 1, "exit status of systemctl")
    # more often than systemd bears by itself
    journal.wait_for("passkeyd.service: Scheduled restart job, restart counter is at 6")
    browser.configure()
    systemctl("restart", browser.SERVICE)
    sudo_lets_in(Browser().enrolled())


@case
def a_program_of_an_ordinary_user_gets_a_page_where_clients_says_so():
    by_browser()
    phone = Browser().enrolled()
    journal = Journal()
    with sign_in(by=OTHER) as terminal:
        refused(terminal)
    said = "\n".join(journal.lines(""))
    tap.contains(said, "no page for uid %d: not one of clients" % int(system.run("id", "-u", OTHER)))
    tap.contains(said, "passkeyd gives no page: permission denied")
    browser.configure(clients="root," + OTHER)
    systemctl("restart", browser.SERVICE)
    with sign_in(by=OTHER) as terminal:
        phone.sign_in(*asked(terminal))
        signed_in(terminal)
    browser.configure()
    systemctl("restart", browser.SERVICE)


@case
def systemd_finds_passkeyd_hardly_exposed():
    site()
    system.run("systemd-analyze", "security", "--threshold=%d" % EXPOSURE_MAX, browser.SERVICE)


def attempts_of_the_unit():
    """What went of confinement.py, run by a copy of the unit in which nothing else is another program."""
    unit = systemctl("cat", browser.SERVICE)
    unit, count = re.subn(r"(?m)^(ExecStart\w*)=.*$", r"\1=/usr/bin/python3 -B %s" % PROBE, unit)
    tap.equal(count, 2, "lines that were changed")
    unit += "\n[Service]\nExecPaths=/usr/bin/python3\nStandardOutput=truncate:%s\n" % PROBE_SAID
    system.write("/etc/systemd/system/" + PROBE_UNIT, unit)
    systemctl("daemon-reload")
    systemctl("start", "--wait", PROBE_UNIT)
    with open(PROBE_SAID, encoding="utf-8") as file:
        return json.load(file)


@case
def passkeyd_can_do_nothing_but_its_work():
    site()
    with open(os.path.join(HERE, "confinement.py"), encoding="utf-8") as file:
        system.write(PROBE, file.read())
    with Key("blue"):
        free = json.loads(system.run("python3", "-B", PROBE))
        confined = attempts_of_the_unit()
    tap.equal([name for name, went in free.items() if not went], [], "what root cannot do")
    tap.equal([name for name, went in confined.items() if went],
              ["read its configuration", "read the certificate's key", "open a Unix socket"],
              "what passkeyd can do")
