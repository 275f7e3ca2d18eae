"""Training as the fixtures define it: the schedule, gradient clipping, and whole trajectories of torch.optim.AdamW."""

import math

import torch
from torch import Tensor

from evaluation import evaluate
from objectives import bias_update
from transformer import Parameters


def learning_rate(step: int, training: dict) -> float:
    """For step = 1 … steps. Warm-up while step ≤ warmupSteps: peak·(f₀ + (1 − f₀)·step/warmupSteps), f₀ the
    warmupFraction, so its last step has the peak. Then a cosine over the remaining steps, which reaches finalFraction·peak at the last:
    peak·(f₁ + (1 − f₁)·(1 + cos(π·q))/2), q = (step − warmupSteps)/(steps − warmupSteps)."""
    peak, warmup = training['learningRate'], training['warmupSteps']
    if step <= warmup:
        return peak * (training['warmupFraction'] + (1 - training['warmupFraction']) * step / warmup)
    progress = (step - warmup) / (training['steps'] - warmup)
    final = training['finalFraction']
    return peak * (final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2)


def adamw(parameters: Parameters, training: dict) -> torch.optim.AdamW:
    """Weight decay on every parameter, or, where decayOn is 'matrices', on all but vectors (the norm gains)."""
    decays = {name: training['decayOn'] == 'all' or value.dim() > 1 for name, value in parameters.items()}
    groups = [
        {
            'params': [value for name, value in parameters.items() if decays[name] == decayed],
            'weight_decay': training['weightDecay'] if decayed else 0.0,
        }
        for decayed in (True, False)
    ]
    betas = (training['beta1'], training['beta2'])
    groups = [group for group in groups if group['params']]
    return torch.optim.AdamW(groups, betas=betas, eps=training['epsilon'], foreach=False)


def gradient_norm(parameters: Parameters) -> Tensor:
    return torch.stack([(value.grad**2).sum() for value in parameters.values()]).sum().sqrt()


def train(start: Parameters, model: dict, objective: list[dict], training: dict, tokens: Tensor) -> dict:
    """A trajectory. tokens [steps, A, B, T + 1]: targets are the tokens one to the right.

    The gradient of a step is the mean over its A micro-batches. Clipping multiplies it by min(1, clip/norm), without
    the 1e-6 that torch.nn.utils.clip_grad_norm_ adds to the norm; the norm reported is from before. The global-batch term
    takes the counts of the whole batch from a first pass, and the loss-free bias moves by them after the update.
    """
    parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = adamw(parameters, training)
    rates = [term['rate'] for term in objective if term['kind'] == 'loss-free-bias']
    L, E, dtype = model['layers'], model['experts'], start['norm'].dtype
    bias = torch.zeros(L, E, dtype=dtype) if rates else None
    logged = ('loss', 'crossEntropy', 'gradientNorm', 'learningRate', 'counts', 'margin')
    log: dict[str, list] = {name: [] for name in logged}
    for step, batch in enumerate(tokens, start=1):
        A, B, T = batch.shape[0], batch.shape[1], batch.shape[2] - 1
        counts = None
        if model['kind'] == 'moe':
            with torch.no_grad():
                passes = [evaluate(parameters, model, objective, part, bias) for part in batch]
            counts = torch.stack([torch.stack([routing.counts for routing in one.routings]) for one in passes]).sum(0)
            log['margin'].append(min(one.margin for one in passes))
            log['counts'].append(counts)
        optimizer.zero_grad()
        parts = [evaluate(parameters, model, objective, part, bias, counts, A * B * T) for part in batch]
        sum(part.loss for part in parts).div(A).backward()
        norm = gradient_norm(parameters)
        if training['clip'] > 0:
            for value in parameters.values():
                value.grad.mul_(torch.clamp(training['clip'] / norm, max=1))
        rate = learning_rate(step, training)
        for group in optimizer.param_groups:
            group['lr'] = rate
        optimizer.step()
        if bias is not None:
            bias = bias_update(bias, counts, rates[0])
        log['loss'].append(sum(part.loss.detach() for part in parts) / A)
        log['crossEntropy'].append(sum(part.cross_entropy.detach() for part in parts) / A)
        log['gradientNorm'].append(norm)
        log['learningRate'].append(torch.tensor(rate, dtype=torch.float64))
    return {
        **{name: torch.stack(values) for name, values in log.items() if name != 'margin' and values},
        'margin': min(log['margin'], default=math.inf),
        'bias': bias,
        'parameters': {name: value.detach() for name, value in parameters.items()},
        'firstMoment': {name: optimizer.state[value]['exp_avg'] for name, value in parameters.items()},
        'secondMoment': {name: optimizer.state[value]['exp_avg_sq'] for name, value in parameters.items()},
    }
