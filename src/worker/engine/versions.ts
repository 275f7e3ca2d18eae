// Versions of everything that a result may depend on, for the record of a run.
import { ort } from './onnx/onnxruntime.ts';
import { tf } from './tf.ts';

export const versions = (): Record<string, string> => ({
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
  'onnxruntime-node': ort.env.versions.node ?? 'unknown',
  tensorflowjs: tf.version.tfjs,
});
