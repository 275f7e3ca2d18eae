"""Fixtures of pruning: criteria and losses of the checkpoint in test/fixtures/pruning, which the lab's own trainer wrote."""

import json
from pathlib import Path

import numpy
import torch
from torch import Tensor

import pruning
from objectives import token_losses
from transformer import Parameters

SOURCE = Path(__file__).resolve().parent.parent / 'fixtures' / 'pruning'

SETTINGS = [
    {'method': 'none'},
    {'method': 'drop-top', 'experts': 1},
    {'method': 'drop-top', 'experts': 4},
    {'method': 'drop-top', 'experts': 2, 'renormalise': True},
    {'method': 'threshold', 'threshold': 0.15},
    {'method': 'threshold', 'threshold': 0.22, 'renormalise': True},
    {'method': 'threshold', 'threshold': 0.22, 'keepOne': False},
    {'method': 'threshold', 'threshold': 1},
    {'method': 'threshold', 'threshold': 1, 'keepOne': False},
    {'method': 'fewer-active', 'active': 1},
    {'method': 'fewer-active', 'active': 1, 'renormalise': True},
    {'method': 'dynamic', 'share': 0.6},
    {'method': 'dynamic', 'share': 0.7, 'renormalise': True},
    *(
        {'method': 'remove', 'criterion': criterion, 'ratio': ratio, 'scope': scope}
        for criterion in ('frequency', 'gate-weighted-frequency', 'reap', 'output-similarity', 'router-similarity')
        for ratio, scope in ((0.5, 'layer'), (0.4, 'global'))
    ),
    {'method': 'remove', 'criterion': 'reap', 'ratio': 0.83, 'scope': 'layer'},
    {'method': 'remove', 'criterion': 'frequency', 'ratio': 0.5, 'scope': 'layer', 'reversed': True},
    {'method': 'remove', 'criterion': 'output-similarity', 'ratio': 0.5, 'scope': 'global', 'reversed': True},
    {'method': 'merge', 'similarity': 'output-similarity', 'ratio': 0.5, 'scope': 'layer'},
    {'method': 'merge', 'similarity': 'router-similarity', 'ratio': 0.5, 'scope': 'global'},
]


def safetensors(path: Path) -> Parameters:
    data = path.read_bytes()
    length = int.from_bytes(data[:8], 'little')
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        begin, end = (8 + length + offset for offset in entry['data_offsets'])
        values = numpy.frombuffer(data[begin:end], '<f4').reshape(entry['shape'])
        tensors[name] = torch.from_numpy(values.astype(numpy.float64))
    return tensors


def windows(split: str, T: int, batch: int) -> Tensor:
    """All windows [W, T + 1] of whole batches, one after the other, evenly spread where some are left over."""
    tokens = numpy.fromfile(SOURCE / 'corpus' / f'{split}.tokens', '<u2').astype(numpy.int64)
    count = (len(tokens) - 1) // T
    used = count // batch * batch
    starts = [place * count // used * T for place in range(used)]
    return torch.stack([torch.from_numpy(tokens[start : start + T + 1]) for start in starts])


def evaluate(setting: dict, model: dict, parameters: Parameters, bias: Tensor, sequences: Tensor, calibration) -> dict:
    active, rule, skip, kept = model['active'], pruning.plain, 0, None
    match setting['method']:
        case 'drop-top':
            skip = setting['experts']
        case 'threshold':
            rule = pruning.threshold(setting['threshold'], setting.get('keepOne', True))
        case 'fewer-active':
            active = setting['active']
        case 'dynamic':
            rule = pruning.dynamic(setting['share'])
        case 'remove' | 'merge':
            criterion = setting.get('criterion', setting.get('similarity'))
            scores = pruning.criterion_scores(calibration)[criterion]
            kept = pruning.staying(scores, setting['ratio'], setting['scope'], setting.get('reversed', False))
            if setting['method'] == 'merge':
                cosines = calibration.outputs if criterion == 'output-similarity' else calibration.routers
                parameters, bias = pruning.merged(parameters, bias, kept, cosines, calibration.frequency)
    if setting.get('renormalise'):
        rule = pruning.renormalised(rule)
    logits, layers = pruning.forward(parameters, model, sequences[:, :-1], bias, active, rule, skip, kept)
    losses, _ = token_losses(logits, sequences[:, 1:])
    counts = [
        torch.bincount(layer.chosen[layer.weights > 0], minlength=model['experts']) for layer in layers
    ]
    return {'setting': setting, 'blocks': losses.mean(1), 'counts': torch.stack(counts), 'kept': kept}


def pruning_fixtures() -> dict:
    """Losses of each validation sequence, slots that were kept, experts that stay; and the scores of each criterion."""
    state = json.loads((SOURCE / 'checkpoint' / 'state.json').read_text())['state']
    model, batch = state['configuration']['model'], state['configuration']['training']['batch']
    parameters = safetensors(SOURCE / 'checkpoint' / 'model.safetensors')
    bias = torch.stack([parameters[f'layers.{layer}.router.bias'] for layer in range(model['layers'])])
    sample = torch.tensor(json.loads((SOURCE / 'calibration' / 'batches.json').read_text()))
    with torch.no_grad():
        calibration = pruning.calibrate(parameters, model, sample.reshape(-1, model['context']), bias)
        sequences = windows('validation', model['context'], batch)
        cases = [evaluate(setting, model, parameters, bias, sequences, calibration) for setting in SETTINGS]
    return {'pruning/expected.json': {'scores': pruning.criterion_scores(calibration), 'cases': cases}}
