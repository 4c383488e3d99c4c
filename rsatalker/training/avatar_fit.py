"""Fits an avatar to images: stage 3 of training, images of one person to bound Gaussians.

Method and constants: Qian et al., GaussianAvatars (CVPR 2024), section 3. What differs, because a desk machine has
minutes and theirs has hours: Gaussians begin on the visible surface in the colours of the images, rates fall over the
steps that there are, and densification shares out a fixed number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Int32
from torch import Tensor

from rsatalker.avatars.bound_splats import BoundSplats
from rsatalker.avatars.captured_light import CapturedLight
from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.errors import AssetError
from rsatalker.heads.shape_head import ShapeHead, with_offset
from rsatalker.motion.pose import FlamePose
from rsatalker.renderers.camera import Camera
from rsatalker.renderers.choose import resolved
from rsatalker.renderers.rasterization import choose_rasterization
from rsatalker.training.avatar_capture import Capture, read_capture
from rsatalker.training.avatar_densify import MissingDetail, densify, is_densify_step, optimizer_of
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.avatar_light import PosedLight, corner_shares
from rsatalker.training.avatar_losses import fitting_loss
from rsatalker.training.avatar_model import PARAMETERS, SplatModel
from rsatalker.training.avatar_photos import Photos
from rsatalker.training.avatar_refinement import MOVING_SHARE, MeshRefinement
from rsatalker.training.avatar_start import start_on_surface
from rsatalker.training.avatar_views import VIEWS_ASKED, View, some_views
from rsatalker.training.closer_look import EVERY as CLOSER_LOOK_EVERY
from rsatalker.training.closer_look import closer_look, shining_through
from rsatalker.training.unseen_surface import Sights, cover_unseen

# Rates of FACTS (GaussianAvatars); places in units of the triangle, falling to a hundredth over the run.
RATES = {
    "centers": 5e-3, "quats": 1e-3, "log_scales": 1.7e-2, "opacity_logits": 5e-2, "sh_first": 2.5e-3,
    "sh_rest": 2.5e-3 / 20,
}  # fmt: skip
PLACES_END = 1e-2  # share of their first rate that places have in the last step
OTHERS_END = 0.1  # the same of all other rates: a short run ends before noise would average out
HARMONICS_FROM = (0.0, 0.25, 0.5, 0.7)  # shares of the run from which harmonics of a degree take part
ROWS = ("binding", "carrier", "reach")  # of the model, one entry a Gaussian, not fitted


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

    @property
    def own_head(self) -> ShapeHead | None:
        """The head as it was moved; none where it is a character of ours, which no folder has to hold."""
        head = self.capture.head
        if not isinstance(head, ShapeHead):
            return None
        return head if self.refinement is None else with_offset(head, self.refinement.moved())

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
        options, capture, head = self.options, self.capture, self.own_head or self.capture.head
        asked = some_views(capture.train, VIEWS_ASKED)
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
