// The registry of simulators, apart from that of clouds: the operator does not load them. A new one is one line here.
import { alibabaSimulator } from "../cloud/alibaba/simulator/index.ts";
import { bcsSimulator } from "../cloud/bcs/simulator/index.ts";
import { ctyunSimulator } from "../cloud/ctyun/simulator/index.ts";
import { easyStackSimulator } from "../cloud/easystack/simulator/index.ts";
import { huaweiSimulator } from "../cloud/huawei/simulator/index.ts";
import type { SimulatorDefinition } from "../cloud/simulation/definition.ts";

export const simulators: readonly SimulatorDefinition[] = [
  huaweiSimulator,
  alibabaSimulator,
  ctyunSimulator,
  bcsSimulator,
  easyStackSimulator,
];
