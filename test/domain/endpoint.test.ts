import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEndpoint } from '../../src/domain/endpoint.ts';

describe('parseEndpoint', () => {
  it.each(['1.2.3.4:80', '[2001:db8::1]:65535'])('reads %s, and formatEndpoint gives it back', (text) => {
    const parsed = parseEndpoint(text);
    expect(parsed.ok ? formatEndpoint(parsed.value) : parsed.error).toBe(text);
  });

  it.each([
    ['1.2.3.4', 'is not ADDRESS:PORT'],
    ['2001:db8::1:80', 'is not ADDRESS:PORT'],
    ['1.2.3.4:', 'is not ADDRESS:PORT'],
    ['1.2.3.4:0', 'the port must be 1–65535'],
    ['1.2.3.4:65536', 'the port must be 1–65535'],
    ['vip.example.com:80', 'is not an IP address'],
    ['[1.2.3]:80', 'is not an IP address'],
  ])('refuses %s: %s', (text, words) => {
    const parsed = parseEndpoint(text);
    expect(parsed.ok ? '' : parsed.error).toContain(words);
  });
});
