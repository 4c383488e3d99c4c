"""`rsatalker import-head`."""

from collections.abc import Sequence

import tyro
from rich.console import Console

from rsatalker.heads.import_head import ImportHeadOptions, import_head


def run(arguments: Sequence[str]) -> int:
    """Make a head file of a FLAME model file or an ICT-FaceKit folder."""
    console = Console(highlight=False, soft_wrap=True)
    import_head(tyro.cli(ImportHeadOptions, args=arguments, prog="rsatalker import-head"), console.print)
    return 0
