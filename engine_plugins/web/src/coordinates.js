/**
 * From WebXR's axes to the sidecar's; the world is the same for both. WebGL lists matrices column by column, the protocol
 * row by row. proto/vectors/coordinates.json pins this file, proto/README.md says why it is so.
 */

const FAR_M = 1000; // what is said of a projection without a far plane

/** Return `camera_from_world` of a view matrix: cameras look along +z with y down, not along -z with y up. */
export function cameraFromWorld(view) {
  const rows = new Array(16);
  for (let row = 0; row < 4; row++) {
    const sign = row === 1 || row === 2 ? -1 : 1;
    for (let column = 0; column < 4; column++) rows[4 * row + column] = sign * view[4 * column + row];
  }
  return rows;
}

/** Return tangents (left, right, down, up) and the near and far plane of a projection matrix. */
export function frustumOf(projection) {
  const [across, upward] = [projection[0], projection[5]];
  const [aside, above, slope, offset] = [projection[8], projection[9], projection[10], projection[14]];
  return {
    tangents: [(1 - aside) / across, (1 + aside) / across, (1 - above) / upward, (1 + above) / upward],
    nearM: offset / (slope - 1),
    farM: Math.abs(slope + 1) < 1e-6 ? FAR_M : offset / (slope + 1),
  };
}

/** Return an eye as the protocol's EyeView. */
export function eyeView(view, projection) {
  return { cameraFromWorld: cameraFromWorld(view), ...frustumOf(projection) };
}

/**
 * Write the corners of a head's card into `corners`: upper left, upper right, lower left, lower right; 12 numbers.
 *
 * The card stands across the axis of the camera that the frame was drawn for, at the depth of the head's anchor, as
 * large as that camera's tangents say.
 *
 * @param {{cameraFromWorld: number[], tangents: number[]}} eye That the frame was drawn for.
 * @param {number[]} worldFromHead Where the head stood; row by row.
 */
export function cardCorners(eye, worldFromHead, corners) {
  const m = eye.cameraFromWorld;
  const anchor = [worldFromHead[3], worldFromHead[7], worldFromHead[11]];
  const depth = m[8] * anchor[0] + m[9] * anchor[1] + m[10] * anchor[2] + m[11];
  const [left, right, down, up] = eye.tangents;
  [
    [-left, -up],
    [right, -up],
    [-left, down],
    [right, down],
  ].forEach(([x, y], corner) => {
    const seen = [x * depth - m[3], y * depth - m[7], depth - m[11]];
    for (let axis = 0; axis < 3; axis++) {
      corners[3 * corner + axis] = m[axis] * seen[0] + m[4 + axis] * seen[1] + m[8 + axis] * seen[2];
    }
  });
}

/**
 * Return the protocol's SceneLight of a sky, a ground and a lamp, all linear red, green and blue.
 *
 * The radiance goes evenly from the ground's below to the sky's above; the lamp's intensity is three.js's, which leaves
 * 1 / pi to the surface.
 */
export function sceneLight(sky, ground, towardsLamp, lamp) {
  const [constant, upward] = [Math.sqrt(Math.PI), Math.sqrt(Math.PI / 3)]; // integrals of Y00 / 2 and y Y1-1 / 2
  const probe = new Array(27).fill(0);
  for (let channel = 0; channel < 3; channel++) {
    probe[channel] = constant * (sky[channel] + ground[channel]);
    probe[3 + channel] = upward * (sky[channel] - ground[channel]);
  }
  const length = Math.hypot(...towardsLamp);
  return {
    probe,
    keyDirection: towardsLamp.map((value) => value / length),
    keyColor: lamp.map((value) => value / Math.PI),
  };
}
