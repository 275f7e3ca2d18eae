"""The model cases: which configurations, objectives and awkward routings the fixtures cover; their random inputs."""

import zlib
from dataclasses import dataclass, field
from typing import Literal

import numpy
import torch
from torch import Tensor

from encoding import single
from transformer import Parameters

SMALL = {
    'vocabulary': 11,
    'width': 8,
    'layers': 2,
    'heads': 2,
    'context': 5,
    'experts': 4,
    'active': 2,
    'expertWidth': 6,
}
ODD = {
    'vocabulary': 13,
    'width': 12,
    'layers': 1,
    'heads': 3,
    'context': 7,
    'experts': 5,
    'active': 3,
    'expertWidth': 5,
}
DEFAULTS = {
    'kind': 'moe',
    'ropeTheta': 1e4,
    'normEpsilon': 1e-6,
    'queryKeyNorm': False,
    'renormalise': False,
    'outputZLoss': 1e-2,
    'initDeviation': 0.02,
    'routerInit': 'normal',
}

SIMBAL = {'kind': 'simbal', 'coefficient': 0.1, 'layers': 'mean'}
SIMBAL_SUM = {'kind': 'simbal', 'coefficient': 0.1, 'layers': 'sum'}
LBL_SEQUENCE = {'kind': 'lbl-sequence', 'coefficient': 0.1}
LBL_MICRO_BATCH = {'kind': 'lbl-micro-batch', 'coefficient': 0.1}
LBL_GLOBAL_BATCH = {'kind': 'lbl-global-batch', 'coefficient': 0.1}
ROUTER_Z = {'kind': 'router-z', 'coefficient': 0.01}
NORMALISED_GRAM = {'kind': 'normalised-gram', 'coefficient': 0.5}
LOSS_FREE_BIAS = {'kind': 'loss-free-bias', 'rate': 0.01}
EVERY_TERM = [SIMBAL, LBL_SEQUENCE, LBL_MICRO_BATCH, LBL_GLOBAL_BATCH, ROUTER_Z, NORMALISED_GRAM, LOSS_FREE_BIAS]


@dataclass
class Case:
    """`routing`: plain; `unused` (the router gives expert 2 no token), `one` (every token prefers expert 1), `ties`
    (experts 0 and 2, and 1 and 3, have equal router columns with a single entry 1, so that their logits are equal in
    any precision and order of summation). `bias` [E] is that of every layer."""

    name: str
    objective: list[dict] = field(default_factory=list)
    model: dict = field(default_factory=dict)
    shape: dict = field(default_factory=lambda: SMALL)
    batch: int = 2
    routing: Literal['plain', 'unused', 'one', 'ties'] = 'plain'
    bias: list[float] | None = None

    @property
    def configuration(self) -> dict:
        return {**DEFAULTS, **self.shape, **self.model}


CASES = [
    Case('none'),
    Case('no-output-z-loss', model={'outputZLoss': 0}),
    Case('simbal', [SIMBAL]),
    Case('simbal-sum', [SIMBAL_SUM]),
    Case('lbl-sequence', [LBL_SEQUENCE]),
    Case('lbl-micro-batch', [LBL_MICRO_BATCH]),
    Case('lbl-global-batch', [LBL_GLOBAL_BATCH]),
    Case('router-z', [ROUTER_Z]),
    Case('normalised-gram', [NORMALISED_GRAM]),
    Case('loss-free-bias', [LOSS_FREE_BIAS], bias=[0.25, -0.125, 0.0, 0.0625]),
    Case('simbal-and-lbl', [SIMBAL, LBL_SEQUENCE]),
    Case('bias-and-simbal', [LOSS_FREE_BIAS, SIMBAL], bias=[-0.25, 0.125, 0.0625, 0.0]),
    Case(
        'every-term',
        EVERY_TERM,
        {'queryKeyNorm': True, 'renormalise': True},
        ODD,
        batch=3,
        bias=[0.0, 0.125, -0.125, 0.0, 0.25],
    ),
    Case('dense', model={'kind': 'dense', 'experts': 1, 'active': 1, 'expertWidth': 12}),
    Case('dense-odd', model={'kind': 'dense', 'experts': 1, 'active': 1, 'queryKeyNorm': True}, shape=ODD, batch=3),
    Case('query-key-norm', model={'queryKeyNorm': True, 'normEpsilon': 1e-2}),
    Case('renormalise', [LBL_SEQUENCE], {'renormalise': True}),
    Case('renormalise-one-active', [LBL_SEQUENCE], {'renormalise': True, 'active': 1}),
    Case('all-active', [LBL_SEQUENCE], {'active': 4}),
    Case('one-active', [LBL_MICRO_BATCH], {'active': 1}),
    Case('one-layer', [SIMBAL], {'layers': 1}),
    Case('three-layers', [SIMBAL, LBL_MICRO_BATCH], {'layers': 3, 'heads': 1, 'width': 6, 'ropeTheta': 1e5}),
    Case('odd', [SIMBAL, LBL_SEQUENCE], shape=ODD, batch=3),
    Case('one-sequence', [LBL_SEQUENCE, LBL_MICRO_BATCH], shape=ODD, batch=1),
    Case('unused-expert-by-bias', [LOSS_FREE_BIAS, LBL_SEQUENCE], bias=[0.0, 0.0, -1.5, 0.0]),
    Case('unused-expert-by-router', [LBL_MICRO_BATCH], routing='unused'),
    Case('one-expert-takes-all', [LBL_SEQUENCE], {'active': 1}, routing='one'),
    Case('one-expert', [SIMBAL, LBL_SEQUENCE, NORMALISED_GRAM, ROUTER_Z], {'experts': 1, 'active': 1}),
    Case('ties-one-active', [LBL_SEQUENCE], {'active': 1}, routing='ties'),
    Case('ties-three-active', [LBL_MICRO_BATCH], {'active': 3}, routing='ties'),
]


def parameter_shapes(model: dict) -> dict[str, tuple[int, ...]]:
    V, D, F, E = (model[key] for key in ('vocabulary', 'width', 'expertWidth', 'experts'))
    shapes: dict[str, tuple[int, ...]] = {'embedding': (V, D)}
    for layer in range(model['layers']):
        prefix = f'layers.{layer}'
        shapes[f'{prefix}.attention.norm'] = (D,)
        for part in ('query', 'key', 'value', 'output'):
            shapes[f'{prefix}.attention.{part}'] = (D, D)
        if model['queryKeyNorm']:
            shapes[f'{prefix}.attention.queryNorm'] = shapes[f'{prefix}.attention.keyNorm'] = (D,)
        shapes[f'{prefix}.experts.norm'] = (D,)
        if model['kind'] == 'moe':
            shapes[f'{prefix}.router'] = (D, E)
        for part, shape in (('gate', (D, F)), ('up', (D, F)), ('down', (F, D))):
            shapes.update({f'{prefix}.experts.{member}.{part}': shape for member in range(E)})
    return {**shapes, 'norm': (D,), 'head': (V, D)}


def random_parameters(model: dict, generator: numpy.random.Generator) -> Parameters:
    """Larger than an initialisation, so that every part of the model shows in every gradient: gains about 1, embeddings
    of deviation 1, matrices of deviation 1/√(rows)."""
    parameters: Parameters = {}
    for name, shape in parameter_shapes(model).items():
        values = generator.standard_normal(shape)
        if len(shape) == 1:
            values = 1 + 0.2 * values
        elif name not in ('embedding', 'head'):
            values = values / shape[0] ** 0.5
        parameters[name] = single(values)
    return parameters


def force_routing(parameters: Parameters, routing: str) -> None:
    """Turns the routers into those of an awkward case, see `Case`."""
    for name, router in parameters.items():
        if not name.endswith('.router') or routing == 'plain':
            continue
        if routing == 'ties':
            router.zero_()
            for member, row in enumerate((3, 5, 3, 5)):
                router[row, member] = 1
        else:
            router[0, 2 if routing == 'unused' else 1] = -6 if routing == 'unused' else 6
    if routing in ('unused', 'one'):
        parameters['embedding'][:, 0] = 4  # makes the first entry of every normed hidden state positive


def generator_of(name: str, attempt: int) -> numpy.random.Generator:
    return numpy.random.default_rng([zlib.crc32(name.encode()), attempt])


def random_inputs(case: Case, attempt: int) -> tuple[Parameters, Tensor]:
    """Parameters, and tokens [2, B, T + 1]: the case's own micro-batch and another one of the same optimizer batch."""
    generator, model = generator_of(case.name, attempt), case.configuration
    parameters = random_parameters(model, generator)
    force_routing(parameters, case.routing)
    tokens = generator.integers(0, model['vocabulary'], (2, case.batch, model['context'] + 1))
    return parameters, torch.from_numpy(tokens)
