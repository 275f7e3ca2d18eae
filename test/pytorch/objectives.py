"""The loss: cross-entropy, output z-loss, and every balancing term by its own source's formula.

Each layer gives one value a term; the layers are averaged, except where a simbal term says sum. A term that is
reported has its coefficient applied. The loss-free bias is no term of the loss: it moves the choice of experts, see
`bias_update`.
"""

import torch
from torch import Tensor

from transformer import Parameters, Routing


def token_losses(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Negative log likelihood of each target, and logsumexp of each row of logits; shaped as the targets."""
    maximum = logits.max(-1, keepdim=True).values.detach()
    normaliser = (logits - maximum).exp().sum(-1).log() + maximum[..., 0]
    return normaliser - logits.gather(-1, targets[..., None])[..., 0], normaliser


def gram(matrix: Tensor) -> Tensor:
    return matrix.T @ matrix


def simbal(router: Tensor) -> Tensor:
    """Σ |RᵀR − I| over all E² entries (2506.14038). router [D, E]."""
    return (gram(router) - torch.eye(router.shape[1], dtype=router.dtype)).abs().sum()


def normalised_gram(router: Tensor) -> Tensor:
    """mean((WWᵀ − I)²) over E² entries, the rows of W = Rᵀ scaled to unit norm (ERNIE 4.5)."""
    unit = router / (router * router).sum(0, keepdim=True).sqrt()
    return ((gram(unit) - torch.eye(router.shape[1], dtype=router.dtype)) ** 2).mean()


def router_z(routing: Routing) -> Tensor:
    return (torch.logsumexp(routing.logits, -1) ** 2).mean()


def lbl_sequence(routing: Routing, B: int) -> Tensor:
    """E·Σ f·P for each sequence, averaged over sequences, as the paper (2506.14038) runs it.

    The gates are masked to the chosen experts, before any renormalisation: f is the share of a sequence's tokens whose
    gate is above 0 (no gradient), P the mean gate over the sequence's tokens, 0 for those not routed to the expert.
    """
    N, E = routing.probabilities.shape
    mask = torch.zeros(N, E, dtype=torch.bool).scatter(1, routing.chosen, True)
    gates = torch.where(mask, routing.probabilities, torch.zeros_like(routing.probabilities)).reshape(B, N // B, E)
    share = (gates.detach() > 0).to(gates.dtype).mean(1)
    return E * (share * gates.mean(1)).sum(1).mean()


def lbl_batch(routing: Routing, counts: Tensor, tokens: int) -> Tensor:
    """E·Σ f·P with P the mean of the full softmax over this micro-batch and f = counts / tokens, so that Σ f = K.

    The published formula of Switch has K = 1, where f sums to 1. For larger K this takes what the OLMoE and Mixtral
    code computes, the mean over tokens of each expert's slots, so perfect balance costs K. With the micro-batch's own
    counts it is the micro-batch form; with those of the whole optimizer batch, and its number of tokens, the
    global-batch form (2501.11873): the mean over micro-batches is then exactly the term of the whole batch.
    """
    share = counts.to(routing.probabilities.dtype) / tokens
    return routing.logits.shape[1] * (share * routing.probabilities.mean(0)).sum()


def balancing_terms(
    objective: list[dict],
    parameters: Parameters,
    routings: list[Routing],
    B: int,
    global_counts: Tensor | None,
    global_tokens: int | None,
) -> dict[str, Tensor]:
    """Each term of the objective, coefficient applied. `global_counts` [L, E] are of the whole optimizer batch of
    `global_tokens` tokens; without them the micro-batch is the whole batch."""

    def of_layer(kind: str, layer: int) -> Tensor:
        routing, router = routings[layer], parameters[f'layers.{layer}.router']
        if kind == 'simbal':
            return simbal(router)
        if kind == 'normalised-gram':
            return normalised_gram(router)
        if kind == 'router-z':
            return router_z(routing)
        if kind == 'lbl-sequence':
            return lbl_sequence(routing, B)
        if kind == 'lbl-micro-batch' or global_counts is None or global_tokens is None:
            return lbl_batch(routing, routing.counts, routing.logits.shape[0])
        return lbl_batch(routing, global_counts[layer], global_tokens)

    terms: dict[str, Tensor] = {}
    for term in objective:
        if term['kind'] != 'loss-free-bias':
            layers = torch.stack([of_layer(term['kind'], layer) for layer in range(len(routings))])
            terms[term['kind']] = term['coefficient'] * (layers.sum() if term.get('layers') == 'sum' else layers.mean())
    return terms


def bias_update(bias: Tensor, counts: Tensor, rate: float) -> Tensor:
    """b += u·sign(mean load − load), each layer for itself (2408.15664). bias and counts [L, E]; sign(0) = 0."""
    load = counts.to(bias.dtype)
    return bias + rate * torch.sign(load.mean(-1, keepdim=True) - load)
