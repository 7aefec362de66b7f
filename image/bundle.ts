// `npm run build`: the operator's code for the image, in dist/ or the directory that is named: what starts, and what only some commands load.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import path from "node:path";
import { build, type Plugin } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "..");
const DIST = path.resolve(process.argv[2] ?? path.join(ROOT, "dist"));

/**
 * Importing a module of client-node does nothing but define what it exports, which its package.json does not say. So its 700 models
 * of the Kubernetes API are left out, which take 10 MiB and of which we use none.
 */
const clientNode: Plugin = {
  name: "client-node",
  setup(bundling) {
    const resolved = Symbol("resolved");
    bundling.onResolve({ filter: /client-node|^\./ }, async ({ path: name, pluginData, ...from }) => {
      const isOurs = name.startsWith("@kubernetes/client-node") || from.importer.includes("@kubernetes/client-node/");
      if (!isOurs || pluginData === resolved) return undefined;
      const { kind, importer, resolveDir } = from;
      return {
        ...(await bundling.resolve(name, { kind, importer, resolveDir, pluginData: resolved })),
        sideEffects: false,
      };
    });
  },
};

/**
 * An `import` of a module of Node.js reads each of its exports, also those that are made when they are read: `node:http` loads a whole
 * fetch for its `WebSocket`, 13 MiB. `require` reads none, and what esbuild makes of it reads those that are used.
 */
const builtins: Plugin = {
  name: "builtins",
  setup(bundling) {
    bundling.onResolve({ filter: /./ }, ({ path: name, kind }) =>
      kind === "import-statement" && isBuiltin(name) ? { path: name, namespace: "builtins" } : undefined,
    );
    bundling.onLoad({ filter: /./, namespace: "builtins" }, ({ path: name }) => ({
      contents: `module.exports = require(${JSON.stringify(name)})`,
    }));
  },
};

const { outputFiles } = await build({
  absWorkingDir: ROOT,
  entryPoints: { yunfan: "src/main.ts" },
  outdir: DIST,
  outExtension: { ".js": ".mjs" },
  chunkNames: "yunfan-[name]-[hash]",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // In one file nothing could be left out of a module that only some commands load.
  splitting: true,
  // Names stay: stack traces are read.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  legalComments: "linked",
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  plugins: [builtins, clientNode],
  write: false,
});

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
for (const { path: file, text } of outputFiles) await writeFile(file, inAscii(text));

/**
 * V8 keeps a source in one byte for each character only where all are ASCII. esbuild sees to strings; regular expressions, where
 * the escape means the same, are what is left.
 */
function inAscii(source: string): string {
  return source.replaceAll(/[^\0-\u007F]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
