import { describe, expect, it } from 'vitest';
import { err, ok, type Result } from '../../src/domain/result.ts';
import { expandProxyCommand } from '../../src/transport/proxy-command.ts';

describe('a proxy command', () => {
  const host = { address: 'node1.example', port: 2222, user: 'admin' };
  const cases: readonly {
    title: string;
    command: string;
    host?: Partial<typeof host>;
    expanded: Result<string, string>;
  }[] = [
    {
      title: 'gets host, port and user',
      command: 'ssh -W %h:%p %r@jump',
      expanded: ok('ssh -W node1.example:2222 admin@jump'),
    },
    { title: 'gets the host as %n too', command: 'nc %n %p', expanded: ok('nc node1.example 2222') },
    { title: 'keeps a doubled percent sign as one', command: 'date +%%h', expanded: ok('date +%h') },
    {
      title: 'may hold an IPv6 address',
      command: 'nc %h %p',
      host: { address: 'fe80::1%eth0' },
      expanded: ok('nc fe80::1%eth0 2222'),
    },
    {
      title: 'is refused with an unknown token',
      command: 'nc %q %p',
      expanded: err('"%q" is not one of %h %n %p %r %%'),
    },
    {
      title: 'is refused with a lone percent sign at its end',
      command: 'nc %',
      expanded: err('"%" is not one of %h %n %p %r %%'),
    },
    {
      title: 'is refused where the address would be a command',
      command: 'nc %h',
      host: { address: '$(reboot)' },
      expanded: err('"$(reboot)" for %h is not a plain word'),
    },
    {
      title: 'is refused where the user would be an option',
      command: 'ssh %r@jump',
      host: { user: '-oX' },
      expanded: err('"-oX" for %r is not a plain word'),
    },
  ];
  it.each(cases)('$title', ({ command, host: different, expanded }) => {
    expect(expandProxyCommand(command, { ...host, ...different })).toEqual(expanded);
  });
});
