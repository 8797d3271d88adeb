/** One line of a file that the next boot reads. */
export type BootLine = { readonly path: string; readonly line: number; readonly text: string };

/** A file of systemd-networkd's, whole. */
export type NetworkdText = { readonly path: string; readonly text: string };

/** What the next boot of a host will read beside mlbroute's own files. */
export type BootFiles = {
  /** Lines about the network of all sysctl.d files that count, in the order systemd-sysctl reads them. */
  readonly sysctlLines: readonly BootLine[];
  /** Lines that name chains of mlbroute in rule sets that others saved. */
  readonly savedChainLines: readonly BootLine[];
  /** Units that carry what mlbroute wrote into the next boot. */
  readonly units: readonly { readonly name: string; readonly state: 'wanted' | 'unwanted' | 'masked' }[];
  /** Netplan's files that changed after networkd started: what they turn into shows at the next boot. */
  readonly unreadNetplanFiles: readonly string[];
  /** What netplan says of its files where it can make nothing of them; missing: it can, or was not asked. */
  readonly netplanError?: string;
  /** All files of networkd's, in the order of precedence of their folders; missing where they were not asked for. */
  readonly networkdTexts?: readonly NetworkdText[];
  /** The host's clock, in seconds since the epoch; null where it did not tell. */
  readonly clockS: number | null;
};
