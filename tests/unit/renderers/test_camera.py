import numpy as np
import pytest

from rsatalker.renderers.camera import Camera, deserved_pixels, fit_camera, frustum_tangents, look_at

pytestmark = pytest.mark.unit


def vector(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def pixel(camera: Camera, point: np.ndarray) -> np.ndarray:
    """Return where a world point lands."""
    x = camera.camera_from_world[:3, :3] @ point + camera.camera_from_world[:3, 3]
    return (camera.K @ x)[:2] / x[2]


def sphere_pixels(camera: Camera, center: np.ndarray, radius: float) -> np.ndarray:
    """Return where many points of a sphere's surface land."""
    normals = np.random.default_rng(0).normal(size=(20000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.stack([pixel(camera, p) for p in (center + radius * normals).astype(np.float32)[:4000]])


def test_look_at_has_target_in_the_middle_and_up_above():
    camera = look_at(vector(1, 2, 3), vector(0, 1.5, 0), width=320, height=240)
    np.testing.assert_allclose(pixel(camera, vector(0, 1.5, 0)), [160, 120], atol=1e-3)
    assert pixel(camera, vector(0, 1.6, 0))[1] < 120
    np.testing.assert_allclose(camera.position, [1, 2, 3], atol=1e-5)


def test_look_at_has_the_heads_left_on_the_right_of_the_image():
    camera = look_at(vector(0, 0, 1), vector(0, 0, 0), width=100, height=100)
    assert pixel(camera, vector(0.1, 0, 0))[0] > 50


def test_look_at_spans_the_vertical_angle():
    camera = look_at(vector(0, 0, 2), vector(0, 0, 0), vertical_fov_rad=0.6, width=100, height=80)
    assert pixel(camera, vector(0, 2 * float(np.tan(0.3)), 0))[1] == pytest.approx(0, abs=1e-3)


def test_look_at_refuses_when_up_lies_along_the_view():
    with pytest.raises(ValueError, match="has no direction"):
        look_at(vector(0, 1, 0), vector(0, 0, 0))


@pytest.mark.parametrize("distance", [0.4, 2.0, 8.0])
@pytest.mark.parametrize("size", [(256, 256), (320, 200)])
def test_fit_camera_holds_the_sphere_with_its_margin(distance: float, size: tuple[int, int]):
    center = vector(0.3, 1.6, -0.5)
    eye = center + distance * vector(0.6, 0.48, 0.64)
    camera = fit_camera(eye, center, 0.18, *size, margin=1.1)
    spots = sphere_pixels(camera, center, 0.18)
    half = min(size) / 2 / 1.1
    for axis in (0, 1):
        assert spots[:, axis].max() - size[axis] / 2 == pytest.approx(half, rel=0.02)
        assert size[axis] / 2 - spots[:, axis].min() == pytest.approx(half, rel=0.02)


@pytest.mark.parametrize("distance", [0.4, 8.0])
def test_fit_camera_holds_the_sphere_off_axis(distance: float):
    axes = look_at(vector(0, 0, 0), vector(0, 0, -1)).camera_from_world[:3, :3]
    eye = vector(0.2 * distance, 0.1, distance)
    camera = fit_camera(eye, vector(0, 0, 0), 0.18, 256, 256, margin=1.05, view_axes=axes)
    np.testing.assert_array_equal(camera.camera_from_world[:3, :3], axes)
    spots = sphere_pixels(camera, vector(0, 0, 0), 0.18)
    assert spots.min() > 0
    assert spots.max() < 256
    assert max(np.ptp(spots[:, 0]), np.ptp(spots[:, 1])) == pytest.approx(256 / 1.05, rel=0.02)


def test_fit_camera_looks_straight_down_when_the_eye_is_above():
    camera = fit_camera(vector(0, 2, 0), vector(0, 0, 0), 0.2, 64, 64)
    np.testing.assert_allclose(pixel(camera, vector(0, 0, 0)), [32, 32], atol=1e-3)


def test_fit_camera_refuses_when_the_eye_is_inside():
    with pytest.raises(ValueError, match=r"eye is 0\.100 m from the centre of a sphere of 0\.180 m"):
        fit_camera(vector(0, 0, 0.1), vector(0, 0, 0), 0.18, 64, 64)


def test_fit_camera_refuses_when_the_sphere_is_beside_the_given_view():
    axes = look_at(vector(0, 0, 0), vector(0, 0, -1)).camera_from_world[:3, :3]
    with pytest.raises(ValueError, match="beside or behind"):
        fit_camera(vector(1, 0, 0.1), vector(0, 0, 0), 0.18, 64, 64, view_axes=axes)


def test_frustum_tangents_name_the_edges_in_order():
    K = np.array([[100, 0, 20], [0, 100, 30], [0, 0, 1]], np.float32)
    camera = Camera(np.eye(4, dtype=np.float32), K, 70, 90)
    assert frustum_tangents(camera) == pytest.approx((0.2, 0.5, 0.6, 0.3))


@pytest.mark.parametrize("distance", [0.4, 1.2, 3.0])
def test_deserved_pixels_are_no_larger_than_the_headsets(distance: float):
    pixels = deserved_pixels(distance, 0.18, pixels_per_radian=1430, most_pixels=4096)
    camera = fit_camera(vector(0, 0, distance), vector(0, 0, 0), 0.18, pixels, pixels)
    focal = float(camera.K[0, 0])  # pixels per radian in the middle of the image
    assert 1430 <= focal < 1430 * (1 + 16 / (pixels - 16))


def test_deserved_pixels_double_when_the_distance_halves():
    near, far = (deserved_pixels(distance, 0.18, 1430) for distance in (1.5, 3.0))
    assert near == pytest.approx(2 * far, rel=0.06)
    assert near % 16 == far % 16 == 0


def test_deserved_pixels_stay_between_the_least_and_the_most():
    assert deserved_pixels(50, 0.18, 1430) == 64
    assert deserved_pixels(0.1, 0.18, 1430, most_pixels=800) == 800


def test_deserved_pixels_refuse_what_has_no_size():
    with pytest.raises(ValueError, match="all three must be above 0"):
        deserved_pixels(1.0, 0.18, pixels_per_radian=0)
