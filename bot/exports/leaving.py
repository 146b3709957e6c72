"""Files that are left where staff want them: whole or not at all, and nobody reads half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from bot.cases.errors import RefusedActError

OWNER_ALONE = 0o600
AS_USUAL = 0o666  # less what the umask of the process takes off


@contextmanager
def left_at(out: Path, mode: int = OWNER_ALONE) -> Iterator[Path]:
    """A new, empty file beside `out` that takes its place at the end; after any failure `out` is what it was.

    Its name is drawn and nothing may lie there yet, so `mode` holds and nobody else has it open. Raises
    RefusedActError for a place that cannot be written.
    """
    part = out.with_name(f"{out.name}.{token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield part
        part.replace(out)
    except OSError as failed:
        raise RefusedActError(f"{out} cannot be written ({failed.strerror}); name another file") from None
    finally:
        part.unlink(missing_ok=True)
