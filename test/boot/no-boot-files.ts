import type { BootFiles } from '../../src/domain/boot-files.ts';

/** A host where nobody but mlbroute has written anything for the next boot. */
export const noBootFiles: BootFiles = {
  sysctlLines: [],
  savedChainLines: [],
  units: [],
  unreadNetplanFiles: [],
  clockS: null,
};
