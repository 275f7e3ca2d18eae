"""One fixture for each model case: configuration, parameters, inputs, and all that one pass forward and back gives."""

import torch
from torch import Tensor

from cases import CASES, Case, random_inputs
from evaluation import Evaluated, evaluate
from measures import entropy, load_measures, orthogonality, pairwise_expert_similarity, sequence_expert_utilization
from objectives import gram
from transformer import Parameters, Routing

MARGIN = 2e-3
"""Least distance between neighbouring scores, and of |RᵀR − I| entries from 0: hundreds of float32 roundings."""
ROUNDED_ZERO, GRADIENT = 1e-12, 2e-2
"""A gradient's norm is at most the first (zero by the mathematics) or at least the second: relative errors tell."""


def clear_of_rounding(case: Case, result: Evaluated, parameters: Parameters) -> bool:
    """Whether rounding can change no choice of experts, no sign in the SimBal gradient, and swamp no gradient."""
    routers = [value for name, value in parameters.items() if name.endswith('.router')]
    differences = [gram(router) - torch.eye(router.shape[1], dtype=router.dtype) for router in routers]
    gradients = [float(value.grad.norm()) for value in parameters.values()]
    if any(ROUNDED_ZERO < norm < GRADIENT for norm in gradients):
        return False
    signs_clear = case.routing == 'ties' or all(bool((entry.abs() > MARGIN).all()) for entry in differences)
    return signs_clear and result.margin > MARGIN


def routed_as_meant(case: Case, routing: Routing) -> bool:
    """Whether an awkward routing is what its case says."""
    if case.name.startswith('unused-expert'):
        return int(routing.counts[2]) == 0
    if case.routing == 'one':
        return int(routing.counts[1]) == routing.chosen.numel()
    if case.routing == 'ties':
        p = routing.probabilities
        return bool((p[:, 0] == p[:, 2]).all() and (p[:, 1] == p[:, 3]).all())
    return True


def per_layer(values: list) -> Tensor:
    return torch.stack([torch.as_tensor(value) for value in values])


def routing_outputs(routings: list[Routing], parameters: Parameters, B: int) -> dict | None:
    if not routings:
        return None
    E = routings[0].logits.shape[1]
    loads = [load_measures(routing.counts) for routing in routings]
    orthogonalities = [orthogonality(parameters[f'layers.{layer}.router']) for layer in range(len(routings))]
    return {
        'counts': per_layer([routing.counts for routing in routings]),
        'chosen': per_layer([routing.chosen for routing in routings]),
        'weights': per_layer([routing.weights for routing in routings]),
        'probabilities': per_layer([routing.probabilities for routing in routings]),
        'entropy': per_layer([entropy(routing) for routing in routings]),
        'sequenceExpertUtilization': per_layer([sequence_expert_utilization(r.chosen, B, E) for r in routings]),
        'maxViolation': torch.tensor([load['maxViolation'] for load in loads], dtype=torch.float64),
        'gini': torch.tensor([load['gini'] for load in loads], dtype=torch.float64),
        'uniqueExperts': torch.tensor([load['uniqueExperts'] for load in loads]),
        'orthogonalityMeanSquare': per_layer([entry['meanSquare'] for entry in orthogonalities]),
        'orthogonalityL1': per_layer([entry['l1'] for entry in orthogonalities]),
    }


def similarity_outputs(routings: list[Routing]) -> dict | None:
    """None where there is no pair of experts."""
    if not routings or routings[0].logits.shape[1] == 1:
        return None
    similarities = [pairwise_expert_similarity(routing.expert_outputs) for routing in routings]
    return {key: per_layer([one[key] for one in similarities]) for key in similarities[0]}


def model_fixture(case: Case) -> dict:
    """The first random inputs that are routed as meant and clear of rounding, with their outputs."""
    model, bias = case.configuration, None
    if case.bias is not None:
        bias = torch.tensor([case.bias] * model['layers'], dtype=torch.float64)
    for attempt in range(1000):
        parameters, batches = random_inputs(case, attempt)
        counts = None
        if model['kind'] == 'moe':
            passes = [evaluate(parameters, model, case.objective, part, bias) for part in batches]
            counts = torch.stack([torch.stack([routing.counts for routing in one.routings]) for one in passes]).sum(0)
        leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}
        tokens = batches[0]
        result = evaluate(leaves, model, case.objective, tokens, bias, counts, batches[:, :, 1:].numel())
        result.loss.backward()
        if clear_of_rounding(case, result, leaves) and all(routed_as_meant(case, one) for one in result.routings):
            break
    else:
        raise RuntimeError(f'{case.name}: no inputs are clear of rounding')
    return {
        'name': case.name,
        'model': model,
        'objective': case.objective,
        'inputs': {
            'tokens': tokens[:, :-1],
            'targets': tokens[:, 1:],
            'bias': bias,
            'globalCounts': counts,
            'globalTokens': batches[:, :, 1:].numel(),
        },
        'parameters': parameters,
        'outputs': {
            'loss': result.loss,
            'crossEntropy': result.cross_entropy,
            'zLoss': result.z_loss,
            'terms': result.terms,
            'tokenLosses': result.losses,
            'routing': routing_outputs(result.routings, parameters, len(tokens)),
            'similarity': similarity_outputs(result.routings),
            'gradients': {name: value.grad for name, value in leaves.items()},
        },
    }


def model_fixtures() -> dict[str, dict]:
    return {f'model/{case.name}.json': model_fixture(case) for case in CASES}
