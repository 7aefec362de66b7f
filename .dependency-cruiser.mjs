// The layering of docs/architecture.md, enforced. `npm run check` runs it; each rule forbids what its layer may not import.
const only = (name, layers, allowed) => ({
  name,
  severity: "error",
  comment: `${[layers].flat().join(", ")} may import ${allowed.join(", ")} within src`,
  from: { path: [layers].flat().map((layer) => `^src/${layer}`), pathNot: "\\.test\\.ts$" },
  to: { path: "^src/", pathNot: allowed.map((folder) => `^src/${folder}`) },
});

/** What every cloud and every controller may see of `cloud/`: the contract, its facets, and what all clouds share. */
const CONTRACT = "(?:[^/]+\\.ts$|facets/|http/|budget/)";
/** The registry of blocks, the blocks of each cloud, and the table of what an inventory may be asked: data, and no code. */
const CLOUD_BLOCKS = ["cloud/[^/]+/blocks\\.ts$", "cloud/[^/]+/blocks-[a-z-]+\\.ts$"];
const BLOCKS = ["cloud/blocks\\.ts$", ...CLOUD_BLOCKS, "cloud/bcs/query-kinds\\.ts$"];
const SHARED_ROOMS = "facets|http|budget|kit|keystone|manifests|simulation";

export default {
  forbidden: [
    only("lib-imports-nothing", "lib/", ["lib/"]),
    only("kube-imports-lib", "kube/", ["kube/", "lib/"]),
    only("runtime-knows-no-kind-and-no-cloud", "runtime/", ["runtime/", "kube/", "lib/"]),
    only("schema-imports-lib", "schema/", ["schema/", "lib/"]),
    only("crds-import-the-dialect-and-blocks", "crds/", ["crds/", "schema/", "lib/", ...BLOCKS]),
    only("blocks-import-the-dialect", BLOCKS, [...CLOUD_BLOCKS, "schema/", "lib/"]),
    only("cloud-contract-imports-lib", `cloud/${CONTRACT}`, [
      `cloud/${CONTRACT}`,
      ...CLOUD_BLOCKS,
      "cloud/bcs/query-kinds\\.ts$",
      "schema/",
      "lib/",
    ]),
    only("client-kit-imports-the-contract", "cloud/kit/", ["cloud/kit/", `cloud/${CONTRACT}`, "lib/"]),
    only("channels-import-the-contract-and-the-kit", "cloud/manifests/", [
      "cloud/(manifests|kit)/",
      `cloud/${CONTRACT}`,
      "lib/",
    ]),
    only("keystone-imports-the-kit", "cloud/keystone/", ["cloud/keystone/", "cloud/kit/", `cloud/${CONTRACT}`, "lib/"]),
    only("simulation-imports-lib", "cloud/simulation/", ["cloud/simulation/", "lib/"]),
    {
      name: "a-cloud-imports-the-contract-and-itself",
      severity: "error",
      from: { path: "^src/cloud/([^/]+)/", pathNot: `^src/cloud/(${SHARED_ROOMS})/|\\.test\\.ts$` },
      to: {
        path: "^src/",
        pathNot: [
          `^src/cloud/${CONTRACT}`,
          "^src/cloud/(kit|keystone|manifests|simulation)/",
          "^src/cloud/$1/",
          "^src/(schema|lib)/",
        ],
      },
    },
    {
      name: "a-client-never-sees-its-simulator",
      severity: "error",
      comment: "If client and simulator share code, a shared misreading of the reference goes untested.",
      from: { path: "^src/cloud/[^/]+/(?!simulator/)", pathNot: "\\.test\\.ts$|^src/cloud/simulation/" },
      to: { path: "^src/cloud/([^/]+/simulator/|simulation/)" },
    },
    {
      name: "a-simulator-never-sees-its-client",
      severity: "error",
      from: { path: "^src/cloud/([^/]+)/simulator/" },
      to: { path: "^src/cloud/($1/(?!simulator/)|kit/|keystone/|manifests/)" },
    },
    {
      name: "controllers-see-the-cloud-contract-only",
      severity: "error",
      from: { path: "^src/controllers/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^src/",
        pathNot: ["controllers", "crds", `cloud/${CONTRACT}`, "cloud/manifests/", "runtime", "kube", "lib"].map(
          (folder) => `^src/${folder}`,
        ),
      },
    },
    {
      name: "senders-alone-grant-writes",
      severity: "error",
      comment:
        "Every change of a cloud goes through controllers/external/sender.ts: events, logs and approvals depend on it; every report to " +
        "an inventory through controllers/inventorysink/sender.ts (docs/decisions/0016-inventory.md). A command sends what a person has " +
        "asked for with it.",
      from: {
        path: "^src/",
        pathNot: "^src/(controllers/(external|inventorysink)/sender|cli/registry)\\.ts$|\\.test\\.ts$",
      },
      to: { path: "^src/cloud/permit\\.ts$" },
    },
    {
      name: "nothing-imports-cli",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(cli/|main\\.ts$)" },
      to: { path: "^src/cli/" },
    },
    {
      name: "product-never-imports-tests",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(test|bench|controlplane)/|\\.test\\.ts$" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^bench/dot-i" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
