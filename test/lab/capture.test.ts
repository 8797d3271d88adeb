import { describe, expect, it } from 'vitest';
import { countReplies } from '../../src/lab/capture.ts';

const tagged =
  '17:46:49.1 52:54:00:12:34:0b > 52:54:00:12:34:01, ethertype 802.1Q (0x8100), length 78: vlan 100, p 0, ethertype IPv4 (0x0800), 1.2.3.11.80 > 203.0.113.10.2001: Flags [S.], length 0';
const untagged =
  '17:46:49.1 52:54:00:12:34:0b > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 74: 1.2.3.11.80 > 203.0.113.10.2001: Flags [S.], length 0';

describe('countReplies', () => {
  it.each([
    ['nothing', [], { repliesTagged: 0, repliesUntagged: 0 }],
    ['frames with a tag', [tagged, tagged], { repliesTagged: 2, repliesUntagged: 0, vlan: 100 }],
    ['frames without', [untagged], { repliesTagged: 0, repliesUntagged: 1 }],
    ['both', [untagged, tagged], { repliesTagged: 1, repliesUntagged: 1, vlan: 100 }],
  ])('counts %s', (_, frames, expected) => {
    expect(countReplies(frames)).toEqual(expected);
  });
});
