// `yunfan simulate PROVIDER`: a simulated cloud over real HTTP, until SIGTERM.
import { Command, Option } from "commander";
import type { SimulatorDefinition, SimulatorFlag } from "../cloud/simulation/definition.ts";
import { simulators } from "./simulators.ts";
import { endProcess, failUsage, printReady, untilSignal } from "./process.ts";

export function command(): Command {
  const simulate = new Command("simulate").description("run a simulated cloud; one subcommand per provider");
  for (const definition of simulators) simulate.addCommand(simulatorCommand(definition));
  return simulate;
}

function simulatorCommand(definition: SimulatorDefinition): Command {
  const subcommand = new Command(definition.provider).description(`simulate ${definition.provider}`);
  for (const flag of definition.flags) subcommand.addOption(optionOf(flag));
  return subcommand.action(async (flags: Record<string, unknown>) => {
    // Before it is ready: who reads that line may stop it at once.
    const stopped = untilSignal();
    const simulator = await definition.start(flags).catch((error: unknown) => failUsage(subcommand, error));
    printReady({ provider: definition.provider, url: simulator.url, ...simulator.extra });
    await stopped;
    await simulator.close();
    endProcess();
  });
}

function optionOf({ flags, description, default: value, choices, required }: SimulatorFlag): Option {
  const option = new Option(flags, description).makeOptionMandatory(required ?? false);
  if (value !== undefined) option.default(value);
  if (choices) option.choices(choices);
  return option;
}
