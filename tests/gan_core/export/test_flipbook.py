"""A figure that moves is one small file that asks no network, and a visitor's words in it are text."""

import base64
import re
import zlib

from gan_core.export.closed import lines
from gan_core.export.flipbook import LIMIT, flipbook
from gan_core.export.look import Look


def test_its_pages_are_the_drawings():
    look = Look(title="</script><script>alert(1)</script>", theme="dark")
    plate = lines(0.5)
    page = flipbook(plate, look)
    assert page == flipbook(plate, look) and len(page) < LIMIT
    text = page.decode()
    packed = re.search(r'id="pages"[^>]*>([^<]*)<', text)
    pages = zlib.decompress(base64.b64decode(packed[1]), -15).decode().split("\0")
    assert len(pages) == len(plate.steps) and all(one.startswith("<svg") for one in pages)
    assert "alert(1)</script>" not in text and not re.search(r"(src|href)=", text)
