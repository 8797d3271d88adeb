import type { HostConnection } from '../domain/host.ts';
import type { LoginTrouble } from './login.ts';
import { placeOf } from './socket.ts';

/** Whom ssh(1) was to reach, and why it was ssh(1). */
type Asked = { readonly host: HostConnection; readonly because: string };

/** Says why ssh(1) gave no connection, from its words in the C locale. `lateMs` is the deadline where that has passed. */
export function explainOpenssh({ host, because }: Asked, said: string, lateMs: number | null): LoginTrouble {
  const words = wordsOf(said);
  const tail = `with the system's ssh (${because}): ${words === '' ? 'it ended without a word' : words}`;
  const message = `${placeOf(host)}, ${tail}`;
  const common = tail.replaceAll(host.address, '…');
  const final = (failure: LoginTrouble['failure']): LoginTrouble => ({ failure, isDrop: false });
  if (lateMs !== null) return final({ kind: 'timeout', message, common, afterMs: lateMs });
  if (/host key verification failed|REMOTE HOST IDENTIFICATION|host key is known for|key .*revoked/i.test(said))
    return final({ kind: 'host-key', message });
  if (/permission denied|too many authentication failures|no more authentication methods/i.test(said))
    return final({ kind: 'auth', message, common });
  const isLasting = /could not resolve|bad configuration|bad owner|unsupported|no matching|command-line|ENOENT/i.test(
    said,
  );
  // Before the key exchange a busy sshd hangs up on whom it likes (MaxStartups).
  const isDrop = !isLasting && /kex_exchange_identification|banner exchange.*(reset|closed)/i.test(said);
  return { failure: { kind: 'connect', message, common, isTransient: !isLasting }, isDrop };
}

/** The lines that tell, without the frames that ssh(1) draws around its warnings. */
function wordsOf(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !/^@/.test(line)).join(' / ');
}
