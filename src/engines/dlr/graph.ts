import { readFile } from 'node:fs/promises';
import type { TensorInfo } from '../../types.js';

/** What the compiler wrote about one entry of the graph's memory; dtype in TVM's words. */
export type GraphTensor = Omit<TensorInfo, 'dtype'> & { readonly dtype: string };

interface GraphJson {
  nodes: { name: string }[];
  arg_nodes: number[];
  node_row_ptr: number[];
  heads: unknown[];
  attrs: { dltype: [string, string[]]; shape: [string, number[][]] };
}

/**
 * The arguments of a graph, inputs and parameters, from TVM's graph JSON (`GraphExecutor::Load` in TVM's
 * src/runtime/graph_executor/graph_executor.h reads the same fields).
 * @throws Error with what is wrong.
 */
export async function readGraphArguments(path: string): Promise<GraphTensor[]> {
  const graph = parse(await readFile(path, 'utf8'));
  return graph.arg_nodes.map((node) => {
    const name = graph.nodes[node]?.name;
    const entry = graph.node_row_ptr[node];
    const dtype = entry === undefined ? undefined : graph.attrs.dltype[1][entry];
    const shape = entry === undefined ? undefined : graph.attrs.shape[1][entry];
    if (name === undefined || dtype === undefined || shape === undefined) {
      throw new Error(`its argument ${node} is not among its nodes, types and shapes`);
    }
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
  const lists = [
    graph?.nodes,
    graph?.arg_nodes,
    graph?.node_row_ptr,
    graph?.heads,
    graph?.attrs?.dltype[1],
    graph?.attrs?.shape[1],
  ];
  if (!lists.every(Array.isArray))
    throw new Error('it is no graph of TVM: nodes, arg_nodes, node_row_ptr, heads and attrs are needed');
  return graph as GraphJson;
}
