import type { Scenario } from './scenario.ts';
import { scenario as addressAndNeighbor } from './scenarios/address-and-neighbor/scenario.ts';
import { scenario as case1 } from './scenarios/case1-same-subnet/scenario.ts';
import { scenario as case2 } from './scenarios/case2-onlink-device/scenario.ts';
import { scenario as case3 } from './scenarios/case3-source-ipvs/scenario.ts';
import { scenario as case4 } from './scenarios/case4-mark-ubuntu/scenario.ts';
import { scenario as dualStack } from './scenarios/dual-stack/scenario.ts';
import { scenario as marksByNft } from './scenarios/marks-by-nft/scenario.ts';
import { scenario as netplanMarks } from './scenarios/netplan-marks/scenario.ts';
import { scenario as netplanNoHostAsked } from './scenarios/netplan-no-host-asked/scenario.ts';
import { scenario as netplanSourceIpvs } from './scenarios/netplan-source-ipvs/scenario.ts';
import { scenario as noHostAsked } from './scenarios/no-host-asked/scenario.ts';
import { scenario as tasksOfBothFamilies } from './scenarios/tasks-of-both-families/scenario.ts';
import { scenario as twoVlansAndADevice } from './scenarios/two-vlans-and-a-device/scenario.ts';
import { scenario as unitWithoutNetworkd } from './scenarios/unit-without-networkd/scenario.ts';
import { scenario as vlanOnAVlan } from './scenarios/vlan-on-a-vlan/scenario.ts';

/** Every scenario by the name of its folder. */
export const scenarios: { readonly [folder: string]: Scenario } = {
  'address-and-neighbor': addressAndNeighbor,
  'case1-same-subnet': case1,
  'case2-onlink-device': case2,
  'case3-source-ipvs': case3,
  'case4-mark-ubuntu': case4,
  'dual-stack': dualStack,
  'marks-by-nft': marksByNft,
  'netplan-marks': netplanMarks,
  'netplan-no-host-asked': netplanNoHostAsked,
  'netplan-source-ipvs': netplanSourceIpvs,
  'no-host-asked': noHostAsked,
  'tasks-of-both-families': tasksOfBothFamilies,
  'two-vlans-and-a-device': twoVlansAndADevice,
  'unit-without-networkd': unitWithoutNetworkd,
  'vlan-on-a-vlan': vlanOnAVlan,
};
