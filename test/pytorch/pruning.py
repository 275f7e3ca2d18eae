"""Pruned models in plain PyTorch: which experts a criterion removes, and the losses of what is left. Every expert computes
every token; what is dropped has weight 0 here, where the lab does not compute it. Letters as in transformer.py."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from transformer import Parameters, attention, expert, largest, rms_norm

# probabilities [N, E], chosen [N, K] → weights [N, K], 0 where a slot is dropped
Rule = Callable[[Tensor, Tensor], Tensor]


@dataclass
class Layer:
    normed: Tensor  # [N, D]
    probabilities: Tensor  # [N, E] over the experts that are left
    chosen: Tensor  # [N, K]
    weights: Tensor  # [N, K]
    outputs: Tensor  # [N, E, D]


def plain(probabilities: Tensor, chosen: Tensor) -> Tensor:
    return probabilities.gather(1, chosen)


def threshold(tau: float, keep_one: bool) -> Rule:
    """Slots with a probability under tau weigh nothing; with keep_one the most probable of a token's stays."""

    def rule(probabilities: Tensor, chosen: Tensor) -> Tensor:
        p = probabilities.gather(1, chosen)
        keep = p >= tau
        if keep_one:
            keep = keep | (p == p.max(-1, keepdim=True).values)
        assert (p - tau).abs().min() > 1e-6, 'a probability lies on the threshold'
        return torch.where(keep, p, torch.zeros_like(p))

    return rule


def dynamic(share: float) -> Rule:
    """The most probable until they have the share of the K's sum: 2310.04361."""

    def rule(probabilities: Tensor, chosen: Tensor) -> Tensor:
        p = probabilities.gather(1, chosen)
        weights = torch.zeros_like(p)
        for token, row in enumerate(p.tolist()):
            total, reached = sum(row), 0.0
            for rank in sorted(range(len(row)), key=lambda rank: -row[rank]):
                weights[token, rank] = row[rank]
                reached += row[rank]
                assert abs(reached - share * total) > 1e-9, 'a sum lies on the share'
                if reached >= share * total:
                    break
        return weights

    return rule


def renormalised(rule: Rule) -> Rule:
    def divided(probabilities: Tensor, chosen: Tensor) -> Tensor:
        weights = rule(probabilities, chosen)
        return weights / weights.sum(-1, keepdim=True)

    return divided


def forward(
    parameters: Parameters,
    model: dict,
    tokens: Tensor,
    bias: Tensor,
    active: int,
    rule: Rule = plain,
    skip: int = 0,
    kept: list[list[int]] | None = None,
) -> tuple[Tensor, list[Layer]]:
    """Logits [B, T, V]. `skip` leaves out each token's best experts; `kept` names, per layer, the experts whose logits
    are not −∞: masked before the softmax, they are as good as gone."""
    B, T = tokens.shape
    hidden = parameters['embedding'][tokens]
    layers = []
    for index in range(model['layers']):
        prefix = f'layers.{index}'
        normed = rms_norm(hidden, parameters[f'{prefix}.attention.norm'], model['normEpsilon'])
        hidden = hidden + attention(normed, parameters, f'{prefix}.attention', model)
        normed = rms_norm(hidden, parameters[f'{prefix}.experts.norm'], model['normEpsilon']).reshape(B * T, -1)
        logits = normed @ parameters[f'{prefix}.router']
        stays = torch.ones(model['experts'], dtype=torch.bool)
        if kept is not None:
            stays = torch.tensor([member in kept[index] for member in range(model['experts'])])
        probabilities = logits.masked_fill(~stays, float('-inf')).softmax(-1)
        scores = (probabilities + bias[index]).masked_fill(~stays, float('-inf'))
        K = min(active, int(stays.sum()))
        chosen = largest(scores, skip + K)[:, skip:]
        weights = rule(probabilities, chosen)
        outputs = torch.stack(
            [
                expert(normed, *(parameters[f'{prefix}.experts.{member}.{part}'] for part in ('gate', 'up', 'down')))
                for member in range(model['experts'])
            ],
            1,
        )
        picked = outputs.gather(1, chosen[:, :, None].expand(-1, -1, outputs.shape[2]))
        hidden = hidden + (picked * weights[:, :, None]).sum(1).reshape(B, T, -1)
        layers.append(Layer(normed, probabilities, chosen, weights, outputs))
    return rms_norm(hidden, parameters['norm'], model['normEpsilon']) @ parameters['head'].T, layers


@dataclass
class Calibration:
    """Per layer, over the calibration tokens."""

    frequency: Tensor  # [L, E]
    gates: Tensor  # [L, E]
    reap: Tensor  # [L, E]
    outputs: Tensor  # [L, E, E]
    routers: Tensor  # [L, E, E]


def calibrate(parameters: Parameters, model: dict, tokens: Tensor, bias: Tensor) -> Calibration:
    _, layers = forward(parameters, model, tokens, bias, model['active'])
    E = model['experts']
    frequency, gates, reap, outputs, routers = [], [], [], [], []
    for index, layer in enumerate(layers):
        used = torch.zeros(len(layer.chosen), E, dtype=torch.bool).scatter(1, layer.chosen, True)
        gate = layer.probabilities * used
        frequency.append(used.sum(0).double())
        gates.append(gate.sum(0))
        norms = layer.outputs.norm(dim=-1)
        # An expert without a token has no mean, and scores nothing.
        means = [(gate * norms)[used[:, i], i].mean() if used[:, i].any() else gate.new_zeros(()) for i in range(E)]
        reap.append(torch.stack(means))
        unit = layer.outputs / norms[:, :, None]
        outputs.append(torch.einsum('nid,njd->ij', unit, unit) / len(unit))
        router = parameters[f'layers.{index}.router']
        columns = router / router.norm(dim=0)
        routers.append(columns.T @ columns)
    return Calibration(*(torch.stack(values) for values in (frequency, gates, reap, outputs, routers)))


def pair_scores(cosines: Tensor, frequency: Tensor) -> Tensor:
    """Of the most similar pair left, the expert with fewer slots goes; its score is one less that cosine."""
    left = list(range(len(frequency)))
    scores = torch.full((len(left),), 2.0, dtype=torch.float64)
    while len(left) > 1:
        pairs = [(i, j) for i in left for j in left if i < j]
        i, j = max(pairs, key=lambda pair: cosines[pair].item())
        goes = i if frequency[i] < frequency[j] else j
        scores[goes] = 1 - cosines[i, j]
        left.remove(goes)
    return scores


def criterion_scores(calibration: Calibration) -> dict[str, Tensor]:
    def similarity(cosines: Tensor) -> Tensor:
        return torch.stack([pair_scores(*layer) for layer in zip(cosines, calibration.frequency, strict=True)])

    return {
        'frequency': calibration.frequency,
        'gate-weighted-frequency': calibration.gates,
        'reap': calibration.reap,
        'output-similarity': similarity(calibration.outputs),
        'router-similarity': similarity(calibration.routers),
    }


def staying(scores: Tensor, ratio: float, scope: str, reversed_: bool) -> list[list[int]]:
    """The lowest go first, or the highest; equal ones the later first; each layer keeps one."""
    L, E = scores.shape
    left = [list(range(E)) for _ in range(L)]
    sign = -1 if reversed_ else 1
    order = sorted(((sign * scores[layer, i].item(), -layer, -i) for layer in range(L) for i in range(E)))
    budgets = [round(ratio * E)] * L if scope == 'layer' else [round(ratio * E * L)]
    for _, layer, i in order:
        budget = -layer if scope == 'layer' else 0
        if budgets[budget] > 0 and len(left[-layer]) > 1:
            left[-layer].remove(-i)
            budgets[budget] -= 1
    return left


def merged(
    parameters: Parameters, bias: Tensor, kept: list[list[int]], cosines: Tensor, frequency: Tensor
) -> tuple[Parameters, Tensor]:
    """Each expert that goes is averaged, by frequency, into the one that stays and is most like it; router and bias too."""
    result, biases = dict(parameters), bias.clone()
    for layer, stays in enumerate(kept):
        E = frequency.shape[1]
        groups = {expert: [expert] for expert in stays}
        for gone in set(range(E)) - set(stays):
            groups[max(stays, key=lambda expert: cosines[layer, gone, expert].item())].append(gone)
        router = parameters[f'layers.{layer}.router'].clone()
        for expert_, group in groups.items():
            weights = frequency[layer, group]
            weights = weights / weights.sum() if weights.sum() > 0 else torch.full_like(weights, 1 / len(group))
            for part in ('gate', 'up', 'down'):
                members = torch.stack([parameters[f'layers.{layer}.experts.{member}.{part}'] for member in group])
                result[f'layers.{layer}.experts.{expert_}.{part}'] = torch.einsum('g,gab->ab', weights, members)
            router[:, expert_] = parameters[f'layers.{layer}.router'][:, group] @ weights
            biases[layer, expert_] = bias[layer, group] @ weights
        result[f'layers.{layer}.router'] = router
    return result, biases
