// Answer queries from the quads of a release, in a worker of the page: Oxigraph as WebAssembly.
import start, { Store } from "oxigraph";
import program from "oxigraph/web_bg.wasm";

let opened = null;

/** Fetch the quads, packed or as a server has unpacked them, and load them once. */
async function open(address) {
  await start({ module_or_path: new URL(program, import.meta.url) });
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${reply.status} ${address}`);
  let bytes = new Uint8Array(await reply.arrayBuffer());
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  }
  const store = new Store();
  store.load(bytes, { format: "application/n-quads", no_transaction: true });
  return store;
}

self.addEventListener("message", async ({ data }) => {
  const { number, quads, queries, base } = data;
  let store;
  try {
    store = await (opened ??= open(quads));
  } catch (fault) {
    opened = null;
    self.postMessage({ number, unreachable: String(fault) });
    return;
  }
  self.postMessage({ number, begun: true });
  try {
    const options = { base_iri: base, use_default_graph_as_union: true };
    const answers = queries.map(({ text, form }) => store.query(text, { ...options, results_format: form }));
    self.postMessage({ number, answers });
  } catch (fault) {
    self.postMessage({ number, fault: fault?.message ?? String(fault) });
  }
});
