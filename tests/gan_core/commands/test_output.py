"""Output arrives whatever the terminal's encoding; a closed pipe, a full disk and a signal are sentences."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gan_core.commands.output import Refused, check_folder, guarded, kept, tell
from gan_core.errors import SavedError

FAST = ["train", "--query", "batch=8&g_layers=4&d_layers=4", "--steps", "2"]


def command(*arguments: str, **options: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "gan_core", *arguments], stderr=subprocess.PIPE, text=True, **options
    )


def said(stdout: object) -> tuple[int, str]:
    """A command's status and its errors: one that only says something, as everything else would first load torch."""
    code = "import sys\nfrom gan_core.commands.output import *\n"
    code += "with guarded() as ending: say('{}')\nsys.exit(ending.status)"
    done = subprocess.run([sys.executable, "-c", code], stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=120)
    return done.returncode, done.stderr


@pytest.mark.slow
def test_letters_arrive_where_the_terminal_has_none_of_them(tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb") as out:
        done = command(
            *FAST, stdout=out, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
        )
        assert done.wait(120) == 0, done.stderr.read()
    assert "2 steps" in (tmp_path / "out").read_text(encoding="utf-8")


def test_letters_beyond_ascii_are_written_as_utf8() -> None:
    code = "from gan_core.commands.output import *\nwith guarded(): say('7.9 ± 0.1 − ≥')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.stdout.decode("utf-8") == "7.9 ± 0.1 − ≥\n" and not done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a system without /dev/full")
def test_a_full_disk_is_a_sentence() -> None:
    with open("/dev/full", "w") as full:
        status, error = said(full)
    assert status == 1
    assert error.endswith("The output could not be written: there is no space left where it goes.\n")


def test_a_closed_pipe_is_a_sentence() -> None:
    read, write = os.pipe()
    os.close(read)
    status, error = said(write)
    os.close(write)
    assert status == 1
    assert error.endswith("Nobody reads the output any more; it was not written.\n") and "Traceback" not in error


def test_sigterm_is_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "run.safetensors"
    arguments = ["train", "--query", "batch=8&g_layers=4&d_layers=4", "--steps", "1000000", "--save", str(file)]
    process = command(*arguments, "--log", str(tmp_path / "log.csv"), stdout=subprocess.PIPE)
    log, until = tmp_path / "log.csv", time.monotonic() + 120
    while not (log.exists() and log.stat().st_size > 500) and time.monotonic() < until and process.poll() is None:
        os.sched_yield()
    process.send_signal(signal.SIGTERM)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 143 and out == "" and "Traceback" not in error
    assert f"Stopped. The run is kept in {file}" in error and file.stat().st_size > 1000


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Refused("No."), 2, "No."),
        (SavedError("saved.not_a_run"), 2, "is not a run"),
        (KeyboardInterrupt(), 130, "Stopped."),
        (KeyboardInterrupt("Kept."), 130, "Stopped. Kept."),
    ],
)
def test_what_ends_a_command_is_a_sentence_and_a_status(error: BaseException, status: int, said: str, capsys) -> None:
    with guarded() as ending:
        raise error
    assert ending.status == status and said in capsys.readouterr().err


def test_an_error_of_the_program_stays_one() -> None:
    with pytest.raises(ZeroDivisionError), guarded():
        1 / 0  # noqa: B018


def test_whoever_stops_hears_what_is_kept_only_if_something_is() -> None:
    for files, said in (([], ()), (["a"], ("What is finished is kept in here: the same command goes on from there.",))):
        with pytest.raises(KeyboardInterrupt) as stop, kept("here") as found:
            found += files
            raise KeyboardInterrupt
        assert stop.value.args == said


def test_a_folder_is_checked_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check_folder(tmp_path / "new" / "deeper")
    for wrong in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Refused, match="is no folder that can be written"):
            check_folder(wrong)
    assert not (tmp_path / "new").exists()


def test_a_sentence_for_nobody_is_no_error(monkeypatch) -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())
    tell("anything")
