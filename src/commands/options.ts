/** Options of commands that read an inventory. */
export type InventoryOptions = {
  readonly inventory: readonly string[];
  readonly limit: string | null;
};

/** Options of commands that connect to hosts. */
export type ConnectionOptions = InventoryOptions & {
  /** Hosts at a time. */
  readonly forks: number;
  readonly acceptNew: boolean;
  readonly askBecomePass: boolean;
  readonly output: 'text' | 'json';
  readonly progress: boolean;
};
