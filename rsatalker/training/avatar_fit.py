"""Fits an avatar to images: stage 3 of training, images of one person to bound Gaussians.

Method and constants: Qian et al., GaussianAvatars (CVPR 2024), section 3. What differs, because a desk machine has
minutes and theirs has hours: Gaussians begin on the visible surface in the colours of the images, rates fall over the
steps that there are, and densification shares out a fixed number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro
from jaxtyping import Float, Float32, Int, Int32
from rich.console import Console
from torch import Tensor

from rsatalker.avatars.avatar_folder import AvatarNote, write_avatar
from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.captured_light import CapturedLight
from rsatalker.avatars.cast import CHARACTERS
from rsatalker.avatars.triangle_carriers import CarrierKind, TriangleCarriers
from rsatalker.errors import AssetError
from rsatalker.heads.shape_head import ShapeHead, with_offset
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.choose import RendererName, resolved
from rsatalker.renderers.rasterization import choose_rasterization
from rsatalker.training.avatar_capture import Capture, read_capture
from rsatalker.training.avatar_densify import MissingDetail, densify, is_densify_step, optimizer_of
from rsatalker.training.avatar_light import PosedLight, corner_shares
from rsatalker.training.avatar_losses import fitting_loss
from rsatalker.training.avatar_model import PARAMETERS, SplatModel
from rsatalker.training.avatar_photos import Photos
from rsatalker.training.avatar_refinement import MOVING_SHARE, MeshRefinement
from rsatalker.training.avatar_report import Scores, as_plain, print_scores, save_preview, score_held_out, score_split
from rsatalker.training.avatar_start import some_views, start_on_surface
from rsatalker.training.avatar_views import View
from rsatalker.training.closer_look import EVERY as CLOSER_LOOK_EVERY
from rsatalker.training.closer_look import closer_look, shining_through
from rsatalker.training.training_run import TrainingRun
from rsatalker.training.unseen_surface import Sights, cover_unseen

LOG_EVERY = 20  # steps
# Rates of FACTS (GaussianAvatars); places in units of the triangle, falling to a hundredth over the run.
RATES = {
    "centers": 5e-3, "quats": 1e-3, "log_scales": 1.7e-2, "opacity_logits": 5e-2, "sh_first": 2.5e-3,
    "sh_rest": 2.5e-3 / 20,
}  # fmt: skip
PLACES_END = 1e-2  # share of their first rate that places have in the last step
OTHERS_END = 0.1  # the same of all other rates: a short run ends before noise would average out
HARMONICS_FROM = (0.0, 0.25, 0.5, 0.7)  # shares of the run from which harmonics of a degree take part


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What to fit, and how.

    Attributes:
        capture: Folder of images, cameras and tracked poses, as GaussianAvatars has them (see --help).
        out: Folder of the avatar; the run's own files lie in `fitting` inside.
        name: Of the avatar; that of the folder `out` if left out.
        description: One line for people who choose.
        head: Head file, or a character of ours; the capture's own head.npz if left out.
        steps: Images that are looked at, one each; 4,000 are minutes at 256 x 256 on a CPU, a GPU can do 60,000.
        longest_px: Larger images are made smaller, until their longer side has so many pixels; 0 leaves them.
        gaussians: At the start.
        most_gaussians: After densification; surface that no image shows takes some more.
        sh_degree: How finely colour may change with the direction of view, 0 to 3.
        carriers: How Gaussians follow triangles; rigid is GaussianAvatars' way, affine keeps stretched skin closed.
        refine_mesh: Also move the tracked mesh a little, smoothly, to where the images see the surface.
        antialiased: Fit with the antialiased weight, so that distance does not thicken fine detail.
        background: Behind the person where images are masked, sRGB in [0, 1]; also of the scores.
        random_background: Change it in every step of masked images, so that nothing of it gets stuck to the person.
        renderer: What draws: auto takes gsplat on a CUDA device, else the CPU.
        threads: That draw on a CPU; 0 takes the machine's.
        preview_every: Steps between previews, scores and saved states.
        seed: Of starting places and the order of images.
        resume: Go on where a run in `out` was stopped.
    """

    capture: Annotated[Path, tyro.conf.Positional]
    out: Path = Path("avatar")
    name: str = ""
    description: str = "fitted to images"
    head: str = ""
    steps: int = 4_000
    longest_px: int = 512
    gaussians: int = 20_000
    most_gaussians: int = 30_000
    sh_degree: int = 1
    carriers: CarrierKind = "affine"
    refine_mesh: bool = False
    antialiased: bool = True
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    random_background: bool = True
    renderer: RendererName = "auto"
    threads: int = 0
    preview_every: int = 500
    seed: int = 0
    resume: bool = False

    def __post_init__(self) -> None:
        ranges = {"steps": (1, 10_000_000), "longest_px": (0, 8192), "gaussians": (1, 5_000_000), "sh_degree": (0, 3),
                  "most_gaussians": (1, 5_000_000), "preview_every": (1, 10_000_000), "threads": (0, 1024)}  # fmt: skip
        for name, (lowest, highest) in ranges.items():
            if not lowest <= getattr(self, name) <= highest:
                raise AssetError(f"{name} is {getattr(self, name)}; expected {lowest} to {highest}.")


class AvatarFit:
    """A fitting run: model, optimiser, and the step it is at."""

    def __init__(self, options: FitOptions) -> None:
        self.options = options
        self.capture: Capture = read_capture(options.capture, options.head)
        head = self.capture.head
        refined = head if options.refine_mesh and isinstance(head, ShapeHead) else None
        if options.refine_mesh and refined is None:  # before the images are looked at, which takes a while
            raise AssetError(f"refine_mesh moves the mesh of a head file; {options.head} is a character of ours.")
        self.photos = Photos(options.longest_px)
        self.device = torch.device("cuda" if resolved(options.renderer) == "gsplat" else "cpu")
        self._rasterization = choose_rasterization(options.renderer, options.threads or None)
        start = start_on_surface(
            self.capture, self.photos, options.gaussians, options.carriers, options.sh_degree, options.seed, self.device
        )
        self.start: BoundSplats = start.splats
        self._spacing_m = start.spacing_m
        used = np.unique(start.splats.binding)
        self._carry(head.faces[used])
        self._lit = PosedLight(
            head, [self.capture.poses[view.timestep] for view in self.capture.train], start.splats, self.device
        )
        self.model, self._first = (self._carried_model(start.splats, used) for _ in range(2))
        self.optimizer = optimizer_of(self.model, RATES)
        self.refinement: MeshRefinement | None = None
        if refined is not None:
            self.refinement = MeshRefinement(refined, head.faces[used], options.carriers, self.device)
        self._missing = MissingDetail.none(len(self.model), self.device)
        self._random = np.random.default_rng(options.seed)
        self._noise = torch.Generator().manual_seed(options.seed)
        self._order: list[int] = []
        self.background = torch.tensor(options.background, device=self.device)

    @property
    def light(self) -> CapturedLight:
        """Of the images, in the head's space."""
        return self._lit.light

    def advance(self, step: int) -> dict[str, float]:
        """Learn from one image; return the parts of the loss."""
        options = self.options
        done = step / options.steps
        for group in self.optimizer.param_groups:
            end = PLACES_END if group["name"] == "centers" else OTHERS_END
            group["lr"] = RATES[group["name"]] * end**done
        mesh_moves = self.refinement is not None and done <= MOVING_SHARE
        if mesh_moves:
            self.optimizer.param_groups[PARAMETERS.index("centers")]["lr"] = 0.0
        if not self._order:
            self._order = self._random.permutation(len(self.capture.train)).tolist()
        view = self.capture.train[self._order.pop()]
        photo = self.photos(view)
        background = self.background
        if options.random_background and photo.mask is not None:
            background = torch.from_numpy(self._random.uniform(size=3).astype(np.float32)).to(self.device)
        truth = torch.from_numpy(photo.before(background.cpu().numpy())).to(self.device)
        mask = None if photo.mask is None else torch.from_numpy(photo.mask).to(self.device)
        degree = sum(done >= begin for begin in HARMONICS_FROM[: options.sh_degree + 1]) - 1
        pose = self.capture.poses[view.timestep]
        axes, origins = self._carried(pose)
        drawing = self.model.draw(
            self._rasterization, axes, origins, photo.camera, background, degree, antialiased=options.antialiased,
            gains=self._lit.gains(pose, self._faces),
        )  # fmt: skip
        drawing.means2d.retain_grad()
        parts = fitting_loss(self.model, drawing, truth, mask)
        if photo.mask is not None and step % CLOSER_LOOK_EVERY == 0:
            parts |= self._closed(photo.camera, photo.mask, pose, axes, origins)
        self.optimizer.zero_grad()
        if self.refinement is not None and mesh_moves:
            parts |= self.refinement.loss()
            self.refinement.optimizer.zero_grad()
        torch.stack(list(parts.values())).sum().backward()
        self._missing.add(drawing, photo.camera.width, photo.camera.height)
        self.optimizer.step()
        if self.refinement is not None and mesh_moves:
            self.refinement.optimizer.step()
        if is_densify_step(step, options.steps):
            self._densify(step)
        return {name: float(part.detach()) for name, part in parts.items()}

    def _closed(
        self, camera: Camera, mask: Float32[np.ndarray, "H W"], pose: FlamePose, axes: Tensor, origins: Tensor
    ) -> dict[str, Float[Tensor, ""]]:
        """Return what gaps cost that images do not show; see `closer_look`."""
        head = self.capture.head
        look = closer_look(camera, mask, head(pose), head.faces, self._random)
        if look is None:
            return {}
        drawing = self.model.draw(
            self._rasterization, axes, origins, look.camera, self.background, 0,
            antialiased=self.options.antialiased, triangles=torch.from_numpy(look.outside).to(self.device),
        )  # fmt: skip
        return {"closed": shining_through(drawing.alpha, torch.from_numpy(look.closed).to(self.device))}

    def _carry(self, faces: Int32[np.ndarray, "T 3"]) -> None:
        """Let these triangles carry Gaussians from now on."""
        self._faces = faces
        self._carriers = TriangleCarriers(self.capture.head.neutral_vertices, faces, self.options.carriers)

    def _carried_model(self, splats: BoundSplats, used: Int[np.ndarray, " T"]) -> SplatModel:
        shares = corner_shares(self.capture.head.neutral_vertices, self._faces, self._carriers)
        return SplatModel(splats, self._spacing_m, used, self._carriers.scales, shares).to(self.device)

    def cover_unseen(self) -> None:
        """After the last step: add Gaussians where no image shows the surface; see `unseen_surface`."""
        options, capture, head = self.options, self.capture, saved_head(self) or self.capture.head
        asked = some_views(capture.train)
        meshes = [head(capture.poses[view.timestep]) for view in asked]
        poses = [capture.poses[timestep] for timestep in sorted({view.timestep for view in capture.train})]
        sights = Sights(meshes, [self.photos(view).camera for view in asked])
        splats = cover_unseen(head, poses, sights, self.model.splats(), options.carriers, self._spacing_m, options.seed)
        used = np.union1d(splats.binding, self.start.binding)
        self._carry(head.faces[used])
        if self.refinement is not None:
            self.refinement.carry(head.faces[used])
        self.model, self._first = self._carried_model(splats, used), self._carried_model(self.start, used)

    def _densify(self, step: int) -> None:
        rounds_left = sum(is_densify_step(later, self.options.steps) for later in range(step, self.options.steps + 1))
        room = max(0, self.options.most_gaussians - len(self.model)) // max(1, rounds_left)
        self._missing = densify(self.model, self.optimizer, self._missing, room, self._noise)

    def _carried(self, pose: FlamePose) -> tuple[Tensor, Tensor]:
        """Return axes and origins of the carriers in a pose."""
        if self.refinement is not None:
            return self.refinement.carriers(pose)
        self._carriers.follow(self.capture.head(pose))
        axes, origins = torch.from_numpy(self._carriers.axes), torch.from_numpy(self._carriers.origins)
        return axes.to(self.device), origins.to(self.device)

    @torch.no_grad()
    def drawn(self, pose: FlamePose, view: View, *, first: bool = False) -> Float[Tensor, "H W 3"]:
        """Return the image of a pose from a view's camera; `first` draws the Gaussians of the start."""
        model = self._first if first else self.model
        return model.draw(
            self._rasterization, *self._carried(pose), self.photos(view).camera, self.background, model.sh_degree,
            antialiased=self.options.antialiased, gains=self._lit.gains(pose, self._faces),
        ).image  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Return what `go_on_from` needs."""
        return {
            "model": {name: getattr(self.model, name).detach() for name in (*PARAMETERS, *ROWS)},
            "optimizer": self.optimizer.state_dict(),
            "missing": [self._missing.pulls, self._missing.counts],
            "order": self._order,
            "random": self._random.bit_generator.state,
            "noise": self._noise.get_state(),
            "refinement": None
            if self.refinement is None
            else {"offset": self.refinement.offset.detach(), "optimizer": self.refinement.optimizer.state_dict()},
        }

    def go_on_from(self, state: Mapping[str, Any]) -> None:
        """Return to where another run was."""
        for name in PARAMETERS:
            setattr(self.model, name, torch.nn.Parameter(state["model"][name].to(self.device)))
        for name in ROWS:
            setattr(self.model, name, state["model"][name].to(self.device))
        self.optimizer = optimizer_of(self.model, RATES)
        self.optimizer.load_state_dict(state["optimizer"])
        self._missing = MissingDetail(*(column.to(self.device) for column in state["missing"]))
        self._order = list(state["order"])
        self._random.bit_generator.state = state["random"]
        self._noise.set_state(state["noise"])
        if self.refinement is not None:
            self.refinement.offset.data.copy_(state["refinement"]["offset"])
            self.refinement.optimizer.load_state_dict(state["refinement"]["optimizer"])


ROWS = ("binding", "carrier", "reach")  # of the model, one entry a Gaussian, not fitted


def fit_avatar(options: FitOptions, console: Console | None = None) -> Scores:
    """Fit an avatar and write its folder; return its scores on held-out images.

    Raises:
        AssetError: The capture is incomplete or malformed, or `out` holds another run.
        KeyboardInterrupt: Ctrl+C was pressed; the run is saved after the step at which it was.
        OutputError: The disk is full, or the like.
        RendererUnavailable: The renderer asked for cannot run here.
    """
    console = console or Console()
    torch.set_num_threads(1)  # its small tensors gain nothing by a second one, which would spin between them
    run = TrainingRun(options.out / "fitting", "fit-avatar", options, resume=options.resume, console=console)
    fit = AvatarFit(options)
    if run.state is not None:
        fit.go_on_from(run.state)
    capture = fit.capture
    console.print(
        f"{len(capture.train)} images to fit, {len(capture.val)} held-out views, {len(capture.test)} of held-out "
        f"expressions; {len(fit.start):,} Gaussians to begin with, from step {run.first_step}"
    )
    logged: list[dict[str, float]] = []
    for step in run.steps(options.steps):
        logged.append(fit.advance(step))
        run.show(f"loss {sum(logged[-1].values()):.4f}, {len(fit.model):,} Gaussians")
        stops = step % options.preview_every == 0 or step == options.steps or run.is_stopping
        if step % LOG_EVERY == 0 or stops:
            names = dict.fromkeys(name for parts in logged for name in parts)  # not every step looks closer
            means = {name: float(np.mean([parts[name] for parts in logged if name in parts])) for name in names}
            entry: dict[str, object] = {"loss": means, "gaussians": len(fit.model)}
            logged = []
            if stops:
                entry["psnr"] = {
                    split: score_split(
                        views[:: max(1, len(views) // 8)], fit.photos, fit.background,
                        lambda view: fit.drawn(capture.poses[view.timestep], view),
                    ).psnr
                    for split, views in (("train", capture.train), ("val", capture.val), ("test", capture.test))
                    if views
                }  # fmt: skip
            run.log(step, entry)
        if stops:
            with run.writing():
                preview = run.folder / "previews" / f"{step:06d}.png"
                save_preview(preview, capture, fit.photos, fit.background, fit.drawn)
            run.save(step, fit.state())
    fitted = len(fit.model)
    fit.cover_unseen()
    scores = score_held_out(capture, fit.photos, fit.background, fit.drawn, partial(fit.drawn, first=True))
    added = len(fit.model) - fitted
    counts = {"gaussians": len(fit.model), "on surface that no image shows": added}
    run.finish({**counts, "steps": options.steps, **as_plain(scores)})
    with run.writing():
        write_avatar(options.out, note_of(fit, scores), fit.model.splats(), saved_head(fit))
    print_scores(scores, console)
    console.print(f"The avatar is in {options.out}; previews and curves are in {run.folder}.")
    return scores


def saved_head(fit: AvatarFit) -> ShapeHead | None:
    """Return the head that the avatar's folder must hold: none where it is a character of ours."""
    head = fit.capture.head
    if not isinstance(head, ShapeHead):
        return None
    return head if fit.refinement is None else with_offset(head, fit.refinement.moved())


def note_of(fit: AvatarFit, scores: Scores) -> AvatarNote:
    """Return what the avatar's folder says of itself."""
    options, light = fit.options, fit.light
    made = {
        field.name: getattr(options, field.name) for field in fields(options) if field.name not in ("out", "resume")
    }
    return AvatarNote(
        name=options.name or options.out.resolve().name,
        description=options.description,
        carriers=options.carriers,
        antialiased=options.antialiased,
        expression_space=fit.capture.head.expression_space,
        character=options.head if options.head in CHARACTERS else "",
        background=options.background,
        light=(float(light.slope[0]), float(light.slope[1]), float(light.slope[2]), light.mean),
        made={"options": made, "held_out": {split: asdict(found) for split, found in scores["fitted"].items()}},
    )
