// Tencent BlueKing bcs-storage in the suite: once for each dialect of its simulator.
import { bcs as cloud } from "../../../src/cloud/bcs/index.ts";
import type { DialectName } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { startBcsSimulator } from "../../../src/cloud/bcs/simulator/index.ts";
import { K8S_SAMPLES, MESOS_SAMPLES } from "../../../src/cloud/bcs/simulator/test-samples.ts";
import type { ConformingCloud, InventorySample } from "../suite.ts";

const TOKEN = "test-token~0123456789";

const inventory: InventorySample = {
  plant: (console, collection, fields) => console("POST", collection, fields),
  samples: { K8s: K8S_SAMPLES, Mesos: MESOS_SAMPLES },
};

function dialect(name: DialectName): ConformingCloud {
  return {
    name: `TencentBCS ${name}`,
    cloud,
    start: ({ clock }) => startBcsSimulator({ listen: "127.0.0.1:0", token: TOKEN, dialect: name, clock }),
    settings: () => ({}),
    credentials: { token: TOKEN },
    wrongCredentials: { token: "wrong-token~0123456789" },
    ambiguousCredentials: { token: TOKEN, username: "operator", password: "Right-password-1" },
    unknownId: "BCS-K8S-99999",
    facets: {
      applications: "bcs-storage keeps an inventory, not clouds",
      namespaces: "Namespaces are seen in the inventory",
      volumeClaims: "Claims are seen in the inventory",
      registry: "bcs-storage keeps what others report, and has no images",
      clusters: "bcs-storage keeps what others report, and makes no clusters",
      nodePools: "bcs-storage keeps what others report, and makes no nodes",
      nodes: "bcs-storage keeps what others report, and has no nodes of its own",
      addons: "bcs-storage keeps what others report, and installs nothing",
      inventory,
    },
  };
}

export const bcsDialects: readonly ConformingCloud[] = [dialect("Reference"), dialect("V2019"), dialect("V2026")];
