// The registry of clouds: the one place that knows which there are. A new cloud is one line here.
import { alibaba } from "../cloud/alibaba/index.ts";
import type { Cloud } from "../cloud/contract.ts";
import { bcs } from "../cloud/bcs/index.ts";
import { ctyun } from "../cloud/ctyun/index.ts";
import { easystack } from "../cloud/easystack/index.ts";
import { huawei } from "../cloud/huawei/index.ts";
import type { Provider } from "../cloud/blocks.ts";

export const clouds: Partial<Record<Provider, Cloud>> = {
  [alibaba.provider]: alibaba,
  [bcs.provider]: bcs,
  [ctyun.provider]: ctyun,
  [easystack.provider]: easystack,
  [huawei.provider]: huawei,
};
