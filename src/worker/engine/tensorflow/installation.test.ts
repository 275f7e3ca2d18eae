// What is said where TensorFlow is not, or not wholly, set up.
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../data/temporary-folder.testing.ts';
import { describeTensorflow, TensorflowEngine } from './engine.ts';
import { installation, installationFolder } from './installation.ts';

test('the folder is the one named, else beside the data of the user', () => {
  expect(installationFolder({ SIMBAL_TENSORFLOW: '/somewhere' })).toBe('/somewhere');
  expect(installationFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/simbal-lab-tensorflow');
  expect(installationFolder({})).toMatch(/\.local\/share\/simbal-lab-tensorflow$/);
});

const record = JSON.stringify({ tensorflow: '2.21.0', variant: 'cpu', bytes: 5 });

test('only a whole set-up is one', () => {
  expect(installation(temporaryFolder())).toBe(null);
  expect(installation(temporaryFolder({ 'setup.json': record }))).toBe(null);
  expect(installation(temporaryFolder({ 'tfjs_binding.node': '' }))).toBe(null);
  expect(installation(temporaryFolder({ 'tfjs_binding.node': '', 'setup.json': '{"tens' }))).toBe(null);
  const folder = temporaryFolder({ 'tfjs_binding.node': '', 'setup.json': record });
  expect(installation(folder)).toEqual({ folder, tensorflow: '2.21.0', variant: 'cpu', bytes: 5 });
});

test.each([
  ['is not there', {}, /^TensorFlow is not set up on this machine .* Run "npm run setup:tensorflow" once/],
  [
    'does not load',
    { 'tfjs_binding.node': 'no library', 'setup.json': record },
    /^TensorFlow is set up in .*, but did not load: .* Set it up anew with "npm run setup:tensorflow -- --again"/,
  ],
])('a TensorFlow that %s: the engine says so and what to do', (_, files, message) => {
  vi.stubEnv('SIMBAL_TENSORFLOW', temporaryFolder(files));
  expect(describeTensorflow(1)).toMatchObject({
    kind: 'tensorflow',
    available: false,
    device: 'none',
    message: expect.stringMatching(message),
  });
  expect(() => new TensorflowEngine([], 1)).toThrow(expect.objectContaining({ code: 'engine', value: 'tensorflow' }));
  vi.unstubAllEnvs();
});
