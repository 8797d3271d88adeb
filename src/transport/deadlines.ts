/** How long each part of reaching a host may take, in milliseconds. How long a program may take is said per run. */
export type Deadlines = {
  /** Name lookup and TCP connection. */
  readonly tcpMs: number;
  /** The server's greeting, the key exchange and the check of its host key. */
  readonly handshakeMs: number;
  /** All login methods together. */
  readonly authMs: number;
  /** Opening a channel and starting a command on it. */
  readonly channelMs: number;
  /** From the command's start until its shell is ready; sudo and the modules it asks take theirs from this. */
  readonly shellMs: number;
};

/** Generous enough for a host that looks up names slowly (`UseDNS yes`) or asks a directory service at login. */
export const defaultDeadlines: Deadlines = {
  tcpMs: 10_000,
  handshakeMs: 15_000,
  authMs: 30_000,
  channelMs: 15_000,
  shellMs: 30_000,
};

/** Gives what `work` gives, or what `onExpire` gives where `work` has not ended after `ms` milliseconds. */
export async function within<T>(ms: number, work: Promise<T>, onExpire: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(onExpire()), ms);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
