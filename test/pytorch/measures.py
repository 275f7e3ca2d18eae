"""Measures of routing and of redundancy, as the paper or the named source defines them. None is differentiated."""

import torch
from torch import Tensor

from objectives import gram, simbal
from transformer import Routing


def entropy(routing: Routing) -> Tensor:
    """Mean over tokens of the entropy of the router's softmax, in nats."""
    p = routing.probabilities
    return -(p * p.log()).sum(-1).mean()


def pair_cosines(expert_outputs: Tensor) -> Tensor:
    """[N, E, E] cosine of every pair of experts' outputs [N, E, D] on each token; 1 on the diagonal."""
    unit = expert_outputs / (expert_outputs * expert_outputs).sum(-1, keepdim=True).sqrt()
    return torch.einsum('nid,njd->nij', unit, unit)


def pairwise_expert_similarity(expert_outputs: Tensor) -> dict[str, Tensor]:
    """PES = mean over tokens of 2/(E(E−1))·Σ_{i<j} cos, its standard error over tokens (the sample deviation, with
    N − 1, over √N) and the mean cosine of each pair [E, E]."""
    cosines = pair_cosines(expert_outputs)
    N, E, _ = cosines.shape
    above = torch.ones(E, E, dtype=torch.bool).triu(1)
    of_token = cosines[:, above].mean(1)
    return {'pes': of_token.mean(), 'standardError': of_token.std(correction=1) / N**0.5, 'pairs': cosines.mean(0)}


def sequence_expert_utilization(chosen: Tensor, B: int, E: int) -> Tensor:
    """Share of the E experts that a sequence uses, averaged over the B sequences. chosen [N, K]."""
    used = [len(sequence.unique()) for sequence in chosen.reshape(B, -1)]
    return torch.tensor(used, dtype=torch.float64).mean() / E


def load_measures(counts: Tensor) -> dict[str, float]:
    """MaxVio = (max − mean)/mean, Gini = Σᵢⱼ|cᵢ − cⱼ| / (2·E²·mean) and the experts that have any slot. counts [E]."""
    load = counts.to(torch.float64)
    mean, E = load.mean(), len(load)
    return {
        'maxViolation': float((load.max() - mean) / mean),
        'gini': float((load[:, None] - load[None, :]).abs().sum() / (2 * E * E * mean)),
        'uniqueExperts': int((counts > 0).sum()),
    }


def orthogonality(router: Tensor) -> dict[str, Tensor]:
    """Mean of (RᵀR − I)² over E² entries, and the sum of |RᵀR − I|. router [D, E]."""
    difference = gram(router) - torch.eye(router.shape[1], dtype=router.dtype)
    return {'meanSquare': (difference**2).mean(), 'l1': simbal(router)}
