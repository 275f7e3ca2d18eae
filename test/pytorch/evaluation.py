"""One pass of the model with its whole loss, and how far the routing is from another choice of experts."""

from dataclasses import dataclass

import torch
from torch import Tensor

from objectives import balancing_terms, token_losses
from transformer import Parameters, Routing, forward


@dataclass
class Evaluated:
    loss: Tensor
    cross_entropy: Tensor
    z_loss: Tensor  # coefficient applied
    terms: dict[str, Tensor]  # coefficients applied
    losses: Tensor  # [B, T] negative log likelihood of each target
    routings: list[Routing]

    @property
    def margin(self) -> float:
        """Smallest distance between neighbours among the K + 1 best scores of any token, which rounding must not reach;
        exact ties aside."""
        margins = [float('inf')]
        for routing in self.routings:
            best = routing.scores.sort(dim=-1, descending=True).values[:, : routing.chosen.shape[1] + 1]
            margins += [distance for distance in (best[:, :-1] - best[:, 1:]).flatten().tolist() if distance > 0]
        return min(margins)


def evaluate(
    parameters: Parameters,
    model: dict,
    objective: list[dict],
    sequences: Tensor,
    bias: Tensor | None = None,
    global_counts: Tensor | None = None,
    global_tokens: int | None = None,
) -> Evaluated:
    """sequences [B, T + 1]: the first T are the input, the last T the targets."""
    tokens, targets = sequences[:, :-1], sequences[:, 1:]
    logits, routings = forward(parameters, model, tokens, bias)
    losses, normaliser = token_losses(logits, targets)
    cross_entropy = losses.mean()
    z_loss = model['outputZLoss'] * (normaliser**2).mean()
    terms = balancing_terms(objective, parameters, routings, len(tokens), global_counts, global_tokens)
    return Evaluated(cross_entropy + z_loss + sum(terms.values()), cross_entropy, z_loss, terms, losses, routings)
