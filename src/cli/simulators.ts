// The registry of simulated clouds, apart from that of the clouds so that `yunfan run` loads none. A new cloud is one line here.
import { ctyunSimulator } from "../cloud/ctyun/simulator/index.ts";
import { huaweiSimulator } from "../cloud/huawei/simulator/index.ts";
import type { SimulatorDefinition } from "../cloud/simulation/definition.ts";

export const simulators: readonly SimulatorDefinition[] = [ctyunSimulator, huaweiSimulator];
