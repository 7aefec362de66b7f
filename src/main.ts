#!/usr/bin/env node
// The `yunfan` command. A subcommand is loaded only when it is called: `run` needs much that the others do not.
import { Command } from "commander";
import { allowClosedPipes } from "./lib/closed-pipes.ts";
import { VERSION } from "./lib/version.ts";

const SUBCOMMANDS: Record<string, () => Promise<{ command: () => Command }>> = {
  run: () => import("./cli/run.ts"),
  crds: () => import("./cli/crds.ts"),
  inventory: () => import("./cli/inventory.ts"),
  manifests: () => import("./cli/manifests.ts"),
  registry: () => import("./cli/registry.ts"),
  simulate: () => import("./cli/simulate.ts"),
};

allowClosedPipes();
const program = new Command("yunfan")
  .description("Kubernetes operator for fleets on Chinese container clouds")
  .version(VERSION)
  .showHelpAfterError("(--help lists the options)");

const called = SUBCOMMANDS[process.argv[2] ?? ""];
for (const load of called ? [called] : Object.values(SUBCOMMANDS)) program.addCommand((await load()).command());
await program.parseAsync();
