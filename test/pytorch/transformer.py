"""The model in plain PyTorch, written from the paper for the fixtures: every expert computes every token, every formula
is spelled out, gradients come from autograd. It declines to be fast; bench/pytorch has a fast one.

Letters: B sequences, T tokens each, N = B·T, D width, H heads, d = D/H, L layers, E experts, K active experts, F expert
width, V vocabulary. `model` is the model part of a run configuration, as a dictionary. Everything follows the data type
of the parameters, so that a float32 twin tells how well a case is conditioned.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


@dataclass
class Routing:
    """What one layer's router did."""

    normed: Tensor  # [N, D] the input of router and experts
    logits: Tensor  # [N, E]
    probabilities: Tensor  # [N, E]
    scores: Tensor  # [N, E] what the K largest are chosen by: probabilities, plus the bias where there is one
    chosen: Tensor  # [N, K] expert indices, best score first, the lower index first in a tie
    weights: Tensor  # [N, K]
    counts: Tensor  # [E] routed slots
    expert_outputs: Tensor  # [N, E, D] of every expert on every token


def rms_norm(x: Tensor, gain: Tensor, epsilon: float) -> Tensor:
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon) * gain


def rope(x: Tensor, theta: float) -> Tensor:
    """x [B, T, H, d]. Rotates the pair (j, j + d/2) by position · theta^(−2j/d): the rotate-half convention."""
    T, d = x.shape[1], x.shape[3]
    exponents = -2 * torch.arange(d // 2, dtype=torch.float64) / d
    angles = torch.arange(T, dtype=torch.float64)[:, None] * theta**exponents
    cosine, sine = (f(angles)[None, :, None, :].to(x.dtype) for f in (torch.cos, torch.sin))
    first, second = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


def causal_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Each [B, T, H, d]; the result too. softmax(QKᵀ/√d) over the positions up to one's own."""
    T, d = query.shape[1], query.shape[3]
    scores = torch.einsum('bthd,bshd->bhts', query, key) / d**0.5
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    return torch.einsum('bhts,bshd->bthd', scores.masked_fill(future, float('-inf')).softmax(-1), value)


def swiglu(gate: Tensor, up: Tensor) -> Tensor:
    return gate * torch.sigmoid(gate) * up


def expert(x: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return swiglu(x @ gate, x @ up) @ down


def largest(scores: Tensor, K: int) -> Tensor:
    """[N, K] indices of the K largest of each row; in a tie the lower index comes first."""
    return scores.sort(dim=-1, descending=True, stable=True).indices[:, :K]


def route(
    logits: Tensor, expert_outputs: Tensor, normed: Tensor, K: int, renormalise: bool, bias: Tensor | None
) -> Routing:
    probabilities = logits.softmax(-1)
    scores = (probabilities if bias is None else probabilities + bias).detach()
    chosen = largest(scores, K)
    weights = probabilities.gather(1, chosen)  # by the probability alone, whatever the bias (2408.15664)
    if renormalise:
        weights = weights / weights.sum(-1, keepdim=True)
    counts = torch.bincount(chosen.flatten(), minlength=logits.shape[1])
    return Routing(normed, logits, probabilities, scores, chosen, weights, counts, expert_outputs)


def mixture(routing: Routing) -> Tensor:
    """[N, D] Σ over the K chosen of weight · expert(x)."""
    index = routing.chosen[:, :, None].expand(-1, -1, routing.expert_outputs.shape[2])
    return (routing.expert_outputs.gather(1, index) * routing.weights[:, :, None]).sum(1)


def attention(x: Tensor, parameters: Parameters, prefix: str, model: dict) -> Tensor:
    B, T, D = x.shape
    query, key, value = (x @ parameters[f'{prefix}.{part}'] for part in ('query', 'key', 'value'))
    if model['queryKeyNorm']:
        query = rms_norm(query, parameters[f'{prefix}.queryNorm'], model['normEpsilon'])
        key = rms_norm(key, parameters[f'{prefix}.keyNorm'], model['normEpsilon'])
    query, key, value = (part.reshape(B, T, model['heads'], -1) for part in (query, key, value))
    query, key = rope(query, model['ropeTheta']), rope(key, model['ropeTheta'])
    return causal_attention(query, key, value).reshape(B, T, D) @ parameters[f'{prefix}.output']


def forward(
    parameters: Parameters, model: dict, tokens: Tensor, bias: Tensor | None = None
) -> tuple[Tensor, list[Routing]]:
    """Logits [B, T, V] and one Routing a layer (none in a dense model). `bias` [L, E] moves the choice of experts."""
    B, T = tokens.shape
    hidden = parameters['embedding'][tokens]
    routings: list[Routing] = []
    for layer in range(model['layers']):
        prefix = f'layers.{layer}'
        normed = rms_norm(hidden, parameters[f'{prefix}.attention.norm'], model['normEpsilon'])
        hidden = hidden + attention(normed, parameters, f'{prefix}.attention', model)
        normed = rms_norm(hidden, parameters[f'{prefix}.experts.norm'], model['normEpsilon']).reshape(B * T, -1)
        outputs = [
            expert(normed, *(parameters[f'{prefix}.experts.{member}.{part}'] for part in ('gate', 'up', 'down')))
            for member in range(model['experts'])
        ]
        if model['kind'] == 'dense':
            combined = outputs[0]
        else:
            logits = normed @ parameters[f'{prefix}.router']
            layer_bias = None if bias is None else bias[layer]
            stacked = torch.stack(outputs, 1)
            routings.append(route(logits, stacked, normed, model['active'], model['renormalise'], layer_bias))
            combined = mixture(routings[-1])
        hidden = hidden + combined.reshape(B, T, -1)
    return rms_norm(hidden, parameters['norm'], model['normEpsilon']) @ parameters['head'].T, routings
