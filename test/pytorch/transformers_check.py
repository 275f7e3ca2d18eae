"""Checkpoints of real architectures, written by the transformers library itself, and what it computes with ours.

`python3 test/pytorch/transformers_check.py write`    tiny random models of every family into test/fixtures/checkpoints,
                                                      each with expected.json: what the live model holds and answers
`python3 test/pytorch/transformers_check.py logits 1,2,3 FOLDER…`
                                                      the logits [T, V] of those tokens by the model in each FOLDER, and what
                                                      its tokenizer makes of a text, as a JSON list

Needs torch, numpy, safetensors and transformers 5. It declines to know this project's formats: what it reads and writes
are folders that `from_pretrained` understands.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

FOLDER = Path(__file__).resolve().parent.parent / 'fixtures' / 'checkpoints'
# Letters of one to four bytes, white space, a control character.
TEXT = ' A\n\ttab é漢🙂  \x01 end.'
TOKENS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]

COMMON = {
    'vocab_size': 32,
    'hidden_size': 16,
    'num_hidden_layers': 2,
    'num_attention_heads': 4,
    'num_key_value_heads': 2,
    'max_position_embeddings': 64,
    'num_experts_per_tok': 2,
    'bos_token_id': None,
    'eos_token_id': None,
    'pad_token_id': None,
}
LOCAL = {**COMMON, 'intermediate_size': 8, 'num_local_experts': 4}
QWEN = {**COMMON, 'intermediate_size': 8, 'moe_intermediate_size': 8, 'num_experts': 4}
LATENT = {
    **COMMON,
    'num_key_value_heads': 4,
    'intermediate_size': 16,
    'moe_intermediate_size': 8,
    'n_routed_experts': 4,
    'n_shared_experts': 1,
    'first_k_dense_replace': 1,
    'kv_lora_rank': 8,
    'qk_nope_head_dim': 4,
    'qk_rope_head_dim': 4,
    'v_head_dim': 4,
    'topk_group': 1,
}
ERNIE = {
    **{key: value for key, value in COMMON.items() if key != 'num_experts_per_tok'},
    'intermediate_size': 16,
    'moe_intermediate_size': 8,
    'moe_num_experts': 4,
    'moe_k': 2,
    'moe_num_shared_experts': 1,
    'moe_layer_start_index': 1,
    'moe_layer_end_index': 1,
}

# Folder: class prefix, configuration, whether the library undoes its own fusing of experts when it saves.
FAMILIES = {
    'mixtral': ('Mixtral', LOCAL, True),
    'olmoe': ('Olmoe', {**COMMON, 'num_key_value_heads': 4, 'intermediate_size': 8, 'num_experts': 4}, True),
    'qwen2-moe': ('Qwen2Moe', {**QWEN, 'shared_expert_intermediate_size': 8}, True),
    'qwen3-moe': ('Qwen3Moe', {**QWEN, 'head_dim': 4}, True),
    'qwen3-moe-fused': ('Qwen3Moe', {**QWEN, 'head_dim': 4}, False),
    'deepseek-v2': ('DeepseekV2', {**LATENT, 'q_lora_rank': None, 'n_group': 1}, True),
    'deepseek-v3': ('DeepseekV3', {**LATENT, 'q_lora_rank': 8, 'n_group': 2}, True),
    'gpt-oss': ('GptOss', {**LOCAL, 'head_dim': 4, 'layer_types': ['sliding_attention', 'full_attention']}, True),
    'phimoe': ('Phimoe', LOCAL, True),
    'granitemoe': ('GraniteMoe', LOCAL, True),
    'ernie': ('Ernie4_5_Moe', ERNIE, True),
}


# Models that this lab computes as well, to be imported; what they add to the families above is said behind each.
IMPORTABLE = {
    'importable-qwen2-moe': ('Qwen2Moe', {**QWEN, 'qkv_bias': False, 'shared_expert_intermediate_size': 1}),  # shared: 0
    'importable-ernie': ('Ernie4_5_Moe', {**ERNIE, 'moe_num_shared_experts': 0, 'moe_layer_start_index': 0}),  # bias
    'importable-olmoe': ('Olmoe', {**COMMON, 'intermediate_size': 8, 'num_experts': 4, 'norm_topk_prob': True}),  # GQA
    'importable-llama': ('Llama', {**COMMON, 'intermediate_size': 8, 'tie_word_embeddings': True}),  # dense, tied
}


def tiny(prefix: str, configuration: dict, seed: int) -> torch.nn.Module:
    torch.manual_seed(seed)
    made = getattr(transformers, f'{prefix}ForCausalLM')(getattr(transformers, f'{prefix}Config')(**configuration))
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if parameter.ndim > 1 or 'bias' in name or 'sinks' in name:
                parameter.normal_(0, 0.2)
            else:  # gains that are not 1 tell a forgotten norm
                parameter.uniform_(0.5, 1.5)
        for name, buffer in made.named_buffers():
            if 'correction_bias' in name:
                buffer.normal_(0, 0.2)
    return made.eval()


def spectrum(router: numpy.ndarray) -> dict:
    """router [E, D], an expert a row."""
    gram = router @ router.T
    departure = gram - numpy.eye(len(gram))
    return {
        'gram': gram.tolist(),
        'l1': float(abs(departure).sum()),
        'meanSquare': float((departure**2).mean()),
        'singularValues': numpy.linalg.svd(router, compute_uv=False).tolist(),
        'rowNorms': numpy.linalg.norm(router, axis=1).tolist(),
    }


def experts_of(gate_up: torch.Tensor, down: torch.Tensor, interleaved: bool) -> dict:
    """Norms of each expert's three matrices, and the cosines of their concatenation, [E] and [E, E].

    gate_up [E, 2F, D] and down [E, D, F]; where `interleaved`, [E, D, 2F] and [E, F, D], gate and up alternating.
    """
    gate_up, down = gate_up.detach().double(), down.detach().double()
    if interleaved:
        gate, up = gate_up[..., 0::2], gate_up[..., 1::2]
    else:
        gate, up = gate_up.chunk(2, dim=1)
    flat = torch.cat([part.flatten(1) for part in (gate, up, down)], 1)
    unit = flat / flat.norm(dim=1, keepdim=True)
    norms = {name: part.flatten(1).norm(dim=1).tolist() for name, part in (('gate', gate), ('up', up), ('down', down))}
    return {'norms': norms, 'cosine': (unit @ unit.T).tolist(), 'first': {
        'gate': (gate[1, :, 0] if interleaved else gate[1, 0]).tolist(),
        'down': (down[1, :, 0] if interleaved else down[1, 0]).tolist(),
    }}


def expectations(model: torch.nn.Module) -> dict:
    parameters = dict(model.named_parameters())
    layers = []
    for index in range(model.config.num_hidden_layers):
        own = {name: value for name, value in parameters.items() if f'.layers.{index}.' in name}
        fused = next((value for name, value in own.items() if name.endswith('experts.gate_up_proj')), None)
        if fused is None:
            layers.append(None)
            continue
        router = next(value for name, value in own.items() if name.endswith(('gate.weight', 'router.weight')))
        down = next(value for name, value in own.items() if name.endswith('experts.down_proj'))
        interleaved = 'GptOss' in type(model).__name__
        layers.append({
            **spectrum(router.detach().double().numpy()),
            **experts_of(fused, down, interleaved),
        })
    with torch.no_grad():
        logits = model(torch.tensor([TOKENS])).logits[0]
    tied = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    return {
        'transformers': transformers.__version__,
        'parameters': sum(value.numel() for value in parameters.values()),
        'tied': tied,
        'layers': layers,
        'tokens': TOKENS,
        'logits': logits.double().tolist(),
    }


def write_expected(folder: Path, expected: dict) -> None:
    (folder / 'expected.json').write_text(json.dumps(rounded(expected)) + '\n')


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f'{value:.10g}') if isinstance(value, float) else value


def write_families() -> None:
    for seed, (name, (prefix, configuration, original)) in enumerate(FAMILIES.items()):
        model = tiny(prefix, configuration, seed)
        model.save_pretrained(FOLDER / name, save_original_format=original)
        write_expected(FOLDER / name, expectations(model))
    for seed, (name, (prefix, configuration)) in enumerate(IMPORTABLE.items(), 50):
        layers = {'num_hidden_layers': 1, **({'moe_layer_end_index': 0} if prefix.startswith('Ernie') else {})}
        model = tiny(prefix, {**configuration, 'tie_word_embeddings': prefix == 'Llama', **layers}, seed)
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                if 'shared_expert.down_proj' in key:
                    parameter.zero_()
        model.save_pretrained(FOLDER / name)
        write_expected(FOLDER / name, expectations(model))
    sharded = tiny('Mixtral', LOCAL, 100)
    sharded.save_pretrained(FOLDER / 'mixtral-sharded', max_shard_size='12KB')
    write_expected(FOLDER / 'mixtral-sharded', expectations(sharded))


def write_block_scaled() -> None:
    """DeepSeek-V3 as it is published: float8 weights with a float32 scale for each block, here of 8 × 8."""
    source, target = FOLDER / 'deepseek-v3', FOLDER / 'deepseek-v3-float8'
    target.mkdir(parents=True, exist_ok=True)
    tensors, layers = {}, {}
    for name, value in load_file(source / 'model.safetensors').items():
        if '.mlp.' not in name or 'gate.' in name or value.ndim != 2:
            tensors[name] = value
            continue
        rows, columns = value.shape
        padded = torch.zeros(-(-rows // 8) * 8, -(-columns // 8) * 8)
        padded[:rows, :columns] = value
        blocks = padded.reshape(padded.shape[0] // 8, 8, padded.shape[1] // 8, 8)
        scales = blocks.abs().amax((1, 3)).clamp(min=1e-12) / 448
        quantised = (blocks / scales[:, None, :, None]).to(torch.float8_e4m3fn)
        tensors[name] = quantised.reshape(padded.shape)[:rows, :columns].contiguous()
        tensors[f'{name}_scale_inv'] = scales
        restored = (quantised.float() * scales[:, None, :, None]).reshape(padded.shape)[:rows, :columns]
        layers[name] = float(restored.double().norm())
    save_file(tensors, target / 'model.safetensors', {'format': 'pt'})
    configuration = json.loads((source / 'config.json').read_text())
    configuration['quantization_config'] = {'quant_method': 'fp8', 'fmt': 'e4m3', 'weight_block_size': [8, 8]}
    (target / 'config.json').write_text(json.dumps(configuration, indent=2) + '\n')
    write_expected(target, {'norms': layers})


def write_microscaled() -> None:
    """GPT-OSS as it is published: experts in MXFP4, 32 numbers of 4 bits under one scale of 8."""
    target = FOLDER / 'gpt-oss-mxfp4'
    target.mkdir(parents=True, exist_ok=True)
    configuration = {**LOCAL, 'hidden_size': 32, 'intermediate_size': 32, 'num_hidden_layers': 1, 'head_dim': 8}
    model = tiny('GptOss', {**configuration, 'layer_types': ['full_attention']}, 200)
    model.save_pretrained(target)
    tensors = load_file(target / 'model.safetensors')
    generator = torch.Generator().manual_seed(201)
    prefix = 'model.layers.0.mlp.experts'
    unpacked = {}
    for part, rows in (('gate_up_proj', 64), ('down_proj', 32)):
        del tensors[f'{prefix}.{part}']
        blocks = torch.randint(0, 256, (4, rows, 1, 16), generator=generator, dtype=torch.uint8)
        scales = torch.randint(120, 130, (4, rows, 1), generator=generator, dtype=torch.uint8)
        tensors[f'{prefix}.{part}_blocks'], tensors[f'{prefix}.{part}_scales'] = blocks, scales
        unpacked[part] = convert_moe_packed_tensors(blocks, scales, dtype=torch.float32)
    save_file(tensors, target / 'model.safetensors', {'format': 'pt'})
    written = json.loads((target / 'config.json').read_text())
    written['quantization_config'] = {'quant_method': 'mxfp4'}
    (target / 'config.json').write_text(json.dumps(written, indent=2) + '\n')
    write_expected(target, experts_of(unpacked['gate_up_proj'], unpacked['down_proj'], True))


def answer(folder: str, tokens: list[int]) -> dict:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    encoded = tokenizer(TEXT, add_special_tokens=False)['input_ids']
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0]
    return {
        'architecture': type(model).__name__,
        'logits': logits.tolist(),
        'text': TEXT,
        'encoded': encoded,
        'decoded': tokenizer.decode(encoded),
    }


def main() -> int:
    match sys.argv[1:]:
        case ['write']:
            shutil.rmtree(FOLDER, ignore_errors=True)
            write_families()
            write_block_scaled()
            write_microscaled()
            for generated in FOLDER.glob('*/generation_config.json'):
                generated.unlink()
            total = sum(path.stat().st_size for path in FOLDER.glob('*/*'))
            print(f'{len(list(FOLDER.iterdir()))} checkpoints, {total / 1000:.0f} kB, in {FOLDER}')
        case ['logits', tokens, *folders]:
            print(json.dumps([answer(folder, [int(token) for token in tokens.split(',')]) for folder in folders]))
        case _:
            print(__doc__)
            return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
