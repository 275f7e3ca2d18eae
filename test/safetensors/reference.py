"""What the reference library says of files: frames on standard input, one line of JSON for each on standard output.

A frame is a length of 4 little-endian bytes and the file. The line is null where it is refused, or else its tensors as
[name, dtype, shape, first byte, bytes] and its metadata as [key, value], both sorted. Data count up from 0, so that a tensor's first
byte says where it begins; of a tensor without bytes nobody can tell. Needs safetensors 0.8.0, and numpy, which it imports.
"""

import json
import os
import sys
import tempfile
from importlib.metadata import version

from safetensors import SafetensorError, deserialize, safe_open

EXPECTED = '0.8.0'


def in_bytes(listed) -> bytes:
    return listed[0].encode()


def verdict(file: bytes, path: str):
    try:
        tensors = deserialize(file)
    except SafetensorError:
        return None
    with open(path, 'wb') as handle:
        handle.write(file)
    # The same file once more through the door that gives the metadata.
    with safe_open(path, framework='np') as opened:
        metadata = opened.metadata() or {}
    listed = [[name, t['dtype'], t['shape'], t['data'][0] if t['data'] else None, len(t['data'])] for name, t in tensors]
    return {'tensors': sorted(listed, key=in_bytes), 'metadata': sorted(metadata.items(), key=in_bytes)}


def main() -> None:
    if version('safetensors') != EXPECTED:
        sys.exit(f'The verdicts are those of safetensors {EXPECTED}; this is {version("safetensors")}.')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file.safetensors')
        while prefix := sys.stdin.buffer.read(4):
            file = sys.stdin.buffer.read(int.from_bytes(prefix, 'little'))
            print(json.dumps(verdict(file, path), sort_keys=True, ensure_ascii=True))


if __name__ == '__main__':
    main()
