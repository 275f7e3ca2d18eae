// An ONNX graph under construction. Equal nodes are made once: a gradient kernel may restate the forward computation that
// it needs (attention probabilities, say) and gets the forward's own result. Equal constants are one as well, however large:
// the attention mask of a long context is held once, not once a layer and direction.
import { createHash } from 'node:crypto';
import {
  type Attribute,
  type ElementType,
  encodeModel,
  type OnnxConstant,
  type OnnxNode,
  type OnnxValue,
} from './proto.ts';

/** ONNX Runtime's own operators. */
export const contributed = 'com.microsoft';

export class Graph {
  #nodes: OnnxNode[] = [];
  #constants: OnnxConstant[] = [];
  #inputs: OnnxValue[] = [];
  #known = new Map<string, string[]>();
  #next = 0;

  input(name: string, type: ElementType, shape: readonly number[]): string {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  constant(type: ElementType, shape: readonly number[], values: ArrayLike<number>): string {
    const data =
      type === 'float32'
        ? Float32Array.from(values)
        : type === 'int32'
          ? Int32Array.from(values)
          : type === 'int64'
            ? BigInt64Array.from(Array.from(values, BigInt))
            : Uint8Array.from(values);
    const bytes = new Uint8Array(data.buffer);
    const key = `${type}[${shape}]${bytes.length <= 64 ? bytes : createHash('sha256').update(bytes).digest('hex')}`;
    const known = this.#known.get(key);
    if (known) return known[0]!;
    const name = this.#fresh();
    this.#constants.push({ name, type, shape, data });
    this.#known.set(key, [name]);
    return name;
  }

  /** A one-dimensional int64 constant: shapes, axes, sizes. */
  indices(values: readonly number[]): string {
    return this.constant('int64', [values.length], values);
  }

  scalar(value: number): string {
    return this.constant('float32', [], [value]);
  }

  /** The one output of an operator. */
  node(operator: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, domain = ''): string {
    return this.nodes(operator, inputs, 1, attributes, domain)[0]!;
  }

  nodes(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): string[] {
    const key = `${operator}(${inputs})${outputs}${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known) return known;
    const names = Array.from({ length: outputs }, () => this.#fresh());
    this.#nodes.push({ operator, inputs, outputs: names, attributes, domain });
    this.#known.set(key, names);
    return names;
  }

  /** a·b with either transposed, times `scale`: one product of ONNX Runtime's. */
  matmul(a: string, b: string, transposeA = false, transposeB = false, scale = 1): string {
    const attributes = { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: scale } };
    return this.node('FusedMatMul', [a, b], attributes, contributed);
  }

  /**
   * The serialised model with the named outputs. Nodes that no output needs are left out; inputs that nothing reads stay,
   * so that a program is always fed the same way. A node takes the name of the output that it makes: no copy is spent on it.
   */
  encode(outputs: readonly (OnnxValue & { source: string })[]): { model: Uint8Array; nodes: number } {
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    const made = new Set(this.#nodes.flatMap((node) => node.outputs));
    for (const { name, source } of outputs) {
      if (made.has(source) && !renamed.has(source)) renamed.set(source, name);
      else copies.push({ operator: 'Identity', inputs: [source], outputs: [name], attributes: {}, domain: '' });
    }
    const rename = (name: string) => renamed.get(name) ?? name;
    const all = [...this.#nodes, ...copies].map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
    const needed = new Set(outputs.map(({ name }) => name));
    const kept: OnnxNode[] = [];
    for (const node of all.reverse()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      for (const name of node.inputs) needed.add(name);
      kept.push(node);
    }
    kept.reverse();
    // ONNX Runtime works its way back from the last node that nothing follows. The gradients of the last layer come last here, so
    // each layer's tensors are freed when its gradients are done, not kept until the first layer's are.
    const used = new Set(kept.flatMap((node) => node.inputs));
    const isLast = (node: OnnxNode) => node.outputs.every((name) => !used.has(name));
    const ordered = [...kept.filter((node) => !isLast(node)), ...kept.filter(isLast).reverse()];
    const constants = this.#constants.filter(({ name }) => needed.has(name));
    return { model: encodeModel(ordered, constants, this.#inputs, outputs), nodes: kept.length };
  }

  #fresh(): string {
    return `t${this.#next++}`;
  }
}
