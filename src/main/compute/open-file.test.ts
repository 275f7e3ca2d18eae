import { expect, test } from 'vitest';
import { hasDisplay } from './open-file.ts';

test.each([
  ['linux', {}, false],
  ['linux', { DISPLAY: '' }, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { DISPLAY: 'localhost:10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, false],
  ['darwin', {}, true],
  ['darwin', { SSH_CONNECTION: 'x' }, false],
  ['win32', {}, true],
] as const)('%s with %o has a display: %s', (platform, environment, display) => {
  expect(hasDisplay(platform, environment)).toBe(display);
});
