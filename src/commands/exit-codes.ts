/** Exit codes beside 0 and the 1 of hosts in trouble; 64 and 65 as in sysexits.h. */
export const exitCodes = { differences: 2, usage: 64, badInput: 65, interrupted: 130 } as const;
