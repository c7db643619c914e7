"""A figure that moves is one small file that asks no network, and a visitor's words in it are text."""

import base64
import json
import re
import zlib
from dataclasses import replace

from gan_core.export.closed import lines
from gan_core.export.flipbook import LIMIT, flipbook
from gan_core.export.look import Look
from gan_core.export.svg import svg


def test_its_pages_are_the_drawings():
    look = Look(title="</script><script>alert(1)</script>", theme="dark")
    plate = lines(0.5)
    page = flipbook(plate, look)
    assert page == flipbook(plate, look) and len(page) < LIMIT
    text = page.decode()
    packed = re.search(r'id="pages"[^>]*>([^<]*)<', text)
    book = json.loads(zlib.decompress(base64.b64decode(packed[1]), -15))
    pages = ["\n".join(book["lines"][line] for line in page) + "\n" for page in book["pages"]]
    first, last = (svg(plate.draw(replace(look, step=step))).decode() for step in (plate.steps[0], plate.steps[-1]))
    assert len(pages) == len(plate.steps) and [pages[0], pages[-1]] == [first, last]
    assert "alert(1)</script>" not in text and not re.search(r"(src|href)=", text)
