"""One fixture for each differentiable part of the model: inputs, outputs, and the gradients of Σ output·upstream.

Shapes are the model's: hidden states [N, D], queries, keys and values [B, T, H, d] (which is [B, T, D] in memory).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from cases import generator_of
from encoding import single
from objectives import token_losses
from transformer import causal_attention, expert, mixture, rms_norm, rope, route, swiglu

Function = Callable[..., Tensor]


def differentiated(name: str, inputs: dict[str, Tensor], function: Function, **attributes: float) -> dict:
    """`function` takes the inputs and attributes by name and returns a tensor."""
    leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    output = function(**leaves, **attributes)
    upstream = single(generator_of(f'kernel/{name}/upstream', 0).standard_normal(output.shape))
    (output * upstream).sum().backward()
    gradients = {key: value.grad for key, value in leaves.items()}
    return {
        'name': name,
        'attributes': attributes,
        'inputs': inputs,
        'upstream': upstream,
        'output': output,
        'gradients': gradients,
    }


def random(name: str, shapes: dict[str, tuple[int, ...]], scale: float = 1) -> dict[str, Tensor]:
    generator = generator_of(f'kernel/{name}', 0)
    return {key: single(scale * generator.standard_normal(shape)) for key, shape in shapes.items()}


def rms_norms() -> list[dict]:
    shapes = {'x': (7, 10), 'gain': (10,)}
    tiny = random('rms-norm-tiny', shapes)
    tiny['x'] = single(tiny['x'].numpy() * 1e-3)
    tiny['x'][2] = 0
    return [
        differentiated('rms-norm', random('rms-norm', shapes), rms_norm, epsilon=1e-6),
        differentiated('rms-norm-large-epsilon', random('rms-norm-large-epsilon', shapes), rms_norm, epsilon=0.1),
        differentiated('rms-norm-tiny', tiny, rms_norm, epsilon=1e-6),
    ]


def ropes() -> list[dict]:
    return [
        differentiated('rope', random('rope', {'x': (2, 5, 3, 4)}), rope, theta=1e4),
        differentiated('rope-two-wide', random('rope-two-wide', {'x': (1, 3, 1, 2)}), rope, theta=1e4),
        differentiated('rope-long', random('rope-long', {'x': (1, 300, 1, 6)}), rope, theta=1e5),
    ]


def attentions() -> list[dict]:
    def shapes(*shape: int) -> dict[str, tuple[int, ...]]:
        return {'query': shape, 'key': shape, 'value': shape}

    plain = random('causal-attention', shapes(2, 5, 3, 4))
    peaked = random('causal-attention-peaked', shapes(2, 6, 1, 8), 6)
    single_token = random('causal-attention-one-token', shapes(3, 1, 2, 2))
    return [
        differentiated('causal-attention', plain, causal_attention),
        differentiated('causal-attention-peaked', peaked, causal_attention),
        differentiated('causal-attention-one-token', single_token, causal_attention),
    ]


def experts() -> list[dict]:
    parts = {'x': (7, 10), 'gate': (10, 6), 'up': (10, 6), 'down': (6, 10)}
    return [
        differentiated('swiglu', random('swiglu', {'gate': (7, 6), 'up': (7, 6)}), swiglu),
        differentiated('swiglu-large', random('swiglu-large', {'gate': (7, 6), 'up': (7, 6)}, 40), swiglu),
        differentiated('expert', random('expert', parts), expert),
    ]


def mixtures() -> list[dict]:
    """x [N, D], router [D, E], gate and up [E, D, F], down [E, F, D] to [N, D]; renormalise is 0 or 1."""

    def layer(
        x: Tensor, router: Tensor, gate: Tensor, up: Tensor, down: Tensor, active: int, renormalise: int
    ) -> Tensor:
        outputs = torch.stack([expert(x, *parts) for parts in zip(gate, up, down, strict=True)], 1)
        return mixture(route(x @ router, outputs, x, active, bool(renormalise), None))

    shapes = {'x': (9, 6), 'router': (6, 5), 'gate': (5, 6, 4), 'up': (5, 6, 4), 'down': (5, 4, 6)}
    return [
        differentiated('mixture', random('mixture', shapes), layer, active=2, renormalise=0),
        differentiated('mixture-renormalised', random('mixture-renormalised', shapes), layer, active=3, renormalise=1),
    ]


def cross_entropies() -> list[dict]:
    """Loss = mean negative log likelihood + coefficient·mean(logsumexp²) of logits [N, V]."""

    def fixture(name: str, N: int, V: int, scale: float, coefficient: float) -> dict:
        targets = torch.from_numpy(generator_of(f'kernel/{name}/targets', 0).integers(0, V, N))

        def loss(logits: Tensor, coefficient: float) -> Tensor:
            losses, normaliser = token_losses(logits, targets)
            return losses.mean() + coefficient * (normaliser**2).mean()

        written = differentiated(name, random(name, {'logits': (N, V)}, scale), loss, coefficient=coefficient)
        losses, normaliser = token_losses(written['inputs']['logits'], targets)
        return {**written, 'targets': targets, 'tokenLosses': losses, 'normaliser': normaliser}

    return [
        fixture('cross-entropy', 9, 13, 2, 0),
        fixture('cross-entropy-z-loss', 9, 13, 2, 0.1),
        fixture('cross-entropy-large-logits', 5, 7, 200, 1e-5),
    ]


def kernel_fixtures() -> dict[str, dict]:
    every = [*rms_norms(), *ropes(), *attentions(), *experts(), *mixtures(), *cross_entropies()]
    return {f'kernel/{fixture["name"]}.json': fixture for fixture in every}
