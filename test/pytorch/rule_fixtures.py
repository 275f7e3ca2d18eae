"""Fixtures of the rules around the model: schedule, AdamW on given gradients, bias update, router orthogonality."""

import torch
from torch import Tensor

from cases import generator_of
from encoding import single
from measures import orthogonality
from objectives import bias_update, normalised_gram, simbal
from training import adamw, learning_rate

SCHEDULES = [
    {'steps': 50, 'learningRate': 1e-3, 'finalFraction': 0.1, 'warmupSteps': 10, 'warmupFraction': 0.1},
    {'steps': 7, 'learningRate': 0.5, 'finalFraction': 0.0, 'warmupSteps': 0, 'warmupFraction': 0.1},
    {'steps': 9, 'learningRate': 3e-4, 'finalFraction': 1.0, 'warmupSteps': 3, 'warmupFraction': 0.0},
    {'steps': 4, 'learningRate': 2e-4, 'finalFraction': 0.1, 'warmupSteps': 20, 'warmupFraction': 0.1},
    {'steps': 5, 'learningRate': 2e-4, 'finalFraction': 0.1, 'warmupSteps': 4, 'warmupFraction': 1.0},
]


def schedules() -> dict:
    """Learning rates of steps 1 … steps."""
    cases = []
    for training in SCHEDULES:
        rates = [learning_rate(step, training) for step in range(1, training['steps'] + 1)]
        cases.append({'training': training, 'learningRates': torch.tensor(rates, dtype=torch.float64)})
    return {'cases': cases}


def optimizers() -> dict:
    """AdamW fed given gradients, each multiplied by a scale first: a matrix and a gain, all state after every step.
    Entry [0, 0] of the matrix never has a gradient; its other entries span eight orders of magnitude."""
    cases = []
    for name, decay_on, decay, beta2, epsilon in [
        ('all', 'all', 0.01, 0.95, 1e-8),
        ('matrices', 'matrices', 0.1, 0.999, 1e-6),
        ('no-decay', 'all', 0.0, 0.0, 1e-8),
    ]:
        training = {'weightDecay': decay, 'decayOn': decay_on, 'beta1': 0.9, 'beta2': beta2, 'epsilon': epsilon}
        generator = generator_of(f'adamw/{name}', 0)
        start = {key: single(generator.standard_normal(shape)) for key, shape in (('matrix', (3, 4)), ('gain', (4,)))}
        parameters = {key: value.clone().requires_grad_() for key, value in start.items()}
        optimizer, steps = adamw(parameters, training), []
        for step in range(1, 6):
            gradients = {key: single(generator.standard_normal(value.shape)) for key, value in start.items()}
            magnitudes = 10.0 ** torch.arange(-6, 6, dtype=torch.float64).clamp(max=2).reshape(3, 4)
            gradients['matrix'] = single((gradients['matrix'] * magnitudes).numpy())
            gradients['matrix'][0, 0] = 0
            rate, scale = 0.1 / step, 1 / step
            for key, value in parameters.items():
                value.grad = gradients[key] * scale
            for group in optimizer.param_groups:
                group['lr'] = rate
            optimizer.step()
            state = {key: optimizer.state[value] for key, value in parameters.items()}
            after = {
                'parameters': {key: value.detach().clone() for key, value in parameters.items()},
                'firstMoment': {key: moments['exp_avg'].clone() for key, moments in state.items()},
                'secondMoment': {key: moments['exp_avg_sq'].clone() for key, moments in state.items()},
            }
            used = {'step': step, 'learningRate': rate, 'gradientScale': scale, 'gradients': gradients}
            steps.append({**used, 'after': after})
        cases.append({'name': name, 'training': training, 'parameters': start, 'steps': steps})
    return {'cases': cases}


def bias_updates() -> dict:
    cases = []
    for counts, rate in [
        ([[4, 8, 5, 3], [5, 5, 5, 5]], 0.001),
        ([[20, 0, 0, 0], [10, 10, 0, 0]], 0.5),
        ([[7]], 0.001),
    ]:
        counts = torch.tensor(counts)
        bias = single(generator_of(f'bias/{rate}/{counts.shape[1]}', 0).standard_normal(counts.shape))
        cases.append({'bias': bias, 'counts': counts, 'rate': rate, 'updated': bias_update(bias, counts, rate)})
    return {'cases': cases}


def hadamard(size: int) -> Tensor:
    """[size, size] of ±1 with orthogonal columns; size a power of two."""
    half = torch.ones(1, 1, dtype=torch.float64) if size == 2 else hadamard(size // 2)
    return torch.cat([torch.cat([half, half], 1), torch.cat([half, -half], 1)])


def orthogonalities() -> dict:
    """Both measures of a router [D, E], its SimBal and normalised Gram losses (no coefficients) with their gradients.
    SimBal's gradient takes sign(0) = 0. The routers with entries 0 in RᵀR − I have them exactly, in float32 too."""
    generator = generator_of('orthogonality', 0)
    routers = {
        'tall': single(generator.standard_normal((12, 5)) * 0.5),
        'wide': single(generator.standard_normal((4, 7)) * 0.5),
        'one-expert': single(generator.standard_normal((6, 1))),
        'identity': torch.eye(6, 4, dtype=torch.float64),
        'twice-identity': 2 * torch.eye(6, 4, dtype=torch.float64),
        'orthonormal': hadamard(16)[:, :8] / 4,
    }
    cases = []
    for name, router in routers.items():
        leaf = router.clone().requires_grad_()
        gradients = {
            'simbal': torch.autograd.grad(simbal(leaf), leaf)[0],
            'normalisedGram': torch.autograd.grad(normalised_gram(leaf), leaf)[0],
        }
        losses = {'simbal': simbal(router), 'normalisedGram': normalised_gram(router)}
        cases.append({'name': name, 'router': router, **orthogonality(router), **losses, 'gradients': gradients})
    return {'cases': cases}


def rule_fixtures() -> dict[str, dict]:
    return {
        'rule/schedule.json': schedules(),
        'rule/adamw.json': optimizers(),
        'rule/bias-update.json': bias_updates(),
        'rule/orthogonality.json': orthogonalities(),
    }
