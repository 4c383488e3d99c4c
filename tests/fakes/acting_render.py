"""Acts as `sidecar.cutscenes.background_render` in no time: six frames that nobody draws.

After three frames it waits while $HALT is there. A script with the comment "# full" finds the disk full, one with
"# crash" ends it without a word of the protocol.
"""

import base64
import json
import os
import sys
import threading
from pathlib import Path

LONGEST_HALT_S = 60.0
LOOK_S = 0.01


def tell(**said) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def end_with_standard_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(130)


def main() -> int:
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    Path(job["out"], "pid").write_text(str(os.getpid()), encoding="utf-8")
    tell(stage="motion")
    tell(stage="frames", frames_done=0, frames_total=6)
    tell(stage="frames", frames_done=3, frames_total=6, eta_ms=1500, still=base64.b64encode(b"a picture").decode())
    halt, pause = Path(os.environ["HALT"]), threading.Event()
    for _ in range(round(LONGEST_HALT_S / LOOK_S)):
        if not halt.exists():
            break
        pause.wait(LOOK_S)
    if "# full" in job["script"]:
        tell(error="OutputError", message=f"the disk of {job['out']} is full: about 7 MB more are needed.")
        return 0
    if "# crash" in job["script"]:
        raise ZeroDivisionError
    tell(stage="frames", frames_done=6, frames_total=6)
    tell(files=["cutscene.mp4"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
