import { readFile } from 'node:fs/promises';
import type { TensorInfo } from '../../types.js';

/** What the compiler wrote about one entry of the graph's memory; dtype in TVM's words. */
export type GraphTensor = Omit<TensorInfo, 'dtype'> & { readonly dtype: string };

/** A reference to an output of a node: its index, which of its outputs, a version. */
type Reference = [node: number, output: number, version: number];

interface GraphJson {
  nodes: { name: string; inputs: Reference[] }[];
  arg_nodes: number[];
  /** Where the outputs of each node begin among the entries of the memory; one more at the end. */
  node_row_ptr: number[];
  heads: Reference[];
  /** One value for each entry. */
  attrs: { dltype: [string, string[]]; shape: [string, number[][]]; storage_id: [string, number[]] };
}

/**
 * The arguments of a graph, inputs and parameters, from TVM's graph JSON (`GraphExecutor::Load` in TVM's
 * src/runtime/graph_executor/graph_executor.h reads the same fields). The runtime follows the indices in it unchecked, so
 * they are checked here.
 * @throws Error with what is wrong.
 */
export async function readGraphArguments(path: string): Promise<GraphTensor[]> {
  const graph = parse(await readFile(path, 'utf8'));
  checkIndices(graph);
  return graph.arg_nodes.map((node) => {
    const name = graph.nodes[node]?.name;
    const entry = graph.node_row_ptr[node] ?? -1;
    const dtype = graph.attrs.dltype[1][entry];
    const shape = graph.attrs.shape[1][entry];
    if (name === undefined || dtype === undefined || shape === undefined)
      throw new Error(`it has no node ${node}`);
    return { name, dtype, shape };
  });
}

function parse(text: string): GraphJson {
  let graph: Partial<GraphJson> | null;
  try {
    graph = JSON.parse(text) as Partial<GraphJson> | null;
  } catch (cause) {
    throw new Error(`it is no JSON (${(cause as Error).message})`, { cause });
  }
  const { dltype, shape, storage_id: storage } = graph?.attrs ?? {};
  const lists = [
    graph?.nodes,
    graph?.arg_nodes,
    graph?.node_row_ptr,
    graph?.heads,
    dltype?.[1],
    shape?.[1],
    storage?.[1],
  ];
  if (!lists.every(Array.isArray))
    throw new Error('it is no graph of TVM: nodes, arg_nodes, node_row_ptr, heads and attrs are needed');
  return graph as GraphJson;
}

function checkIndices({ nodes, node_row_ptr: rows, heads, attrs }: GraphJson): void {
  const entries = rows.at(-1) ?? 0;
  const ascending = rows.every((row, i) => Number.isInteger(row) && row >= (rows[i - 1] ?? 0));
  if (rows.length !== nodes.length + 1 || !ascending)
    throw new Error(`its node_row_ptr does not fit its ${nodes.length} nodes`);
  for (const name of ['dltype', 'shape', 'storage_id'] as const) {
    const { length } = attrs[name][1];
    if (length !== entries) throw new Error(`its ${name} has ${length} values for ${entries} entries`);
  }
  const references = [...heads, ...nodes.flatMap(({ inputs }) => inputs)];
  const lost = references.find(([node, output]) => !((rows[node] ?? NaN) + output < (rows[node + 1] ?? NaN)));
  if (lost) throw new Error(`it refers to the output ${lost[1]} of node ${lost[0]}, which it does not have`);
}
