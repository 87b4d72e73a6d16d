# SPDX-License-Identifier: BSD-2-Clause
"""What is the same in each browser that evaluates an expression of its page."""

import json
import time

SOON_S = 60  # so long that only a hang reaches it


class Window:
    """For a class with evaluate(expression)."""

    def text(self, selector):
        return self.evaluate("document.querySelector(%s).textContent" % json.dumps(selector))

    def wait_for(self, expression):
        deadline = time.monotonic() + SOON_S
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise AssertionError("never so: %s\n%s" % (expression, self.evaluate("document.body.innerText")))
            time.sleep(0.05)
