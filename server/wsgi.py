"""Give the application to a WSGI server: each worker process imports this module."""

import os
from pathlib import Path

from server import create_app
from server.settings import read_settings

app = create_app(Path(os.environ["PORTRAIT_IA_FOLDER"]), read_settings(os.environ))
