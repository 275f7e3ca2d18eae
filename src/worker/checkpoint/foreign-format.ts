// Says what a file is that people hand over in place of a safetensors file. It only looks at the first bytes;
// nothing of such a file is ever unpacked or run.

const convert = 'Convert it to safetensors where it came from';
const noPickle = `${convert}; a pickle can run code, so it is not opened here.`;

const signatures: { starts: string[]; is: string; remedy: string }[] = [
  { starts: ['PK\x03\x04'], is: 'a zip archive, as torch.save writes around a pickle', remedy: noPickle },
  { starts: ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'], is: 'a Python pickle', remedy: noPickle },
  { starts: ['GGUF'], is: 'a GGUF file', remedy: 'Use the safetensors files that it was made from.' },
  { starts: ['\x89HDF'], is: 'an HDF5 file', remedy: `${convert}.` },
  { starts: ['\x93NUMPY'], is: 'a NumPy array', remedy: `${convert}.` },
  { starts: ['\x1f\x8b'], is: 'a gzip archive', remedy: 'Unpack it first.' },
  { starts: ['version https:'], is: 'a Git LFS pointer, not the file it points to', remedy: 'Fetch it: git lfs pull.' },
  { starts: ['{"', '{ ', '{\n', '{\r'], is: 'a JSON file', remedy: 'Choose the .safetensors file that it belongs to.' },
];

/** @param start the file's first bytes, 16 or more where it has them */
export function foreignFormat(start: Uint8Array): { is: string; remedy: string } | null {
  const text = Buffer.from(start).toString('latin1');
  return signatures.find(({ starts }) => starts.some((bytes) => text.startsWith(bytes))) ?? null;
}
