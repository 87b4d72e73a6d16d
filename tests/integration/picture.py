# SPDX-License-Identifier: BSD-2-Clause
"""What a camera sees of a terminal: its cells with their colours, as a picture, and the QR code that is read from it."""

import os
import re
import subprocess
import tempfile

SCALE = 6  # dots of a module, which is half a cell
DEFAULT = None


class Scheme:
    """The brightness, 0 to 255, of what programs write in and on by default, of black and of bright white."""

    def __init__(self, name, ink, paper, black=0, white=255):
        self.name, self.ink, self.paper, self.black, self.white = name, ink, paper, black, white

    def is_dark(self):
        return self.ink > self.paper

    def colour(self, code, default):
        return {DEFAULT: default, 30: self.black, 40: self.black, 97: self.white, 107: self.white}[code]


# as terminals come, and in the muted colours of a popular theme
SCHEMES = (Scheme("dark", 204, 0), Scheme("light", 0, 255),
           Scheme("muted dark", 143, 35, 45, 245), Scheme("muted light", 118, 245, 45, 245))


def cells(text):
    """Lines of (character, ink, paper); colours as the codes of ECMA-48, or DEFAULT. They hold until others come."""
    ink = paper = DEFAULT
    lines = [[]]
    for codes, character in re.findall(r"(?s)\033\[([\d;]*)m|(.)", text):
        if character == "\n":
            lines.append([])
            continue
        if character:
            lines[-1].append((character, ink, paper))
            continue
        for code in [int(one or 0) for one in codes.split(";")]:
            ink = DEFAULT if code in (0, 39) else code if 30 <= code <= 37 or 90 <= code <= 97 else ink
            paper = DEFAULT if code in (0, 49) else code if 40 <= code <= 47 or 100 <= code <= 107 else paper
    return lines


def dots(character, ink, paper):
    """The cell's two modules, each SCALE rows of SCALE dots. A letter is a blot in the middle."""
    full, empty = [[ink] * SCALE] * SCALE, [[paper] * SCALE] * SCALE
    blot = [[ink if 1 < x < SCALE - 2 else paper for x in range(SCALE)]] * SCALE
    return {" ": empty + empty, "▀": full + empty, "▄": empty + full, "█": full + full}.get(character, blot + blot)


def draw(text, scheme):
    """A portable greymap of what a terminal shows."""
    lines = cells(text)
    width = max(len(line) for line in lines) + 4
    rows = []
    for line in lines:
        line = [(" ", DEFAULT, DEFAULT)] * 2 + line + [(" ", DEFAULT, DEFAULT)] * (width - len(line))
        drawn = [dots(character, scheme.colour(ink, scheme.ink), scheme.colour(paper, scheme.paper))
                 for character, ink, paper in line]
        rows += [bytes(dot for cell in drawn for dot in cell[y]) for y in range(2 * SCALE)]
    return b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows)


def read(picture, negative=False):
    """What zbar reads from it: the texts of all codes, a line each. negative: as today's phones, light on dark too."""
    with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
        file.write(picture)
        file.flush()
        return subprocess.run(["zbarimg", "--raw", "--quiet", *(["-Stest-inverted"] if negative else []), file.name],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout


class Window:
    """A terminal that is tmux: what a program's output comes to in it. Its socket is at path."""

    def __init__(self, path, uid):
        self.words = ["tmux", "-S", path, "-f", os.devnull]
        self.as_who = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups"]

    def start(self, command, columns=100, lines=60):
        """The words that run a shell's command in it."""
        return [*self.words, "new-session", "-x", str(columns), "-y", str(lines), command]

    def _tell(self, *words):
        return subprocess.run([*self.as_who, *self.words, *words], check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout

    def shown(self):
        """Its lines, with their colours."""
        return self._tell("capture-pane", "-e", "-p", "-N")

    def close(self):
        """With what runs in it."""
        self._tell("kill-server")
