// `npm run manifests`: writes manifests/install.yaml. Apart from `npm run generate`, because it needs helm.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createHelm } from "../test/support/chart/helm.ts";
import { renderInstallManifest } from "./install-manifest.ts";

const file = path.resolve(import.meta.dirname, "../manifests/install.yaml");
await writeFile(file, await renderInstallManifest(await createHelm()));
