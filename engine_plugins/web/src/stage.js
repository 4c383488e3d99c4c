/** The room: where both heads stand, what surrounds them so that size and distance can be judged, and its light. */

import * as THREE from "../node_modules/three/build/three.module.js";
import { sceneLight } from "./coordinates.js";

const AWAY_M = 1.1; // from where a visitor stands to the line between the heads
const APART_M = 0.7; // between the two heads
const TURNED_RAD = 0.5; // of each towards the other
const BUST_END_M = 0.2; // below a head's anchor: there its plinth begins
const PLINTH_RADIUS_M = 0.21;
const BELOW_EYES_M = 0.06; // from a visitor's eyes to the anchors: eye to eye
const SKY = new THREE.Color(0.5, 0.55, 0.66); // linear radiance, as all of these
const GROUND = new THREE.Color(0.2, 0.17, 0.14);
const LAMP = new THREE.Color(1, 0.93, 0.82);
const LAMP_INTENSITY = 2.6; // three.js's: pi is a white surface at 1
const TOWARDS_LAMP = new THREE.Vector3(-0.55, 0.75, 0.8); // from the heads; beside the visitor's left shoulder
const BACKDROP = 0x1b1f27;
const FOG_M = [4, 9]; // from where it begins to where it hides all, the ends of the wall and the floor, too
const WALL_BEHIND_M = 1.6; // the heads; its lamp is too far from them to count as their light

/** The scene without the heads. */
export class Stage {
  constructor() {
    this.scene = new THREE.Scene();
    this.scene.background = new THREE.Color(BACKDROP);
    this.scene.fog = new THREE.Fog(BACKDROP, ...FOG_M);
    const key = new THREE.DirectionalLight(LAMP, LAMP_INTENSITY);
    key.position.copy(TOWARDS_LAMP);
    const around = new THREE.HemisphereLight(SKY, GROUND, Math.PI); // its intensity is irradiance
    const floor = new THREE.Mesh(
      new THREE.CircleGeometry(12, 48).rotateX(-Math.PI / 2),
      new THREE.MeshStandardMaterial({ color: 0x4a4d52, roughness: 1 }),
    );
    const tiles = new THREE.GridHelper(16, 32, 0x2c2f34, 0x3a3d42); // half a metre each
    const wall = new THREE.Mesh(
      new THREE.PlaneGeometry(24, 12),
      new THREE.MeshStandardMaterial({ color: 0x3b3f46, roughness: 1 }),
    );
    wall.position.set(0, 6, -AWAY_M - WALL_BEHIND_M);
    const glow = new THREE.PointLight(0xffb070, 2.2, 2.2, 1.6);
    glow.position.set(0.35, 1.75, wall.position.z + 0.5);
    floor.position.z = -AWAY_M;
    tiles.position.set(0, 0.002, -AWAY_M);
    this.#plinths = [0, 1].map(
      () => new THREE.Mesh(undefined, new THREE.MeshStandardMaterial({ color: 0x6b6459, roughness: 0.9 })),
    );
    this.scene.add(key, around, glow, floor, tiles, wall, ...this.#plinths);
    this.stand(1.6);
  }

  #plinths;

  /** The light at the heads, for the sidecar. */
  get light() {
    const lamp = LAMP.clone().multiplyScalar(LAMP_INTENSITY);
    return sceneLight(SKY.toArray(), GROUND.toArray(), TOWARDS_LAMP.toArray(), lamp.toArray());
  }

  /** Put both heads at the height of a visitor's eyes, metres above the floor. */
  stand(eyesM) {
    const height = eyesM - BELOW_EYES_M;
    this.anchors = [-1, 1].map((side) => new THREE.Vector3((side * APART_M) / 2, height, -AWAY_M));
    this.middle = new THREE.Vector3(0, height, -AWAY_M);
    this.#plinths.forEach((plinth, head) => {
      const tall = height - BUST_END_M;
      plinth.geometry.dispose();
      plinth.geometry = new THREE.CylinderGeometry(PLINTH_RADIUS_M, PLINTH_RADIUS_M * 1.15, tall, 48);
      plinth.position.copy(this.anchors[head]).setY(tall / 2);
    });
  }

  /** Both heads' `world_from_head`, row by row; 32 numbers. */
  get places() {
    return this.anchors.flatMap(({ x, y, z }, head) => {
      const turn = head === 0 ? TURNED_RAD : -TURNED_RAD;
      const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
      return [cosine, 0, sine, x, 0, 1, 0, y, -sine, 0, cosine, z, 0, 0, 0, 1];
    });
  }
}
