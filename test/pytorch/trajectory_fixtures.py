"""Whole training trajectories of 50 AdamW steps, each on inputs where a float32 twin ends at the same place."""

import numpy
import torch
from torch import Tensor

from cases import (
    DEFAULTS,
    LBL_GLOBAL_BATCH,
    LBL_SEQUENCE,
    LOSS_FREE_BIAS,
    SIMBAL,
    SMALL,
    generator_of,
    random_parameters,
)
from training import train

TRAINING = {
    'steps': 50,
    'batch': 2,
    'accumulate': 1,
    'learningRate': 0.005,
    'finalFraction': 0.1,
    'warmupSteps': 10,
    'warmupFraction': 0.1,
    'weightDecay': 0.01,
    'decayOn': 'all',
    'beta1': 0.9,
    'beta2': 0.95,
    'epsilon': 1e-8,
    'clip': 1.0,
    'checkpointEvery': 0,
}
TRAJECTORIES: dict[str, tuple[dict, list[dict], dict]] = {
    'none': ({}, [], {}),
    'simbal': ({}, [SIMBAL], {}),
    'simbal-accumulate': ({'queryKeyNorm': True}, [SIMBAL], {'accumulate': 2, 'decayOn': 'matrices'}),
    'lbl-accumulate': ({}, [LBL_SEQUENCE], {'accumulate': 2}),
    'lbl-global-batch-accumulate': ({'renormalise': True}, [LBL_GLOBAL_BATCH], {'accumulate': 2, 'clip': 0}),
    'bias-and-simbal-accumulate': ({}, [LOSS_FREE_BIAS, SIMBAL], {'accumulate': 2, 'warmupSteps': 0}),
    'dense': ({'kind': 'dense', 'experts': 1, 'active': 1}, [], {'finalFraction': 0, 'warmupFraction': 0}),
}
MARGIN = 5e-5
DRIFT = 2e-6
"""Least margin of any choice of experts, and the largest relative difference of the float32 twin's parameters."""


def random_text(shape: tuple[int, ...], V: int, generator: numpy.random.Generator) -> Tensor:
    """Tokens with something to learn: three in four follow from the one before by a fixed rule, others are uniform."""
    tokens = generator.integers(0, V, shape)
    follows = generator.random(shape) < 0.75
    for position in range(1, shape[-1]):
        rule = (3 * tokens[..., position - 1] + 1) % V
        tokens[..., position] = numpy.where(follows[..., position], rule, tokens[..., position])
    return torch.from_numpy(tokens)


def drift(actual: dict[str, Tensor], expected: dict[str, Tensor]) -> float:
    return max(float((actual[name].double() - value).norm() / value.norm()) for name, value in expected.items())


def trajectory_fixture(name: str) -> dict:
    changes, objective, training_changes = TRAJECTORIES[name]
    model, training = {**DEFAULTS, **SMALL, **changes}, {**TRAINING, **training_changes}
    for attempt in range(200):
        generator = generator_of(f'trajectory/{name}', attempt)
        start = random_parameters(model, generator)
        shape = (training['steps'], training['accumulate'], training['batch'], model['context'] + 1)
        tokens = random_text(shape, model['vocabulary'], generator)
        end = train(start, model, objective, training, tokens)
        if end['margin'] < MARGIN:
            continue
        twin = train({key: value.float() for key, value in start.items()}, model, objective, training, tokens)
        if drift(twin['parameters'], end['parameters']) < DRIFT:
            break
    else:
        raise RuntimeError(f'{name}: no trajectory is clear of rounding')
    outputs = {key: value for key, value in end.items() if key != 'margin'}
    return {
        'name': name,
        'model': model,
        'objective': objective,
        'training': training,
        'inputs': {'tokens': tokens[..., :-1], 'targets': tokens[..., 1:]},
        'parameters': start,
        'outputs': outputs,
    }


def trajectory_fixtures() -> dict[str, dict]:
    return {f'trajectory/{name}.json': trajectory_fixture(name) for name in TRAJECTORIES}
