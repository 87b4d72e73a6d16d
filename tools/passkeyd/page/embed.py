# SPDX-License-Identifier: BSD-2-Clause
"""Writes the page's parts as C.   usage: embed.py OUTPUT FILE..."""

import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def array(name, data):
    rows = [", ".join("0x%02x" % byte for byte in data[at:at + 16]) for at in range(0, len(data), 16)]
    return "static const uint8_t %s[] = {\n\t%s\n};\n" % (name, ",\n\t".join(rows))


def main():
    output, files = sys.argv[1], sys.argv[2:]
    text, table = '#include "parts.h"\n\n', []
    for number, path in enumerate(files):
        with open(path, "rb") as file:
            text += array("part_%d" % number, file.read())
        name = "/" + os.path.basename(path)
        table.append('\t{ "%s", "%s", part_%d, sizeof(part_%d) },\n' % (
            "/" if name == "/page.html" else name, TYPES[os.path.splitext(path)[1]], number, number))
    text += "\nconst struct ppkd_part ppkd_parts[] = {\n%s};\n" % "".join(table)
    text += "const size_t ppkd_part_count = sizeof(ppkd_parts) / sizeof(ppkd_parts[0]);\n"
    with open(output, "w", encoding="utf-8") as file:
        file.write(text)


main()
