// A process that runs the engine's self-test with the TensorFlow that SIMBAL_TENSORFLOW names, and prints its device and largest error as
// JSON: what crashes here, a library for another processor say, crashes here alone.
import { TensorflowEngine } from '../../src/worker/engine/tensorflow/engine.ts';
import { parameterSpecifications } from '../../src/worker/model/parameters.ts';
import { selfTestConfiguration, selfTestError, tolerance } from '../../src/worker/probe/self-test.ts';

const engine = new TensorflowEngine(parameterSpecifications(selfTestConfiguration.model), 1);
const error = await selfTestError(engine);
await engine.dispose();
process.stdout.write(`\n${JSON.stringify({ device: engine.description.device, error, passed: error <= tolerance })}\n`);
