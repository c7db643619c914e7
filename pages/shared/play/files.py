"""Recorded runs on their way to browsers: a file for whoever asks for it, which may be kept for ever.

    /recorded/<digest>/<name>     below whatever path the app is served; `address` gives it

The digest of the file is in its address, so an address never means other bytes, and a browser asks once.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gan_core.recordings import files
from gan_core.recordings.shipped import FILES

FOR_EVER = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Where the server has the file of this name, relative to where it serves the app. Raises OSError."""
    return f"recorded/{files.content(name)[1]}/{name}"


def recorded(request: Request) -> Response:
    name, digest = request.path_params["name"], request.path_params["digest"]
    if name not in FILES:
        return Response(status_code=404)
    content, mine = files.content(name)
    if digest != mine:
        return Response(status_code=404)
    return Response(content, media_type="application/octet-stream", headers={"Cache-Control": FOR_EVER})


ROUTES = [Route("/recorded/{digest}/{name}", recorded), Route("/{path:path}/recorded/{digest}/{name}", recorded)]
