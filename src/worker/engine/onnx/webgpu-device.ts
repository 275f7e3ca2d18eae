// Which GPU WebGPU would run on. ONNX Runtime does not tell, so on Linux the installed Vulkan drivers are read; elsewhere the system's
// own driver answers (D3D12, Metal).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { EngineDescription } from '../../../shared/worker-messages.ts';
import type { EngineFactory } from '../engine.ts';
import { DeviceGraphs } from './device-graphs.ts';
import { OnnxWebGpuEngine } from './webgpu-engine.ts';

export interface WebGpuReport {
  available: boolean;
  device: string;
  /** True where the only driver is a processor pretending to be a GPU. */
  software: boolean;
  message: string;
}

const manifestFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
const softwareDrivers = /swiftshader|lvp|llvmpipe|softpipe|mock/i;

/** Tries the provider once, on four numbers. */
export async function describeWebGpu(): Promise<WebGpuReport> {
  const { device, software } = graphicsDevice();
  const graphs = new DeviceGraphs();
  try {
    const sent = Float32Array.of(1, -2, 0.5, 3);
    const tensor = await graphs.toDevice(sent, [4]);
    const back = await graphs.toHost(tensor);
    tensor.dispose();
    if (back.some((value, index) => value !== sent[index])) throw new Error('values did not come back unchanged');
    const message = software ? 'A software GPU: slower than the processor itself, never chosen by itself.' : 'Ready.';
    return { available: true, device, software, message };
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    // ONNX Runtime puts its source lines before what was wrong.
    const reason = /adapter: (.+)/.exec(text)?.[1] ?? text.split('\n')[0];
    return { available: false, device, software, message: `No GPU answered WebGPU: ${reason}` };
  } finally {
    await graphs.dispose();
  }
}

export const createWebGpuEngine: EngineFactory = async (parameters) => {
  const { available, device, software, message } = await describeWebGpu();
  if (!available) {
    throw new LabError('engine', message, {
      field: 'engine.kind',
      value: 'onnx-webgpu',
      remedy: 'Install the GPU driver with its Vulkan library, or use the engine onnx-cpu.',
    });
  }
  const description: EngineDescription = { kind: 'onnx-webgpu', device, software, threads: 1 };
  return new OnnxWebGpuEngine(parameters, description);
};

/**
 * The GPU by its driver; software where this machine has no GPU device, or a software driver is all there is. Drivers of GPUs that
 * are not there are often installed, so their presence alone proves nothing.
 */
export function graphicsDevice(): { device: string; software: boolean } {
  if (process.platform !== 'linux') return { device: 'system GPU', software: false };
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  const manifests =
    named?.split(':').filter(existsSync) ??
    manifestFolders.filter(existsSync).flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const [real] = manifests.filter((path) => !softwareDrivers.test(driverOf(path)));
  if (real !== undefined && hasDevice()) return { device: nvidiaModel() ?? driverName(real), software: false };
  const [software] = manifests.filter((path) => softwareDrivers.test(driverOf(path)));
  return { device: software === undefined ? 'none' : `Vulkan driver ${driverName(software)}`, software: true };
}

const hasDevice = (): boolean =>
  existsSync('/dev/nvidia0') ||
  existsSync('/dev/dxg') ||
  (existsSync('/dev/dri') && readdirSync('/dev/dri').some((node) => node.startsWith('renderD')));

const driverName = (manifest: string): string => basename(manifest, '.json').replace(/[_.]?icd.*$/i, '');

/** A manifest's own name and the library that it names. */
function driverOf(path: string): string {
  try {
    const { ICD } = JSON.parse(readFileSync(path, 'utf8')) as { ICD?: { library_path?: string } };
    return `${basename(path)} ${ICD?.library_path ?? ''}`;
  } catch {
    return basename(path);
  }
}

/** The name of the first NVIDIA GPU whose driver is loaded; null elsewhere than on Linux. */
export function nvidiaModel(): string | null {
  const folder = '/proc/driver/nvidia/gpus';
  if (!existsSync(folder)) return null;
  const texts = readdirSync(folder).map((gpu) => readFileSync(join(folder, gpu, 'information'), 'utf8'));
  return texts.map((text) => /^Model:\s*(.+)$/m.exec(text)?.[1]).find((model) => model !== undefined) ?? null;
}
