"""Times a training step of the same model in PyTorch, float32 on the processor, as a good PyTorch user writes it:
scaled_dot_product_attention, rms_norm, one matrix for query, key and value, stacked expert weights, tokens sorted by
expert with one product per expert, the fused AdamW. Prints one line of JSON. It is no reference for correctness.

    python3 bench/pytorch/train_step.py --threads 2 --objective simbal

Needs torch 2.13.0. A step is forward, backward, gradient clipping and AdamW on a fresh random batch.
"""

import argparse
import json
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_EPSILON, ROPE_THETA, OUTPUT_Z_LOSS, DEVIATION = 1e-6, 1e4, 1e-5, 0.02
COEFFICIENTS = {'none': 0.0, 'simbal': 0.1, 'lbl-sequence': 0.01, 'lbl-micro-batch': 0.01}


def normal(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(*shape) * DEVIATION)


class Attention(nn.Module):
    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.heads = H
        self.query_key_value, self.output = normal(3 * D, D), normal(D, D)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        B, T, D = x.shape
        query, key, value = F.linear(x, self.query_key_value).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key = (part * cosine + rotated_half(part) * sine for part in (query, key))
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return F.linear(mixed.transpose(1, 2).reshape(B, T, D), self.output)


def rotated_half(x: Tensor) -> Tensor:
    first, second = x.chunk(2, -1)
    return torch.cat([-second, first], -1)


def rope_tables(T: int, d: int) -> tuple[Tensor, Tensor]:
    angles = torch.outer(torch.arange(T), ROPE_THETA ** (-2 * torch.arange(d // 2) / d)).repeat(1, 2)
    return angles.cos(), angles.sin()


class Experts(nn.Module):
    def __init__(self, D: int, E: int, K: int, F_: int, objective: str) -> None:
        super().__init__()
        self.active, self.objective = K, objective
        self.router = nn.Parameter(nn.init.orthogonal_(torch.empty(D, E)))
        self.gate_up, self.down = normal(E, D, 2 * F_), normal(E, F_, D)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[B, T, D] and the balancing term of this layer."""
        B, T, D = x.shape
        flat, K, E = x.reshape(B * T, D), self.active, self.router.shape[1]
        probabilities = (flat @ self.router).softmax(-1)
        weights, chosen = probabilities.topk(K, -1)
        slots = chosen.flatten()
        order = slots.argsort(stable=True)
        tokens = order // K
        counts = torch.zeros(E, dtype=torch.int64).scatter_add(0, slots, torch.ones_like(slots))
        weighted = self.grouped(flat[tokens], counts) * weights.flatten()[order, None]
        mixed = torch.zeros_like(flat).index_add(0, tokens, weighted)
        return mixed.view(B, T, D), self.balance(probabilities, weights, chosen, counts, B)

    @torch.compiler.disable  # its shapes depend on the data: compiled, it would be compiled anew for every batch
    def grouped(self, rows: Tensor, counts: Tensor) -> Tensor:
        """[S, D] of rows [S, D] sorted by expert; as fast here as F.grouped_mm, which does not compile in float32."""
        outputs = []
        for part, gate_up, down in zip(rows.split(counts.tolist()), self.gate_up, self.down, strict=True):
            gate, up = (part @ gate_up).chunk(2, -1)
            outputs.append((F.silu(gate) * up) @ down)
        return torch.cat(outputs)

    def balance(self, probabilities: Tensor, weights: Tensor, chosen: Tensor, counts: Tensor, B: int) -> Tensor:
        N, E = probabilities.shape
        if self.objective == 'simbal':
            return (self.router.T @ self.router - torch.eye(E)).abs().sum()
        if self.objective == 'lbl-micro-batch':
            return E * (counts / N * probabilities.mean(0)).sum()
        if self.objective == 'lbl-sequence':
            gates = torch.zeros_like(probabilities).scatter(1, chosen, weights).view(B, N // B, E)
            return E * ((gates > 0).float().mean(1) * gates.mean(1)).sum(1).mean()
        return probabilities.new_zeros(())


class Block(nn.Module):
    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        D = options.width
        self.attention_norm, self.experts_norm = (nn.RMSNorm(D, eps=NORM_EPSILON) for _ in range(2))
        self.attention = Attention(D, options.heads)
        self.experts = Experts(D, options.experts, options.active, options.expert_width, options.objective)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor]:
        x = x + self.attention(self.attention_norm(x), cosine, sine)
        mixed, balance = self.experts(self.experts_norm(x))
        return x + mixed, balance


class LanguageModel(nn.Module):
    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        V, D = options.vocabulary, options.width
        self.embedding, self.head = normal(V, D), normal(V, D)
        self.blocks = nn.ModuleList(Block(options) for _ in range(options.layers))
        self.norm = nn.RMSNorm(D, eps=NORM_EPSILON)
        self.coefficient = COEFFICIENTS[options.objective]
        cosine, sine = rope_tables(options.context, D // options.heads)
        self.register_buffer('cosine', cosine)
        self.register_buffer('sine', sine)

    def forward(self, tokens: Tensor, targets: Tensor) -> Tensor:
        x, balances = F.embedding(tokens, self.embedding), []
        for block in self.blocks:
            x, balance = block(x, self.cosine, self.sine)
            balances.append(balance)
        logits = F.linear(self.norm(x), self.head).flatten(0, 1)
        normaliser = logits.logsumexp(-1)
        chosen = logits.gather(1, targets.flatten()[:, None])[:, 0]
        loss = (normaliser - chosen).mean() + OUTPUT_Z_LOSS * (normaliser**2).mean()
        return loss + self.coefficient * torch.stack(balances).mean()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    defaults = {
        'vocabulary': 4096,
        'width': 256,
        'layers': 4,
        'heads': 4,
        'context': 256,
        'batch': 8,
        'experts': 16,
        'active': 2,
        'expert-width': 256,
        'threads': torch.get_num_threads(),
        'steps': 10,
        'warmup': 3,
    }
    for name, default in defaults.items():
        parser.add_argument(f'--{name}', type=int, default=default, help=f'default {default}')
    parser.add_argument('--compile', action='store_true', help='torch.compile the model')
    parser.add_argument('--objective', choices=list(COEFFICIENTS), default='simbal')
    return parser.parse_args()


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = LanguageModel(options)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.95), weight_decay=0.01, fused=True)
    compiled = torch.compile(model) if options.compile else model

    def step(tokens: Tensor) -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = compiled(tokens[:, :-1], tokens[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.item()

    seconds, loss = [], float('nan')
    for _ in range(options.warmup + options.steps):
        tokens = torch.randint(options.vocabulary, (options.batch, options.context + 1))
        start = time.perf_counter()
        loss = step(tokens)
        seconds.append(time.perf_counter() - start)
    timed = seconds[options.warmup :]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == 'darwin' else 1024)
    result = {
        'secondsPerStep': statistics.median(timed),
        'secondsAll': timed,
        'peakBytes': peak,
        'parameters': sum(value.numel() for value in parameters),
        'loss': loss,
    }
    print(json.dumps(result))


if __name__ == '__main__':
    main()
