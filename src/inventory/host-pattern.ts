import { parseIp } from '../domain/address.ts';
import { type HostName, parseHostName } from '../domain/host.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { expandHostRange, type RangeFault } from './host-range.ts';

/** The hosts a key of `hosts` stands for: a name, an address or a range, with an optional `:port`, and in brackets before it (`[fe80::1]:22`). */
export function parseHostPattern(
  text: string,
): Result<{ readonly hosts: readonly HostName[]; readonly port: number | null }, RangeFault> {
  const [, bracketed, bracketedPort] = /^\[((?:[^[\]]|\[[^[\]]*\])+)\]:(\d+)$/.exec(text) ?? [];
  if (bracketed !== undefined && isName(bracketed)) {
    const names = expandHostRange(bracketed);
    return names.ok ? withPort(names.value, bracketedPort) : names;
  }
  // One colon outside brackets, so that a bare IPv6 address is no host with a port.
  const [, name, port] = /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/.exec(text) ?? [];
  const names = expandHostRange(name ?? text);
  return names.ok ? withPort(names.value, port) : names;
}

/** Whether what stands in brackets is a name, an address or a range of them, and not the ends of a range such as `[1:3]`. */
function isName(text: string): boolean {
  return parseIp(text).ok || text.includes('[') || !text.includes(':');
}

function withPort(
  names: readonly string[],
  port: string | undefined,
): Result<{ readonly hosts: readonly HostName[]; readonly port: number | null }, RangeFault> {
  const hosts: HostName[] = [];
  for (const name of names) {
    const host = parseHostName(name);
    if (!host.ok) return err({ message: host.error, hint: null });
    // These would be read as an operator or a wildcard wherever hosts are selected.
    if (/[,&!~*?]/.test(name))
      return err({ message: `host name "${name}" has a character of host patterns`, hint: null });
    hosts.push(host.value);
  }
  return ok({ hosts, port: port === undefined ? null : Number(port) });
}
