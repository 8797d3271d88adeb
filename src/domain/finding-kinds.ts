/** What can be wrong with a host, by code: what `audit` and `verify` find. */
export const findingKinds = {
  missing: 'something that the inventory asks for is not there',
  differs: 'it is there, but not as the inventory asks for',
  unexpected: 'it is there, and nothing in the inventory asks for it',
  'edited-on-host': 'a file was changed on the host since the last push; the finding says by whose account and when',
  'not-boot-safe':
    'it is right now, and the next boot will not bring it like that: a file of somebody else is in the way',
  'empty-table':
    'a rule leads into a table that has no routes; packets go the main table’s way, and nothing looks amiss',
  'clock-skew': 'the clock of the host and that of this machine are more than 15 minutes apart',
  pending: 'a push was neither confirmed nor taken back yet',
  probe: 'the node was asked, and a reply would not find its way (`verify` only)',
  'after-reboot': 'it is otherwise than before the host restarted (`verify --reboot` only)',
  'likely-cause':
    'why the VIPs of a network would not answer: of all that is wrong, what a packet meets first (`verify` only)',
} as const;

/** The name of a kind of finding. */
export type FindingCode = keyof typeof findingKinds;
