"""At which step a browser shows a recorded run. It plays the run by itself, and says where it is when somebody reaches
for a button that keeps a picture.

    POST /moment/<token>/<step>     below whatever path the app is served; the token is that of a `Moment`
    moments.of(page).step           None as long as nobody has kept anything
"""

from __future__ import annotations

import re
import secrets
import weakref

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.shared.play.channel import TOKEN_BYTES
from pages.shared.shell.state import PageState

KEY = "moment"  # in PageState.choices
STEP = re.compile("[0-9]{1,9}")

_moments: weakref.WeakValueDictionary[str, Moment] = weakref.WeakValueDictionary()


class Moment:
    """Of one visitor's recorded run on one page; it lives as long as the page's state."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.step: int | None = None
        _moments[self.token] = self


def of(page: PageState) -> Moment:
    """Any thread may ask."""
    found = page.choices.get(KEY)
    if not isinstance(found, Moment):
        found = page.choices[KEY] = Moment()
    return found


async def told(request: Request) -> Response:
    """A step that was never recorded does no harm: what is kept is the moment nearest to it."""
    found, step = _moments.get(request.path_params["token"]), request.path_params["step"]
    if found is None or not STEP.fullmatch(step):
        return Response(status_code=404)
    found.step = int(step)
    return Response(status_code=204)


ROUTES = [Route(f"{path}/moment/{{token}}/{{step}}", told, methods=["POST"]) for path in ("", "/{path:path}")]
