# SPDX-License-Identifier: BSD-2-Clause
"""Writes the page as C.   usage: embed.py PARTS_C POLICY_H page.html page.css page.js icon.svg

The page goes out as one document, style, script and icon in it, so that a browser asks once and not four times; the
hashes by which the Content-Security-Policy allows style and script, and nothing else, go into POLICY_H.
"""

import base64
import gzip
import hashlib
import sys

STYLE, SCRIPT = '<link rel="stylesheet" href="/page.css">\n', '<script src="/page.js" defer></script>\n'
ICON, IMAGE = 'href="/icon.svg"', 'src="/icon.svg"'


def replaced(text, old, new):
    if text.count(old) != 1:
        sys.exit("embed.py: not once in the page: %r" % old)
    return text.replace(old, new)


def whole(page, style, script, icon):
    """One document; the script stands at its end, where all that it looks for is there."""
    data = "data:image/svg+xml;base64," + base64.b64encode(icon.encode()).decode()
    for text, forbidden in ((style, ("</style", "<!--")), (script, ("</script", "<script", "<!--"))):
        if any(word in text.lower() for word in forbidden) or "\r" in text or "\0" in text:
            sys.exit("embed.py: a browser would read something else than what is written")
    page = replaced(replaced(page, STYLE, "<style>%s</style>\n" % style), SCRIPT, "")
    for place in ICON, IMAGE:
        page = replaced(page, place, place.replace("/icon.svg", data))
    return replaced(page, "</body>\n", "<script>%s</script>\n</body>\n" % script)


def source(text):
    """As a Content-Security-Policy names it."""
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def array(name, data):
    rows = [", ".join("0x%02x" % byte for byte in data[at:at + 16]) for at in range(0, len(data), 16)]
    return "static const uint8_t %s[] = {\n\t%s\n};\n" % (name, ",\n\t".join(rows))


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parts_c, policy_h = sys.argv[1:3]
    page, style, script, icon = map(read, sys.argv[3:])
    document = whole(page, style, script, icon).encode()
    write(parts_c, '#include "parts.h"\n\n' + array("page", document) +
          array("page_gzip", gzip.compress(document, mtime=0)) +
          "\nconst struct ppkd_part ppkd_page = { page, sizeof(page), page_gzip, sizeof(page_gzip) };\n")
    write(policy_h, '#define PPKD_SCRIPT_SOURCE "%s"\n#define PPKD_STYLE_SOURCE "%s"\n' % (source(script), source(style)))


main()
