"""The app: `streamlit run app.py` finds the server below and gives every visitor the frame of the pages.

Where it is run as a script instead, as Streamlit's own test driver does, it is that frame.
"""

import os

# Every step and picture is many small products, and each core has a worker: threads of NumPy's own would only wait for
# one another, ten times as long as the product takes. It reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared.play import files, moments, socket
from pages.shared.shell import frame, server

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        frame.__file__, lifespan=server.lifespan, routes=[*files.ROUTES, *moments.ROUTES, *socket.ROUTES],
        middleware=server.middleware(), on_script_error=server.unforeseen,
    )  # fmt: skip
else:
    frame.show()
