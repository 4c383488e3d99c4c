"""What `rsatalker COMMAND` does: one file a command, each with `run(arguments)` that returns the exit code."""

# Command: what it does, one line for --help. `a-b` is sidecar/commands/a_b.py.
COMMANDS: dict[str, str] = {
    "serve": "Run the sidecar beside an engine.",
    "demo": "Show two heads talking to each other; writes a video.",
    "status": "Show how a running sidecar is doing, live.",
    "discover": "List the sidecars on the LAN.",
    "render": "Render cutscenes from scripts to files, with no engine and no sidecar.",
    "gallery": "Render the README's pictures and clips.",
    "doctor": "Say what was found on this machine and what to do about what is missing.",
    "warm-up": "Make now what the first start would wait for: characters, compiled kernels.",
    "corpus": "Make the synthetic speech corpus that the motion model is trained on.",
    "train-speech": "Train the lips, speech of one voice to motion: stage 1 of training.",
    "train-dialogue": "Train both heads together: gaze, nods, blinks, smiles, by what they are to each other.",
    "compare-relations": "Render the same voices under several relationships, side by side.",
    "fit-avatar": "Fit an avatar to images of a person: stage 3 of training.",
    "evaluate": "Print the quality of a motion model beside baselines.",
    "import-head": "Make a head file of a FLAME model file or an ICT-FaceKit folder.",
    "retarget-motion": "Write motion of one head as motion of another, with ARKit-52 weights.",
    "import-avatar": "Make a talking avatar of a GaussianAvatars PLY, or of a plain one and a head.",
    "dress-head": "Let our skin, eyes and hair grow on the head of ICT-FaceKit.",
    "export-avatar": "Write an avatar in any pose as PLY (3D Gaussian Splatting) or SPZ.",
    "compare-heads": "Print and draw our head beside a real one: surface, shapes, what must not show.",
}
