"""Holds the spelled-out formulas against PyTorch's own functions, and autograd against finite differences."""

import torch
import torch.nn.functional as F

from cases import Case, EVERY_TERM, generator_of, random_inputs
from encoding import single
from evaluation import evaluate
from objectives import token_losses
from transformer import causal_attention, rms_norm, swiglu


def close(actual: torch.Tensor, expected: torch.Tensor, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(actual, expected, rtol=tolerance, atol=tolerance)


def check_formulas() -> None:
    generator = generator_of('self-check', 0)
    x, gain = single(generator.standard_normal((7, 10))), single(generator.standard_normal(10))
    close(rms_norm(x, gain, 1e-5), F.rms_norm(x, (10,), gain, 1e-5))
    query, key, value = (single(generator.standard_normal((2, 5, 3, 4))) for _ in range(3))
    expected = F.scaled_dot_product_attention(*(part.transpose(1, 2) for part in (query, key, value)), is_causal=True)
    close(causal_attention(query, key, value), expected.transpose(1, 2))
    close(swiglu(x, 2 * x), F.silu(x) * 2 * x)
    targets = torch.arange(7)
    close(token_losses(x, targets)[0], F.cross_entropy(x, targets, reduction='none'))


def check_gradients() -> None:
    """Along one random direction, the central difference of the whole loss with every term in it."""
    case = Case('self-check', EVERY_TERM, {'queryKeyNorm': True, 'renormalise': True})
    parameters, batches = random_inputs(case, 0)
    generator = generator_of('self-check/direction', 0)
    direction = {name: single(generator.standard_normal(value.shape)) for name, value in parameters.items()}

    def loss(at: dict[str, torch.Tensor]) -> torch.Tensor:
        return evaluate(at, case.configuration, case.objective, batches[0]).loss

    leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    loss(leaves).backward()
    along = sum((direction[name] * leaf.grad).sum() for name, leaf in leaves.items())
    step = 1e-6
    ahead, behind = (
        loss({name: value + by * direction[name] for name, value in parameters.items()}) for by in (step, -step)
    )
    close((ahead - behind) / (2 * step), along, 1e-6)


def self_check() -> None:
    check_formulas()
    check_gradients()
