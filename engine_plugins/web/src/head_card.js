/**
 * One head in the scene: a card for each eye that stands where the camera of its frame saw the head, until the next
 * frame comes. sidecar/compositor.py is the measure of what is drawn here.
 */

import * as THREE from "../node_modules/three/build/three.module.js";
import { cardCorners } from "./coordinates.js";

const BOTH_EYES = 0; // three.js's layers: all cameras see 0, the left eye 1 too, the right eye 2
const VERTEX = `
varying vec2 place;
void main() {
  place = uv;
  gl_Position = projectionMatrix * viewMatrix * vec4(position, 1.0);
}`;
// Colours are premultiplied sRGB and are blended as they are, like the compositor's.
const FRAGMENT = `
uniform sampler2D colors, alphas;
uniform vec2 part; // of the picture that is this eye's: first column and width
uniform float halfTexel;
varying vec2 place;
void main() {
  vec2 at = vec2(clamp(part.x + part.y * place.x, part.x + halfTexel, part.x + part.y - halfTexel), place.y);
  float alpha = texture2D(alphas, at).r;
  if (alpha < 1.0 / 255.0) discard;
  gl_FragColor = vec4(min(texture2D(colors, at).rgb, alpha), alpha);
}`;

/** The cards of one head. */
export class HeadCard {
  /** @param {THREE.Scene} scene */
  constructor(scene) {
    this.frame = null; // that is shown
    this.#colors = pictureTexture();
    this.#alphas = pictureTexture();
    this.#cards = [0, 1].map(() => {
      const card = cardMesh(this.#colors, this.#alphas);
      scene.add(card);
      return card;
    });
  }

  #cards;
  #colors;
  #alphas;

  /** Show a frame from the worker; the pictures of the one before are let go of. */
  show(frame) {
    const before = this.frame;
    this.frame = frame;
    showPicture(this.#colors, frame.color);
    showPicture(this.#alphas, frame.alpha);
    frame.views.forEach((eye, index) => {
      const { geometry, material } = this.#cards[index];
      const { position } = geometry.attributes;
      cardCorners(eye, frame.worldFromHead, position.array);
      position.needsUpdate = true;
      material.uniforms.part.value.set(index / frame.views.length, 1 / frame.views.length);
      material.uniforms.halfTexel.value = 0.5 / frame.color.width;
    });
    before?.color.close();
    before?.alpha.close();
  }

  /** Choose who sees which card, and draw it behind the cards that are nearer. */
  prepare(camera, isInHeadset) {
    const views = this.frame?.views.length ?? 0;
    this.#cards.forEach((card, eye) => {
      card.visible = eye < (isInHeadset ? views : Math.min(views, 1));
      card.layers.set(isInHeadset && views === 2 ? eye + 1 : BOTH_EYES);
      if (this.frame) card.renderOrder = -distanceTo(this.frame.worldFromHead, camera.position);
    });
  }

  /** Forget what was shown. */
  clear() {
    this.frame?.color.close();
    this.frame?.alpha.close();
    this.frame = null;
  }
}

function cardMesh(colors, alphas) {
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array(12), 3));
  geometry.setAttribute("uv", new THREE.BufferAttribute(new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), 2));
  geometry.setIndex([0, 2, 1, 1, 2, 3]);
  const material = new THREE.ShaderMaterial({
    uniforms: {
      colors: { value: colors },
      alphas: { value: alphas },
      part: { value: new THREE.Vector2(0, 1) },
      halfTexel: { value: 0 },
    },
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    transparent: true,
    premultipliedAlpha: true,
    side: THREE.DoubleSide,
  });
  const card = new THREE.Mesh(geometry, material);
  card.frustumCulled = false; // its corners move
  card.visible = false;
  return card;
}

/** Return a texture whose first row is the picture's upper one. */
function pictureTexture() {
  const texture = new THREE.Texture();
  texture.flipY = false;
  texture.generateMipmaps = false;
  texture.minFilter = THREE.LinearFilter;
  return texture;
}

function showPicture(texture, picture) {
  const { image } = texture;
  if (image && (image.width !== picture.width || image.height !== picture.height)) texture.dispose(); // new size
  texture.image = picture;
  texture.needsUpdate = true;
}

function distanceTo(worldFromHead, position) {
  return Math.hypot(worldFromHead[3] - position.x, worldFromHead[7] - position.y, worldFromHead[11] - position.z);
}
