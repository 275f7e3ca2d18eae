"""What studies should find in the checkpoints under test/fixtures/studies, which this project's own trainer wrote
(test/write-study-run.ts). Files, samples and measures are read and computed here without any of the project's code."""

import json
import math
import struct
from itertools import combinations
from pathlib import Path

import numpy
import torch
from torch import Tensor

from measures import pair_cosines
from objectives import token_losses
from transformer import forward

FOLDER = Path(__file__).resolve().parent.parent / 'fixtures' / 'studies'
STEPS, TOKENS, TOP = (40, 60), 320, 3
MARGIN = 5e-6
"""Least distance between scores whose order decides a result: dozens of roundings of float32."""


def read_checkpoint(folder: Path) -> tuple[dict, dict[str, Tensor]]:
    """Configuration and float64 tensors. safetensors: a length, a JSON header, then the bytes."""
    configuration = json.loads((folder / 'state.json').read_text())['state']['configuration']
    data = (folder / 'model.safetensors').read_bytes()
    (length,) = struct.unpack('<Q', data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == '__metadata__':
            continue
        begin, end = (8 + length + offset for offset in entry['data_offsets'])
        array = numpy.frombuffer(data[begin:end], '<f4').reshape(entry['shape']).astype(numpy.float64)
        tensors[name] = torch.from_numpy(array)
    return configuration, tensors


def read_validation() -> tuple[numpy.ndarray, numpy.ndarray, list[str]]:
    """Tokens, the domain of each, and the domains' names."""
    corpus = FOLDER / 'corpus'
    tokens = numpy.frombuffer((corpus / 'validation.tokens').read_bytes(), '<u2').astype(numpy.int64)
    documents = numpy.frombuffer((corpus / 'validation.documents').read_bytes(), [('end', '<f8'), ('domain', '<u4')])
    lengths = numpy.diff(documents['end'], prepend=0).astype(int)
    names = [entry['label'] for entry in json.loads((corpus / 'corpus.json').read_text())['domains']]
    return tokens, numpy.repeat(documents['domain'].astype(int), lengths), names


def sample(tokens: numpy.ndarray, B: int, T: int) -> numpy.ndarray:
    """Starts of windows spread evenly over the split, whole batches of B."""
    windows = (len(tokens) - 1) // T
    count = min(math.ceil(TOKENS / (B * T)), windows // B) * B
    return numpy.array([place * windows // count * T for place in range(count)])


def t_quantile(level: float, degrees: int) -> float:
    """|T| stays under it with probability `level`: the density summed by Simpson's rule, then bisection."""
    scale = math.gamma((degrees + 1) / 2) / (math.sqrt(degrees * math.pi) * math.gamma(degrees / 2))

    def within(t: float) -> float:
        x = numpy.linspace(0, t, 20_001)
        density = scale * (1 + x * x / degrees) ** (-(degrees + 1) / 2)
        weights = numpy.ones_like(x)
        weights[1:-1:2], weights[2:-1:2] = 4, 2
        return 2 * float((weights * density).sum()) * (x[1] - x[0]) / 3

    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < level else (low, middle)
    return low


def specialisation(chosen: Tensor, ids: Tensor, E: int) -> dict:
    """OLMoE §5.4. chosen [N, K], ids [N]. `top` by the lower end of the 95% Wilson interval of the share."""
    means, tops = [], []
    for expert in range(E):
        mine = (chosen == expert).any(1)
        ranked, weighted = [], 0.0
        for token in ids[mine].unique().tolist():
            own, total = int(((ids == token) & mine).sum()), int((ids == token).sum())
            p, z = own / total, 1.959964
            centre = p + z * z / (2 * total)
            bound = (centre - z * math.sqrt(p * (1 - p) / total + z * z / (4 * total**2))) / (1 + z * z / total)
            ranked.append((-bound, token, own, p))
            weighted += own * p
        means.append(weighted / int(mine.sum()))
        tops.append([{'token': token, 'count': own, 'share': p} for _, token, own, p in sorted(ranked)[:TOP]])
    return {'specialisation': torch.tensor(means, dtype=torch.float64), 'top': tops}


def gap(scores: Tensor, K: int) -> float:
    """Least distance of the K-th best score from the next, over all rows."""
    best = scores.sort(-1, descending=True).values
    return float((best[:, K - 1] - best[:, K]).min())


class Pass:
    """Everything that one checkpoint says of the sample."""

    def __init__(self, step: int):
        self.step = step
        self.configuration, parameters = read_checkpoint(FOLDER / f'step-{step}')
        self.model = self.configuration['model']
        split, domain_of, self.domains = read_validation()
        T = self.model['context']
        starts = sample(split, self.configuration['training']['batch'], T)
        windows = torch.from_numpy(numpy.stack([split[start : start + T + 1] for start in starts]))
        self.inputs, self.targets = windows[:, :-1], windows[:, 1:]
        self.domain = torch.from_numpy(numpy.stack([domain_of[start + 1 : start + T + 1] for start in starts])).flatten()
        layers = range(self.model['layers'])
        self.bias = torch.stack([parameters.pop(f'layers.{layer}.router.bias') for layer in layers])
        self.routers = [parameters[f'layers.{layer}.router'] for layer in layers]
        self.parameters = parameters
        logits, self.routings = forward(parameters, self.model, self.inputs, self.bias)
        self.losses, _ = token_losses(logits, self.targets)
        self.predicted = logits.argmax(-1).flatten()
        K = self.model['active']
        distances = [gap(logits.flatten(0, 1), 1), *(gap(routing.scores, K) for routing in self.routings)]
        if min(distances) < MARGIN:
            raise ValueError(f'step {step} decides something by rounding: {distances}; train it with another seed')

    @property
    def chosen(self) -> list[Tensor]:
        return [routing.chosen for routing in self.routings]


def overlap(a: Tensor, b: Tensor) -> float:
    return float(torch.tensor([len(set(x) & set(y)) for x, y in zip(a.tolist(), b.tolist(), strict=True)]).double().mean()) / a.shape[1]


def routing_part(found: Pass, before: Pass | None, reference: Pass) -> dict:
    E, G = found.model['experts'], len(found.domains)
    marks = torch.stack([torch.stack([(chosen == e).any(1) for e in range(E)], 1).double() for chosen in found.chosen])
    of_domain = torch.stack([(found.domain == g) for g in range(G)], 1).double()
    vocabulary = {}
    for name, ids in (('input', found.inputs), ('target', found.targets), ('predicted', found.predicted)):
        layers = [specialisation(chosen, ids.flatten(), E) for chosen in found.chosen]
        vocabulary[name] = {
            'specialisation': torch.stack([layer['specialisation'] for layer in layers]),
            'top': [layer['top'] for layer in layers],
        }
    return {
        'loss': found.losses.mean(),
        'counts': marks.sum(1),
        'saturation': [overlap(*pair) for pair in zip(found.chosen, reference.chosen, strict=True)],
        'switchRate': before and [1 - overlap(*pair) for pair in zip(found.chosen, before.chosen, strict=True)],
        'together': torch.einsum('lni,lnj->lij', marks, marks),
        'domainTokens': of_domain.sum(0),
        'domainSlots': torch.einsum('lni,ng->lig', marks, of_domain),
        'vocabulary': vocabulary,
    }


def similarity_part(found: Pass) -> dict:
    B, T = found.inputs.shape
    E = found.model['experts']
    above = torch.ones(E, E, dtype=torch.bool).triu(1)
    pes, errors, clustered, halves, cosines = [], [], [], [], []
    for routing in found.routings:
        of_pair = pair_cosines(routing.expert_outputs)
        of_token = of_pair[:, above].mean(1)
        of_sequence = of_token.reshape(B, T).mean(1)
        pes.append(of_token.mean())
        errors.append(of_token.std(correction=1) / (B * T) ** 0.5)
        clustered.append(of_sequence.std(correction=1) / B**0.5)
        halves.append(clustered[-1] * t_quantile(0.95, B - 1))
        cosines.append(of_pair.mean(0))
    ranked = [sorted(combinations(range(E), 2), key=lambda pair: -float(mean[pair])) for mean in cosines]
    return {
        'pes': torch.stack(pes),
        'standardError': torch.stack(errors),
        'sequenceStandardError': torch.stack(clustered),
        'halfInterval': torch.stack(halves),
        'cosines': torch.stack(cosines),
        'most': [pairs[0] for pairs in ranked],
        'least': [pairs[-1] for pairs in ranked],
    }


def geometry_part(found: Pass, before: Pass | None) -> dict:
    E = found.model['experts']
    identity = numpy.eye(E)
    routers = [router.numpy() for router in found.routers]
    norms = [numpy.linalg.norm(router, axis=0) for router in routers]
    cosines = [(r / n).T @ (r / n) for r, n in zip(routers, norms, strict=True)]
    loads = [numpy.bincount(chosen.flatten().numpy(), minlength=E) / chosen.numel() for chosen in found.chosen]
    earlier = before and [router.numpy() for router in before.routers]
    pairs = list(zip(earlier, routers, strict=True)) if earlier else []
    return {
        'gram': numpy.stack([r.T @ r for r in routers]),
        'cosine': numpy.stack(cosines),
        'singularValues': numpy.stack([numpy.linalg.svd(r, compute_uv=False) for r in routers]),
        'norms': numpy.stack(norms),
        'load': numpy.stack(loads),
        'normLoadCorrelation': numpy.array([numpy.corrcoef(n, l)[0, 1] for n, l in zip(norms, loads, strict=True)]),
        'drift': {
            'relative': [float(numpy.linalg.norm(b - a) / numpy.linalg.norm(a)) for a, b in pairs],
            'cosine': [
                float(((a * b).sum(0) / numpy.linalg.norm(a, axis=0) / numpy.linalg.norm(b, axis=0)).mean())
                for a, b in pairs
            ],
        }
        if pairs
        else None,
        'l1': numpy.array([abs(r.T @ r - identity).sum() for r in routers]),
        'meanSquare': numpy.array([((r.T @ r - identity) ** 2).mean() for r in routers]),
        'direction': numpy.array([((c - identity) ** 2).mean() for c in cosines]),
    }


def lens_part(found: Pass, text: str) -> dict:
    """A text of fewer than T bytes, alone in its sequence."""
    ids = torch.tensor([list(text.encode())])
    logits, routings = forward(found.parameters, found.model, ids, found.bias)
    losses, _ = token_losses(logits[:, :-1], ids[:, 1:])
    return {
        'text': text,
        'losses': losses.flatten(),
        'predicted': logits.argmax(-1).flatten(),
        'chosen': torch.stack([routing.chosen for routing in routings]),
        'probabilities': torch.stack([routing.probabilities.gather(1, routing.chosen) for routing in routings]),
    }


def study_fixtures() -> dict[str, dict]:
    passes = [Pass(step) for step in STEPS]
    first, last = passes
    parts = [
        {
            'step': found.step,
            'routing': routing_part(found, before, last),
            'similarity': similarity_part(found),
            'geometry': geometry_part(found, before),
        }
        for before, found in ((None, first), (first, last))
    ]
    lens = lens_part(last, '12: abc of é')
    return {'studies/expected.json': {'tokens': TOKENS, 'topTokens': TOP, 'parts': parts, 'lens': lens}}
