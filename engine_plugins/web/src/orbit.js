/** Turns a camera around a point by mouse, finger or wheel, for those without a headset. */

const TURN_PER_PX = 0.006; // radians
const STEEPEST = 1.2; // radians above or below
const [NEAREST_M, FARTHEST_M] = [0.5, 4];

/** A camera on a sphere around a point. */
export class Orbit {
  /**
   * @param {import("../node_modules/three/build/three.module.js").PerspectiveCamera} camera
   * @param {HTMLElement} surface That is dragged.
   * @param {number} distanceM From the point at first.
   */
  constructor(camera, surface, distanceM) {
    this.yaw = 0;
    this.pitch = 0;
    this.distanceM = distanceM;
    this.#camera = camera;
    let [fromX, fromY] = [0, 0];
    surface.addEventListener("pointerdown", ({ pointerId, clientX, clientY }) => {
      surface.setPointerCapture(pointerId);
      [fromX, fromY] = [clientX, clientY];
    });
    surface.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
      if (!surface.hasPointerCapture(pointerId)) return;
      this.yaw -= (clientX - fromX) * TURN_PER_PX;
      this.pitch = clamped(this.pitch + (clientY - fromY) * TURN_PER_PX, -STEEPEST, STEEPEST);
      [fromX, fromY] = [clientX, clientY];
    });
    surface.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.distanceM = clamped(this.distanceM * Math.exp(event.deltaY * 0.001), NEAREST_M, FARTHEST_M);
      },
      { passive: false },
    );
  }

  #camera;

  /** Put the camera where it belongs around a point. */
  place(point) {
    const [level, height] = [this.distanceM * Math.cos(this.pitch), this.distanceM * Math.sin(this.pitch)];
    this.#camera.position.set(
      point.x + level * Math.sin(this.yaw),
      point.y + height,
      point.z + level * Math.cos(this.yaw),
    );
    this.#camera.lookAt(point);
    this.#camera.updateMatrixWorld();
  }
}

function clamped(value, lowest, highest) {
  return Math.min(Math.max(value, lowest), highest);
}
