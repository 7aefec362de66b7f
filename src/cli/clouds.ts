// The registry of clouds: the one place that knows which there are. A new cloud is one line in each table.
import type { Cloud } from "../cloud/contract.ts";
import { ctyun } from "../cloud/ctyun/index.ts";
import { ctyunSimulator } from "../cloud/ctyun/simulator/index.ts";
import { huaweiSimulator } from "../cloud/huawei/simulator/index.ts";
import { huawei } from "../cloud/huawei/index.ts";
import type { Provider } from "../cloud/blocks.ts";
import type { SimulatorDefinition } from "../cloud/simulation/definition.ts";

export const clouds: Partial<Record<Provider, Cloud>> = { [ctyun.provider]: ctyun, [huawei.provider]: huawei };

export const simulators: readonly SimulatorDefinition[] = [ctyunSimulator, huaweiSimulator];
