/** What is seen: the room and both heads, from a headset's eyes or the page's own camera. */

import * as THREE from "../node_modules/three/build/three.module.js";
import { eyeView } from "./coordinates.js";
import { HeadCard } from "./head_card.js";
import { Orbit } from "./orbit.js";
import { Stage } from "./stage.js";

const [NEAR_M, FAR_M] = [0.05, 20];
const VERTICAL_FOV_DEG = 40; // at least
const ACROSS = 0.42; // tangent from the middle to the side of a window, at least: both heads are within
const USUAL_PIXELS_PER_DEGREE = 25; // of a Quest 3
const LEAST_EYES_M = 0.5; // above the floor: a headset that says less does not know yet where it is
const EYES_M = 1.6; // above the floor, for those without a headset

/** Draws the scene. */
export class Viewer {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(eyes: object[]) => void} onTick Takes the eyes of each frame of the display, as EyeViews.
   */
  constructor(canvas, onTick) {
    this.stage = new Stage();
    this.heads = [0, 1].map(() => new HeadCard(this.stage.scene));
    this.camera = new THREE.PerspectiveCamera(VERTICAL_FOV_DEG, 1, NEAR_M, FAR_M);
    this.#orbit = new Orbit(this.camera, canvas, 1.5);
    this.#renderer = new THREE.WebGLRenderer({ canvas, antialias: true });
    this.#renderer.xr.enabled = true;
    this.#renderer.xr.setReferenceSpaceType("local-floor");
    this.#onTick = onTick;
    this.#isStanding = false; // whether the heads are at the height of the visitor's eyes
    this.#renderer.setAnimationLoop((time, frame) => this.#tick(frame));
  }

  #onTick;
  #orbit;
  #renderer;
  #isStanding;

  get isInHeadset() {
    return this.#renderer.xr.isPresenting;
  }

  /** Pixels of the display for a degree in the middle of its view. */
  get pixelsPerDegree() {
    const headset = this.#renderer.xr.getSession()?.renderState.baseLayer;
    if (this.isInHeadset && !headset) return USUAL_PIXELS_PER_DEGREE;
    const width = headset ? headset.framebufferWidth / 2 : this.#renderer.domElement.width;
    const camera = headset ? this.#renderer.xr.getCamera().cameras[0] : this.camera;
    return Math.min((camera.projectionMatrix.elements[0] * width * Math.PI) / 360, 200);
  }

  /** Show a frame of a head. */
  show(frame) {
    this.heads[frame.head].show(frame);
  }

  /** Forget all frames. */
  clear() {
    for (const head of this.heads) head.clear();
  }

  /** Show the scene in a headset until its session ends. */
  async enter(session) {
    this.#isStanding = false;
    session.updateRenderState({ depthNear: NEAR_M, depthFar: FAR_M });
    await this.#renderer.xr.setSession(session);
    session.addEventListener("end", () => this.stage.stand(EYES_M));
  }

  /** Position, forward and up of the visitor's head, for the sound; three numbers each. */
  get listener() {
    const camera = this.isInHeadset ? this.#renderer.xr.getCamera() : this.camera;
    const axes = new THREE.Matrix3().setFromMatrix4(camera.matrixWorld).toArray();
    return [
      camera.getWorldPosition(new THREE.Vector3()).toArray(),
      axes.slice(6).map((value) => -value),
      axes.slice(3, 6),
    ];
  }

  #tick(frame) {
    const eyes = this.isInHeadset ? this.#headsetEyes(frame) : this.#ownEye();
    const camera = this.isInHeadset ? this.#renderer.xr.getCamera() : this.camera;
    for (const head of this.heads) head.prepare(camera, this.isInHeadset);
    this.#renderer.render(this.stage.scene, this.camera);
    if (eyes.length) this.#onTick(eyes);
  }

  /** Return the headset's eyes as they are predicted for this frame; none while it does not know where it is. */
  #headsetEyes(frame) {
    const pose = frame?.getViewerPose(this.#renderer.xr.getReferenceSpace());
    if (!pose) return [];
    const { y } = pose.transform.position;
    if (!this.#isStanding && !pose.emulatedPosition && y > LEAST_EYES_M) {
      this.#isStanding = true;
      this.stage.stand(y);
    }
    return pose.views.map(({ transform, projectionMatrix }) => eyeView(transform.inverse.matrix, projectionMatrix));
  }

  #ownEye() {
    const { clientWidth, clientHeight } = this.#renderer.domElement;
    const ratio = globalThis.devicePixelRatio;
    const size = this.#renderer.getSize(new THREE.Vector2());
    if (size.x !== clientWidth || size.y !== clientHeight || this.#renderer.getPixelRatio() !== ratio) {
      this.#renderer.setPixelRatio(ratio);
      this.#renderer.setSize(clientWidth, clientHeight, false);
      this.camera.aspect = Math.max(clientWidth, 1) / Math.max(clientHeight, 1);
      const upright = 2 * Math.atan(ACROSS / this.camera.aspect) * THREE.MathUtils.RAD2DEG;
      this.camera.fov = Math.max(VERTICAL_FOV_DEG, upright);
      this.camera.updateProjectionMatrix();
    }
    this.#orbit.place(this.stage.middle);
    return [eyeView(this.camera.matrixWorldInverse.elements, this.camera.projectionMatrix.elements)];
  }
}
