import io
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from painted_ball import write_ball
from rich.console import Console

from rsatalker.avatars.avatar_folder import read_note
from rsatalker.avatars.cast import load_avatar
from rsatalker.avatars.light import studio_light
from rsatalker.avatars.ply import read_ply
from rsatalker.avatars.triangle_carriers import TriangleCarriers
from rsatalker.errors import AssetError
from rsatalker.motion.expression_space import ARKIT_INDEX, ARKIT_NAMES
from rsatalker.motion.pose import FlamePose
from rsatalker.training.avatar_capture import read_capture
from rsatalker.training.avatar_densify import (
    LEAST_GRADIENT,
    SPLIT_SHRINK,
    MissingDetail,
    densify,
    is_densify_step,
    optimizer_of,
)
from rsatalker.training.avatar_fit import RATES, AvatarFit
from rsatalker.training.avatar_fit_options import FitOptions
from rsatalker.training.avatar_losses import fitting_loss
from rsatalker.training.avatar_model import PARAMETERS, Drawing, SplatModel
from rsatalker.training.avatar_photos import Photos
from rsatalker.training.avatar_report import score_held_out
from rsatalker.training.avatar_start import start_on_surface
from rsatalker.training.avatar_views import some_views
from rsatalker.training.fit_avatar import fit_avatar

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ball")
    write_ball(folder)
    return folder


@pytest.fixture(scope="module")
def capture(folder):
    return read_capture(folder)


def start(capture, count=400, sh_degree=0, carriers="affine"):
    return start_on_surface(capture, Photos(0), count, carriers, sh_degree, seed=0)


def options(folder, out, **changes):
    plain = FitOptions(
        folder, out=out, steps=40, gaussians=300, most_gaussians=400, preview_every=20, threads=1, renderer="cpu"
    )
    return replace(plain, **changes)


def quiet():
    return Console(quiet=True)


def model_of(start):
    used = np.unique(start.splats.binding)
    return SplatModel(start.splats, start.spacing_m, used, np.full(len(used), 0.01, np.float32))


@pytest.mark.parametrize("carriers", ["rigid", "affine"])
def test_start_lies_on_the_mesh_in_the_colours_of_the_images(capture, carriers):
    begun = start(capture, carriers=carriers)
    splats, head = begun.splats, capture.head
    frames = TriangleCarriers(head.neutral_vertices, head.faces[splats.binding], carriers)
    frames.follow(head.neutral_vertices)
    means = np.einsum("nij,nj->ni", frames.axes, splats.centers) + frames.origins
    away = np.abs(np.linalg.norm(means, axis=1) - 0.09)
    assert away.max() < 0.004  # the flat triangles of the ball
    rest = means / 0.09
    painted = 0.5 + 0.35 * np.sin(np.stack([9 * rest[:, 1], 7 * rest[:, 0], 5 * rest[:, 2] + 4 * rest[:, 1]], 1))
    colors = 0.5 + splats.sh[:, 0] * 0.28209479
    assert np.median(np.abs(colors - painted)) < 0.06


def test_start_covers_only_what_the_images_show(capture):
    begun = start(capture)
    means = capture.head.neutral_vertices[capture.head.faces[begun.splats.binding]].mean(1)
    assert means[:, 2].min() < 0.02  # seen from the sides
    assert not (means[:, 2] < -0.075).any()  # the back is not


def test_views_that_are_asked_are_of_many_cameras_where_one_instant_follows_another():
    cameras = 20
    assert len({view % cameras for view in some_views(range(cameras * 60), 60)}) > 15


def test_start_says_when_cameras_miss_the_mesh(capture):
    away = replace(capture, poses=tuple(replace(p, transl=np.array([0, 9, 0], np.float32)) for p in capture.poses))
    with pytest.raises(AssetError, match=r"none of 12 images shows the mesh"):
        start(away)


def test_loss_is_nothing_for_a_perfect_drawing_within_reach(capture):
    model = model_of(start(capture))
    with torch.no_grad():
        model.centers.mul_(0.0)
        model.log_scales.fill_(-2.0)
    image = torch.rand(20, 20, 3, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(20, 20)
    drawing = Drawing(image, mask, torch.zeros(1, len(model), 2), torch.ones(len(model), dtype=torch.bool))
    parts = fitting_loss(model, drawing, image, mask)
    assert sum(float(part.detach()) for part in parts.values()) == pytest.approx(0, abs=1e-5)


def test_loss_holds_gaussians_to_their_triangles(capture):
    begun = start(capture)
    used = np.unique(begun.splats.binding)
    model = SplatModel(begun.splats, 0.001, used, np.full(len(used), 0.01, np.float32))
    with torch.no_grad():
        model.centers.copy_(torch.tensor([3.0, 0, 0]))
        model.log_scales.fill_(0.0)
    image = torch.zeros(20, 20, 3)
    drawing = Drawing(image, image[..., 0], torch.zeros(1, len(model), 2), torch.ones(len(model), dtype=torch.bool))
    parts = fitting_loss(model, drawing, image, None)
    assert float(parts["place"].detach()) == pytest.approx(1e-2 * 2)  # two beyond one unit of the triangle's scale
    assert float(parts["size"].detach()) == pytest.approx(0.4)  # one is 0.4 above the 0.6 that cost nothing


def densified(model, pulls, room):
    optimizer = optimizer_of(model, RATES)
    sum(getattr(model, name).square().sum() for name in PARAMETERS).backward()
    optimizer.step()
    missing = MissingDetail(pulls, torch.ones(len(pulls)))
    densify(model, optimizer, missing, room, torch.Generator().manual_seed(0))
    return optimizer


def test_densify_adds_where_the_images_pull_and_children_stay_on_the_triangle(capture):
    model = model_of(start(capture, count=50))
    pulls = torch.zeros(len(model))
    pulls[[3, 7]] = 1.0
    before, binding = len(model), model.binding.clone()
    densified(model, pulls, room=10)
    assert len(model) == before + 2
    assert sorted(model.binding[before:].tolist()) == sorted(binding[[3, 7]].tolist())


def test_missing_detail_is_the_mean_over_drawings_that_show_a_gaussian():
    missing = MissingDetail.none(2, torch.device("cpu"))
    for pull in (0.0, 0.0, 0.4):  # of the second, which others cover in two drawings of three
        means2d = torch.zeros(1, 2, 2, requires_grad=True)
        means2d.grad = torch.tensor([[[0.1, 0.0], [pull, 0.0]]])
        seen = torch.ones(2, dtype=torch.bool)
        missing.add(Drawing(torch.zeros(2, 2, 3), torch.zeros(2, 2), means2d, seen), 20, 20)
    torch.testing.assert_close(missing.mean(), torch.tensor([1.0, 4.0]))


def test_densify_keeps_to_its_room(capture):
    model = model_of(start(capture, count=50))
    before = len(model)
    densified(model, torch.full((before,), LEAST_GRADIENT * 2), room=5)
    assert len(model) == before + 5


def test_densify_splits_what_is_large_and_doubles_what_is_small(capture):
    model = model_of(start(capture, count=50))
    with torch.no_grad():
        model.log_scales.fill_(-6.0)
        model.log_scales[4] = 1.0
    pulls = torch.zeros(len(model))
    pulls[[4, 9]] = 1.0
    densified(model, pulls, room=10)
    sizes = model.log_scales.detach()[:, 0]
    halves = sizes[sizes > 0]
    assert len(halves) == 2
    torch.testing.assert_close(halves, torch.full((2,), 1.0 - np.log(SPLIT_SHRINK)), atol=0.05, rtol=0)
    assert (sizes < -5).sum() == 50


def test_densify_removes_what_is_hardly_seen_and_keeps_momentum_with_its_gaussian(capture):
    model = model_of(start(capture, count=50))
    with torch.no_grad():
        model.opacity_logits[10] = -8.0
        model.centers[11] = torch.tensor([0.5, 0.0, 0.0])
    optimizer = densified(model, torch.zeros(len(model)), room=10)
    assert len(model) == 49
    momentum = optimizer.state[model.centers]["exp_avg"]
    assert momentum.shape == model.centers.shape
    assert float(momentum[10, 0]) == pytest.approx(0.1 * 2 * 0.5, rel=0.05)  # that of number 11 before


def test_densify_happens_in_the_middle_of_a_run():
    happening = [step for step in range(1, 1001) if is_densify_step(step, 1000)]
    assert len(happening) == 10
    assert happening[0] == 80
    assert happening[-1] <= 600


def test_fit_shows_held_out_images_better_than_what_is_had_for_nothing(folder, tmp_path):
    many = options(folder, tmp_path / "ball", steps=120, gaussians=900, most_gaussians=1200, preview_every=120)
    scores = fit_avatar(many, quiet())
    for split in ("val", "test"):
        fitted, begun = scores["fitted"][split], scores["start"][split]
        assert fitted.psnr > 22.5, split  # the start has 19, a fit of so many steps 24
        assert fitted.psnr > begun.psnr + 3.0, split
        assert fitted.ssim > begun.ssim, split
        assert fitted.l1 < begun.l1, split
        for method in ("without expression", "mean image", "background"):
            assert fitted.psnr > scores[method][split].psnr + 2.0, method


@pytest.fixture(scope="module")
def whole_run(folder, tmp_path_factory):
    """The folder of an avatar after all forty steps at once."""
    out = tmp_path_factory.mktemp("people") / "ball"
    fit_avatar(options(folder, out), quiet())
    return out


def test_fit_leaves_an_avatar_that_opens_its_mouth_and_a_report(whole_run):
    out = whole_run
    avatar = load_avatar(out, threads=1)
    arkit = np.zeros(len(ARKIT_NAMES), np.float32)
    arkit[ARKIT_INDEX["jawOpen"]] = 1
    eye, world = np.array([0, 0, 1], np.float32), np.eye(4, dtype=np.float32)

    def lowest(pose):
        return avatar.follow(avatar.head(pose), pose, studio_light(), eye, world).means[:, 1].min()

    assert lowest(replace(FlamePose.neutral(), arkit=arkit)) < lowest(FlamePose.neutral()) - 0.01
    report = json.loads((out / "fitting" / "report.json").read_text())
    assert report["held-out views"]["fitted"]["psnr"] > report["held-out views"]["background"]["psnr"]
    assert report["gaussians"] == len(read_ply(out / "point_cloud.ply"))
    assert 0 < report["on surface that no image shows"] < 200
    assert report["gaussians"] - report["on surface that no image shows"] <= 400
    assert (out / "fitting" / "previews" / "000040.png").exists()
    assert (out / "fitting" / "curves.png").exists()
    note = read_note(out)
    assert (note.name, note.carriers, note.expression_space) == ("ball", "affine", "ball")


def test_fit_goes_on_where_it_was_stopped(folder, whole_run, tmp_path, monkeypatch):
    advance = AvatarFit.advance

    def pulled_out(fit, step):
        if step == 27:  # after the state of step 20 was saved, and after densification had begun
            raise KeyboardInterrupt
        return advance(fit, step)

    with monkeypatch.context() as stopping:
        stopping.setattr(AvatarFit, "advance", pulled_out)
        with pytest.raises(KeyboardInterrupt):
            fit_avatar(options(folder, tmp_path / "parts"), quiet())
    assert not (tmp_path / "parts" / "avatar.json").exists()
    done = []
    monkeypatch.setattr(AvatarFit, "advance", lambda fit, step: done.append(step) or advance(fit, step))
    fit_avatar(options(folder, tmp_path / "parts", resume=True), quiet())
    assert done == list(range(21, 41))
    whole, parts = (read_ply(out / "point_cloud.ply") for out in (whole_run, tmp_path / "parts"))
    np.testing.assert_array_equal(whole.binding, parts.binding)
    np.testing.assert_allclose(whole.centers, parts.centers, atol=1e-5)
    np.testing.assert_allclose(whole.sh, parts.sh, atol=1e-5)


@pytest.fixture(scope="module")
def short_run(folder, tmp_path_factory):
    """The folder of an avatar after two steps, and what was said."""
    people = tmp_path_factory.mktemp("people") / "[new]"  # Rich would take that for a style
    console = Console(file=io.StringIO(), width=80)
    fit_avatar(options(folder, people / "anna", steps=2, preview_every=2), console)
    return people / "anna", console.file.getvalue()


def test_fit_refuses_a_folder_that_holds_another_run(folder, short_run):
    with pytest.raises(AssetError, match="holds a run already"):
        fit_avatar(options(folder, short_run[0], steps=2), quiet())


def test_fit_says_how_to_see_the_avatar_talk_and_what_its_previews_show(short_run):
    out, said = short_run
    assert f"rsatalker demo --avatars {out.parent} --avatar-a anna." in said
    assert "previews: the image, the avatar, and 4 times their difference." in said


def test_fit_tells_the_avatar_what_light_the_images_have(folder, short_run, tmp_path):
    light = AvatarFit(options(folder, tmp_path)).light
    assert read_note(short_run[0]).light == (*light.slope.tolist(), light.mean)


def test_fit_options_say_what_they_expect(folder):
    with pytest.raises(AssetError, match="sh_degree is 4; expected 0 to 3"):
        FitOptions(folder, sh_degree=4)


def test_mean_image_and_background_are_scored_as_they_are(folder, tmp_path):
    fit = AvatarFit(options(folder, tmp_path))
    scores = score_held_out(fit.capture, fit.photos, fit.background, fit.drawn, partial(fit.drawn, first=True))
    assert scores["fitted"] == scores["start"]  # nothing was fitted
    assert scores["background"]["val"].psnr < scores["mean image"]["val"].psnr < scores["start"]["val"].psnr
