// The one door to ONNX Runtime. From 1.29 on it keeps a queue of usage events and a device id in the user's cache folder, meant for
// its maker. Nothing that this lab does is told to anybody: the variable that forbids it is set before the library loads,
// which an import, hoisted above every statement, could not promise.
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';

process.env.ORT_DISABLE_TELEMETRY = '1';

export const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;
