"""Writes test/fixtures from the seeds in these files: `python3 test/pytorch/write_fixtures.py`.

Needs torch 2.13.0 and numpy. On one machine the files come out the same byte for byte; another processor may round the
last bits differently, so `--check` writes nothing and compares: equal bytes, or else every number within 1e-9 of the
largest in its array.
Prints what it did; exits 1 where a check fails.
"""

import argparse
import sys
from pathlib import Path

import numpy
import torch

from encoding import decode, encode, read, text
from kernel_fixtures import kernel_fixtures
from model_fixtures import model_fixtures
from pruning_fixtures import pruning_fixtures
from rule_fixtures import rule_fixtures
from self_check import self_check
from study_fixtures import study_fixtures
from trajectory_fixtures import trajectory_fixtures

FOLDER = Path(__file__).resolve().parent.parent / 'fixtures'


def same(written, made) -> bool:
    """Equal structure, integers and text; floating-point numbers within 1e-9, relative to the largest beside them."""
    if isinstance(written, dict) and isinstance(made, dict):
        return written.keys() == made.keys() and all(same(written[key], made[key]) for key in written)
    if isinstance(written, list) and isinstance(made, list):
        return len(written) == len(made) and all(same(*pair) for pair in zip(written, made, strict=True))
    if isinstance(written, numpy.ndarray) and isinstance(made, numpy.ndarray):
        if written.shape != made.shape or written.dtype != made.dtype:
            return False
        scale = max(float(abs(written).max()), 1e-6) if written.dtype.kind == 'f' else 0
        return bool((abs(written - made) <= 1e-9 * scale).all())
    if isinstance(written, float) and isinstance(made, float):
        return abs(written - made) <= 1e-9 * max(abs(written), 1e-6)
    return type(written) is type(made) and written == made


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('--check', action='store_true', help='compare with the files that are there and write nothing')
    check = options.parse_args().check
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    self_check()
    fixtures = {**model_fixtures(), **trajectory_fixtures(), **kernel_fixtures(), **rule_fixtures(), **pruning_fixtures()}
    fixtures |= study_fixtures()
    stale = [path for path in FOLDER.glob('*/*.json') if str(path.relative_to(FOLDER)) not in fixtures]
    if check:
        differing = [str(path.relative_to(FOLDER)) for path in stale]
        identical = 0
        for name, fixture in fixtures.items():
            path = FOLDER / name
            if path.exists() and path.read_text() == text(fixture):
                identical += 1
            elif not path.exists() or not same(decode(read(path)), decode(encode(fixture))):
                differing.append(name)
        print(f'{len(fixtures)} fixtures: {identical} identical, {len(differing)} differing', *differing)
        return 1 if differing else 0
    for path in stale:
        path.unlink()
    for name, fixture in fixtures.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text(fixture))
    total = sum((FOLDER / name).stat().st_size for name in fixtures)
    print(f'{len(fixtures)} fixtures, {total / 1e6:.2f} MB, in {FOLDER}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
